"""Managed Service for Apache Kafka."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import absent, at_least, each, present
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node

CLUSTER = ("gcp:managedkafka/cluster:Cluster",)
TOPIC = ("gcp:managedkafka/topic:Topic",)
ACL = ("gcp:managedkafka/acl:Acl",)


def _allows_everyone(entry: Node) -> Iterator[Finding]:
    if entry.text("permissionType", "ALLOW").upper() == "ALLOW" and entry.text("principal") == "User:*":
        yield Finding(entry.at("principal"), "is everyone")


RULES = (
    ResourceRule(
        id="gcp-kafka-encrypted-with-cmk",
        types=CLUSTER,
        severity=Severity.HIGH,
        description="Managed Kafka clusters are encrypted with a customer-managed key.",
        why="With Google's own key nobody here can see its use or withdraw it, and the key can never be changed later.",
        remedy="Set gcp_config.kms_key to a key of the cluster's region.",
        check=present("gcpConfig.kmsKey"),
    ),
    ResourceRule(
        id="gcp-kafka-not-public",
        types=CLUSTER,
        severity=Severity.HIGH,
        description="Managed Kafka clusters have no public addresses.",
        why="Brokers on the internet are one stolen login away from every record.",
        remedy="Remove gcp_config.access_config.public_cluster_config.",
        check=absent("gcpConfig.accessConfig.publicClusterConfig"),
    ),
    ResourceRule(
        id="gcp-kafka-topic-survives-a-zone",
        types=TOPIC,
        severity=Severity.MEDIUM,
        description="Managed Kafka keeps three copies of each topic.",
        why="With fewer the loss of one zone loses records, or stops those who write them.",
        remedy="Set replication_factor=3.",
        settings={
            "leastReplicas": {"type": "number", "minimum": 1, "default": 3, "description": "Copies of each partition."}
        },
        check=at_least("replicationFactor", "leastReplicas", default=0, unit="copies"),
    ),
    ResourceRule(
        id="gcp-kafka-acl-names-principals",
        types=ACL,
        severity=Severity.HIGH,
        description="Kafka's access lists allow named principals only.",
        why="An entry for everyone gives each client of the cluster what the list was made to withhold.",
        remedy='Name the accounts in acl_entries: principal="User:<account>@<project>.iam.gserviceaccount.com".',
        check=each("aclEntries", _allows_everyone),
    ),
)
