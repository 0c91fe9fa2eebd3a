"""The mirror of Kafka: its ways in and out, what it may do, and that no password is in its configuration."""

import re
from collections.abc import Callable

import pytest

from preview.graph import Graph, Node

PROGRAM = """
from components.crosscloud.stream import Source, StreamReplication, Target
from settings.gcp.secrets import SecretStoreSettings
from settings.replication import StreamReplicationSettings
from settings.shared import TopicSettings

key = "projects/example-standby/locations/{}/keyRings/r/cryptoKeys/k"
StreamReplication(
    "mirror",
    on_aws,
    on_gcp,
    StreamReplicationSettings(
        vcpus=4, login_version=7, generation=2, secret_store=SecretStoreSettings(first_reminder="2027-01-04T09:00:00Z")
    ),
    topics={"orders": TopicSettings(rpo=15), "payments": TopicSettings(rpo=10)},
    source=Source("b-1.sample.x1.c2.kafka.us-west-2.amazonaws.com:9096,b-2.sample.x1.c2.kafka.us-west-2.amazonaws.com:9096"),
    target=Target(
        cluster="projects/example-standby/locations/us-central1/clusters/sample",
        cluster_name="sample",
        brokers="bootstrap.sample.us-central1.managedkafka.example-standby.cloud.goog:9092",
        subnet="projects/example-standby/regions/us-central1/subnetworks/kafka-connect",
        topics={topic: f"projects/example-standby/topics/{topic}" for topic in ("orders", "payments")},
        login_keys={region: key.format(region) for region in ("us-central1", "us-west1")},
        messages_key=key.format("us-central1"),
        agent="serviceAccount:service-123456789012@gcp-sa-managedkafka.iam.gserviceaccount.com",
        secrets_agent="serviceAccount:service-123456789012@gcp-sa-secretmanager.iam.gserviceaccount.com",
        channels={"page": ["projects/example-standby/notificationChannels/1"], "ticket": []},
    ),
    opts=opts,
)
"""

TOPICS = {"orders", "payments"}
MIRROR = "org.apache.kafka.connect.mirror"
AGENT = "serviceAccount:service-123456789012@gcp-sa-managedkafka.iam.gserviceaccount.com"
MSK = "b-1.sample.x1.c2.kafka.us-west-2.amazonaws.com:9096,b-2.sample.x1.c2.kafka.us-west-2.amazonaws.com:9096"
OWN = "bootstrap.sample.us-central1.managedkafka.example-standby.cloud.goog:9092"
CONNECTOR = "gcp:managedkafka/connector:Connector"
MIRRORS = ["source", "checkpoint", "heartbeat"]


@pytest.fixture(scope="module")
def graph(sample: Callable[[str], Graph]) -> Graph:
    return sample(PROGRAM)


@pytest.fixture(scope="module")
def configs(graph: Graph) -> dict[str, dict[str, str]]:
    """Configurations of connectors by purpose."""
    return {node.name.removeprefix("mirror-"): node.inputs["configs"] for node in graph.of_type(CONNECTOR)}


@pytest.fixture(scope="module")
def cluster(graph: Graph) -> Node:
    [cluster] = graph.of_type("gcp:managedkafka/connectCluster:ConnectCluster")
    return cluster


