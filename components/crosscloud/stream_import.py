"""Kafka's records on their way to Pub/Sub alone: the cheap way, over the internet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import pubsub

from components.aws import component as aws_component
from components.aws.iam import Statement, allow
from components.crosscloud.component import CrossCloudComponent
from components.crosscloud.imports import import_reader
from components.gcp import component as gcp_component
from components.gcp.alarms import Alarms
from components.gcp.watch.replication import imported
from settings.observability import Severity
from settings.replication import StreamReplicationSettings
from settings.shared import TopicSettings

DAY = 24 * 60 * 60
ACK_SECONDS = 60


@dataclass(frozen=True)
class ImportTarget:
    """Where the records go."""

    regions: Sequence[str]
    """Where Pub/Sub may keep messages: with one region alone an import may find none that it can run in."""

    messages_key: pulumi.Input[str]
    """The key that encrypts messages, known once Pub/Sub may use it."""

    agent: pulumi.Input[str]
    """Pub/Sub's own account, as an IAM member."""

    channels: Mapping[Severity, pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Notification channels by severity."""


class StreamImport(CrossCloudComponent):
    """An import topic of Pub/Sub for each of Kafka's, `imports.<topic>`, with a subscription of that name.

    Nothing runs and nothing is sized, but much is lost: Kafka clients find no records at the standby, whose Kafka
    stays empty; positions of reader groups are not carried, nor is the order of keys; and how far an import is behind
    cannot be measured: an alarm tells that it fails, no alarm that it is slow. It reads over the internet, so that
    MSK's brokers must be public, which this program never makes them.

    https://docs.cloud.google.com/pubsub/docs/create-aws-msk-import-topic
    """

    subscription_names: dict[str, pulumi.Output[str]]
    """By topic: what readers at the standby use."""

    def __init__(
        self,
        name: str,
        aws: aws_component.Scope,
        gcp: gcp_component.Scope,
        settings: StreamReplicationSettings,
        *,
        topics: Mapping[str, TopicSettings],
        cluster_arn: pulumi.Input[str],
        target: ImportTarget,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Import `topics` of an MSK cluster."""
        super().__init__("StreamImport", name, aws, gcp, "confidential", opts)
        arn = pulumi.Output.from_input(cluster_arn)
        reader, access = import_reader(
            self, name, "Kafka's records", agent=target.agent, inline={"topics": _reads(arn, list(topics))}
        )
        self.subscription_names = {}
        for topic in topics:
            seconds = f"{settings.import_days * DAY}s"
            made = pubsub.Topic(
                f"{name}-{topic}",
                name=f"imports.{topic}",
                kms_key_name=target.messages_key,
                message_retention_duration=seconds,
                message_storage_policy={"allowed_persistence_regions": list(target.regions)},
                ingestion_data_source_settings={
                    "aws_msk": {
                        "cluster_arn": arn,
                        "topic": topic,
                        "aws_role_arn": access.arn,
                        "gcp_service_account": reader,
                    },
                    "platform_logs_settings": {"severity": "WARNING"},
                },
                deletion_policy=self.deletion_policy,
                opts=self.child(stateful=True, depends_on=access.policies),
            )
            self.subscription_names[topic] = pubsub.Subscription(
                f"{name}-{topic}",
                name=f"imports.{topic}",
                topic=made.id,
                message_retention_duration=seconds,
                ack_deadline_seconds=ACK_SECONDS,
                expiration_policy={"ttl": ""},
                deletion_policy=self.deletion_policy,
                opts=self.child(stateful=True),
            ).name
        Alarms(
            f"{name}-alarms",
            gcp,
            [imported(topic) for topic in topics],
            # What is watched here matters in either role.
            mode="standby",
            channel_names=target.channels,
            opts=self.child(),
        )
        self.register_outputs({"subscriptionNames": self.subscription_names})


def _reads(cluster_arn: pulumi.Output[str], topics: Sequence[str]) -> list[Statement]:
    """What an import may do. https://docs.aws.amazon.com/service-authorization/latest/reference/list_apachekafkaapisforamazonmskclusters.html."""

    def within(kind: str, name: str) -> pulumi.Output[str]:
        return cluster_arn.apply(lambda known: f"{known.replace(':cluster/', f':{kind}/', 1)}/{name}")

    return [
        allow(
            ["kafka:DescribeCluster", "kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers", "kafka-cluster:Connect"],
            cluster_arn,
        ),
        allow(
            ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"],
            [within("topic", topic) for topic in topics],
        ),
        allow(["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"], within("group", "*")),
    ]
