"""The documents that a failover reads: whatever is deployed, the program's own models take them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from analysis.schedule import CHANGE_MINUTES
from failover import names as program
from failover.answers import place
from failover.names import LinkNames, StandbyNames
from failover.plan import plan
from failover.steps import RUN
from failover.steps.activate import SLOW
from preview.graph import Graph
from stacks import names
from tests.stacks.test_changes import CIRCUITS
from tests.stacks.variants import update

JOB = "gcp:cloudrunv2/job:Job"


def told(graph: Graph, path: str) -> str:
    """What the one document holds; the SDK hides the object's own content, as it does every object's."""
    [object_] = graph.of_type("gcp:storage/bucketObject:BucketObject")
    assert object_.inputs["name"] == path
    assert object_.inputs["cacheControl"] == "no-store"
    [document] = [node for node in graph.nodes.values() if node.type == "multicloud:gcp:Document"]
    return document.outputs["content"]


def standby(changes: Mapping[str, Any]) -> tuple[StandbyNames, Graph]:
    graph = update("dr", changes)
    return StandbyNames.model_validate_json(told(graph, program.STANDBY_NAMES)), graph


def link(changes: Mapping[str, Any]) -> tuple[LinkNames, Graph]:
    graph = update("interconnect", changes)
    return LinkNames.model_validate_json(told(graph, program.LINK_NAMES)), graph


def test_both_sides_mean_the_same_objects() -> None:
    assert (names.STANDBY_NAMES, names.LINK_NAMES) == (program.STANDBY_NAMES, program.LINK_NAMES)
    assert program.STANDBY_NAMES.startswith(names.DOCUMENTS)
    assert program.LINK_NAMES.startswith(names.DOCUMENTS)


@pytest.mark.parametrize("changes", [{"mode": "standby"}, {"mode": "active"}, {"size": "small"}], ids=str)
def test_the_standby_tells_what_is_made(changes: Mapping[str, Any]) -> None:
    found, graph = standby(changes)
    made = {node.state["id"] for node in graph.nodes.values() if node.state.get("id")}

    assert found.deployed_mode == changes.get("mode", "standby")
    assert {found.database.sql_job, *found.certificates.values()} <= made
    assert found.database.instance in made or any(each.endswith(f"/{found.database.instance}") for each in made)
    assert found.database.writers
    assert all("@" in writer for writer in found.database.writers)
    assert found.tables.tables.keys() == {"accounts", "idempotency-keys", "orders", "sessions"}
    assert found.hosts
    assert found.standby_host == "standby.example.com"
    assert {store.kind for store in found.stores.values()} >= {"relational", "key-value", "objects", "secret", "stream"}
    for name, capacity in found.capacity.items():
        assert capacity.size.active >= capacity.size.standby > 0, name


def test_the_active_mode_is_larger_wherever_sizes_follow_it() -> None:
    found, _ = standby({"mode": "standby"})
    assert all(each.size.active > each.size.standby for each in found.capacity.values())
    assert found.capacity.keys() == {"database", "tables", "cache", "stream", "workloads"}


def test_nothing_is_told_of_jobs_before_there_are_images() -> None:
    graph = update("dr", {"platform.installed": False})
    assert not graph.of_type(JOB, "gcp:storage/bucketObject:BucketObject")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"stream_replication.kind": "import"},
        {"kind": "partner"},
        {"kind": "dedicated", "link.dedicated.circuits": CIRCUITS},
        {"platform.installed": False},
    ],
    ids=["vpn", "import", "partner", "dedicated", "first update"],
)
def test_the_link_tells_what_it_copies(changes: Mapping[str, Any]) -> None:
    found, graph = link(changes)
    kind = changes.get("kind", "vpn")
    mirrors, installed = "stream_replication.kind" not in changes, "platform.installed" not in changes

    assert len(found.tunnels) == {"vpn": 4, "dedicated": 2, "partner": 0}[kind]
    assert found.rows_return is (kind != "partner")
    assert bool(found.connectors) is mirrors
    copiers = [
        node.inputs["connectorId"]
        for node in graph.of_type("gcp:managedkafka/connector:Connector")
        if ".mirror." in node.inputs["configs"]["connector.class"]
    ]
    # Sinks read what the standby's own writers write, too.
    assert sorted(name.rpartition("/")[2] for name in found.connectors) == sorted(copiers)
    assert len(found.transfers) == len(graph.of_type("gcp:storage/transferJob:TransferJob"))
    assert len(found.jobs) == len(graph.of_type(JOB))
    assert all(each.startswith("projects/example-standby/") for each in (*found.jobs, *found.subscriptions.values()))
    assert ("stream" in found.lags) is mirrors
    assert ("vault" in found.lags) is installed
    assert found.images is not None
    assert found.schema_report is not None
    assert found.schema_report.object == place("schema", "schema", "last")


def test_each_lag_is_of_a_store_that_was_promised_something() -> None:
    (there, _), (found, _) = standby({}), link({})
    promised = {name for name, target in there.stores.items() if target.rpo_minutes}

    for lag in found.lags.values():
        assert any(f"{name}/".startswith(f"{lag.store}/") for name in promised), lag.store
        assert " AND metric.type = " in lag.filter
    # What is not replicated by a path with a metric of its own is Kafka's, of which beats tell.
    covered = {lag.store for lag in found.lags.values()}
    assert {name for name in promised if not any(f"{name}/".startswith(f"{each}/") for each in covered)} == set()


def test_each_service_is_told_with_stores_that_are_promised_something_or_made_anew() -> None:
    found, _ = standby({})
    assert found.workloads.stores.keys() == found.workloads.replicas.keys()
    assert {store for stores in found.workloads.stores.values() for store in stores} <= found.stores.keys()
    assert {"database", "cache", "tables/orders", "buckets/assets"} <= set(found.workloads.stores["core"])
    assert found.workloads.stores["api-gateway"] == ("cache",)


def test_neither_tells_a_secret() -> None:
    for text in (told(update("dr", {}), program.STANDBY_NAMES), told(update("interconnect", {}), program.LINK_NAMES)):
        assert not {"password", "privateKey", "secure"} & set(json.loads(text))
        assert "[secret]" not in text
        assert "-----BEGIN" not in text


def test_the_mode_is_told_once_what_users_meet_has_it() -> None:
    _, graph = standby({"mode": "active"})
    [document] = graph.of_type("gcp:storage/bucketObject:BucketObject")
    waited = set(closure(graph, document.urn))
    releases = {node.urn for node in graph.nodes.values() if node.type.endswith(":HelmRelease")}
    stores = graph.of_type("gcp:sql/databaseInstance:DatabaseInstance", "gcp:bigtable/instance:Instance")
    assert len(releases) == 4
    assert releases | {node.urn for node in stores} <= waited


def test_what_users_do_not_wait_for_is_all_that_grows_slowly() -> None:
    _, before = standby({"mode": "standby"})
    _, after = standby({"mode": "active"})
    changing = {node.type for urn, node in after.nodes.items() if node.inputs != before.nodes[urn].inputs}
    assert set(SLOW) == (changing & CHANGE_MINUTES.keys()) - {"gcp:sql/databaseInstance:DatabaseInstance"}


def closure(graph: Graph, urn: str) -> Iterator[str]:
    """What must be there before a resource."""
    seen, left = set[str](), [urn]
    while left:
        node = graph.nodes[left.pop()]
        found = {other for others in node.state.get("propertyDependencies", {}).values() for other in others}
        found |= {*node.state.get("dependencies", ()), node.parent} & graph.nodes.keys()
        left += sorted(found - seen)
        seen |= found
    yield from sorted(seen)


def test_the_plan_keeps_what_was_promised_with_the_shipped_settings() -> None:
    planned = plan(RUN, standby({})[0], link({})[0], {})
    assert planned.recovery.objective == 30
    assert planned.recovery.p95 <= 30
    promised = {loss.store: loss for loss in planned.losses if loss.objective <= 5}
    assert {loss.kind for loss in promised.values()} == {"relational", "key-value", "stream"}
    assert all(loss.expected_p95 is not None and loss.expected_p95 <= 5 for loss in promised.values())
    assert planned.critical
    assert {saving.part for saving in planned.savings} >= {"database", "tables", "workloads"}
