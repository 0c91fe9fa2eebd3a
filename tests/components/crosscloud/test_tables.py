"""Replication of tables: each table's changes have a whole way to Bigtable, which nobody else may use."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from preview.graph import Graph, Node

PROGRAM = """
from components.crosscloud.tables import Source, TableReplication, Target
from settings.replication import TableReplicationSettings, WriterSettings
from settings.shared import IndexSettings, TableSettings

replication = TableReplication(
    "tables",
    on_aws,
    on_gcp,
    TableReplicationSettings(),
    writer=WriterSettings(image_digest="sha256:" + "ab" * 32),
    tables={
        "sessions": TableSettings(
            hash_key="session_id",
            attributes={"session_id": "S", "user_id": "S", "seen_at": "N"},
            indexes={"by-user": IndexSettings(hash_key="user_id", range_key="seen_at")},
            rpo=15,
        ),
        "orders": TableSettings(
            hash_key="account_id", range_key="created_at", attributes={"account_id": "S", "created_at": "N"}
        ),
    },
    source=Source(
        names={"sessions": "platform-test-sessions", "orders": "platform-test-orders"},
        key_arn="arn:aws:kms:us-west-2:111122223333:key/sample",
        arns={
            "sessions": "arn:aws:dynamodb:us-west-2:111122223333:table/platform-test-sessions",
            "orders": "arn:aws:dynamodb:us-west-2:111122223333:table/platform-test-orders",
        },
        tables_key_arn="arn:aws:kms:us-west-2:111122223333:key/tables",
    ),
    target=Target(
        instance="sample-tables",
        tables={"sessions": "sessions", "orders": "orders"},
        indexes={"sessions": {"by-user": "sessions.by-user"}, "orders": {}},
        profile="replication",
        image="us-central1-docker.pkg.dev/example-standby/images/bigtable-writer",
        network="projects/example-standby/global/networks/sample",
        subnet="projects/example-standby/regions/us-central1/subnetworks/serverless",
        regions=["us-central1", "us-west1"],
        messages_key="projects/example-standby/locations/us-central1/keyRings/r/cryptoKeys/messages",
        images_key="projects/example-standby/locations/us-central1/keyRings/r/cryptoKeys/images",
        agent="serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com",
        channels={"page": ["projects/example-standby/notificationChannels/1"], "ticket": []},
    ),
    opts=opts,
)
"""

TABLES = {"sessions", "orders"}
STREAM = "aws:kinesis/stream:Stream"
CONSUMER = "aws:kinesis/streamConsumer:StreamConsumer"
DESTINATION = "aws:dynamodb/kinesisStreamingDestination:KinesisStreamingDestination"
TOPIC = "gcp:pubsub/topic:Topic"
SUBSCRIPTION = "gcp:pubsub/subscription:Subscription"
ACCOUNT = "gcp:serviceaccount/account:Account"
AGENT = "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"


@pytest.fixture(scope="module")
def graph(sample: Callable[[str], Graph]) -> Graph:
    return sample(PROGRAM)


@pytest.fixture(scope="module")
def service(graph: Graph) -> Node:
    [service] = graph.of_type("gcp:cloudrunv2/service:Service")
    return service


@pytest.fixture(scope="module")
def environment(service: Node) -> dict[str, str]:
    [container] = service.inputs["template"]["containers"]
    return {each["name"]: each["value"] for each in container["envs"]}


def named(graph: Graph, token: str, name: str) -> Node:
    [found] = [node for node in graph.of_type(token) if node.name == name]
    return found


def imports(graph: Graph) -> dict[str, Node]:
    """The topics that import a stream, by table."""
    return {
        topic.name.removeprefix("tables-"): topic
        for topic in graph.of_type(TOPIC)
        if "ingestionDataSourceSettings" in topic.inputs
    }


class TestStreams:
    def test_each_table_has_one_of_its_own(self, graph: Graph) -> None:
        wired = {node.inputs["tableName"]: node.inputs["streamArn"] for node in graph.of_type(DESTINATION)}
        assert wired == {
            f"platform-test-{table}": named(graph, STREAM, f"tables-{table}").outputs["arn"] for table in TABLES
        }

    def test_times_are_exact_enough_to_order_changes(self, graph: Graph) -> None:
        for destination in graph.of_type(DESTINATION):
            assert destination.inputs["approximateCreationDateTimePrecision"] == "MICROSECOND"

    def test_they_outlast_a_weekend_under_our_key(self, graph: Graph) -> None:
        for stream in graph.of_type(STREAM):
            assert stream.inputs["retentionPeriod"] >= 72
            assert stream.inputs["encryptionType"] == "KMS"
            assert stream.inputs["kmsKeyId"].startswith("arn:aws:kms:us-west-2:111122223333:key/")
            assert stream.inputs["streamModeDetails"] == {"streamMode": "ON_DEMAND"}
            assert stream.protected


class TestImport:
    def test_each_topic_reads_its_tables_stream(self, graph: Graph) -> None:
        topics = imports(graph)
        assert topics.keys() == TABLES
        [role] = graph.of_type("aws:iam/role:Role")
        for table, topic in topics.items():
            settings = topic.inputs["ingestionDataSourceSettings"]["awsKinesis"]
            consumer = named(graph, CONSUMER, f"tables-{table}")
            assert settings == {
                "streamArn": named(graph, STREAM, f"tables-{table}").outputs["arn"],
                "consumerArn": consumer.outputs["arn"],
                "awsRoleArn": role.outputs["arn"],
                "gcpServiceAccount": named(graph, ACCOUNT, "tables-reader").outputs["email"],
            }
            assert consumer.inputs["streamArn"] == settings["streamArn"]

    def test_the_role_trusts_one_google_account_by_its_number(self, graph: Graph) -> None:
        [role] = graph.of_type("aws:iam/role:Role")
        [trust] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        assert trust["Principal"] == {"Federated": "accounts.google.com"}
        assert trust["Action"] == ["sts:AssumeRoleWithWebIdentity"]
        number = named(graph, ACCOUNT, "tables-reader").outputs["uniqueId"]
        assert trust["Condition"] == {"StringEquals": {"accounts.google.com:sub": number}}

    def test_the_role_reads_these_streams_and_does_nothing_else(self, graph: Graph) -> None:
        [policy] = graph.of_type("aws:iam/rolePolicy:RolePolicy")
        streams, consumers, key = json.loads(policy.inputs["policy"])["Statement"]
        assert set(streams["Resource"]) == {node.outputs["arn"] for node in graph.of_type(STREAM)}
        assert set(consumers["Resource"]) == {node.outputs["arn"] for node in graph.of_type(CONSUMER)}
        for action in streams["Action"] + consumers["Action"]:
            verb = action.removeprefix("kinesis:")
            assert verb.startswith(("Describe", "Get", "List", "Subscribe")), action
        assert key["Action"] == ["kms:Decrypt"]
        assert key["Resource"].startswith("arn:aws:kms:")
        assert key["Condition"] == {"StringEquals": {"kms:ViaService": "kinesis.us-west-2.amazonaws.com"}}

    def test_pubsub_may_act_as_the_accounts_that_it_needs_to(self, graph: Graph) -> None:
        grants = {
            (node.inputs["serviceAccountId"], node.inputs["role"], node.inputs["member"])
            for node in graph.of_type("gcp:serviceaccount/iAMMember:IAMMember")
        }
        reader, pusher = (named(graph, ACCOUNT, f"tables-{use}").outputs["name"] for use in ("reader", "pusher"))
        assert grants == {
            (reader, "roles/iam.serviceAccountTokenCreator", AGENT),
            (pusher, "roles/iam.serviceAccountOpenIdTokenCreator", AGENT),
        }

    def test_messages_stay_in_the_named_regions_under_our_key(self, graph: Graph) -> None:
        for topic in graph.of_type(TOPIC):
            assert topic.inputs["messageStoragePolicy"]["allowedPersistenceRegions"] == ["us-central1", "us-west1"]
            assert topic.inputs["kmsKeyName"].endswith("/cryptoKeys/messages")

    def test_a_failing_import_is_logged_and_tells_people(self, graph: Graph) -> None:
        filters = [
            node.inputs["conditions"][0]["conditionMatchedLog"]["filter"]
            for node in graph.of_type("gcp:monitoring/alertPolicy:AlertPolicy")
            if "conditionMatchedLog" in node.inputs["conditions"][0]
        ]
        for topic in imports(graph).values():
            settings = topic.inputs["ingestionDataSourceSettings"]
            assert settings["platformLogsSettings"]["severity"] == "WARNING"
            assert [text for text in filters if f'"{topic.inputs["name"]}"' in text]


class TestPush:
    def test_each_topic_is_pushed_to_the_writer_with_a_token_that_it_takes(
        self, graph: Graph, service: Node, environment: dict[str, str]
    ) -> None:
        pushed = {}
        for subscription in graph.of_type(SUBSCRIPTION):
            if push := subscription.inputs.get("pushConfig"):
                pushed[subscription.inputs["topic"]] = push
                assert push["pushEndpoint"] == f"{service.outputs['uri']}/"
                token = push["oidcToken"]
                assert token["serviceAccountEmail"] == environment["ACCOUNT"]
                assert token["audience"] == environment["AUDIENCE"]
                assert service.inputs["customAudiences"] == [token["audience"]]
        assert pushed.keys() == {topic.state["id"] for topic in imports(graph).values()}

    def test_only_the_pushing_account_may_call_the_writer(self, graph: Graph, service: Node) -> None:
        [invoker] = graph.of_type("gcp:cloudrunv2/serviceIamMember:ServiceIamMember")
        assert invoker.inputs["role"] == "roles/run.invoker"
        assert invoker.inputs["member"] == named(graph, ACCOUNT, "tables-pusher").outputs["member"]
        assert service.inputs["ingress"] == "INGRESS_TRAFFIC_INTERNAL_ONLY"
        assert "invokerIamDisabled" not in service.inputs

    def test_a_change_is_tried_for_hours_and_then_kept(self, graph: Graph) -> None:
        dead = named(graph, TOPIC, "tables-dead-letters").state["id"]
        for subscription in graph.of_type(SUBSCRIPTION):
            assert subscription.inputs["expirationPolicy"] == {"ttl": ""}
            if "pushConfig" in subscription.inputs:
                assert subscription.inputs["deadLetterPolicy"] == {"deadLetterTopic": dead, "maxDeliveryAttempts": 100}
                assert subscription.inputs["ackDeadlineSeconds"] > 20
            else:
                assert subscription.inputs["topic"] == dead

    def test_pubsub_may_set_messages_aside(self, graph: Graph) -> None:
        acknowledged = {
            node.inputs["subscription"]
            for node in graph.of_type("gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember")
            if (node.inputs["role"], node.inputs["member"]) == ("roles/pubsub.subscriber", AGENT)
        }
        assert acknowledged == {node.state["id"] for node in graph.of_type(SUBSCRIPTION) if "pushConfig" in node.inputs}
        publishers = {node.inputs["member"] for node in graph.of_type("gcp:pubsub/topicIAMMember:TopicIAMMember")}
        assert publishers == {AGENT, named(graph, ACCOUNT, "tables-writer").outputs["member"]}


class TestWriter:
    def test_it_has_the_settings_that_the_service_reads(self, root: Path, environment: dict[str, str]) -> None:
        # The service's own requirements are not installed with the program's.
        documented = (root / "services/bigtable_writer/__main__.py").read_text().split('"""')[1]
        for variable in environment:
            assert f"`{variable}`" in documented, variable
        for variable in ("PROJECT", "INSTANCE", "APP_PROFILE", "TABLES", "AUDIENCE", "ACCOUNT", "DEAD_LETTERS"):
            assert environment[variable]

    def test_it_knows_each_table_by_dynamodbs_name_with_its_keys(self, environment: dict[str, str]) -> None:
        assert json.loads(environment["TABLES"]) == {
            "platform-test-sessions": {
                "table": "sessions",
                "partition": "session_id",
                "indexes": [{"table": "sessions.by-user", "keys": [["user_id", "S"], ["seen_at", "N"]]}],
            },
            "platform-test-orders": {"table": "orders", "partition": "account_id", "sort": "created_at"},
        }

    def test_it_takes_as_many_changes_as_it_is_sent(self, service: Node, environment: dict[str, str]) -> None:
        assert environment["IN_FLIGHT_LIMIT"] == str(service.inputs["template"]["maxInstanceRequestConcurrency"])

    def test_its_image_is_one_for_good_and_attested(self, service: Node) -> None:
        [container] = service.inputs["template"]["containers"]
        assert container["image"].startswith("us-central1-docker.pkg.dev/example-standby/")
        assert container["image"].endswith(f"@sha256:{'ab' * 32}")
        assert service.inputs["binaryAuthorization"] == {"useDefault": True}

    def test_it_may_write_into_one_instance_and_the_dead_letters(self, graph: Graph, service: Node) -> None:
        account = named(graph, ACCOUNT, "tables-writer")
        assert service.inputs["template"]["serviceAccount"] == account.outputs["email"]
        granted = {
            (node.type.split(":")[-1], node.inputs["role"])
            for node in graph.nodes.values()
            if node.inputs.get("member") == account.outputs["member"]
        }
        assert granted == {("InstanceIamMember", "roles/bigtable.user"), ("TopicIAMMember", "roles/pubsub.publisher")}

    def test_its_traffic_leaves_by_our_network(self, service: Node) -> None:
        access = service.inputs["template"]["vpcAccess"]
        assert access["egress"] == "ALL_TRAFFIC"
        assert access["networkInterfaces"][0]["subnetwork"].endswith("/serverless")

    def test_it_always_runs_with_its_cpu(self, service: Node) -> None:
        [container] = service.inputs["template"]["containers"]
        assert container["resources"]["cpuIdle"] is False
        assert service.inputs["template"]["scaling"]["minInstanceCount"] >= 1

    def test_it_gets_changes_once_bigtable_answers(self, service: Node) -> None:
        [container] = service.inputs["template"]["containers"]
        paths = {probe: container[probe]["httpGet"]["path"] for probe in ("startupProbe", "readinessProbe")}
        assert set(paths.values()) == {"/readyz"}
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"


