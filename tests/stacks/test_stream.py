"""Kafka's records reach the standby by the kind of way that the settings name, and by no other."""

from collections.abc import Callable

import pytest

from preview.graph import Graph

CONNECTOR = "gcp:managedkafka/connector:Connector"
WORKERS = "gcp:managedkafka/connectCluster:ConnectCluster"
IMPORT = "awsMsk"


def configs(graph: Graph) -> dict[str, dict[str, str]]:
    return {node.name.removeprefix("mirror-"): node.inputs["configs"] for node in graph.of_type(CONNECTOR)}


def imports(graph: Graph) -> list[str]:
    """The Kafka topics that Pub/Sub imports."""
    found = [node.inputs.get("ingestionDataSourceSettings", {}) for node in graph.of_type("gcp:pubsub/topic:Topic")]
    return sorted(each[IMPORT]["topic"] for each in found if IMPORT in each)


class TestMirror:
    def test_it_joins_the_two_clusters(self, interconnect: Graph, prod: Graph, dr: Graph) -> None:
        [theirs], [ours] = prod.of_type("aws:msk/cluster:Cluster"), dr.of_type("gcp:managedkafka/cluster:Cluster")
        [workers] = interconnect.of_type(WORKERS)
        assert workers.inputs["kafkaCluster"] == ours.outputs["name"]
        source = configs(interconnect)["source"]
        assert source["source.cluster.bootstrap.servers"] == theirs.outputs["bootstrapBrokersSaslScram"]
        assert source["target.cluster.bootstrap.servers"] == ours.outputs["bootstrapAddress"]

    def test_it_copies_what_both_sides_have(self, interconnect: Graph, prod: Graph, dr: Graph) -> None:
        copied = set(configs(interconnect)["source"]["topics"].split(","))
        assert copied == {node.inputs["name"] for node in prod.of_type("aws:msk/topic:Topic")}
        assert copied == {node.inputs["topicId"] for node in dr.of_type("gcp:managedkafka/topic:Topic")}

    def test_each_topic_is_published_where_the_standbys_readers_look(self, interconnect: Graph, dr: Graph) -> None:
        names = {node.inputs["name"] for node in dr.of_type("gcp:pubsub/topic:Topic") if "name" in node.inputs}
        sinks = {each["topics"]: each["cps.topic"] for each in configs(interconnect).values() if "cps.topic" in each}
        assert sinks == {topic: topic for topic in configs(interconnect)["source"]["topics"].split(",")}
        assert set(sinks.values()) <= names

    def test_its_login_is_one_that_the_primary_knows(self, interconnect: Graph, prod: Graph) -> None:
        [secret] = [
            node for node in prod.of_type("aws:cloudcontrol/resource:Resource") if "AmazonMSK_" in str(node.inputs)
        ]
        assert '\\"username\\": \\"replication\\"' in secret.inputs["desiredState"]
        assert 'username="replication"' in configs(interconnect)["source"]["source.cluster.sasl.jaas.config"]

    def test_workers_stand_where_the_primary_admits_them(self, interconnect: Graph, dr: Graph) -> None:
        [workers] = interconnect.of_type(WORKERS)
        [network] = workers.inputs["gcpConfig"]["accessConfig"]["networkConfigs"]
        [subnet] = [
            node
            for node in dr.of_type("gcp:compute/subnetwork:Subnetwork")
            if node.state["id"] == network["primarySubnet"]
        ]
        [rule] = {
            (node.inputs["cidrIpv4"], node.inputs["fromPort"], node.inputs["toPort"])
            for node in interconnect.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
            if node.name.startswith("openings-stream")
        }
        assert rule == (subnet.inputs["ipCidrRange"], 9096, 9096)
        for port in configs(interconnect)["source"]["source.cluster.bootstrap.servers"].split(","):
            assert port.endswith(":9096")

    def test_nothing_is_imported_beside(self, interconnect: Graph) -> None:
        assert not imports(interconnect)


class TestImport:
    @pytest.fixture
    def graph(self, changed_stack: Callable[..., Graph]) -> Graph:
        own = {"kind": "import", "secret_store": {"first_reminder": "2027-01-04T09:00:00Z"}}
        return changed_stack("interconnect", {"stream_replication": own})

    def test_pubsub_reads_each_topic_of_the_primary_and_nothing_runs(self, graph: Graph, prod: Graph) -> None:
        assert imports(graph) == sorted(node.inputs["name"] for node in prod.of_type("aws:msk/topic:Topic"))
        assert not graph.of_type(WORKERS, CONNECTOR)
        assert not graph.of_type("gcp:secretmanager/secret:Secret")
        openings = graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        assert openings
        assert 9096 not in {node.inputs["fromPort"] for node in openings}
