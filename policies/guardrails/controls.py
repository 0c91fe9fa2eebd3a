"""Which controls of published frameworks a rule helps to meet. Apart from the rules: an auditor reads one table.

A control named here is one the rule checks at least in part for resources in a plan; it says nothing of what was made
by hand. Sources: the frameworks' own texts, and the related requirements that AWS Security Hub gives for its controls.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Framework:
    """A published set of controls."""

    name: str
    version: str
    url: str


HUB = Framework(
    "AWS Security Hub",
    "",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html",
)
CIS_AWS = Framework("CIS AWS Foundations", "3.0.0", "https://www.cisecurity.org/benchmark/amazon_web_services")
CIS_GCP = Framework(
    "CIS Google Cloud Platform Foundation",
    "3.0.0",
    "https://www.cisecurity.org/benchmark/google_cloud_computing_platform",
)
CIS_EKS = Framework("CIS Amazon EKS", "1.1.0", "https://www.cisecurity.org/benchmark/kubernetes")
CIS_GKE = Framework("CIS Google Kubernetes Engine", "1.4.0", "https://www.cisecurity.org/benchmark/kubernetes")
NIST = Framework("NIST SP 800-53", "5", "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final")


class Controls(NamedTuple):
    """Controls of one framework."""

    framework: Framework
    ids: tuple[str, ...]


CONTROLS: Mapping[str, Mapping[Framework, tuple[str, ...]]] = {
    "aws-vpc-default-group-closed": {HUB: ("EC2.2",), CIS_AWS: ("5.4",), NIST: ("SC-7",)},
    "aws-vpc-default-group-adopted": {HUB: ("EC2.2",), CIS_AWS: ("5.4",), NIST: ("SC-7",)},
    "aws-vpc-flow-logs": {HUB: ("EC2.6",), CIS_AWS: ("3.7",), NIST: ("AU-2", "AU-12")},
    "aws-security-group-no-world-sensitive-ports": {
        HUB: ("EC2.18", "EC2.19"),
        CIS_AWS: ("5.2", "5.3"),
        NIST: ("SC-7",),
    },
    "aws-security-group-world-only-allowed-ports": {HUB: ("EC2.18",), NIST: ("SC-7",)},
    "aws-network-acl-no-world-admin": {HUB: ("EC2.21",), CIS_AWS: ("5.1",)},
    "aws-subnet-no-automatic-public-ip": {HUB: ("EC2.15",), NIST: ("AC-3", "AC-6", "SC-7")},
    "aws-transit-gateway-no-auto-accept": {HUB: ("EC2.23",)},
    "aws-ec2-imdsv2": {HUB: ("EC2.8", "EC2.170"), CIS_AWS: ("5.6",), NIST: ("AC-3", "AC-6")},
    "aws-ec2-encrypted-disks": {HUB: ("EC2.3",), NIST: ("SC-28(1)",)},
    "aws-ec2-template-no-public-address": {HUB: ("EC2.25",)},
    "aws-eks-private-endpoint": {CIS_EKS: ("5.4.2",)},
    "aws-eks-public-endpoint-narrow": {
        HUB: ("EKS.1",),
        CIS_EKS: ("5.4.1",),
        NIST: ("AC-3", "AC-4", "AC-6", "SC-7"),
    },
    "aws-eks-secrets-encrypted-with-cmk": {HUB: ("EKS.3",), CIS_EKS: ("5.3.1",)},
    "aws-eks-control-plane-logs": {HUB: ("EKS.8",), CIS_EKS: ("2.1.1",)},
    "aws-rds-encrypted-with-cmk": {HUB: ("RDS.3", "RDS.27"), CIS_AWS: ("2.3.1",), NIST: ("SC-28(1)",)},
    "aws-rds-deletion-protection": {HUB: ("RDS.7", "RDS.8"), NIST: ("SC-5(2)",)},
    "aws-rds-backup-retention": {HUB: ("RDS.11",), NIST: ("CP-9", "CP-10")},
    "aws-rds-iam-authentication": {HUB: ("RDS.10", "RDS.12")},
    "aws-rds-not-public": {HUB: ("RDS.2",), CIS_AWS: ("2.3.3",)},
    "aws-rds-log-exports": {HUB: ("RDS.37",), NIST: ("AU-2", "AU-12")},
    "aws-rds-tls-required": {HUB: ("RDS.38",)},
    "aws-rds-enhanced-monitoring": {HUB: ("RDS.6",)},
    "aws-msk-in-cluster-tls": {HUB: ("MSK.1",), NIST: ("SC-8", "SC-8(1)", "SC-13")},
    "aws-msk-authenticated": {HUB: ("MSK.6",)},
    "aws-msk-not-public": {HUB: ("MSK.4",)},
    "aws-dynamodb-point-in-time-recovery": {HUB: ("DynamoDB.2",), NIST: ("CP-9", "CP-10", "SC-5(2)")},
    "aws-dynamodb-encrypted-with-cmk": {NIST: ("SC-28(1)",)},
    "aws-dynamodb-deletion-protection": {HUB: ("DynamoDB.6",), NIST: ("CM-2", "SC-5(2)")},
    "aws-kms-rotation": {HUB: ("KMS.4",), CIS_AWS: ("3.6",), NIST: ("SC-12", "SC-28(3)")},
    "aws-kms-no-public-principal": {HUB: ("KMS.5",)},
    "aws-iam-no-full-admin": {HUB: ("IAM.1",), CIS_AWS: ("1.16",), NIST: ("AC-3", "AC-6")},
    "aws-iam-no-service-wildcard": {HUB: ("IAM.21",)},
    "aws-iam-no-user-policies": {HUB: ("IAM.2",), CIS_AWS: ("1.15",), NIST: ("AC-3", "AC-6")},
    "aws-iam-no-access-keys": {CIS_AWS: ("1.14",)},
    "aws-log-group-retention": {HUB: ("CloudWatch.16",), NIST: ("AU-11", "SI-12")},
    "aws-sns-encrypted-with-cmk": {HUB: ("SNS.1",), NIST: ("SC-28(1)",)},
    "aws-sns-no-public-principal": {HUB: ("SNS.4",)},
    "aws-sns-subscription-tls": {NIST: ("SC-8", "SC-8(1)")},
    "aws-sqs-encrypted-with-cmk": {HUB: ("SQS.1",), NIST: ("SC-28(1)",)},
    "aws-sqs-no-public-principal": {HUB: ("SQS.3",)},
    "aws-alarm-tells-somebody": {HUB: ("CloudWatch.15", "CloudWatch.17"), NIST: ("SI-4(5)",)},
    "aws-log-group-encrypted-with-cmk": {NIST: ("SC-28(1)",)},
    "aws-s3-public-access-blocked": {HUB: ("S3.8",), CIS_AWS: ("2.1.4",), NIST: ("AC-3", "AC-6", "SC-7")},
    "aws-s3-public-access-block-complete": {HUB: ("S3.8",), CIS_AWS: ("2.1.4",), NIST: ("AC-3", "AC-6", "SC-7")},
    "aws-s3-encrypted-with-cmk": {HUB: ("S3.17",), NIST: ("SC-28(1)",)},
    "aws-s3-versioned": {HUB: ("S3.14",)},
    "aws-s3-tls-only": {HUB: ("S3.5",), CIS_AWS: ("2.1.1",), NIST: ("SC-8", "SC-8(1)", "SC-13")},
    "aws-s3-access-logs": {HUB: ("S3.9",), NIST: ("AU-2", "AU-12")},
    "aws-s3-no-public-principal": {HUB: ("S3.2", "S3.3"), NIST: ("AC-3", "AC-6", "SC-7")},
    "aws-elasticache-tls": {HUB: ("ElastiCache.5",)},
    "aws-elasticache-encrypted-with-cmk": {HUB: ("ElastiCache.4",)},
    "aws-elasticache-multi-az": {HUB: ("ElastiCache.3",)},
    "aws-opensearch-in-vpc": {HUB: ("Opensearch.2",)},
    "aws-opensearch-tls": {HUB: ("Opensearch.8",)},
    "aws-opensearch-node-to-node-tls": {HUB: ("Opensearch.3",)},
    "aws-opensearch-encrypted-with-cmk": {HUB: ("Opensearch.1",)},
    "aws-opensearch-fine-grained-access": {HUB: ("Opensearch.7",)},
    "aws-opensearch-audit-log": {HUB: ("Opensearch.5",)},
    "aws-opensearch-survives-a-zone": {HUB: ("Opensearch.6",)},
    "aws-ecr-immutable-tags": {HUB: ("ECR.2",)},
    "aws-ecr-encrypted-with-cmk": {HUB: ("ECR.5",)},
    "aws-ecr-scan-on-push": {HUB: ("ECR.1",)},
    "aws-route53-query-logging": {HUB: ("Route53.2",), NIST: ("AU-2", "AU-12")},
    "aws-acm-renews-by-itself": {HUB: ("ACM.1",)},
    "aws-acm-key-length": {HUB: ("ACM.2",)},
    "aws-cloudfront-viewer-tls": {HUB: ("CloudFront.7", "CloudFront.15"), NIST: ("SC-8", "SC-8(1)")},
    "aws-cloudfront-https-only": {HUB: ("CloudFront.3",), NIST: ("SC-8", "SC-8(1)")},
    "aws-cloudfront-web-acl": {HUB: ("CloudFront.6",)},
    "aws-cloudfront-access-log": {HUB: ("CloudFront.5",), NIST: ("AU-2", "AU-12")},
    "aws-cloudfront-origin-access-control": {HUB: ("CloudFront.13",)},
    "aws-cloudfront-origin-tls": {HUB: ("CloudFront.9", "CloudFront.10"), NIST: ("SC-8", "SC-8(1)")},
    "aws-waf-managed-rules": {HUB: ("WAF.10",)},
    "aws-waf-logging": {HUB: ("WAF.11",), NIST: ("AU-2", "AU-12")},
    "aws-lb-deletion-protection": {HUB: ("ELB.6",), NIST: ("CM-2", "SC-5(2)")},
    "aws-lb-listener-tls": {HUB: ("ELB.1", "ELB.17"), NIST: ("SC-8", "SC-8(1)")},
    "aws-cloudtrail-multi-region": {HUB: ("CloudTrail.1",), CIS_AWS: ("3.1",), NIST: ("AU-2", "AU-12")},
    "aws-cloudtrail-log-validation": {HUB: ("CloudTrail.4",), CIS_AWS: ("3.2",), NIST: ("AU-9",)},
    "aws-cloudtrail-encrypted-with-cmk": {HUB: ("CloudTrail.2",), CIS_AWS: ("3.5",), NIST: ("SC-28(1)",)},
    "aws-cloudtrail-on-and-searchable": {HUB: ("CloudTrail.5",), NIST: ("AU-2", "AU-12")},
    "aws-cloudtrail-management-events": {HUB: ("CloudTrail.1",), CIS_AWS: ("3.1",), NIST: ("AU-2", "AU-12")},
    "aws-config-records-everything": {HUB: ("Config.1",), CIS_AWS: ("3.3",)},
    "aws-config-recorder-on": {HUB: ("Config.1",), CIS_AWS: ("3.3",)},
    "aws-guardduty-on": {HUB: ("GuardDuty.1",)},
    "aws-guardduty-protections-on": {
        HUB: ("GuardDuty.5", "GuardDuty.6", "GuardDuty.8", "GuardDuty.9", "GuardDuty.10", "GuardDuty.11"),
    },
    "aws-macie-on": {HUB: ("Macie.1",)},
    "aws-inspector-scans-machines-and-images": {HUB: ("Inspector.1", "Inspector.2")},
    "aws-access-analyzer-external": {HUB: ("IAM.28",), CIS_AWS: ("1.20",)},
    "aws-account-s3-public-access-blocked": {HUB: ("S3.1",), CIS_AWS: ("2.1.4",), NIST: ("AC-3", "AC-6", "SC-7")},
    "aws-account-ebs-encrypted-by-default": {HUB: ("EC2.7",), CIS_AWS: ("2.2.1",), NIST: ("SC-28(1)",)},
    "aws-account-imdsv2-by-default": {CIS_AWS: ("5.6",)},
    "aws-account-password-policy": {HUB: ("IAM.15", "IAM.16"), CIS_AWS: ("1.8", "1.9")},
    "aws-codebuild-logs": {HUB: ("CodeBuild.4",), NIST: ("AU-2", "AU-12")},
    "aws-codebuild-no-plain-credentials": {HUB: ("CodeBuild.2",), NIST: ("IA-5(7)", "SA-3")},
    "gcp-dns-dnssec": {CIS_GCP: ("3.3",)},
    "gcp-dns-no-sha1": {CIS_GCP: ("3.4", "3.5")},
    "gcp-kms-rotation": {CIS_GCP: ("1.10",)},
    "gcp-lb-request-log": {CIS_GCP: ("2.16",)},
    "gcp-lb-tls-policy": {CIS_GCP: ("3.9",)},
    "gcp-lb-tls-policy-strong": {CIS_GCP: ("3.9",)},
    # As google/gke-policy-automation maps its policies.
    "gcp-gke-private-nodes": {CIS_GKE: ("5.6.5",)},
    "gcp-gke-control-plane-not-open": {CIS_GKE: ("5.6.3", "5.6.4")},
    "gcp-gke-binary-authorization": {CIS_GKE: ("5.10.5",)},
    "gcp-gke-secrets-encrypted-with-cmk": {CIS_GKE: ("5.3.1",)},
    "gcp-gke-own-node-account": {CIS_GKE: ("5.2.1",)},
    "gcp-gke-boot-disks-encrypted-with-cmk": {CIS_GKE: ("5.9.1",)},
    "gcp-gke-release-channel": {CIS_GKE: ("5.5.4",)},
    "gcp-gke-workload-identity": {CIS_GKE: ("5.2.2",)},
    "gcp-gke-control-plane-logs": {CIS_GKE: ("5.7.1",)},
    "gcp-kms-no-public-grants": {CIS_GCP: ("1.9",), NIST: ("AC-3", "AC-6")},
    "gcp-iam-no-long-lived-credentials": {CIS_GCP: ("1.4",)},
    "gcp-project-audit-log-complete": {CIS_GCP: ("2.1",), NIST: ("AU-2", "AU-12")},
    "gcp-project-os-login": {CIS_GCP: ("4.4",)},
    "gcp-log-bucket-encrypted-with-cmk": {NIST: ("SC-28(1)",)},
    "gcp-log-bucket-retention": {NIST: ("AU-11",)},
    "gcp-log-sink-on": {CIS_GCP: ("2.2",), NIST: ("AU-12",)},
    "gcp-network-custom-mode": {CIS_GCP: ("3.1",)},
    "gcp-network-denied-by-default": {NIST: ("SC-7(5)",)},
    "gcp-firewall-no-world-sensitive-ports": {CIS_GCP: ("3.6", "3.7"), NIST: ("SC-7",)},
    "crosscloud-regions-apart": {NIST: ("CP-6(1)",)},
    "crosscloud-store-has-peer": {NIST: ("CP-6",)},
    "crosscloud-backup-parity": {NIST: ("CP-6", "CP-9")},
    "gcp-firewall-world-only-allowed-ports": {NIST: ("SC-7",)},
    "gcp-subnet-flow-logs": {CIS_GCP: ("3.8",), NIST: ("AU-2", "AU-12")},
    "gcp-dns-policy-logging": {CIS_GCP: ("2.12",), NIST: ("AU-2", "AU-12")},
    "gcp-network-dns-policy": {CIS_GCP: ("2.12",), NIST: ("AU-2", "AU-12")},
    "gcp-bigtable-encrypted-with-cmk": {NIST: ("SC-28(1)",)},
    "gcp-bigtable-backups": {NIST: ("CP-9", "CP-10")},
    "gcp-memorystore-encrypted-with-cmk": {NIST: ("SC-28(1)",)},
    "gcp-dms-tls": {NIST: ("SC-8", "SC-8(1)")},
    "gcp-dms-private": {NIST: ("SC-7",)},
    "gcp-sql-no-public-ip": {CIS_GCP: ("6.2.9", "6.6"), NIST: ("SC-7",)},
    "gcp-sql-no-world-network": {CIS_GCP: ("6.5",), NIST: ("SC-7",)},
    "gcp-sql-client-certificates": {CIS_GCP: ("6.4",), NIST: ("SC-8", "SC-8(1)")},
    "gcp-sql-encrypted-with-cmk": {NIST: ("SC-28(1)",)},
    "gcp-sql-backups": {CIS_GCP: ("6.7",), NIST: ("CP-9", "CP-10")},
    "gcp-sql-audit-flags": {
        CIS_GCP: ("6.2.1", "6.2.2", "6.2.3", "6.2.4", "6.2.5", "6.2.6", "6.2.7", "6.2.8"),
        NIST: ("AU-2", "AU-12"),
    },
    "gcp-kafka-encrypted-with-cmk": {NIST: ("SC-28(1)",)},
    "gcp-pubsub-encrypted-with-cmk": {NIST: ("SC-28(1)",)},
    "gcp-secret-encrypted-with-cmk": {NIST: ("SC-28(1)",)},
    "gcp-storage-encrypted-with-cmk": {NIST: ("SC-28(1)",)},
    "gcp-storage-public-access-prevented": {CIS_GCP: ("5.1",), NIST: ("AC-3", "SC-7")},
    "gcp-storage-uniform-access": {CIS_GCP: ("5.2",), NIST: ("AC-3",)},
    "kubernetes-container-not-privileged": {CIS_EKS: ("4.2.1",), NIST: ("AC-6",)},
    "kubernetes-pod-no-host-namespaces": {CIS_EKS: ("4.2.2", "4.2.3", "4.2.4")},
    "kubernetes-container-no-escalation": {CIS_EKS: ("4.2.5",), NIST: ("AC-6",)},
    "kubernetes-namespace-denied-by-default": {NIST: ("SC-7(5)",)},
    "kubernetes-rbac-no-cluster-admin": {NIST: ("AC-6",)},
    "kubernetes-storage-encrypted-with-cmk": {NIST: ("SC-28(1)",)},
    "kubernetes-mesh-strict-tls": {NIST: ("SC-8", "SC-8(1)")},
}


def of(rule: str) -> list[Controls]:
    """A rule's controls by framework; none where no published control is close enough."""
    return [Controls(framework, ids) for framework, ids in CONTROLS.get(rule, {}).items()]
