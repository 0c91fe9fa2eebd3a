"""What a failover must know of the stacks: the contents of its two documents, in the words of failover/names.py.

The program reads no stack and no state: it runs while whatever made them is out of reach.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from components.gcp.alarms import series
from components.gcp.watch.rows import Watched
from settings.shared import Shared
from settings.stacks import Dr
from settings.types import ByMode
from settings.workloads import UseSettings, WorkloadSettings
from stacks.contracts import Store

STANDBY_NAMES = "names/dr.json"
LINK_NAMES = "names/interconnect.json"
DOCUMENTS = "names/"
"""Where the documents lie in the bucket of records; tests hold these to the program's own."""

SCHEMA_REPORT = "results/schema/schema-last.json"
"""Where the last comparison of the database's definitions lies in the bucket of records."""

STOP_REPLICATION = (
    "datamigration.migrationjobs.get",
    "datamigration.migrationjobs.promote",
    "datamigration.operations.get",
    "managedkafka.connectors.get",
    "managedkafka.connectors.pause",
    "managedkafka.connectors.resume",
    "storagetransfer.jobs.get",
    "storagetransfer.jobs.update",
    "storagetransfer.operations.cancel",
    "storagetransfer.operations.get",
)
"""What stopping the replication takes of services that know no IAM policy of a single job or connector."""

LOOK = (
    "certificatemanager.certs.get",
    "container.clusters.connect",
    "container.deployments.get",
    "monitoring.metricDescriptors.list",
    "monitoring.services.get",
    "monitoring.slos.get",
    "monitoring.slos.list",
    "monitoring.timeSeries.list",
    "serviceusage.services.use",
)
"""What reading the standby's metrics, objectives, certificates and deployments takes; the last lets people's calls
count against the project's quota, without which Cloud SQL refuses them."""


def promised(settings: Shared, stores: Mapping[str, Store]) -> dict[str, dict[str, Any]]:
    """Every store with what was promised for it; an RPO of 0 stands for what is made anew."""
    return {
        **{name: {"kind": store["kind"], "rpoMinutes": store["rpoMinutes"]} for name, store in stores.items()},
        **{
            f"secrets/{name}": {"kind": "secret", "rpoMinutes": each.rpo} for name, each in settings.app_secrets.items()
        },
        "vault": {"kind": "secret", "rpoMinutes": settings.platform.vault.copy_rpo},
    }


def used(workloads: Mapping[str, WorkloadSettings]) -> dict[str, list[str]]:
    """The stores that each workload uses, by the names that `promised` has them under."""
    return {name: list(_used(workload.uses)) for name, workload in workloads.items()}


def _used(uses: UseSettings) -> Iterator[str]:
    if uses.database:
        yield "database"
    if uses.cache:
        yield "cache"
    yield from (f"tables/{name}" for name in uses.tables)
    yield from (f"stream/{name}" for name in uses.topics)
    yield from (f"buckets/{name}" for name in uses.buckets)
    yield from (f"secrets/{name}" for name in uses.secrets)
    if uses.vault:
        yield "vault"


def capacity(settings: Dr) -> dict[str, dict[str, Any]]:
    """What the mode changes: how much of it is there in each."""
    database, tables, cache = settings.database, settings.key_value_store, settings.cache
    nodes = len(tables.zones)
    sizes: dict[str, tuple[str, float, float]] = {
        "database": ("vCPU", *_sizes(database.tier, _processors)),
        "tables": ("node", *_sizes(tables.nodes, lambda each: nodes * each.minimum)),
        "cache": ("node", *_sizes(cache.shards, lambda shards: shards * (1 + cache.replicas))),
        "stream": ("vCPU", *_sizes(settings.stream.vcpus, float)),
    }
    if settings.platform.installed:
        replicas = [_sizes(workload.replicas, lambda each: each.minimum) for workload in settings.workloads.values()]
        standby, active = (float(sum(column)) for column in zip(*replicas, strict=True))
        sizes["workloads"] = ("pod", standby, active)
    return {
        name: {"unit": unit, "size": {"standby": standby, "active": active}}
        for name, (unit, standby, active) in sizes.items()
    }


def _sizes(by_mode: ByMode[Any], count: Any) -> tuple[float, float]:
    return float(count(by_mode.standby)), float(count(by_mode.active))


def _processors(tier: str) -> float:
    """db-perf-optimized-N-8 has 8, and db-custom-2-7680 has 2; the second zone's are on top."""
    found = re.fullmatch(r"db-perf-optimized-N-(\d+)|db-custom-(\d+)-\d+", tier)
    assert found, tier
    return 2 * float(found[1] or found[2])


def lags(
    settings: Shared,
    filters: Mapping[str, Mapping[str, pulumi.Input[str]]],
) -> dict[str, dict[str, Any]]:
    """Each path of the replication: its store, its metric's filter, what that measures, and what was promised.

    `filters` are by kind of path and by name; a kind that is not there has no metric.
    """
    return {name: dict(lag) for name, lag in _lags(settings, filters)}


def _lags(
    settings: Shared, filters: Mapping[str, Mapping[str, pulumi.Input[str]]]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    rpos: dict[str, Mapping[str, int]] = {
        "database": {name: database.rpo for name, database in settings.databases.items()},
        "tables": {name: table.rpo for name, table in settings.tables.items()},
        "stream": {"": min(topic.rpo for topic in settings.topics.values())},
        "buckets": {name: bucket.rpo for name, bucket in settings.buckets.items()},
        "secrets": {name: secret.rpo for name, secret in settings.app_secrets.items()},
        "vault": {"": settings.platform.vault.copy_rpo},
    }
    for kind, found in filters.items():
        for name, filter_ in found.items():
            rpo = rpos[kind][name]
            # The database and Vault are one each, and beats stand for all topics.
            store = kind if kind in ("database", "stream", "vault") else f"{kind}/{name}"
            lag = {"store": store, "filter": filter_, "rpoMinutes": rpo}
            match kind:
                case "stream":
                    # One beat a second, of which half must come.
                    yield store, {**lag, "measures": "arrivals", "least": 0.5}
                case "buckets" | "secrets":
                    # One in the whole time.
                    yield store, {**lag, "measures": "arrivals", "least": 1 / (rpo * 60)}
                case _:
                    yield store, {**lag, "measures": "age"}


def measured(watched: Watched) -> pulumi.Output[str]:
    """The filter of the metric that an alarm of the replication judges."""
    [alarm] = watched.alarms
    return pulumi.Output.from_input(series(watched, alarm.metric, alarm.labels))


def measuring(metric: str, resource: str, label: str = "", value: pulumi.Input[str] = "") -> pulumi.Output[str]:
    """The filter of a metric; `label` is the path of one that decides, such as metric.labels.secret."""
    found = f'resource.type = "{resource}" AND metric.type = "{metric}"'
    return pulumi.Output.concat(found, f' AND {label} = "', value, '"') if label else pulumi.Output.from_input(found)


def full(parent: str, kind: str, name: pulumi.Input[str]) -> pulumi.Output[str]:
    """A resource's full name, below a project or one of its locations."""
    return pulumi.Output.concat(f"{parent}/{kind}/", name)