class TestAlarms:
    def test_each_table_has_one_at_its_rpo(self, graph: Graph) -> None:
        found = {}
        for policy in graph.of_type("gcp:monitoring/alertPolicy:AlertPolicy"):
            condition = policy.inputs["conditions"][0].get("conditionThreshold")
            if condition and "oldest_unacked_message_age" in condition["filter"]:
                [table] = [table for table in TABLES if f'"changes.{table}"' in condition["filter"]]
                found[table] = condition["thresholdValue"]
                assert policy.inputs["severity"] == "CRITICAL"
                assert policy.inputs["notificationChannels"]
        assert found == {"sessions": 15 * 60, "orders": 5 * 60}

    def test_what_is_set_aside_tells_people_at_once(self, graph: Graph) -> None:
        policy = named(graph, "gcp:monitoring/alertPolicy:AlertPolicy", "tables-alarms-set-aside-kept")
        condition = policy.inputs["conditions"][0]["conditionThreshold"]
        assert '"dead-letters.changes"' in condition["filter"]
        assert condition["thresholdValue"] == 0


def test_everything_is_marked_as_a_link(graph: Graph) -> None:
    for node in graph.of_type(STREAM, TOPIC, SUBSCRIPTION, CONSUMER):
        marks = node.inputs["tags" if node.type.startswith("aws:") else "labels"]
        assert marks["dr-role"] == "link", node.urn
