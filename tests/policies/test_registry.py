"""The list of rules, and what every rule must say about itself."""

import re

import pytest
from guardrails import controls, docs
from guardrails.model import ResourceRule, Rule
from guardrails.registry import FAMILIES
from pulumi_policy import EnforcementLevel, Severity

from tests.policies.harness import RULES, all_cases

PINNED = [
    "aws-access-analyzer-external",
    "aws-account-ebs-encrypted-by-default",
    "aws-account-imdsv2-by-default",
    "aws-account-no-serial-console",
    "aws-account-password-policy",
    "aws-account-s3-public-access-blocked",
    "aws-account-snapshots-and-images-not-public",
    "aws-acm-key-length",
    "aws-acm-renews-by-itself",
    "aws-address-ranges-disjoint",
    "aws-alarm-tells-somebody",
    "aws-backup-vault-encrypted-with-cmk",
    "aws-backup-vault-locked",
    "aws-canary-encrypted-with-cmk",
    "aws-cloudfront-access-log",
    "aws-cloudfront-https-only",
    "aws-cloudfront-origin-access-control",
    "aws-cloudfront-origin-tls",
    "aws-cloudfront-security-headers",
    "aws-cloudfront-viewer-tls",
    "aws-cloudfront-web-acl",
    "aws-cloudtrail-encrypted-with-cmk",
    "aws-cloudtrail-log-validation",
    "aws-cloudtrail-management-events",
    "aws-cloudtrail-multi-region",
    "aws-cloudtrail-on-and-searchable",
    "aws-codebuild-encrypted-with-cmk",
    "aws-codebuild-in-vpc",
    "aws-codebuild-logs",
    "aws-codebuild-no-plain-credentials",
    "aws-codebuild-not-privileged",
    "aws-config-recorder-on",
    "aws-config-records-everything",
    "aws-dynamodb-deletion-protection",
    "aws-dynamodb-encrypted-with-cmk",
    "aws-dynamodb-point-in-time-recovery",
    "aws-ec2-encrypted-disks",
    "aws-ec2-imdsv2",
    "aws-ec2-template-no-public-address",
    "aws-ec2-template-no-ssh-key",
    "aws-ecr-encrypted-with-cmk",
    "aws-ecr-immutable-tags",
    "aws-ecr-scan-on-push",
    "aws-eks-authentication-by-api",
    "aws-eks-control-plane-logs",
    "aws-eks-nodes-from-launch-template",
    "aws-eks-nodes-no-remote-access",
    "aws-eks-private-endpoint",
    "aws-eks-public-endpoint-narrow",
    "aws-eks-secrets-encrypted-with-cmk",
    "aws-elasticache-authenticated",
    "aws-elasticache-encrypted-with-cmk",
    "aws-elasticache-multi-az",
    "aws-elasticache-snapshots",
    "aws-elasticache-tls",
    "aws-elasticache-user-authenticates",
    "aws-endpoint-service-acceptance",
    "aws-guardduty-on",
    "aws-guardduty-protections-on",
    "aws-iam-federated-subject-pinned",
    "aws-iam-no-access-keys",
    "aws-iam-no-full-admin",
    "aws-iam-no-service-wildcard",
    "aws-iam-no-user-policies",
    "aws-iam-no-wildcard-pass-role",
    "aws-iam-role-trust-named",
    "aws-inspector-scans-machines-and-images",
    "aws-kms-deletion-window",
    "aws-kms-no-public-principal",
    "aws-kms-rotation",
    "aws-lb-deletion-protection",
    "aws-lb-listener-tls",
    "aws-lb-security-group",
    "aws-log-group-encrypted-with-cmk",
    "aws-log-group-retention",
    "aws-macie-on",
    "aws-msk-authenticated",
    "aws-msk-broker-logs",
    "aws-msk-client-tls",
    "aws-msk-encrypted-with-cmk",
    "aws-msk-in-cluster-tls",
    "aws-msk-not-public",
    "aws-network-acl-no-world-admin",
    "aws-opensearch-audit-log",
    "aws-opensearch-encrypted-with-cmk",
    "aws-opensearch-fine-grained-access",
    "aws-opensearch-in-vpc",
    "aws-opensearch-no-public-principal",
    "aws-opensearch-node-to-node-tls",
    "aws-opensearch-survives-a-zone",
    "aws-opensearch-tls",
    "aws-rds-backup-retention",
    "aws-rds-deletion-protection",
    "aws-rds-encrypted-with-cmk",
    "aws-rds-enhanced-monitoring",
    "aws-rds-iam-authentication",
    "aws-rds-log-exports",
    "aws-rds-managed-master-password",
    "aws-rds-not-public",
    "aws-rds-tls-required",
    "aws-route53-caa",
    "aws-route53-dnssec",
    "aws-route53-failover-by-switch",
    "aws-route53-failover-health-check",
    "aws-route53-query-logging",
    "aws-s3-access-logs",
    "aws-s3-encrypted-with-cmk",
    "aws-s3-no-public-principal",
    "aws-s3-public-access-block-complete",
    "aws-s3-public-access-blocked",
    "aws-s3-tls-only",
    "aws-s3-versioned",
    "aws-secret-encrypted-with-cmk",
    "aws-secret-value-not-in-program",
    "aws-security-group-no-world-sensitive-ports",
    "aws-security-group-world-only-allowed-ports",
    "aws-security-hub-standards",
    "aws-sns-encrypted-with-cmk",
    "aws-sns-no-public-principal",
    "aws-sns-subscription-redrive",
    "aws-sns-subscription-tls",
    "aws-sqs-encrypted-with-cmk",
    "aws-sqs-no-public-principal",
    "aws-stateful-protected",
    "aws-subnet-no-automatic-public-ip",
    "aws-transit-gateway-explicit-routing",
    "aws-transit-gateway-no-auto-accept",
    "aws-vpc-default-group-adopted",
    "aws-vpc-default-group-closed",
    "aws-vpc-endpoint-policy",
    "aws-vpc-flow-logs",
    "aws-waf-log-redaction",
    "aws-waf-logging",
    "aws-waf-managed-rules",
    "aws-waf-rate-limit",
    "aws-xray-encrypted-with-cmk",
    "crosscloud-address-ranges-disjoint",
    "crosscloud-address-ranges-routed",
    "crosscloud-backup-parity",
    "crosscloud-data-residency",
    "crosscloud-inventory-complete",
    "crosscloud-keys-rotate",
    "crosscloud-labels-parity",
    "crosscloud-regions-apart",
    "crosscloud-store-has-peer",
    "crosscloud-store-key-listed",
    "crosscloud-store-rpo-declared",
    "crosscloud-store-rpo-short",
    "crosscloud-tls-parity",
    "gcp-address-ranges-disjoint",
    "gcp-alert-documented",
    "gcp-alert-tells-somebody",
    "gcp-armor-adaptive-protection",
    "gcp-armor-attacks-before-limits",
    "gcp-armor-discreet-log",
    "gcp-armor-json-parsing",
    "gcp-armor-owasp-rules",
    "gcp-armor-rate-limit",
    "gcp-artifact-registry-encrypted-with-cmk",
    "gcp-artifact-registry-immutable-tags",
    "gcp-artifact-registry-not-public",
    "gcp-artifact-registry-scanned",
    "gcp-artifact-registry-standard-only",
    "gcp-bigtable-autoscaled",
    "gcp-bigtable-backups",
    "gcp-bigtable-deletion-protection",
    "gcp-bigtable-encrypted-with-cmk",
    "gcp-bigtable-survives-a-zone",
    "gcp-binary-authorization-enforced",
    "gcp-binary-authorization-exempts-google-only",
    "gcp-dns-caa",
    "gcp-dns-dnssec",
    "gcp-dns-no-sha1",
    "gcp-dns-policy-logging",
    "gcp-dns-query-logging",
    "gcp-firewall-logging",
    "gcp-firewall-no-world-sensitive-ports",
    "gcp-firewall-world-only-allowed-ports",
    "gcp-gke-backup-complete",
    "gcp-gke-backup-encrypted-with-cmk",
    "gcp-gke-binary-authorization",
    "gcp-gke-boot-disks-encrypted-with-cmk",
    "gcp-gke-control-plane-logs",
    "gcp-gke-control-plane-not-open",
    "gcp-gke-deletion-protection",
    "gcp-gke-kubelet-port-closed",
    "gcp-gke-no-rights-for-everybody",
    "gcp-gke-own-node-account",
    "gcp-gke-private-nodes",
    "gcp-gke-release-channel",
    "gcp-gke-secrets-encrypted-with-cmk",
    "gcp-gke-workload-identity",
    "gcp-iam-custom-role-no-escalation",
    "gcp-iam-federation-conditioned",
    "gcp-iam-members-only",
    "gcp-iam-no-basic-roles",
    "gcp-iam-no-long-lived-credentials",
    "gcp-iam-no-public-members",
    "gcp-kafka-acl-names-principals",
    "gcp-kafka-encrypted-with-cmk",
    "gcp-kafka-not-public",
    "gcp-kafka-topic-survives-a-zone",
    "gcp-kms-destruction-wait",
    "gcp-kms-no-public-grants",
    "gcp-kms-rotation",
    "gcp-lb-backend-tls",
    "gcp-lb-bucket-firewall",
    "gcp-lb-firewall",
    "gcp-lb-https-only",
    "gcp-lb-request-log",
    "gcp-lb-tls-policy",
    "gcp-lb-tls-policy-strong",
    "gcp-log-bucket-encrypted-with-cmk",
    "gcp-log-bucket-retention",
    "gcp-log-sink-on",
    "gcp-memorystore-authenticated",
    "gcp-memorystore-backups",
    "gcp-memorystore-deletion-protection",
    "gcp-memorystore-encrypted-with-cmk",
    "gcp-memorystore-persistent",
    "gcp-memorystore-survives-a-zone",
    "gcp-memorystore-tls",
    "gcp-nat-logging",
    "gcp-network-custom-mode",
    "gcp-network-denied-by-default",
    "gcp-network-dns-policy",
    "gcp-notification-channel-secret",
    "gcp-project-audit-log-complete",
    "gcp-project-guards-enforced",
    "gcp-project-os-login",
    "gcp-psc-accepted-by-name",
    "gcp-pubsub-dead-letters-kept",
    "gcp-pubsub-encrypted-with-cmk",
    "gcp-pubsub-push-authenticated",
    "gcp-pubsub-storage-regions",
    "gcp-pubsub-subscription-never-expires",
    "gcp-secret-destruction-wait",
    "gcp-secret-encrypted-with-cmk",
    "gcp-secret-in-two-regions",
    "gcp-secret-rotation",
    "gcp-secret-value-not-in-program",
    "gcp-sources-in-artifact-registry",
    "gcp-sql-audit-flags",
    "gcp-sql-backups",
    "gcp-sql-client-certificates",
    "gcp-sql-deletion-protection",
    "gcp-sql-encrypted-with-cmk",
    "gcp-sql-iam-authentication",
    "gcp-sql-no-data-api",
    "gcp-sql-no-password-in-program",
    "gcp-sql-no-public-ip",
    "gcp-sql-no-world-network",
    "gcp-sql-query-insights",
    "gcp-sql-regional",
    "gcp-standby-without-aws",
    "gcp-standby-without-eks",
    "gcp-stateful-protected",
    "gcp-storage-encrypted-with-cmk",
    "gcp-storage-logged",
    "gcp-storage-public-access-prevented",
    "gcp-storage-recoverable",
    "gcp-storage-uniform-access",
    "gcp-subnet-flow-logs",
    "gcp-subnet-private-google-access",
    "gcp-uptime-check-tls",
    "guardrails-suppressions-current",
]


