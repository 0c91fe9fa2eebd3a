"""Bigtable: a table for each of DynamoDB's and its indexes, replicated, encrypted, backed up, collected."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from components.gcp import bigtable
from preview.graph import Graph, Node

TABLE = "gcp:bigtable/table:Table"
POLICY = "gcp:bigtable/gCPolicy:GCPolicy"


@pytest.fixture
def instance(dr: Graph) -> Node:
    [instance] = dr.of_type("gcp:bigtable/instance:Instance")
    return instance


def rules(dr: Graph, table: str, family: str) -> dict[str, Any]:
    [policy] = [
        node for node in dr.of_type(POLICY) if (node.inputs["table"], node.inputs["columnFamily"]) == (table, family)
    ]
    return json.loads(policy.inputs["gcRules"])


def test_cells_can_be_kept_for_longer_although_clusters_replicate(dr: Graph) -> None:
    # Else a larger history_days, tombstone_days or expiring_days is refused, and nothing here could ask for it.
    assert all(policy.inputs["ignoreWarnings"] for policy in dr.of_type(POLICY))


class TestInstance:
    def test_its_name_fits(self, instance: Node) -> None:
        assert 6 <= len(instance.outputs["name"]) <= 33
        for cluster in instance.inputs["clusters"]:
            assert 6 <= len(cluster["clusterId"]) <= 30

    def test_a_cluster_stands_in_each_of_two_zones_and_scales_itself(self, instance: Node) -> None:
        assert [cluster["zone"] for cluster in instance.inputs["clusters"]] == ["us-central1-b", "us-central1-c"]
        for cluster in instance.inputs["clusters"]:
            assert cluster["storageType"] == "SSD"
            assert cluster["autoscalingConfig"]["minNodes"] <= cluster["autoscalingConfig"]["maxNodes"]
            # Bigtable refuses a number of nodes beside a range of them.
            assert "numNodes" not in cluster

    def test_clusters_are_known_by_place_so_that_another_zone_is_a_replacement(self, instance: Node) -> None:
        assert [cluster["clusterId"] for cluster in instance.inputs["clusters"]] == ["cluster-0", "cluster-1"]

    def test_each_cluster_is_encrypted_with_the_tables_key(self, dr: Graph, instance: Node) -> None:
        [key] = [key for key in dr.of_type("gcp:kms/cryptoKey:CryptoKey") if key.name == "keys-tables"]
        assert {cluster["kmsKeyName"] for cluster in instance.inputs["clusters"]} == {key.state["id"]}

    def test_it_is_hard_to_delete(self, dr: Graph, instance: Node) -> None:
        assert instance.inputs["deletionProtection"] is True
        assert instance.inputs["forceDestroy"] is False
        assert {table.inputs["deletionProtection"] for table in dr.of_type(TABLE)} == {"PROTECTED"}


class TestParity:
    def test_each_dynamodb_table_and_index_has_its_table(self, dr: Graph, prod: Graph) -> None:
        expected = set()
        for table in prod.of_type("aws:dynamodb/table:Table"):
            name = table.inputs["name"].removeprefix("platform-production-")
            expected |= {name} | {f"{name}.{index['name']}" for index in table.inputs.get("globalSecondaryIndexes", [])}
        assert {table.inputs["name"] for table in dr.of_type(TABLE)} == expected

    def test_the_exports_name_each(self, dr: Graph, prod: Graph) -> None:
        exported = dr.document["outputs"]["tables"]
        assert exported["tableNames"].keys() == prod.document["outputs"]["tables"]["arns"].keys()
        assert exported["indexNames"].keys() == exported["tableNames"].keys()
        assert exported["indexNames"]["sessions"] == {"by-user": "sessions.by-user"}


class TestTables:
    def test_each_holds_items_and_what_is_known_of_their_changes(self, dr: Graph) -> None:
        for table in dr.of_type(TABLE):
            assert [family["family"] for family in table.inputs["columnFamilies"]] == ["item", "gone"]

    def test_the_writer_writes_into_the_same_families(self, root: Path) -> None:
        # The service's own requirements are not installed with the program's.
        source = (root / "services/bigtable_writer/store.py").read_text()
        [named] = re.findall(r'^ITEM, GONE = "(\w+)", "(\w+)"$', source, re.MULTILINE)
        assert named == (bigtable.ITEM, bigtable.GONE)

    def test_each_is_backed_up_daily_for_a_week_at_least(self, dr: Graph) -> None:
        for table in dr.of_type(TABLE):
            policy = table.inputs["automatedBackupPolicy"]
            assert policy["frequency"] == "24h0m0s"
            assert int(policy["retentionPeriod"].removesuffix("h0m0s")) >= 7 * 24

    def test_tables_stream_their_changes_back_and_indexes_do_not(self, dr: Graph) -> None:
        for table in dr.of_type(TABLE):
            streamed = table.inputs.get("changeStreamRetention") == "168h0m0s"
            assert streamed == ("." not in table.inputs["name"])


class TestGarbage:
    def test_every_family_of_every_table_is_collected(self, dr: Graph) -> None:
        expected = {(table.inputs["name"], family) for table in dr.of_type(TABLE) for family in ("item", "gone")}
        assert {(node.inputs["table"], node.inputs["columnFamily"]) for node in dr.of_type(POLICY)} == expected
        assert {node.inputs["deletionPolicy"] for node in dr.of_type(POLICY)} == {"ABANDON"}

    def test_the_newest_value_of_an_item_stays_and_former_ones_for_a_while(self, dr: Graph) -> None:
        assert rules(dr, "accounts", "item") == {
            "mode": "intersection",
            "rules": [{"max_version": 1}, {"max_age": "168h"}],
        }

    def test_items_with_an_expiry_go_in_the_end_and_others_never(self, dr: Graph) -> None:
        ages = {
            node.inputs["table"]
            for node in dr.of_type(POLICY)
            if node.inputs["columnFamily"] == "item" and json.loads(node.inputs["gcRules"])["mode"] == "union"
        }
        assert ages == {"sessions", "sessions.by-user", "idempotency-keys"}

    def test_a_deletion_is_remembered_longer_than_a_record_can_be_late(self, dr: Graph) -> None:
        [_, age] = rules(dr, "orders", "gone")["rules"]
        assert int(age["max_age"].removesuffix("h")) > 31 * 24


class TestProfiles:
    def test_conditions_are_decided_by_one_cluster_alone(self, dr: Graph) -> None:
        deciding = {
            node.inputs["appProfileId"]: node.inputs["singleClusterRouting"]
            for node in dr.of_type("gcp:bigtable/appProfile:AppProfile")
            if "singleClusterRouting" in node.inputs
        }
        assert deciding.keys() == {"transactions", "replication"}
        assert all(
            routing == {"clusterId": "cluster-0", "allowTransactionalWrites": True} for routing in deciding.values()
        )

    def test_other_requests_survive_the_loss_of_a_cluster(self, dr: Graph) -> None:
        [serving] = [
            node
            for node in dr.of_type("gcp:bigtable/appProfile:AppProfile")
            if node.inputs["appProfileId"] == "serving"
        ]
        assert serving.inputs["multiClusterRoutingUseAny"] is True
        assert serving.inputs["rowAffinity"] is True
