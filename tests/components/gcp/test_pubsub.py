"""Pub/Sub: a topic beside each of Kafka's, read by one subscription, whose dead letters are kept for people."""

import json

import pytest

from preview.graph import Graph, Node

TOPIC, SUBSCRIPTION = "gcp:pubsub/topic:Topic", "gcp:pubsub/subscription:Subscription"
DEAD = ".dead-letters"


def messaging(dr: Graph, token: str) -> dict[str, Node]:
    """The component's resources of a type, by their name in the cloud."""
    return {node.inputs["name"]: node for node in dr.of_type(token) if node.name.startswith("messaging-")}


@pytest.fixture
def topics(dr: Graph) -> dict[str, Node]:
    return messaging(dr, TOPIC)


@pytest.fixture
def subscriptions(dr: Graph) -> dict[str, Node]:
    return messaging(dr, SUBSCRIPTION)


class TestTopics:
    def test_each_of_the_primarys_has_one_with_a_subscription_and_a_place_for_dead_letters(
        self, prod: Graph, topics: dict[str, Node], subscriptions: dict[str, Node]
    ) -> None:
        primary = {node.inputs["name"] for node in prod.of_type("aws:msk/topic:Topic")}
        assert topics.keys() == subscriptions.keys() == primary | {name + DEAD for name in primary}

    def test_messages_stay_in_the_region_under_the_messages_key(self, dr: Graph, topics: dict[str, Node]) -> None:
        [key] = [key for key in dr.of_type("gcp:kms/cryptoKey:CryptoKey") if key.name == "keys-messages"]
        for topic in topics.values():
            assert topic.inputs["kmsKeyName"] == key.state["id"]
            assert topic.inputs["messageStoragePolicy"] == {
                "allowedPersistenceRegions": ["us-central1"],
                "enforceInTransit": True,
            }

    def test_messages_are_kept_as_long_as_kafkas_records(self, prod: Graph, topics: dict[str, Node]) -> None:
        for node in prod.of_type("aws:msk/topic:Topic"):
            milliseconds = int(json.loads(node.inputs["configs"])["retention.ms"])
            assert topics[node.inputs["name"]].inputs["messageRetentionDuration"] == f"{milliseconds // 1000}s"

    def test_only_topics_of_events_refuse_what_is_no_event(self, dr: Graph, topics: dict[str, Node]) -> None:
        [schema] = dr.of_type("gcp:pubsub/schema:Schema")
        fields = {field["name"]: field["type"] for field in json.loads(schema.inputs["definition"])["fields"]}
        assert schema.inputs["type"] == "AVRO"
        assert fields == dict.fromkeys(("id", "type", "source", "time", "data"), "string")
        checked = {name for name, topic in topics.items() if "schemaSettings" in topic.inputs}
        assert checked == {"audit-events", "domain-events"}
        for name in checked:
            assert topics[name].inputs["schemaSettings"] == {"schema": schema.state["id"], "encoding": "JSON"}


class TestSubscriptions:
    def test_none_expires_while_the_region_waits(self, dr: Graph) -> None:
        for node in dr.of_type(SUBSCRIPTION):
            assert node.inputs["expirationPolicy"] == {"ttl": ""}

    def test_messages_come_in_order_again_and_again_and_then_aside(
        self, topics: dict[str, Node], subscriptions: dict[str, Node]
    ) -> None:
        for name, subscription in subscriptions.items():
            assert subscription.inputs["topic"] == topics[name].state["id"]
            if name.endswith(DEAD):
                assert "deadLetterPolicy" not in subscription.inputs
                continue
            assert subscription.inputs["enableMessageOrdering"] is True
            assert subscription.inputs["retryPolicy"] == {"minimumBackoff": "10s", "maximumBackoff": "600s"}
            assert subscription.inputs["deadLetterPolicy"] == {
                "deadLetterTopic": topics[name + DEAD].state["id"],
                "maxDeliveryAttempts": 10,
            }

    def test_pubsub_may_move_dead_letters(
        self, dr: Graph, topics: dict[str, Node], subscriptions: dict[str, Node]
    ) -> None:
        own = "serviceAccount:service-"
        publishers = {
            node.inputs["topic"]: node
            for node in dr.of_type("gcp:pubsub/topicIAMMember:TopicIAMMember")
            if node.inputs["member"].startswith(own)
        }
        readers = {
            node.inputs["subscription"]: node
            for node in dr.of_type("gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember")
            if node.inputs["member"].startswith(own)
        }
        for name, subscription in subscriptions.items():
            if name.endswith(DEAD):
                continue
            publisher = publishers[topics[name + DEAD].state["id"]]
            reader = readers[subscription.state["id"]]
            assert publisher.inputs["role"] == "roles/pubsub.publisher"
            assert reader.inputs["role"] == "roles/pubsub.subscriber"
            assert publisher.inputs["member"] == reader.inputs["member"]
            assert publisher.urn in subscription.state["propertyDependencies"]["deadLetterPolicy"]
