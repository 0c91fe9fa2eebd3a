"""A managed Kafka cluster with its topics."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import managedkafka

from components.gcp.component import GcpComponent, Scope
from settings.gcp.stream import StreamSettings
from settings.shared import TopicSettings
from settings.types import Mode

REPLICAS = 3
GIB = 1024**3


class EventStream(GcpComponent):
    """Kafka over three zones where Kafka clients fail over to: same topics, TLS always, logins by IAM.

    Managed Kafka has no plain-text listener and no anonymous client: callers log in as their service account
    (SASL/OAUTHBEARER) and need `roles/managedkafka.client`, which they get where they are declared. There is no login
    for replication as on AWS, since MirrorMaker has a service account too. Without Kafka ACLs whoever may connect may
    use every topic. Brokers have addresses in one subnet, none in public. Google chooses the version and grows the
    disks; moving between the modes changes vCPUs and memory in place.
    """

    cluster_id: pulumi.Output[str]
    """projects/<project>/locations/<region>/clusters/<name>."""

    cluster_name: pulumi.Output[str]
    bootstrap_address: pulumi.Output[str]
    """Host and port that clients start from."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: StreamSettings,
        *,
        mode: Mode,
        topics: Mapping[str, TopicSettings],
        identifier: str,
        subnet_id: pulumi.Input[str],
        key_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the cluster, named `identifier`, and its topics; the key is of the cluster's region."""
        super().__init__("EventStream", name, scope, "confidential", opts)
        vcpus = settings.vcpus.of(mode)
        cluster = managedkafka.Cluster(
            f"{name}-cluster",
            cluster_id=identifier,
            location=scope.region,
            capacity_config={
                "vcpu_count": str(vcpus),
                "memory_bytes": str(vcpus * settings.memory_gib_per_vcpu * GIB),
            },
            gcp_config={
                "access_config": {"network_configs": [{"subnet": subnet_id}]},
                "kms_key": key_id,
            },
            # Otherwise brokers that come with the active mode would hold no partition.
            rebalance_config={"mode": "AUTO_REBALANCE_ON_SCALE_UP"},
            deletion_policy=self.deletion_policy,
            opts=self.child(stateful=True),
        )
        for topic_name, topic in topics.items():
            managedkafka.Topic(
                f"{name}-{topic_name}",
                cluster=cluster.cluster_id,
                location=scope.region,
                topic_id=topic_name,
                partition_count=topic.partitions,
                replication_factor=REPLICAS,
                configs=topic.configuration,
                deletion_policy=self.deletion_policy,
                opts=self.child(stateful=True),
            )
        self.cluster_id, self.cluster_name = cluster.name, cluster.cluster_id
        self.bootstrap_address = cluster.bootstrap_address
        self.register_outputs(
            {
                "clusterId": self.cluster_id,
                "clusterName": self.cluster_name,
                "bootstrapAddress": self.bootstrap_address,
            }
        )