class TestWorkers:
    def test_they_belong_to_the_standbys_cluster_and_enter_its_network(self, cluster: Node) -> None:
        assert cluster.inputs["kafkaCluster"].endswith("/clusters/sample")
        [network] = cluster.inputs["gcpConfig"]["accessConfig"]["networkConfigs"]
        assert network["primarySubnet"].endswith("/subnetworks/kafka-connect")

    def test_they_resolve_the_brokers_of_both_sides_and_nothing_else(self, cluster: Node) -> None:
        [network] = cluster.inputs["gcpConfig"]["accessConfig"]["networkConfigs"]
        assert network["dnsDomainNames"] == [
            "sample.us-central1.managedkafka.example-standby.cloud.goog",
            "sample.x1.c2.kafka.us-west-2.amazonaws.com",
        ]

    def test_memory_follows_their_number(self, cluster: Node) -> None:
        assert cluster.inputs["capacityConfig"] == {"vcpuCount": "4", "memoryBytes": str(16 * 1024**3)}

    def test_every_connector_runs_on_them_and_is_started_again(self, graph: Graph, cluster: Node) -> None:
        for connector in graph.of_type(CONNECTOR):
            assert connector.inputs["connectCluster"] == cluster.inputs["connectClusterId"]
            assert connector.inputs["location"] == cluster.inputs["location"]
            assert connector.inputs["configs"]["name"] == connector.inputs["connectorId"]
            assert connector.inputs["taskRestartPolicy"]["minimumBackoff"]

    def test_their_account_has_what_it_needs_and_no_more(self, graph: Graph) -> None:
        granted = {
            (node.type.split(":")[-1], node.name.removeprefix("mirror-"), node.inputs["role"])
            for node in graph.nodes.values()
            if node.inputs.get("member") == AGENT
        }
        assert granted == {
            ("SubnetworkIAMMember", "network", "roles/compute.networkUser"),
            ("IAMMember", "client", "roles/managedkafka.client"),
            ("SecretIamMember", "login-secretaccessor", "roles/secretmanager.secretAccessor"),
            ("SecretIamMember", "login-viewer", "roles/secretmanager.viewer"),
            ("TopicIAMMember", "orders", "roles/pubsub.publisher"),
            ("TopicIAMMember", "payments", "roles/pubsub.publisher"),
        }
        for node in graph.of_type("gcp:pubsub/topicIAMMember:TopicIAMMember"):
            if node.inputs["member"] == AGENT:
                assert node.inputs["topic"].rsplit("/", 1)[-1] == node.name.removeprefix("mirror-")


class TestLogin:
    def test_no_configuration_holds_a_password(self, configs: dict[str, dict[str, str]]) -> None:
        passwords = [
            password
            for config in configs.values()
            for value in config.values()
            for password in re.findall(r'password="([^"]*)"', value)
        ]
        assert set(passwords) == {"${directory:/var/secrets:example-standby-platform-test-stream-login-7}"}

    def test_the_reference_is_to_the_secret_that_is_made_here(self, graph: Graph) -> None:
        [secret] = graph.of_type("gcp:secretmanager/secret:Secret")
        assert secret.inputs["secretId"] == "platform-test-stream-login"
        assert secret.protected
        assert not graph.of_type("gcp:secretmanager/secretVersion:SecretVersion")

    def test_it_is_encrypted_by_a_key_of_each_region(self, graph: Graph) -> None:
        [secret] = graph.of_type("gcp:secretmanager/secret:Secret")
        for replica in secret.inputs["replication"]["userManaged"]["replicas"]:
            key = replica["customerManagedEncryption"]["kmsKeyName"]
            assert f"/locations/{replica['location']}/" in key

    @pytest.mark.parametrize("purpose", MIRRORS)
    def test_each_side_is_reached_by_its_own_login(self, purpose: str, configs: dict[str, dict[str, str]]) -> None:
        config = configs[purpose]
        for side in ("source.cluster", "target.cluster"):
            ours = config[f"{side}.alias"] == "standby"
            assert config[f"{side}.bootstrap.servers"] == (OWN if ours else MSK)
            assert config[f"{side}.sasl.mechanism"] == ("OAUTHBEARER" if ours else "SCRAM-SHA-512")
            assert config[f"{side}.security.protocol"] == "SASL_SSL"
            assert ("GcpLoginCallbackHandler" in config.get(f"{side}.sasl.login.callback.handler.class", "")) is ours
            assert ('username="replication"' in config[f"{side}.sasl.jaas.config"]) is not ours


