"""Turn one safe setting off in the code, and the preview refuses the stack, naming resource, property and remedy."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Slip:
    """A change of one line, and what the report must say of it."""

    file: str
    safe: str
    unsafe: str
    resource: str
    property: str
    rule: str
    stack: str = "prod"

    @property
    def path(self) -> str:
        """The file's path in the project."""
        return f"components/{'gcp' if self.stack == 'dr' else 'aws'}/{self.file}"


SLIPS = (
    Slip(
        "cluster.py",
        '"endpoint_public_access": bool(public)',
        '"endpoint_public_access": True',
        "cluster-cluster",
        "vpcConfig.publicAccessCidrs",
        "aws-eks-public-endpoint-narrow",
    ),
    Slip(
        "cluster.py",
        '"endpoint_private_access": True',
        '"endpoint_private_access": False',
        "cluster-cluster",
        "vpcConfig.endpointPrivateAccess",
        "aws-eks-private-endpoint",
    ),
    Slip(
        "node_group.py",
        '"http_tokens": "required"',
        '"http_tokens": "optional"',
        "cluster-general-nodes",
        "metadataOptions.httpTokens",
        "aws-ec2-imdsv2",
    ),
    Slip(
        "aurora.py",
        "storage_encrypted=True",
        "storage_encrypted=False",
        "database-cluster",
        "storageEncrypted",
        "aws-rds-encrypted-with-cmk",
    ),
    Slip(
        "aurora.py",
        '"rds.force_ssl": "1"',
        '"rds.force_ssl": "0"',
        "database-cluster",
        "rds.force_ssl",
        "aws-rds-tls-required",
    ),
    Slip(
        "msk.py",
        '"client_broker": "TLS"',
        '"client_broker": "TLS_PLAINTEXT"',
        "stream-cluster",
        "encryptionInfo.encryptionInTransit.clientBroker",
        "aws-msk-client-tls",
    ),
    Slip(
        "dynamodb.py",
        'point_in_time_recovery={"enabled": True, "recovery_period_in_days": POINT_IN_TIME_DAYS}',
        'point_in_time_recovery={"enabled": False}',
        "tables-orders",
        "pointInTimeRecovery.enabled",
        "aws-dynamodb-point-in-time-recovery",
    ),
    Slip(
        "keys.py",
        "enable_key_rotation=True",
        "enable_key_rotation=False",
        "keys-database",
        "enableKeyRotation",
        "aws-kms-rotation",
    ),
    Slip(
        "transit.py",
        'auto_accept_shared_attachments="disable"',
        'auto_accept_shared_attachments="enable"',
        "transit-gateway",
        "autoAcceptSharedAttachments",
        "aws-transit-gateway-no-auto-accept",
    ),
    Slip(
        "network.py",
        "map_public_ip_on_launch=False",
        "map_public_ip_on_launch=True",
        "network-private-us-west-2a",
        "mapPublicIpOnLaunch",
        "aws-subnet-no-automatic-public-ip",
    ),
    Slip(
        "iam.py",
        '"Action": sorted(actions), "Resource": resources',
        '"Action": "*", "Resource": "*"',
        "cluster-control-plane-secrets-key",
        "policy",
        "aws-iam-no-full-admin",
    ),
    Slip(
        "logs.py",
        "kms_key_id=key_arn,",
        "",
        "network-flows",
        "kmsKeyId",
        "aws-log-group-encrypted-with-cmk",
    ),
    Slip(
        "elasticache.py",
        'transit_encryption_mode="required"',
        'transit_encryption_mode="preferred"',
        "cache-cluster",
        "transitEncryptionMode",
        "aws-elasticache-tls",
    ),
    Slip(
        "opensearch.py",
        'node_to_node_encryption={"enabled": True}',
        'node_to_node_encryption={"enabled": False}',
        "search-domain",
        "nodeToNodeEncryption.enabled",
        "aws-opensearch-node-to-node-tls",
    ),
    Slip(
        "bucket.py",
        '{"aws:SecureTransport": "false"}',
        '{"aws:SecureTransport": "true"}',
        "assets-bucket",
        "answers requests without TLS",
        "aws-s3-tls-only",
    ),
    Slip(
        "registry.py",
        'image_tag_mutability="IMMUTABLE"',
        'image_tag_mutability="MUTABLE"',
        "registry-podinfo",
        "imageTagMutability",
        "aws-ecr-immutable-tags",
    ),
    Slip(
        "cdn.py",
        'TLS_POLICY = "TLSv1.2_2021"',
        'TLS_POLICY = "TLSv1.1_2016"',
        "edge-cdn-distribution",
        "viewerCertificate.minimumProtocolVersion",
        "aws-cloudfront-viewer-tls",
    ),
    Slip(
        "front_door.py",
        "health_check_id=switch.id if switch else None",
        "health_check_id=None",
        "edge-door-api-a",
        "healthCheckId",
        "aws-route53-failover-health-check",
    ),
    Slip(
        "web_firewall.py",
        '"override_action": {"none": {}}',
        '"override_action": {"count": {}}',
        "edge-firewall-acl",
        "rules",
        "aws-waf-managed-rules",
    ),
    Slip(
        "audit.py",
        "is_multi_region_trail=True",
        "is_multi_region_trail=False",
        "account-trail-trail",
        "isMultiRegionTrail",
        "aws-cloudtrail-multi-region",
    ),
    Slip(
        "interruptions.py",
        "kms_master_key_id=key_arn, ",
        "",
        "controllers-interruptions-queue",
        "kmsMasterKeyId",
        "aws-sqs-encrypted-with-cmk",
    ),
    Slip(
        "notifications.py",
        "kms_master_key_id=key_arn, signature_version=2",
        "signature_version=2",
        "observability-notifications-page",
        "kmsMasterKeyId",
        "aws-sns-encrypted-with-cmk",
    ),
    Slip(
        "federation.py",
        "            attribute_condition=(",
        "            description=(",
        "federation-provider",
        "attributeCondition",
        "gcp-iam-federation-conditioned",
        stack="dr",
    ),
    Slip(
        "federation.py",
        'role="roles/monitoring.metricWriter"',
        'role="roles/editor"',
        "federation-replication-metrics",
        "role",
        "gcp-iam-no-basic-roles",
        stack="dr",
    ),
    Slip(
        "project.py",
        'AUDITED = ("ADMIN_READ", "DATA_READ", "DATA_WRITE")',
        'AUDITED = ("ADMIN_READ",)',
        "project-audit-log",
        "auditLogConfigs",
        "gcp-project-audit-log-complete",
        stack="dr",
    ),
    Slip(
        "keys.py",
        'rotation_period=f"{settings.rotation_days * DAY}s",',
        "",
        "keys-logs",
        "rotationPeriod",
        "gcp-kms-rotation",
        stack="dr",
    ),
    Slip(
        "zone.py",
        '"state": "on"',
        '"state": "off"',
        "edge-shadow-zone",
        "dnssecConfig.state",
        "gcp-dns-dnssec",
        stack="dr",
    ),
    Slip(
        "load_balancer.py",
        'profile="RESTRICTED"',
        'profile="COMPATIBLE"',
        "edge-balancer-tls",
        "profile",
        "gcp-lb-tls-policy-strong",
        stack="dr",
    ),
    Slip(
        "load_balancer.py",
        "        security_policy=security_policy,\n        timeout_sec",
        "        timeout_sec",
        "edge-balancer-gateway",
        "securityPolicy",
        "gcp-lb-firewall",
        stack="dr",
    ),
    Slip(
        "web_firewall.py",
        '"priority": ATTACKS + _place(key)',
        '"priority": ATTACKS + 2000 + _place(key)',
        "edge-firewall-policy",
        "priority",
        "gcp-armor-attacks-before-limits",
        stack="dr",
    ),
    Slip(
        "cluster.py",
        '"ip_endpoints_config": {"enabled": False}',
        '"ip_endpoints_config": {"enabled": True}',
        "cluster-cluster",
        "controlPlaneEndpointsConfig.ipEndpointsConfig.enabled",
        "gcp-gke-control-plane-not-open",
        stack="dr",
    ),
    Slip(
        "cluster.py",
        '{"service_account": nodes, "boot_disk_kms_key": volumes_key_id}',
        '{"boot_disk_kms_key": volumes_key_id}',
        "cluster-cluster",
        "clusterAutoscaling.autoProvisioningDefaults.serviceAccount",
        "gcp-gke-own-node-account",
        stack="dr",
    ),
    Slip(
        "registry.py",
        'mode="STANDARD_REPOSITORY"',
        'mode="REMOTE_REPOSITORY"',
        "registry-vendor",
        "mode",
        "gcp-artifact-registry-standard-only",
        stack="dr",
    ),
    Slip(
        "admission.py",
        '"evaluation_mode": "REQUIRE_ATTESTATION"',
        '"evaluation_mode": "ALWAYS_ALLOW"',
        "admission-policy",
        "defaultAdmissionRule.evaluationMode",
        "gcp-binary-authorization-enforced",
        stack="dr",
    ),
    Slip(
        "logs.py",
        'cmek_settings={"kms_key_name": key_id},',
        "",
        "observability-logs-audit",
        "cmekSettings.kmsKeyName",
        "gcp-log-bucket-encrypted-with-cmk",
        stack="dr",
    ),
    Slip(
        "uptime.py",
        '"validate_ssl": True,',
        '"validate_ssl": False,',
        "observability-uptime-api",
        "httpCheck.validateSsl",
        "gcp-uptime-check-tls",
        stack="dr",
    ),
    Slip(
        "firewall.py",
        'Rule(1030, "INGRESS", "Regional proxies to their backends", sources=[own.proxy_only])',
        'Rule(1030, "INGRESS", "Regional proxies to their backends", sources=ANYWHERE)',
        "firewall-in-proxies",
        "match.srcIpRanges[0]",
        "gcp-firewall-no-world-sensitive-ports",
        stack="dr",
    ),
    Slip(
        "firewall.py",
        '"Everything else", destinations=ANYWHERE, protocol="all", action="deny"',
        '"Everything else", destinations=ANYWHERE, protocol="all"',
        "network-vpc",
        "denies the way out",
        "gcp-network-denied-by-default",
        stack="dr",
    ),
    Slip(
        "network.py",
        "private_ip_google_access=True if private else None",
        "private_ip_google_access=False if private else None",
        "network-nodes",
        "privateIpGoogleAccess",
        "gcp-subnet-private-google-access",
        stack="dr",
    ),
    Slip(
        "sql.py",
        '"ipv4_enabled": False',
        '"ipv4_enabled": True',
        "database-instance",
        "settings.ipConfiguration.ipv4Enabled",
        "gcp-sql-no-public-ip",
        stack="dr",
    ),
    Slip(
        "bigtable.py",
        '"kms_key_name": key_id,',
        "",
        "tables-instance",
        "clusters[1].kmsKeyName",
        "gcp-bigtable-encrypted-with-cmk",
        stack="dr",
    ),
    Slip(
        "memorystore.py",
        'authorization_mode="IAM_AUTH"',
        'authorization_mode="AUTH_DISABLED"',
        "cache-instance",
        "authorizationMode",
        "gcp-memorystore-authenticated",
        stack="dr",
    ),
    Slip(
        "bucket.py",
        'public_access_prevention="enforced"',
        'public_access_prevention="inherited"',
        "assets-bucket",
        "publicAccessPrevention",
        "gcp-storage-public-access-prevented",
        stack="dr",
    ),
    Slip(
        "pubsub.py",
        "topic=dead_topic.id,\n            message",
        "topic=made.id,\n            message",
        "messaging-domain-events",
        "deadLetterPolicy.deadLetterTopic",
        "gcp-pubsub-dead-letters-kept",
        stack="dr",
    ),
    Slip(
        "kafka.py",
        '"access_config": {"network_configs"',
        '"access_config": {"public_cluster_config": {"allowed_source_ip_ranges": ["0.0.0.0/0"]}, "network_configs"',
        "stream-cluster",
        "gcpConfig.accessConfig.publicClusterConfig",
        "gcp-kafka-not-public",
        stack="dr",
    ),
    Slip(
        "secrets.py",
        '{"location": region, "customer_managed_encryption": {"kms_key_name": key}}',
        '{"location": region}',
        "secrets-payment-gateway",
        "replication.userManaged.replicas[1].customerManagedEncryption.kmsKeyName",
        "gcp-secret-encrypted-with-cmk",
        stack="dr",
    ),
)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.rule)
def test_an_unsafe_line_stops_the_stack(slip: Slip, project_copy: Path, root: Path, preview: Callable) -> None:
    file = project_copy / slip.path
    source = file.read_text()
    assert source.count(slip.safe) == 1
    file.write_text(source.replace(slip.safe, slip.unsafe))

    result = preview(slip.stack, "--json", "--project", str(project_copy), "--policy-pack", str(root / "policies"))

    assert result.returncode == 1
    violations = {
        violation["urn"].rsplit("::", 1)[1]: violation["message"]
        for violation in json.loads(result.stdout)["policyViolations"]
        if violation["policyName"] == slip.rule
    }
    assert slip.property in violations[slip.resource]
    assert "Fix:" in violations[slip.resource]


@pytest.mark.parametrize("judged", ["update", "preview"])
def test_what_is_shipped_passes_with_all_values_known_and_as_the_cli_sees_it(
    judged: str, root: Path, preview: Callable
) -> None:
    """Before clusters exist, their providers tell nothing at all of what will be in them."""
    result = preview("--json", "--policy-pack", str(root / "policies"), "--policy-pass", judged)

    documents = [json.loads(line) for line in result.stdout.splitlines()]
    assert [document.get("policyViolations", []) for document in documents] == [[], [], []]
    assert result.returncode == 0, result.stderr
    assert all(bool(document.get("policySkips")) is (judged == "preview") for document in documents)
