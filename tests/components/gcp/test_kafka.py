"""Managed Kafka: the primary's topics, on brokers that nobody reaches but from one subnet and by IAM."""

import json

import pytest

from preview.graph import Graph, Node

GIB = 1024**3


@pytest.fixture
def cluster(dr: Graph) -> Node:
    [cluster] = dr.of_type("gcp:managedkafka/cluster:Cluster")
    return cluster


class TestSecurity:
    def test_records_are_encrypted_with_the_streams_key(self, dr: Graph, cluster: Node) -> None:
        [key] = [key for key in dr.of_type("gcp:kms/cryptoKey:CryptoKey") if key.name == "keys-stream"]
        assert cluster.inputs["gcpConfig"]["kmsKey"] == key.state["id"]

    def test_kafka_may_use_its_key_before_the_cluster_is_made(self, dr: Graph, cluster: Node) -> None:
        [grant] = [
            node
            for node in dr.of_type("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember")
            if node.name == "keys-stream-managedkafka"
        ]
        assert grant.inputs["role"] == "roles/cloudkms.cryptoKeyEncrypterDecrypter"
        assert grant.urn in cluster.state["propertyDependencies"]["gcpConfig"]

    def test_brokers_have_addresses_in_their_subnet_alone(self, dr: Graph, cluster: Node) -> None:
        [subnet] = [node for node in dr.of_type("gcp:compute/subnetwork:Subnetwork") if node.name == "network-kafka"]
        assert cluster.inputs["gcpConfig"]["accessConfig"] == {"networkConfigs": [{"subnet": subnet.state["id"]}]}

    def test_nothing_deletes_it_by_the_way(self, dr: Graph, cluster: Node) -> None:
        for node in (cluster, *dr.of_type("gcp:managedkafka/topic:Topic")):
            assert node.inputs["deletionPolicy"] == "PREVENT"


class TestTopics:
    def test_they_are_the_primarys_with_the_same_partitions_and_configuration(self, prod: Graph, dr: Graph) -> None:
        primary = {
            node.inputs["name"]: (
                node.inputs["partitionCount"],
                node.inputs["replicationFactor"],
                json.loads(node.inputs["configs"]),
            )
            for node in prod.of_type("aws:msk/topic:Topic")
        }
        standby = {
            node.inputs["topicId"]: (
                node.inputs["partitionCount"],
                node.inputs["replicationFactor"],
                node.inputs["configs"],
            )
            for node in dr.of_type("gcp:managedkafka/topic:Topic")
        }
        assert standby == primary

    def test_a_zone_can_be_lost_without_a_record(self, dr: Graph) -> None:
        for node in dr.of_type("gcp:managedkafka/topic:Topic"):
            assert node.inputs["replicationFactor"] == 3
            assert node.inputs["configs"]["min.insync.replicas"] == "2"


class TestSize:
    def test_memory_follows_vcpus_within_what_managed_kafka_takes(self, cluster: Node) -> None:
        capacity = cluster.inputs["capacityConfig"]
        assert int(capacity["vcpuCount"]) >= 3
        assert 1 <= int(capacity["memoryBytes"]) / GIB / int(capacity["vcpuCount"]) <= 8

    def test_partitions_move_to_brokers_that_come_later(self, cluster: Node) -> None:
        assert cluster.inputs["rebalanceConfig"] == {"mode": "AUTO_REBALANCE_ON_SCALE_UP"}

    def test_neither_mode_adds_a_broker_that_would_stay(self, dr_with) -> None:
        active = dr_with({"mode": "active"})
        [cluster] = active.of_type("gcp:managedkafka/cluster:Cluster")
        assert 3 < int(cluster.inputs["capacityConfig"]["vcpuCount"]) <= 45
