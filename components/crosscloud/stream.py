"""Kafka's records on their way to the standby's Kafka, and from there to Pub/Sub beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import compute, managedkafka, projects, pubsub, secretmanager

from components.aws import component as aws_component
from components.aws.msk import REPLICATION_USER
from components.crosscloud.component import CrossCloudComponent
from components.gcp import component as gcp_component
from components.gcp.alarms import Alarms
from components.gcp.component import granted
from components.gcp.kafka import GIB, REPLICAS
from components.gcp.secrets import Secrets
from components.gcp.watch.data import reminders
from components.gcp.watch.replication import connectors, heartbeats
from settings.observability import Severity
from settings.replication import StreamReplicationSettings
from settings.shared import SecretSettings, TopicSettings

PRIMARY, STANDBY = "primary", "standby"
"""What MirrorMaker calls the two clusters. Its positions are kept under these names: they never change."""

HEARTBEATS = f"{PRIMARY}.heartbeats"
"""Where heartbeats of the primary's cluster arrive: MirrorMaker renames this topic whatever the policy."""

LOGIN = "stream-login"

BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter"
TEXT = "org.apache.kafka.connect.storage.StringConverter"
MIRROR = "org.apache.kafka.connect.mirror"

NO_TOKENS = "org.apache.kafka.common.security.authenticator.AbstractLogin$DefaultLoginCallbackHandler"
"""Kafka's own default: workers' producers get Google's tokens unless told otherwise, which SCRAM cannot use."""

READ_LOGIN = ("roles/secretmanager.secretAccessor", "roles/secretmanager.viewer")

Config = Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True)
class Source:
    """Where the records come from."""

    brokers: pulumi.Input[str]
    """Hosts and ports of MSK's brokers that take SCRAM logins, separated by commas."""