class TestMirror:
    def test_records_come_from_the_primary_and_beats_start_there(self, configs: dict[str, dict[str, str]]) -> None:
        assert {purpose: configs[purpose]["source.cluster.alias"] for purpose in MIRRORS} == {
            "source": "primary",
            "checkpoint": "primary",
            "heartbeat": "standby",
        }
        beats = configs["heartbeat"]
        assert beats["producer.override.bootstrap.servers"] == MSK
        assert beats["producer.override.sasl.mechanism"] == "SCRAM-SHA-512"
        assert "Gcp" not in beats["producer.override.sasl.login.callback.handler.class"]
        assert not [key for purpose in ("source", "checkpoint") for key in configs[purpose] if "override" in key]

    def test_nothing_of_replication_is_written_to_the_primary_but_beats(
        self, configs: dict[str, dict[str, str]]
    ) -> None:
        for purpose in ("source", "checkpoint"):
            assert configs[purpose]["offset-syncs.topic.location"] == "target"

    @pytest.mark.parametrize("purpose", MIRRORS)
    def test_topics_keep_their_names_and_records_their_bytes(
        self, purpose: str, configs: dict[str, dict[str, str]]
    ) -> None:
        config = configs[purpose]
        assert config["replication.policy.class"] == f"{MIRROR}.IdentityReplicationPolicy"
        for part in ("key", "value", "header"):
            assert config[f"{part}.converter"] == "org.apache.kafka.connect.converters.ByteArrayConverter"

    def test_just_the_declared_topics_are_copied(self, configs: dict[str, dict[str, str]]) -> None:
        for purpose in ("source", "checkpoint"):
            assert set(configs[purpose]["topics"].split(",")) == TOPICS

    def test_topics_and_access_lists_stay_the_programs(self, configs: dict[str, dict[str, str]]) -> None:
        assert configs["source"]["sync.topic.configs.enabled"] == "false"
        assert configs["source"]["sync.topic.acls.enabled"] == "false"

    def test_aborted_transactions_are_not_copied(self, configs: dict[str, dict[str, str]]) -> None:
        assert configs["source"]["source.consumer.isolation.level"] == "read_committed"

    def test_readers_positions_are_carried(self, configs: dict[str, dict[str, str]]) -> None:
        assert configs["checkpoint"]["sync.group.offsets.enabled"] == "true"
        assert int(configs["checkpoint"]["sync.group.offsets.interval.seconds"]) <= 60
        assert configs["checkpoint"]["groups"] == ".*"

    def test_its_own_topics_outlive_a_zone(self, configs: dict[str, dict[str, str]]) -> None:
        factors = [
            value for purpose in MIRRORS for key, value in configs[purpose].items() if "replication.factor" in key
        ]
        assert len(factors) == 4
        assert set(factors) == {"3"}

    def test_a_new_generation_is_another_source_and_the_same_sinks(self, configs: dict[str, dict[str, str]]) -> None:
        assert configs["source"]["name"] == "mirror-source-2"
        assert configs["orders"]["name"] == "mirror-orders"


class TestSinks:
    @pytest.mark.parametrize("topic", sorted(TOPICS))
    def test_each_topic_is_published_in_its_own(self, topic: str, configs: dict[str, dict[str, str]]) -> None:
        config = configs[topic]
        assert config["connector.class"] == "com.google.pubsub.kafka.sink.CloudPubSubSinkConnector"
        assert (config["topics"], config["cps.topic"], config["cps.project"]) == (topic, topic, "example-standby")

    @pytest.mark.parametrize("topic", sorted(TOPICS))
    def test_messages_are_the_records_in_the_order_of_keys(
        self, topic: str, configs: dict[str, dict[str, str]]
    ) -> None:
        config = configs[topic]
        assert config["value.converter"] == "org.apache.kafka.connect.converters.ByteArrayConverter"
        assert config["orderingKeySource"] == "key"
        assert config["metadata.publish"] == config["headers.publish"] == "true"

    def test_the_regional_endpoint_is_used(self, configs: dict[str, dict[str, str]]) -> None:
        assert {configs[topic]["cps.endpoint"] for topic in TOPICS} == {"us-central1-pubsub.googleapis.com:443"}


class TestAlarms:
    def test_silence_for_the_shortest_rpo_is_a_page_with_aws_dark(self, graph: Graph) -> None:
        [policy] = [
            node for node in graph.of_type("gcp:monitoring/alertPolicy:AlertPolicy") if node.name.endswith("mirror-rpo")
        ]
        [condition] = [each["conditionThreshold"] for each in policy.inputs["conditions"]]
        assert '"managedkafka.googleapis.com/message_in_count"' in condition["filter"]
        assert 'topic_id = "primary.heartbeats"' in condition["filter"]
        assert 'cluster_id = "sample"' in condition["filter"]
        assert condition["comparison"] == "COMPARISON_LT"
        assert condition["duration"] == f"{10 * 60}s"
        assert condition["evaluationMissingData"] == "EVALUATION_MISSING_DATA_ACTIVE"
        assert policy.inputs["severity"] == "CRITICAL"
        assert policy.inputs["notificationChannels"]

    def test_a_failed_connector_is_told_of(self, graph: Graph, cluster: Node) -> None:
        [policy] = [
            node for node in graph.of_type("gcp:monitoring/alertPolicy:AlertPolicy") if node.name.endswith("-failed")
        ]
        [condition] = [each["conditionMatchedLog"] for each in policy.inputs["conditions"]]
        assert f'cluster_id = "{cluster.inputs["connectClusterId"]}"' in condition["filter"]
