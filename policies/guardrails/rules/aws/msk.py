"""Managed Kafka."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import on, present
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node

CLUSTER = ("aws:msk/cluster:Cluster",)

LOG_TARGETS = ("cloudwatchLogs", "firehose", "s3")


def _client_tls(cluster: Node) -> Iterator[Finding]:
    path = "encryptionInfo.encryptionInTransit.clientBroker"
    if cluster.text(path, "TLS") != "TLS":
        yield Finding(path, "lets clients connect without TLS")


def _authenticated(cluster: Node) -> Iterator[Finding]:
    if cluster.flag("clientAuthentication.unauthenticated"):
        yield Finding("clientAuthentication.unauthenticated", "is on")
    sasl = any(cluster.flag(f"clientAuthentication.sasl.{method}") for method in ("iam", "scram"))
    if not sasl and not cluster.has("clientAuthentication.tls.certificateAuthorityArns"):
        yield Finding("clientAuthentication", "names no way to authenticate")


def _not_public(cluster: Node) -> Iterator[Finding]:
    path = "brokerNodeGroupInfo.connectivityInfo.publicAccess.type"
    if cluster.text(path, "DISABLED") != "DISABLED":
        yield Finding(path, "gives the brokers public addresses")


def _broker_logs(cluster: Node) -> Iterator[Finding]:
    if not any(cluster.flag(f"loggingInfo.brokerLogs.{target}.enabled") for target in LOG_TARGETS):
        yield Finding("loggingInfo.brokerLogs", "goes nowhere")


RULES = (
    ResourceRule(
        id="aws-msk-client-tls",
        types=CLUSTER,
        severity=Severity.HIGH,
        description="MSK brokers talk to clients over TLS alone.",
        why="A client on the plaintext port shows its credentials and every record to whoever sees the traffic.",
        remedy='Set encryption_info.encryption_in_transit.client_broker="TLS".',
        check=_client_tls,
    ),
    ResourceRule(
        id="aws-msk-in-cluster-tls",
        types=CLUSTER,
        severity=Severity.HIGH,
        description="MSK brokers talk to each other over TLS.",
        why="Replication carries every record between zones; it can't be encrypted after the cluster is made.",
        remedy="Set encryption_info.encryption_in_transit.in_cluster=True.",
        check=on("encryptionInfo.encryptionInTransit.inCluster", default=True),
    ),
    ResourceRule(
        id="aws-msk-authenticated",
        types=CLUSTER,
        severity=Severity.CRITICAL,
        description="MSK clusters admit authenticated clients alone.",
        why="Anything inside the network could otherwise read, write and delete every topic.",
        remedy="Set client_authentication.sasl.iam=True and leave unauthenticated out.",
        check=_authenticated,
    ),
    ResourceRule(
        id="aws-msk-encrypted-with-cmk",
        types=CLUSTER,
        severity=Severity.HIGH,
        description="MSK clusters are encrypted with a customer-managed key.",
        why="The key can't be changed later, and AWS's own can't be withdrawn.",
        remedy="Set encryption_info.encryption_at_rest_kms_key_arn to the key for this class of data.",
        check=present("encryptionInfo.encryptionAtRestKmsKeyArn"),
    ),
    ResourceRule(
        id="aws-msk-not-public",
        types=CLUSTER,
        severity=Severity.CRITICAL,
        description="MSK brokers have no public address.",
        why="The event stream of the whole platform would be one credential away from the internet.",
        remedy='Leave connectivity_info.public_access out, or set its type to "DISABLED".',
        check=_not_public,
    ),
    ResourceRule(
        id="aws-msk-broker-logs",
        types=CLUSTER,
        severity=Severity.MEDIUM,
        description="MSK brokers deliver their logs.",
        why="AWS keeps none, and nothing else explains a lost partition or a refused client.",
        remedy="Enable cloudwatch_logs, firehose or s3 in logging_info.broker_logs.",
        check=_broker_logs,
    ),
)
