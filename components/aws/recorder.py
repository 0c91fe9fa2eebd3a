"""AWS Config: the history of every resource's configuration, and rules that judge it continuously."""

import json
from collections.abc import Mapping

import pulumi
from pulumi_aws import cfg

from components.aws.bucket import Bucket
from components.aws.component import AwsComponent, Scope
from components.aws.iam import allow, role, service_trust

# Pods take and leave network interfaces all day: a history of each would cost more than everything else together.
DAILY = ("AWS::EC2::NetworkInterface",)

RULES: Mapping[str, str] = {
    "cloudtrail-multi-region": "MULTI_REGION_CLOUD_TRAIL_ENABLED",
    "cloudtrail-validates-files": "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
    "dynamodb-point-in-time-recovery": "DYNAMODB_PITR_ENABLED",
    "ebs-encrypted-by-default": "EC2_EBS_ENCRYPTION_BY_DEFAULT",
    "ec2-imdsv2": "EC2_IMDSV2_CHECK",
    "ec2-volumes-encrypted": "ENCRYPTED_VOLUMES",
    "eks-no-public-endpoint": "EKS_ENDPOINT_NO_PUBLIC_ACCESS",
    "eks-secrets-encrypted": "EKS_SECRETS_ENCRYPTED",
    "guardduty-on": "GUARDDUTY_ENABLED_CENTRALIZED",
    "iam-no-admin-policies": "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
    "iam-password-policy": "IAM_PASSWORD_POLICY",
    "iam-root-mfa": "ROOT_ACCOUNT_MFA_ENABLED",
    "iam-root-no-access-key": "IAM_ROOT_ACCESS_KEY_CHECK",
    "iam-user-mfa": "IAM_USER_MFA_ENABLED",
    "kms-keys-rotate": "CMK_BACKING_KEY_ROTATION_ENABLED",
    "rds-cluster-deletion-protected": "RDS_CLUSTER_DELETION_PROTECTION_ENABLED",
    "rds-not-public": "RDS_INSTANCE_PUBLIC_ACCESS_CHECK",
    "rds-storage-encrypted": "RDS_STORAGE_ENCRYPTED",
    "s3-account-public-access-blocked": "S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC",
    "s3-tls-only": "S3_BUCKET_SSL_REQUESTS_ONLY",
    "security-hub-on": "SECURITYHUB_ENABLED",
    "vpc-default-group-closed": "VPC_DEFAULT_SECURITY_GROUP_CLOSED",
    "vpc-flow-logs": "VPC_FLOW_LOGS_ENABLED",
    "vpc-no-open-ssh": "INCOMING_SSH_DISABLED",
}
"""Managed rules of the conformance pack, by the name they get.

https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html
"""


class Recorder(AwsComponent):
    """The account's one recorder of this region, with a daily snapshot, and a conformance pack of managed rules.

    The pack covers what a plan cannot show: what was made or changed by hand. It holds what this platform relies on;
    whole frameworks are Security Hub's. Other regions are left to the organisation.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        pack_name: str,
        bucket: Bucket,
        key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the recorder, whose history goes to `bucket`; `pack_name` is unique in the account."""
        super().__init__("Recorder", name, scope, "restricted", opts)
        reader = role(
            f"{name}-recorder",
            service_trust("config.amazonaws.com", scope.account_id),
            self,
            description="AWS Config's recorder",
            managed=["service-role/AWS_ConfigRole"],
            inline={
                "deliver": [
                    allow(["s3:GetBucketAcl", "s3:ListBucket"], bucket.arn),
                    allow(
                        ["s3:PutObject"],
                        pulumi.Output.concat(bucket.arn, f"/AWSLogs/{scope.account_id}/Config/*"),
                        conditions={"StringLike": {"s3:x-amz-acl": "bucket-owner-full-control"}},
                    ),
                    allow(["kms:Decrypt", "kms:GenerateDataKey"], key_arn),
                ]
            },
        )
        recorder = cfg.Recorder(
            f"{name}-recorder",
            role_arn=reader.arn,
            recording_group={"all_supported": True, "include_global_resource_types": True},
            recording_mode={
                "recording_frequency": "CONTINUOUS",
                "recording_mode_override": {"recording_frequency": "DAILY", "resource_types": list(DAILY)},
            },
            opts=self.child(depends_on=reader.policies),
        )
        channel = cfg.DeliveryChannel(
            f"{name}-history",
            s3_bucket_name=bucket.name,
            s3_kms_key_arn=key_arn,
            snapshot_delivery_properties={"delivery_frequency": "TwentyFour_Hours"},
            # AWS refuses a channel without a recorder, and to start a recorder without a channel.
            opts=self.child(depends_on=[recorder]),
        )
        status = cfg.RecorderStatus(
            f"{name}-recorder", name=recorder.name, is_enabled=True, opts=self.child(depends_on=[channel])
        )
        cfg.ConformancePack(
            f"{name}-rules",
            name=pack_name,
            template_body=conformance_template(),
            opts=self.child(depends_on=[status]),
        )
        self.register_outputs({})


def conformance_template() -> str:
    """The pack as a CloudFormation template; JSON, which is YAML too."""
    return json.dumps(
        {
            "Resources": {
                rule.title().replace("-", ""): {
                    "Type": "AWS::Config::ConfigRule",
                    "Properties": {
                        "ConfigRuleName": rule,
                        "Source": {"Owner": "AWS", "SourceIdentifier": identifier},
                    },
                }
                for rule, identifier in RULES.items()
            }
        },
        indent=1,
        sort_keys=True,
    )
