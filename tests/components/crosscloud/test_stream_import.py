"""Pub/Sub's imports of Kafka's topics: each whole, and read by one account that may read just these."""

import json
from collections.abc import Callable

import pytest

from preview.graph import Graph

PROGRAM = """
from components.crosscloud.stream_import import ImportTarget, StreamImport
from settings.gcp.secrets import SecretStoreSettings
from settings.replication import StreamReplicationSettings
from settings.shared import TopicSettings

StreamImport(
    "imports",
    on_aws,
    on_gcp,
    StreamReplicationSettings(
        kind="import", import_days=9, secret_store=SecretStoreSettings(first_reminder="2027-01-04T09:00:00Z")
    ),
    topics={"orders": TopicSettings(), "payments": TopicSettings()},
    cluster_arn="arn:aws:kafka:us-west-2:111122223333:cluster/sample/0f-1",
    target=ImportTarget(
        regions=["us-central1", "us-west1"],
        messages_key="projects/example-standby/locations/us-central1/keyRings/r/cryptoKeys/messages",
        agent="serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com",
        channels={"page": ["projects/example-standby/notificationChannels/1"], "ticket": []},
    ),
    opts=opts,
)
"""

CLUSTER = "arn:aws:kafka:us-west-2:111122223333:cluster/sample/0f-1"
TOPICS = {"orders", "payments"}


@pytest.fixture(scope="module")
def graph(sample: Callable[[str], Graph]) -> Graph:
    return sample(PROGRAM)


def test_each_topic_is_imported_into_one_of_its_own(graph: Graph) -> None:
    [role] = graph.of_type("aws:iam/role:Role")
    [account] = graph.of_type("gcp:serviceaccount/account:Account")
    found = {
        topic.inputs["name"]: topic.inputs["ingestionDataSourceSettings"]["awsMsk"]
        for topic in graph.of_type("gcp:pubsub/topic:Topic")
    }
    assert found == {
        f"imports.{topic}": {
            "clusterArn": CLUSTER,
            "topic": topic,
            "awsRoleArn": role.outputs["arn"],
            "gcpServiceAccount": account.outputs["email"],
        }
        for topic in TOPICS
    }


def test_the_role_trusts_one_google_account_by_its_number(graph: Graph) -> None:
    [role] = graph.of_type("aws:iam/role:Role")
    [account] = graph.of_type("gcp:serviceaccount/account:Account")
    [trust] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust["Condition"] == {"StringEquals": {"accounts.google.com:sub": account.outputs["uniqueId"]}}


def test_the_role_reads_these_topics_and_writes_nothing(graph: Graph) -> None:
    [policy] = graph.of_type("aws:iam/rolePolicy:RolePolicy")
    whole, topics, groups = json.loads(policy.inputs["policy"])["Statement"]
    assert whole["Resource"] == CLUSTER
    prefix = "arn:aws:kafka:us-west-2:111122223333"
    assert set(topics["Resource"]) == {f"{prefix}:topic/sample/0f-1/{topic}" for topic in TOPICS}
    assert set(topics["Action"]) == {"kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"}
    assert groups["Resource"] == f"{prefix}:group/sample/0f-1/*"
    assert not [action for action in whole["Action"] if "Write" in action or "Create" in action]


def test_readers_have_days_to_come(graph: Graph) -> None:
    topics = {node.inputs["name"]: node.state["id"] for node in graph.of_type("gcp:pubsub/topic:Topic")}
    subscriptions = graph.of_type("gcp:pubsub/subscription:Subscription")
    assert {node.inputs["name"]: node.inputs["topic"] for node in subscriptions} == topics
    for subscription in subscriptions:
        assert subscription.inputs["messageRetentionDuration"] == f"{9 * 86400}s"
        assert subscription.inputs["expirationPolicy"] == {"ttl": ""}
        assert subscription.protected


def test_messages_stay_in_the_named_regions_under_our_key(graph: Graph) -> None:
    for topic in graph.of_type("gcp:pubsub/topic:Topic"):
        assert topic.inputs["messageStoragePolicy"]["allowedPersistenceRegions"] == ["us-central1", "us-west1"]
        assert topic.inputs["kmsKeyName"].endswith("/cryptoKeys/messages")


def test_a_failing_import_is_logged_and_tells_people(graph: Graph) -> None:
    policies = graph.of_type("gcp:monitoring/alertPolicy:AlertPolicy")
    filters = [node.inputs["conditions"][0]["conditionMatchedLog"]["filter"] for node in policies]
    for topic in TOPICS:
        assert [text for text in filters if f'"imports.{topic}"' in text]
    for topic in graph.of_type("gcp:pubsub/topic:Topic"):
        settings = topic.inputs["ingestionDataSourceSettings"]
        assert settings["platformLogsSettings"]["severity"] == "WARNING"


def test_nothing_runs(graph: Graph) -> None:
    assert not [node for node in graph.nodes.values() if node.type.startswith("gcp:managedkafka/")]
