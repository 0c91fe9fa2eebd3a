"""OpenSearch domains."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import on, present, together
from guardrails.iam import statements
from guardrails.model import Finding, ResourceRule
from guardrails.rules.aws.iam import NARROWING_KEYS
from guardrails.subject import Node

DOMAIN = "aws:opensearch/domain:Domain"
DOMAIN_POLICY = "aws:opensearch/domainPolicy:DomainPolicy"


def _tls(domain: Node) -> Iterator[Finding]:
    if not domain.flag("domainEndpointOptions.enforceHttps", default=True):
        yield Finding("domainEndpointOptions.enforceHttps", "is off")
    if not domain.text("domainEndpointOptions.tlsSecurityPolicy").startswith("Policy-Min-TLS-1-2"):
        yield Finding("domainEndpointOptions.tlsSecurityPolicy", "admits TLS below 1.2")


def _fine_grained_access(domain: Node) -> Iterator[Finding]:
    if not domain.flag("advancedSecurityOptions.enabled"):
        yield Finding("advancedSecurityOptions.enabled", "is off")
    if domain.flag("advancedSecurityOptions.anonymousAuthEnabled"):
        yield Finding("advancedSecurityOptions.anonymousAuthEnabled", "is on")


def _audit_log(domain: Node) -> Iterator[Finding]:
    options = domain.items("logPublishingOptions", whole=True)
    if not any(option.text("logType") == "AUDIT_LOGS" and option.flag("enabled", default=True) for option in options):
        yield Finding("logPublishingOptions", "lacks AUDIT_LOGS")


def _zones(domain: Node) -> Iterator[Finding]:
    if not domain.flag("clusterConfig.zoneAwarenessEnabled"):
        yield Finding("clusterConfig.zoneAwarenessEnabled", "is off")
    if domain.number("clusterConfig.instanceCount", 1) < domain.limit("leastNodes"):
        yield Finding("clusterConfig.instanceCount", f"is less than {domain.limit('leastNodes'):g}")


def _public_principal(domain: Node) -> Iterator[Finding]:
    for statement in statements(domain.text("accessPolicies")):
        if statement.allows and statement.any_principal and not statement.restricts(*NARROWING_KEYS):
            yield Finding("accessPolicies", f"lets anyone in by statement {statement.index}")


RULES = (
    ResourceRule(
        id="aws-opensearch-in-vpc",
        types=(DOMAIN,),
        severity=Severity.CRITICAL,
        description="OpenSearch domains stand in a VPC.",
        why="A public endpoint leaves one policy between the internet and every document, and can't be moved later.",
        remedy="Set vpc_options with private subnet_ids and security_group_ids.",
        check=present("vpcOptions.subnetIds"),
    ),
    ResourceRule(
        id="aws-opensearch-tls",
        types=(DOMAIN,),
        severity=Severity.HIGH,
        description="OpenSearch domains answer HTTPS with TLS 1.2 or later alone.",
        why="Older versions have known breaks, and OpenSearch takes them unless told otherwise.",
        remedy="Set enforce_https=True and a tls_security_policy of Policy-Min-TLS-1-2 in domain_endpoint_options.",
        check=_tls,
    ),
    ResourceRule(
        id="aws-opensearch-node-to-node-tls",
        types=(DOMAIN,),
        severity=Severity.HIGH,
        description="OpenSearch nodes talk to each other over TLS.",
        why="Replication carries every document between zones, in the clear unless this is on.",
        remedy="Set node_to_node_encryption.enabled=True.",
        check=on("nodeToNodeEncryption.enabled"),
    ),
    ResourceRule(
        id="aws-opensearch-encrypted-with-cmk",
        types=(DOMAIN,),
        severity=Severity.HIGH,
        description="OpenSearch domains are encrypted with a customer-managed key.",
        why="Indexes hold copies of the databases' contents, and AWS's own key can't be withdrawn.",
        remedy="Set encrypt_at_rest with enabled=True and kms_key_id.",
        check=together(on("encryptAtRest.enabled"), present("encryptAtRest.kmsKeyId")),
    ),
    ResourceRule(
        id="aws-opensearch-fine-grained-access",
        types=(DOMAIN,),
        severity=Severity.HIGH,
        description="OpenSearch domains tell their users' rights apart.",
        why="Whoever reaches the domain may otherwise read and delete every index.",
        remedy="Set advanced_security_options.enabled=True with an IAM role as its master user.",
        check=together(_fine_grained_access),
    ),
    ResourceRule(
        id="aws-opensearch-audit-log",
        types=(DOMAIN,),
        severity=Severity.MEDIUM,
        description="OpenSearch domains publish their audit log.",
        why="CloudTrail sees who changed the domain, and only this log who read or changed what is in it.",
        remedy="Add AUDIT_LOGS to log_publishing_options.",
        check=_audit_log,
    ),
    ResourceRule(
        id="aws-opensearch-survives-a-zone",
        types=(DOMAIN,),
        severity=Severity.MEDIUM,
        description="OpenSearch domains have three data nodes in several zones.",
        why="With fewer, or in one zone, one loss takes the majority and with it every write.",
        remedy="Set cluster_config.zone_awareness_enabled=True and instance_count to 3 or more.",
        settings={"leastNodes": {"type": "number", "minimum": 1, "default": 3, "description": "Data nodes at least."}},
        check=_zones,
    ),
    ResourceRule(
        id="aws-opensearch-no-public-principal",
        types=(DOMAIN, DOMAIN_POLICY),
        severity=Severity.HIGH,
        description="OpenSearch access policies let in named principals only.",
        why="A policy for everyone turns whatever gets into the network into a user.",
        remedy="Name the account's root or roles as principals in access_policies.",
        check=_public_principal,
    ),
)
