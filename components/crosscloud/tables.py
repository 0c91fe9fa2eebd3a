"""DynamoDB's changes on their way to Bigtable: Kinesis, Pub/Sub's import topics, and the service that writes them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import dynamodb, kinesis
from pulumi_gcp import bigtable, cloudrunv2, pubsub, serviceaccount

from components.aws import component as aws_component
from components.aws.iam import Role, allow
from components.crosscloud.component import CrossCloudComponent
from components.crosscloud.imports import import_reader
from components.gcp import component as gcp_component
from components.gcp.alarms import Alarms
from components.gcp.component import granted
from components.gcp.watch.replication import changes, set_aside
from settings.observability import Severity
from settings.replication import TableReplicationSettings, WriterSettings
from settings.shared import TableSettings

DAY = 24 * 60 * 60

ACK_SECONDS = 60
"""How long Pub/Sub waits for the writer's answer; the writer itself gives Bigtable 20 seconds."""

ATTEMPTS = 100
"""Deliveries before a change is set aside: the most that Pub/Sub takes, for Bigtable may be away for hours."""

PORT = 8080

READ_STREAM = (
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kinesis:SubscribeToShard",
)
READ_CONSUMER = ("kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard")


@dataclass(frozen=True)
class Source:
    """Where the changes come from."""

    names: Mapping[str, pulumi.Input[str]]
    """DynamoDB's names of the tables, by those in the settings."""

    key_arn: pulumi.Input[str]
    """The key that encrypts the streams."""

    arns: Mapping[str, pulumi.Input[str]]
    """The tables' ARNs, by their names in the settings."""

    tables_key_arn: pulumi.Input[str]
    """The key that encrypts the tables."""


