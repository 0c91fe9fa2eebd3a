"""MSK: TLS and logins only, three copies of everything, and a password that nobody here ever sees."""

import json

import pytest

from preview.graph import Graph, Node


@pytest.fixture
def cluster(prod: Graph) -> Node:
    [cluster] = prod.of_type("aws:msk/cluster:Cluster")
    return cluster


def login(prod: Graph) -> Node:
    """The secret of the replication's login."""
    [secret] = [
        node for node in prod.of_type("aws:cloudcontrol/resource:Resource") if node.name == "stream-replication"
    ]
    return secret


class TestSecurity:
    def test_clients_and_brokers_speak_tls_with_the_streams_key_at_rest(self, prod: Graph, cluster: Node) -> None:
        [key] = [key for key in prod.of_type("aws:kms/key:Key") if key.name == "keys-stream"]
        assert cluster.inputs["encryptionInfo"] == {
            "encryptionAtRestKmsKeyArn": key.outputs["arn"],
            "encryptionInTransit": {"clientBroker": "TLS", "inCluster": True},
        }

    def test_everyone_logs_in(self, cluster: Node) -> None:
        assert cluster.inputs["clientAuthentication"] == {
            "sasl": {"iam": True, "scram": True},
            "unauthenticated": False,
        }

    def test_it_has_no_public_address(self, cluster: Node) -> None:
        access = cluster.inputs["brokerNodeGroupInfo"]["connectivityInfo"]["publicAccess"]
        assert access == {"type": "DISABLED"}

    def test_the_scram_listener_is_closed_until_a_link_opens_it(self, prod: Graph, cluster: Node) -> None:
        [group] = cluster.inputs["brokerNodeGroupInfo"]["securityGroups"]
        ports = {
            node.inputs["fromPort"]
            for node in prod.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
            if node.inputs["securityGroupId"] == group
        }
        assert ports == {9098}


class TestDurability:
    def test_brokers_fill_three_zones_evenly(self, cluster: Node) -> None:
        assert len(cluster.inputs["brokerNodeGroupInfo"]["clientSubnets"]) == 3
        assert cluster.inputs["numberOfBrokerNodes"] % 3 == 0

    def test_a_zone_can_be_lost_without_a_record(self, prod: Graph) -> None:
        [configuration] = prod.of_type("aws:msk/configuration:Configuration")
        properties = dict(line.split(" = ") for line in configuration.inputs["serverProperties"].splitlines())
        assert properties["default.replication.factor"] == "3"
        assert properties["min.insync.replicas"] == "2"
        assert properties["unclean.leader.election.enable"] == "false"
        assert properties["auto.create.topics.enable"] == "false"

    def test_storage_grows_by_itself_and_no_update_shrinks_it(self, prod: Graph, cluster: Node) -> None:
        [target] = prod.of_type("aws:appautoscaling/target:Target")
        assert target.inputs["resourceId"] == cluster.outputs["arn"]
        [size] = cluster.state["ignoreChanges"]
        assert size == "brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize"
        assert (
            target.inputs["maxCapacity"]
            >= cluster.inputs["brokerNodeGroupInfo"]["storageInfo"]["ebsStorageInfo"]["volumeSize"]
        )


class TestTopics:
    def test_each_is_kept_as_long_as_its_settings_say(self, prod: Graph) -> None:
        topics = {
            node.inputs["name"]: json.loads(node.inputs["configs"]) for node in prod.of_type("aws:msk/topic:Topic")
        }
        assert topics["audit-events"]["retention.ms"] == str(744 * 3_600_000)
        assert topics["account-snapshots"]["cleanup.policy"] == "compact"
        assert all(found["min.insync.replicas"] == "2" for found in topics.values())


class TestReplicationLogin:
    def test_aws_generates_the_password(self, prod: Graph) -> None:
        secret = login(prod)
        desired = json.loads(secret.inputs["desiredState"])
        assert desired["Name"].startswith("AmazonMSK_")
        assert "SecretString" not in desired
        assert "password" not in json.loads(desired["GenerateSecretString"]["SecretStringTemplate"])
        assert desired["KmsKeyId"].startswith("arn:aws:kms:")
        assert {found["Key"] for found in desired["Tags"]} >= {"owner", "service"}

    def test_the_cluster_may_read_it_before_it_is_told_of_it(self, prod: Graph) -> None:
        secret = login(prod)
        [policy] = prod.of_type("aws:secretsmanager/secretPolicy:SecretPolicy")
        [association] = prod.of_type("aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation")
        [statement] = json.loads(policy.inputs["policy"])["Statement"]
        assert statement["Principal"] == {"Service": "kafka.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
        assert association.inputs["secretArn"] == secret.state["id"]
        assert policy.urn in association.state["dependencies"]
