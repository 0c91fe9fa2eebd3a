"""Managed Service for Apache Kafka."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import absent, at_least, each, present
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node

CLUSTER = ("gcp:managedkafka/cluster:Cluster",)
TOPIC = ("gcp:managedkafka/topic:Topic",)
ACL = ("gcp:managedkafka/acl:Acl",)
CONNECTOR = ("gcp:managedkafka/connector:Connector",)

# Settings of Kafka's clients and of Google's connectors that are secrets, or hold one.
# https://kafka.apache.org/documentation/#connectconfigs
SECRET = re.compile(r"password|secret|token|credentials\.json|api\.key|keystore\.key$|basic\.auth\.user\.info")
JAAS_SECRET = re.compile(r"\b\w*(?:password|secret|token)\w*\s*=\s*([\"']?)(.*?)\1(?=[\s;]|$)", re.IGNORECASE)
REFERENCE = re.compile(r"\$\{\w+:[^}]+\}")
BROKERS = "bootstrap.servers"


def _allows_everyone(entry: Node) -> Iterator[Finding]:
    if entry.text("permissionType", "ALLOW").upper() == "ALLOW" and entry.text("principal") == "User:*":
        yield Finding(entry.at("principal"), "is everyone")


def _literal_secrets(configs: Node) -> Iterator[Finding]:
    for path, value in configs.leaves():
        if path.endswith("sasl.jaas.config"):
            given = [found for _, found in JAAS_SECRET.findall(value)]
        else:
            given = [value] if SECRET.search(path.lower()) and not path.endswith((".class", ".location")) else []
        if any(not REFERENCE.fullmatch(found) for found in given):
            yield Finding(path, "is written out")


def _plain_text(configs: Node) -> Iterator[Finding]:
    known, names = dict(configs.leaves()), set(configs.names())
    for name in configs.names():
        if name.endswith(BROKERS):
            protocol = f"{name.removesuffix(BROKERS)}security.protocol"
            if protocol not in names:
                yield Finding(configs.at(protocol), "is not set")
            elif known.get(configs.at(protocol), "SASL_SSL").upper() != "SASL_SSL":
                yield Finding(configs.at(protocol), "does without TLS or a login")


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
    ResourceRule(
        id="gcp-kafka-connector-no-literal-secret",
        types=CONNECTOR,
        severity=Severity.CRITICAL,
        description="Connectors name secrets by reference.",
        why="A connector's configuration is read by everyone who may list connectors, and kept in the stack's state.",
        remedy="Load the secret into the workers and name it: ${directory:/var/secrets:<project>-<secret>-<version>}.",
        check=each("configs", _literal_secrets),
    ),
    ResourceRule(
        id="gcp-kafka-connector-uses-sasl-ssl",
        types=CONNECTOR,
        severity=Severity.HIGH,
        description="Connectors talk to Kafka by TLS, and log in.",
        why="Kafka's clients use no TLS unless told to: records and logins could be read on their way.",
        remedy="Set security.protocol to SASL_SSL beside each bootstrap.servers, with the same prefix.",
        check=each("configs", _plain_text),
    ),
)