def test_no_rule_comes_or_goes_unnoticed() -> None:
    assert sorted(RULES) == PINNED


def test_ids_are_unique() -> None:
    ids = [rule.id for family in FAMILIES for rule in family.RULES]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_each_rule_is_described_in_full_sentences(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.id)
    assert rule.types
    for sentence in (rule.description, rule.why, rule.remedy):
        assert sentence[0].isupper()
        assert sentence.endswith(".")


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_only_low_severity_lets_an_update_go_on(rule: Rule) -> None:
    advisory = rule.enforcement is EnforcementLevel.ADVISORY
    assert advisory == (rule.severity is Severity.LOW)


def test_every_rule_has_cases_and_every_case_a_rule() -> None:
    cases = all_cases()
    assert set(cases) == set(RULES) - {"guardrails-suppressions-current"}
    for rule, given in cases.items():
        assert given.passes, rule
        assert given.fails, rule


def test_every_type_of_a_resource_rule_is_seen_to_fail() -> None:
    unseen = {
        (rule.id, token)
        for rule in RULES.values()
        if isinstance(rule, ResourceRule)
        for token in rule.types
        if token not in {subject.type for subject, _ in all_cases()[rule.id].fails}
    }
    assert not unseen


def test_controls_are_of_rules_that_exist() -> None:
    assert set(controls.CONTROLS) <= set(RULES)


def test_the_readme_lists_the_rules_as_they_are() -> None:
    readme = docs.README.read_text(encoding="utf-8")
    assert readme == docs.rewritten(readme), "run: cd policies && python -m guardrails.docs"
