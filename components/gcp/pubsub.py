"""Pub/Sub topics with their subscriptions, and where messages go that nobody can read."""

import json
from collections.abc import Mapping, Sequence

import pulumi
from pulumi_gcp import pubsub

from components.gcp.component import GcpComponent, Scope, granted
from settings.gcp.stream import MessagingSettings
from settings.shared import TopicSettings

DAY = 24 * 60 * 60

# An event as CloudEvents names its parts; the payload is a text of its own, such as JSON, which nobody here reads.
# https://github.com/cloudevents/spec/blob/main/cloudevents/spec.md
ENVELOPE = {
    "type": "record",
    "name": "Event",
    "fields": [{"name": part, "type": "string"} for part in ("id", "type", "source", "time", "data")],
}


class Messaging(GcpComponent):
    """The event stream's topics for readers that do not speak Kafka, fed beside it.

    Each topic has one subscription, in the order of the messages' keys, that never expires. A message which fails
    again and again is set aside under `<topic>.dead-letters`, with its own subscription, for people to look at. Records
    stay in the given regions, in transit too: whoever publishes or reads goes through a regional endpoint there. What a
    topic's settings say is an event envelope is refused otherwise. Kafka differs in two ways: records here never stay
    longer than their retention, compacted topics or not, and a reader may see one twice. Import topics, which read from
    other clouds, are made where both clouds are known; who may publish or subscribe is for those who do.
    """

    topic_ids: dict[str, pulumi.Output[str]]
    """projects/<project>/topics/<name>, by the name in the settings."""

    subscription_ids: dict[str, pulumi.Output[str]]
    dead_letter_subscription_ids: dict[str, pulumi.Output[str]]
    subscription_names: dict[str, pulumi.Output[str]]
    dead_letter_subscription_names: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: MessagingSettings,
        *,
        topics: Mapping[str, TopicSettings],
        regions: Sequence[str],
        key_id: pulumi.Input[str],
        agent: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the topics; messages stay in `regions`, and `agent` is Pub/Sub's own account as an IAM member."""
        super().__init__("Messaging", name, scope, "confidential", opts)
        self.settings, self.regions, self.key_id, self.agent = settings, regions, key_id, agent
        self.topic_ids, self.subscription_ids, self.dead_letter_subscription_ids = {}, {}, {}
        self.subscription_names, self.dead_letter_subscription_names = {}, {}
        envelope = None
        if any(topic.envelope for topic in topics.values()):
            envelope = pubsub.Schema(
                f"{name}-envelope", type="AVRO", definition=json.dumps(ENVELOPE), opts=self.child()
            ).id
        for topic_name, topic in topics.items():
            self._topic(topic_name, topic, envelope if topic.envelope else None)
        self.register_outputs(
            {
                "topicIds": self.topic_ids,
                "subscriptionIds": self.subscription_ids,
                "deadLetterSubscriptionIds": self.dead_letter_subscription_ids,
            }
        )

    def _topic(self, topic_name: str, topic: TopicSettings, schema: pulumi.Output[str] | None) -> None:
        name, settings = f"{self.pulumi_resource_name}-{topic_name}", self.settings
        seconds, dead_seconds = topic.retention_hours * 60 * 60, settings.dead_letter_days * DAY
        # A topic's name has no dot, so that no other topic can be called like the place of its dead letters.
        dead_name = f"{topic_name}.dead-letters"
        made = self._made(name, topic_name, seconds, schema)
        dead_topic = self._made(f"{name}.dead", dead_name, dead_seconds, None)
        may_publish = pubsub.TopicIAMMember(
            f"{name}.dead-publisher",
            topic=dead_topic.id,
            role="roles/pubsub.publisher",
            member=self.agent,
            opts=self.child(),
        )
        dead = pubsub.Subscription(
            f"{name}.dead",
            name=dead_name,
            topic=dead_topic.id,
            message_retention_duration=f"{dead_seconds}s",
            ack_deadline_seconds=settings.ack_deadline_seconds,
            expiration_policy={"ttl": ""},
            deletion_policy=self.deletion_policy,
            opts=self.child(stateful=True),
        )
        subscription = pubsub.Subscription(
            name,
            name=topic_name,
            topic=made.id,
            message_retention_duration=f"{seconds}s",
            ack_deadline_seconds=settings.ack_deadline_seconds,
            enable_message_ordering=True,
            enable_exactly_once_delivery=settings.exactly_once,
            expiration_policy={"ttl": ""},
            retry_policy={
                "minimum_backoff": f"{settings.minimum_backoff_seconds}s",
                "maximum_backoff": f"{settings.maximum_backoff_seconds}s",
            },
            dead_letter_policy={
                "dead_letter_topic": granted(dead_topic.id, may_publish),
                "max_delivery_attempts": settings.delivery_attempts,
            },
            deletion_policy=self.deletion_policy,
            opts=self.child(stateful=True),
        )
        pubsub.SubscriptionIAMMember(
            f"{name}.dead-acknowledger",
            subscription=subscription.id,
            role="roles/pubsub.subscriber",
            member=self.agent,
            opts=self.child(),
        )
        self.topic_ids[topic_name] = made.id
        self.subscription_ids[topic_name], self.subscription_names[topic_name] = subscription.id, subscription.name
        self.dead_letter_subscription_ids[topic_name] = dead.id
        self.dead_letter_subscription_names[topic_name] = dead.name

    def _made(self, name: str, topic_name: str, seconds: int, schema: pulumi.Output[str] | None) -> pubsub.Topic:
        return pubsub.Topic(
            name,
            name=topic_name,
            kms_key_name=self.key_id,
            message_retention_duration=f"{seconds}s",
            message_storage_policy={"allowed_persistence_regions": list(self.regions), "enforce_in_transit": True},
            schema_settings={"schema": schema, "encoding": "JSON"} if schema is not None else None,
            deletion_policy=self.deletion_policy,
            opts=self.child(stateful=True),
        )