@dataclass(frozen=True)
class Target:
    """Where they go."""

    cluster: pulumi.Input[str]
    """The Managed Kafka cluster's full name."""

    cluster_name: pulumi.Input[str]
    """The same without its project and location."""

    brokers: pulumi.Input[str]
    """Host and port that clients of it start from."""

    subnet: pulumi.Input[str]
    """Where the workers get their addresses, /22 or larger: what MSK's side admits."""

    topics: Mapping[str, pulumi.Input[str]]
    """Full names of Pub/Sub's topics, by those in the settings."""

    login_keys: Mapping[str, pulumi.Input[str]]
    """By region: keys that encrypt the login, known once Secret Manager may use them."""

    messages_key: pulumi.Input[str]
    """The key that encrypts reminders, known once Pub/Sub may use it."""

    agent: pulumi.Input[str]
    """Managed Kafka's own account, as which the workers act, as an IAM member."""

    secrets_agent: pulumi.Input[str]
    """Secret Manager's own account, as an IAM member."""

    channels: Mapping[Severity, pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Notification channels by severity."""


COPIERS = ("source", "checkpoint", "heartbeat")
"""Purposes of the connectors that bring the primary's records; sinks read the standby's own."""


class StreamReplication(CrossCloudComponent):
    """MirrorMaker 2 on Managed Kafka Connect: private, with the positions of readers, so that Kafka clients fail over.

    Topics keep their names, and clients their settings save the brokers' addresses. The price is that MirrorMaker
    cannot tell a copy from an original: never mirror both ways at once, or each record goes round for ever
    (docs/operations.md has the way back). Topics and their configuration are the program's on both sides; MirrorMaker
    changes neither, nor any access list. Records arrive at least once: Google's workers have no exactly-once setting,
    so that a restart may repeat some. Aborted transactions are not copied.

    Checkpoints translate the positions of reader groups each minute and write them where the standby's clients look:
    they start where the primary's stopped, at most a minute of records earlier. MSK is only read, for the pairs of
    positions are kept on the standby; one topic there, `heartbeats`, is written: a beat each second, through the
    primary and back, so that silence means a broken way, whichever part of it, AWS dark included. Beats say nothing of
    one topic that falls behind by itself.

    MSK knows the workers by one SCRAM login. Its password is in Secret Manager alone: the program makes the place,
    people copy the password and hand it to the workers (docs/operations.md), and connectors name it by reference.
    With no access lists on MSK the login may do everything; what it needs is Read and DescribeConfigs on topics,
    Describe on groups and the cluster, and Create and Write on `heartbeats`.

    Names of MSK's brokers are public and lead to private addresses, so that no zone is needed. Workers ask the network
    for them all the same, as for the standby's own, which only it knows.

    A sink for each topic publishes what arrives in Pub/Sub, in the order of keys; what clients write after a failover
    too. A record that Pub/Sub refuses stops its topic's sink and no other: none is left out in silence. Headers
    are: those above 1024 bytes, and what comes after the first hundred.

    https://docs.cloud.google.com/managed-service-for-apache-kafka/docs/connect-cluster/create-mirrormaker-connector
    https://kafka.apache.org/39/configuration/mirrormaker-configs
    https://github.com/googleapis/java-pubsub-group-kafka-connector
    """

    login_secret_id: pulumi.Output[str]
    """Where the login's password is copied to."""

    connect_cluster_name: str
    connector_names: dict[str, str]
    """By purpose: those of COPIERS, and each topic's name for its sink."""

    def __init__(
        self,
        name: str,
        aws: aws_component.Scope,
        gcp: gcp_component.Scope,
        settings: StreamReplicationSettings,
        *,
        topics: Mapping[str, TopicSettings],
        source: Source,
        target: Target,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Mirror `topics`."""
        super().__init__("StreamReplication", name, aws, gcp, "confidential", opts)
        self._name, self._settings, self._source, self._target = name, settings, source, target
        self._prefix = f"{gcp.tags.service}-{gcp.tags.environment}"
        self.connect_cluster_name = f"{self._prefix}-{name}"
        self.connector_names = {}
        cluster = self._cluster()
        secrets = Secrets(
            f"{name}-secrets",
            gcp,
            settings.secret_store,
            secrets={LOGIN: SecretSettings(rotation_days=settings.login_rotation_days)},
            prefix=self._prefix,
            keys=target.login_keys,
            reminders_key_id=target.messages_key,
            agent=target.secrets_agent,
            opts=self.child(),
        )
        self.login_secret_id = secrets.ids[LOGIN]
        self._mirror(cluster, topics, self._login(secrets.names[LOGIN]))
        for topic in topics:
            self._sink(cluster, topic)
        Alarms(
            f"{name}-alarms",
            gcp,
            [
                heartbeats(target.cluster_name, HEARTBEATS, rpo_minutes=min(each.rpo for each in topics.values())),
                connectors(self.connect_cluster_name),
                *reminders(secrets.reminder_subscription_name, name=f"{name}-reminders"),
            ],
            # What is watched here matters in either role.
            mode="standby",
            channel_names=target.channels,
            opts=self.child(),
        )
        self.register_outputs(
            {
                "loginSecretId": self.login_secret_id,
                "connectClusterName": self.connect_cluster_name,
                "connectorNames": self.connector_names,
            }
        )

    def _cluster(self) -> managedkafka.ConnectCluster:
        """The workers, once they may enter the network and connect to the standby's cluster."""
        name, target, settings = self._name, self._target, self._settings
        user = compute.SubnetworkIAMMember(
            f"{name}-network",
            subnetwork=target.subnet,
            region=self.gcp.region,
            role="roles/compute.networkUser",
            member=target.agent,
            opts=self.child(),
        )
        client = projects.IAMMember(
            f"{name}-client",
            project=self.gcp.project,
            role="roles/managedkafka.client",
            member=target.agent,
            opts=self.child(),
        )
        return managedkafka.ConnectCluster(
            f"{name}-workers",
            connect_cluster_id=self.connect_cluster_name,
            location=self.gcp.region,
            kafka_cluster=granted(pulumi.Output.from_input(target.cluster), client),
            capacity_config={
                "vcpu_count": str(settings.vcpus),
                "memory_bytes": str(settings.vcpus * settings.memory_gib_per_vcpu * GIB),
            },
            gcp_config={
                "access_config": {
                    "network_configs": [
                        {
                            "primary_subnet": granted(pulumi.Output.from_input(target.subnet), user),
                            "dns_domain_names": [_domain(target.brokers), _domain(self._source.brokers)],
                        }
                    ]
                }
            },
            deletion_policy="DELETE",
            opts=self.child(),
        )

    def _login(self, secret: str) -> pulumi.Output[str]:
        """How the workers log in to MSK: the password by reference, once they may read it."""
        rights = [
            secretmanager.SecretIamMember(
                f"{self._name}-login-{role.rsplit('.', 1)[-1].lower()}",
                secret_id=self.login_secret_id,
                role=role,
                member=self._target.agent,
                opts=self.child(),
            )
            for role in READ_LOGIN
        ]
        file = f"{self.gcp.project}-{secret}-{self._settings.login_version}"
        module = "org.apache.kafka.common.security.scram.ScramLoginModule"
        line = f'{module} required username="{REPLICATION_USER}" password="${{directory:/var/secrets:{file}}}";'
        return granted(pulumi.Output.from_input(line), *rights)

    def _mirror(
        self, cluster: managedkafka.ConnectCluster, topics: Mapping[str, TopicSettings], login: pulumi.Output[str]
    ) -> None:
        """The three connectors of MirrorMaker; the heartbeats' direction is the other one."""
        scram: Config = {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.jaas.config": login,
        }
        tokens: Config = {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "OAUTHBEARER",
            "sasl.login.callback.handler.class": "com.google.cloud.hosted.kafka.auth.GcpLoginCallbackHandler",
            "sasl.jaas.config": "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;",
        }
        primary: Config = {"bootstrap.servers": self._source.brokers, **scram}
        standby: Config = {"bootstrap.servers": self._target.brokers, **tokens}
        names: Config = {"replication.policy.class": f"{MIRROR}.IdentityReplicationPolicy"}
        # Any other converter would turn records' headers into something else.
        whole: Config = {"key.converter": BYTES, "value.converter": BYTES, "header.converter": BYTES}
        # Both connectors must agree where the pairs of positions are.
        positions: Config = {"offset-syncs.topic.location": "target"}
        forth: Config = {
            "source.cluster.alias": PRIMARY,
            "target.cluster.alias": STANDBY,
            **_prefixed("source.cluster", primary),
            **_prefixed("target.cluster", standby),
        }
        self._connector(
            cluster,
            "source",
            {
                "connector.class": f"{MIRROR}.MirrorSourceConnector",
                "tasks.max": str(self._settings.tasks),
                **forth,
                **names,
                **whole,
                **positions,
                "topics": ",".join(topics),
                "refresh.topics.interval.seconds": "60",
                "sync.topic.configs.enabled": "false",
                "sync.topic.acls.enabled": "false",
                "replication.factor": str(REPLICAS),
                "offset-syncs.topic.replication.factor": str(REPLICAS),
                "source.consumer.isolation.level": "read_committed",
            },
        )
        self._connector(
            cluster,
            "checkpoint",
            {
                "connector.class": f"{MIRROR}.MirrorCheckpointConnector",
                "tasks.max": "1",
                **forth,
                **names,
                **whole,
                **positions,
                "topics": ",".join(topics),
                "groups": ".*",
                "refresh.groups.interval.seconds": "60",
                "emit.checkpoints.interval.seconds": "60",
                "sync.group.offsets.enabled": "true",
                "sync.group.offsets.interval.seconds": "60",
                "checkpoints.topic.replication.factor": str(REPLICAS),
            },
        )
        self._connector(
            cluster,
            "heartbeat",
            {
                "connector.class": f"{MIRROR}.MirrorHeartbeatConnector",
                "tasks.max": "1",
                "source.cluster.alias": STANDBY,
                "target.cluster.alias": PRIMARY,
                **_prefixed("source.cluster", standby),
                **_prefixed("target.cluster", primary),
                # Workers write to their own cluster unless told otherwise: beats must begin in the primary's.
                **_prefixed("producer.override", {**primary, "sasl.login.callback.handler.class": NO_TOKENS}),
                **names,
                **whole,
                "emit.heartbeats.interval.seconds": "1",
                "heartbeats.topic.replication.factor": str(REPLICAS),
            },
        )

    def _sink(self, cluster: managedkafka.ConnectCluster, topic: str) -> None:
        """The connector that publishes a topic's records in Pub/Sub's topic of the same name, once it may."""
        full_name = pulumi.Output.from_input(self._target.topics[topic])
        publisher = pubsub.TopicIAMMember(
            f"{self._name}-{topic}",
            topic=full_name,
            role="roles/pubsub.publisher",
            member=self._target.agent,
            opts=self.child(),
        )
        self._connector(
            cluster,
            topic,
            {
                "connector.class": "com.google.pubsub.kafka.sink.CloudPubSubSinkConnector",
                "tasks.max": str(self._settings.tasks),
                "topics": topic,
                "cps.project": self.gcp.project,
                "cps.topic": granted(full_name, publisher).apply(lambda known: known.rsplit("/", 1)[-1]),
                # The topics keep messages in transit within their regions too, and refuse the global endpoint.
                "cps.endpoint": f"{self.gcp.region}-pubsub.googleapis.com:443",
                "key.converter": TEXT,
                "value.converter": BYTES,
                "header.converter": TEXT,
                "orderingKeySource": "key",
                "metadata.publish": "true",
                "headers.publish": "true",
            },
        )

    def _connector(self, cluster: managedkafka.ConnectCluster, purpose: str, config: Config) -> None:
        """A connector whose failed tasks are started again; a connector's name keeps its positions."""
        suffix = f"-{self._settings.generation}" if purpose == "source" else ""
        connector = f"{self._name}-{purpose}{suffix}"
        managedkafka.Connector(
            f"{self._name}-{purpose}",
            connector_id=connector,
            connect_cluster=cluster.connect_cluster_id,
            location=self.gcp.region,
            configs={"name": connector, **config},
            task_restart_policy={"minimum_backoff": "60s", "maximum_backoff": "600s"},
            deletion_policy="DELETE",
            # Two of one purpose would do everything twice.
            opts=pulumi.ResourceOptions.merge(self.child(), pulumi.ResourceOptions(delete_before_replace=True)),
        )
        self.connector_names[purpose] = connector


def _prefixed(prefix: str, config: Config) -> Config:
    return {f"{prefix}.{key}": value for key, value in config.items()}


def _domain(brokers: pulumi.Input[str]) -> pulumi.Output[str]:
    """The domain of the first of some brokers, whose names are all below it."""

    def domain(known: str) -> str:
        host = known.split(",")[0].rpartition(":")[0]
        return host.partition(".")[2]

    return pulumi.Output.from_input(brokers).apply(domain)
