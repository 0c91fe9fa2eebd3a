"""What is declared once serves both clouds, and nothing that holds data is in the primary alone without a reason."""

from collections.abc import Mapping

import pytest

from preview.graph import Graph
from tests.stacks.variants import shipped

PRIMARY_ALONE: Mapping[str, str] = {
    "search": "an index is rebuilt from what it indexes, and the standby serves without full-text search until then",
}
"""Stores of the primary, by their name in the inventory, without a counterpart in the standby."""

# What a shared setting declares by name: the type that holds it in each region, and what comes before the name in the
# logical name of the resource.
DECLARED = {
    "tables": {"prod": ("aws:dynamodb/table:Table", "tables-"), "dr": ("gcp:bigtable/table:Table", "tables-")},
    "topics": {"prod": ("aws:msk/topic:Topic", "stream-"), "dr": ("gcp:managedkafka/topic:Topic", "stream-")},
    "buckets": {"prod": ("aws:s3/bucket:Bucket", ""), "dr": ("gcp:storage/bucket:Bucket", "")},
    "app_secrets": {
        "prod": ("aws:cloudcontrol/resource:Resource", "secrets-"),
        "dr": ("gcp:secretmanager/secret:Secret", "secrets-"),
    },
}


@pytest.mark.parametrize("stack", ["prod", "dr"])
@pytest.mark.parametrize("setting", DECLARED)
def test_what_is_declared_once_is_in_both_regions(setting: str, stack: str, graphs: dict[str, Graph]) -> None:
    token, prefix = DECLARED[setting][stack]
    made = {node.name.removesuffix("-bucket") for node in graphs[stack].of_type(token)}
    assert {f"{prefix}{name}" for name in shipped(stack)[setting]} <= made


def test_the_database_is_in_both_regions(prod: Graph, dr: Graph) -> None:
    [name] = shipped("prod")["databases"]
    [cluster] = prod.of_type("aws:rds/cluster:Cluster")
    assert cluster.inputs["databaseName"] == name
    assert [node.inputs["name"] for node in dr.of_type("gcp:sql/database:Database")] == [name]


def test_every_topic_is_also_fed_to_pubsub(dr: Graph) -> None:
    topics = {node.name for node in dr.of_type("gcp:pubsub/topic:Topic")}
    assert {f"messaging-{name}" for name in shipped("dr")["topics"]} <= topics


def test_no_store_of_the_primary_lacks_its_counterpart(prod: Graph, dr: Graph) -> None:
    primary, standby = (graph.document["outputs"]["inventory"]["stores"] for graph in (prod, dr))
    assert primary.keys() - standby.keys() == PRIMARY_ALONE.keys()
    for name in primary.keys() & standby.keys():
        assert primary[name]["kind"] == standby[name]["kind"], name
        assert primary[name]["rpoMinutes"] == standby[name]["rpoMinutes"], name


def test_every_bucket_of_the_primary_has_its_counterpart(prod: Graph, dr: Graph) -> None:
    primary, standby = (set(graph.document["outputs"]["buckets"]) for graph in (prod, dr))
    assert primary <= standby


def test_both_registries_hold_the_same(prod: Graph, dr: Graph) -> None:
    primary = prod.document["outputs"]["registry"]["repositoryUrls"]
    assert set(primary) == set(shipped("dr")["artifacts"])
    assert shipped("prod")["artifacts"] == shipped("dr")["artifacts"]