@dataclass(frozen=True)
class Target:
    """Where they go."""

    instance: pulumi.Input[str]
    """The Bigtable instance."""

    tables: Mapping[str, pulumi.Input[str]]
    """Bigtable's names of the tables, by those in the settings."""

    indexes: Mapping[str, Mapping[str, pulumi.Input[str]]]
    """Its names of the tables of indexes, by table and index."""

    profile: pulumi.Input[str]
    """The app profile that routes to one cluster and lets it decide on conditions."""

    image: pulumi.Input[str]
    """The writer's image, without its digest."""

    network: pulumi.Input[str]
    subnet: pulumi.Input[str]
    """Where the writer's traffic leaves from."""

    regions: Sequence[str]
    """Where Pub/Sub may keep changes: with one region alone an import may find none that it can run in."""

    messages_key: pulumi.Input[str]
    """The key that encrypts messages, known once Pub/Sub may use it."""

    images_key: pulumi.Input[str]
    """The key that encrypts Cloud Run's copy of the image, known once Cloud Run may use it."""

    agent: pulumi.Input[str]
    """Pub/Sub's own account, as an IAM member."""

    channels: Mapping[Severity, pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Notification channels by severity."""


class TableReplication(CrossCloudComponent):
    """Every table's changes, from a stream of its own to its table in Bigtable, deletions included.

    DynamoDB sends changes to Kinesis with their time to the microsecond, which the writer compares: changes may come
    late, twice and in any order. Pub/Sub reads each stream as a consumer with a throughput of its own; it acts as an
    AWS role that trusts one Google service account by its unique id, so that no key exists. The writer answers to
    Pub/Sub's pushes alone, twice checked: Cloud Run admits the pushing account, and the service verifies the token
    itself.

    What is kept while a part is away: changes wait in Kinesis, then in Pub/Sub, for days; what cannot be written at
    all goes to the dead letters with its reason. Each table has an alarm at its RPO, in the standby, so that it is
    raised with AWS dark. The writer keeps the tables of indexes beside their tables. What a table held before its
    stream began is copied by `reconciliation`. Not carried: settings such as expiry. The way back is Bigtable's
    change streams, read after a failover.

    https://docs.cloud.google.com/pubsub/docs/create-aws-kinesis-import-topic
    """

    stream_arns: dict[str, pulumi.Output[str]]
    """The Kinesis streams by table."""

    subscription_names: dict[str, pulumi.Output[str]]
    """By table: a failover pauses them, and their oldest message tells how far the standby is behind."""

    dead_letter_subscription_name: pulumi.Output[str]
    writer_uri: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        aws: aws_component.Scope,
        gcp: gcp_component.Scope,
        settings: TableReplicationSettings,
        *,
        writer: WriterSettings,
        tables: Mapping[str, TableSettings],
        source: Source,
        target: Target,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the way of each of `tables`."""
        super().__init__("TableReplication", name, aws, gcp, "confidential", opts)
        self._name, self._settings, self._target = name, settings, target
        self.stream_arns, self.subscription_names = {}, {}
        consumers = {table: self._stream(table, source) for table in tables}
        reader, access = self._reader(source, consumers)
        dead_topic = self._dead_letters()
        pusher = self._account("pusher", "Pub/Sub, which pushes changes to the writer")
        audience = f"{gcp.tags.service}-{gcp.tags.environment}-{name}"
        service = self._writer(writer, tables, source, dead_topic, pusher, audience)
        may_push = [
            cloudrunv2.ServiceIamMember(
                f"{name}-writer-invoker",
                name=service.name,
                location=gcp.region,
                role="roles/run.invoker",
                member=pusher.member,
                opts=self.child(),
            ),
            serviceaccount.IAMMember(
                f"{name}-pusher-tokens",
                service_account_id=pusher.name,
                role="roles/iam.serviceAccountOpenIdTokenCreator",
                member=target.agent,
                opts=self.child(),
            ),
        ]
        endpoint = granted(pulumi.Output.concat(service.uri, "/"), *may_push)
        for table in tables:
            topic = self._topic(table, consumers[table], reader, access)
            self._subscription(table, topic, endpoint, pusher, audience, dead_topic)
        self.writer_uri = service.uri
        Alarms(
            f"{name}-alarms",
            gcp,
            [
                *(
                    changes(table, self.subscription_names[table], rpo_minutes=declared.rpo)
                    for table, declared in tables.items()
                ),
                set_aside(self.dead_letter_subscription_name),
            ],
            # What is watched here matters in either role.
            mode="standby",
            channel_names=target.channels,
            opts=self.child(),
        )
        self.register_outputs(
            {
                "streamArns": self.stream_arns,
                "subscriptionNames": self.subscription_names,
                "deadLetterSubscriptionName": self.dead_letter_subscription_name,
                "writerUri": self.writer_uri,
            }
        )

    def _stream(self, table: str, source: Source) -> kinesis.StreamConsumer:
        """A table's stream, and Pub/Sub as its reader."""
        name = f"{self._name}-{table}"
        stream = kinesis.Stream(
            name,
            stream_mode_details={"stream_mode": "ON_DEMAND"},
            retention_period=self._settings.stream_hours,
            encryption_type="KMS",
            kms_key_id=source.key_arn,
            opts=self.child(stateful=True),
        )
        dynamodb.KinesisStreamingDestination(
            name,
            table_name=source.names[table],
            stream_arn=stream.arn,
            approximate_creation_date_time_precision="MICROSECOND",
            opts=self.child(),
        )
        self.stream_arns[table] = stream.arn
        return kinesis.StreamConsumer(name, stream_arn=stream.arn, opts=self.child())

    def _reader(
        self, source: Source, consumers: Mapping[str, kinesis.StreamConsumer]
    ) -> tuple[pulumi.Output[str], Role]:
        """As whom Pub/Sub reads the streams."""
        statements = [
            allow(READ_STREAM, list(self.stream_arns.values())),
            allow(READ_CONSUMER, [consumer.arn for consumer in consumers.values()]),
            allow(
                ["kms:Decrypt"],
                source.key_arn,
                conditions={"StringEquals": {"kms:ViaService": f"kinesis.{self.aws.region}.amazonaws.com"}},
            ),
        ]
        return import_reader(
            self, self._name, "DynamoDB's changes", agent=self._target.agent, inline={"streams": statements}
        )

    def _topic(
        self, table: str, consumer: kinesis.StreamConsumer, reader: pulumi.Output[str], access: Role
    ) -> pubsub.Topic:
        """The topic into which Pub/Sub imports a stream; no other topic's name has a dot in that place."""
        return pubsub.Topic(
            f"{self._name}-{table}",
            name=f"changes.{table}",
            kms_key_name=self._target.messages_key,
            message_retention_duration=f"{self._settings.backlog_days * DAY}s",
            message_storage_policy={"allowed_persistence_regions": list(self._target.regions)},
            ingestion_data_source_settings={
                "aws_kinesis": {
                    "stream_arn": self.stream_arns[table],
                    "consumer_arn": consumer.arn,
                    "aws_role_arn": access.arn,
                    "gcp_service_account": reader,
                },
                "platform_logs_settings": {"severity": "WARNING"},
            },
            deletion_policy=self.deletion_policy,
            opts=self.child(stateful=True, depends_on=access.policies),
        )

    def _subscription(
        self,
        table: str,
        topic: pubsub.Topic,
        endpoint: pulumi.Output[str],
        pusher: serviceaccount.Account,
        audience: str,
        dead_topic: pulumi.Output[str],
    ) -> None:
        name, settings = f"{self._name}-{table}", self._settings
        made = pubsub.Subscription(
            name,
            name=f"changes.{table}",
            topic=topic.id,
            message_retention_duration=f"{settings.backlog_days * DAY}s",
            ack_deadline_seconds=ACK_SECONDS,
            expiration_policy={"ttl": ""},
            push_config={
                "push_endpoint": endpoint,
                "oidc_token": {"service_account_email": pusher.email, "audience": audience},
                "attributes": {"x-goog-version": "v1"},
            },
            retry_policy={
                "minimum_backoff": f"{settings.minimum_backoff_seconds}s",
                "maximum_backoff": f"{settings.maximum_backoff_seconds}s",
            },
            dead_letter_policy={"dead_letter_topic": dead_topic, "max_delivery_attempts": ATTEMPTS},
            deletion_policy=self.deletion_policy,
            opts=self.child(stateful=True),
        )
        pubsub.SubscriptionIAMMember(
            f"{name}-dead-acknowledger",
            subscription=made.id,
            role="roles/pubsub.subscriber",
            member=self._target.agent,
            opts=self.child(),
        )
        self.subscription_names[table] = made.name

    def _dead_letters(self) -> pulumi.Output[str]:
        """The topic of what cannot be written, once Pub/Sub may publish there."""
        name, target = f"{self._name}-dead-letters", self._target
        seconds = f"{self._settings.dead_letter_days * DAY}s"
        topic = pubsub.Topic(
            name,
            name="dead-letters.changes",
            kms_key_name=target.messages_key,
            message_retention_duration=seconds,
            message_storage_policy={"allowed_persistence_regions": list(target.regions)},
            deletion_policy=self.deletion_policy,
            opts=self.child(stateful=True),
        )
        subscription = pubsub.Subscription(
            name,
            name="dead-letters.changes",
            topic=topic.id,
            message_retention_duration=seconds,
            ack_deadline_seconds=ACK_SECONDS,
            expiration_policy={"ttl": ""},
            deletion_policy=self.deletion_policy,
            opts=self.child(stateful=True),
        )
        publisher = pubsub.TopicIAMMember(
            f"{name}-publisher",
            topic=topic.id,
            role="roles/pubsub.publisher",
            member=target.agent,
            opts=self.child(),
        )
        self._dead_topic = topic
        self.dead_letter_subscription_name = subscription.name
        return granted(topic.id, publisher)

    def _writer(
        self,
        writer: WriterSettings,
        tables: Mapping[str, TableSettings],
        source: Source,
        dead_topic: pulumi.Output[str],
        pusher: serviceaccount.Account,
        audience: str,
    ) -> cloudrunv2.Service:
        """The service, which can write into one instance and set messages aside, and nothing else."""
        name, target, gcp = f"{self._name}-writer", self._target, self.gcp
        account = self._account("writer", "The service that writes DynamoDB's changes into Bigtable")
        rights = [
            bigtable.InstanceIamMember(
                f"{name}-tables",
                instance=target.instance,
                role="roles/bigtable.user",
                member=account.member,
                opts=self.child(),
            ),
            pubsub.TopicIAMMember(
                f"{name}-dead-letters",
                topic=self._dead_topic.id,
                role="roles/pubsub.publisher",
                member=account.member,
                opts=self.child(),
            ),
        ]
        environment = {
            "PROJECT": gcp.project,
            "INSTANCE": target.instance,
            "APP_PROFILE": target.profile,
            "TABLES": schemas(tables, source, target),
            "AUDIENCE": audience,
            "ACCOUNT": pusher.email,
            "DEAD_LETTERS": self._dead_topic.name,
            "IN_FLIGHT_LIMIT": str(writer.concurrency),
        }
        return cloudrunv2.Service(
            name,
            location=gcp.region,
            description="Writes DynamoDB's changes into Bigtable",
            # Pub/Sub of the same project comes from inside.
            ingress="INGRESS_TRAFFIC_INTERNAL_ONLY",
            custom_audiences=[audience],
            binary_authorization={"use_default": True},
            deletion_protection=gcp.protect,
            template={
                "service_account": granted(account.email, *rights),
                "encryption_key": target.images_key,
                "execution_environment": "EXECUTION_ENVIRONMENT_GEN2",
                "max_instance_request_concurrency": writer.concurrency,
                "timeout": f"{ACK_SECONDS}s",
                "scaling": {
                    "min_instance_count": writer.minimum_instances,
                    "max_instance_count": writer.maximum_instances,
                },
                "vpc_access": {
                    "egress": "ALL_TRAFFIC",
                    "network_interfaces": [{"network": target.network, "subnetwork": target.subnet}],
                },
                "containers": [
                    {
                        "image": pulumi.Output.concat(target.image, "@", writer.image_digest),
                        "ports": {"container_port": PORT},
                        "envs": [{"name": key, "value": value} for key, value in environment.items()],
                        "resources": {
                            "limits": {"cpu": str(writer.cpu), "memory": f"{writer.memory_mib}Mi"},
                            # Its connections to Bigtable live between requests.
                            "cpu_idle": False,
                            "startup_cpu_boost": True,
                        },
                        # It is ready once Bigtable answers for every table; without that it need not be restarted.
                        "startup_probe": {
                            "http_get": {"path": "/readyz", "port": PORT},
                            "period_seconds": 10,
                            "timeout_seconds": 10,
                            "failure_threshold": 24,
                        },
                        "readiness_probe": {
                            "http_get": {"path": "/readyz", "port": PORT},
                            "period_seconds": 10,
                            "timeout_seconds": 10,
                            "failure_threshold": 3,
                        },
                        "liveness_probe": {
                            "http_get": {"path": "/healthz", "port": PORT},
                            "period_seconds": 10,
                            "timeout_seconds": 5,
                            "failure_threshold": 3,
                        },
                    }
                ],
                "labels": gcp.tags.of("confidential"),
            },
            opts=self.child(),
        )

    def _account(self, use: str, description: str) -> serviceaccount.Account:
        return serviceaccount.Account(
            f"{self._name}-{use}",
            account_id=f"{self._name}-{use}",
            display_name=description,
            opts=self.child(),
        )


def schemas(tables: Mapping[str, TableSettings], source: Source, target: Target) -> pulumi.Output[str]:
    """The writer's TABLES: what each of DynamoDB's tables is called in Bigtable, and its keys."""
    names = pulumi.Output.all(**{table: source.names[table] for table in tables})
    targets = pulumi.Output.all(**{table: target.tables[table] for table in tables})
    indexes = pulumi.Output.all(
        **{table: pulumi.Output.all(**target.indexes[table]) for table, declared in tables.items() if declared.indexes}
    )

    def described(known: list[Mapping[str, Any]]) -> str:
        dynamo, rows, indexed = known
        made = {
            dynamo[table]: {
                "table": rows[table],
                "partition": declared.hash_key,
                **({"sort": declared.range_key} if declared.range_key else {}),
                **({"indexes": _indexes(declared, indexed[table])} if declared.indexes else {}),
            }
            for table, declared in tables.items()
        }
        return json.dumps(made, sort_keys=True, separators=(",", ":"))

    return pulumi.Output.all(names, targets, indexes).apply(described)


def _indexes(declared: TableSettings, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each index's table in Bigtable, and its keys with their types: an item of another type is in no index."""
    return [
        {
            "table": names[name],
            "keys": [[key, declared.attributes[key]] for key in (index.hash_key, index.range_key) if key is not None],
        }
        for name, index in declared.indexes.items()
    ]
