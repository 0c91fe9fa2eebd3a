"""Customer-managed KMS keys, one for each kind of data, and what each may be used for."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import kms

from components.aws.component import AwsComponent, Scope
from components.aws.iam import Statement, allow, document
from components.tags import DataClass
from settings.aws import KeySettings

USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")

# Services that use a key for topics and queues without saying for whom: a condition would shut them out.
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
UNSOURCED = frozenset({"events.amazonaws.com"})

# Administration without use: whoever manages a key cannot read what it encrypts by that right alone.
ADMINISTER = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:Delete*",
    "kms:Describe*",
    "kms:Disable*",
    "kms:Enable*",
    "kms:Get*",
    "kms:List*",
    "kms:Put*",
    "kms:Revoke*",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:Update*",
)


@dataclass(frozen=True)
class KeyUse:
    """What a key encrypts, and which AWS services use it for themselves."""

    description: str
    data_class: DataClass
    log_groups: bool = False
    """CloudWatch Logs encrypts log groups of this account with it."""

    deliveries: bool = False
    """AWS services write logs and inventories into buckets of this account that it encrypts."""

    auto_scaling: bool = False
    """EC2 Auto Scaling and EC2 Spot start instances whose volumes it encrypts."""

    discovery: bool = False
    """Macie reads what it encrypts, to find sensitive data."""

    trails: bool = False
    """CloudTrail encrypts this account's trails with it."""

    services: tuple[str, ...] = ()
    """Other services, such as `events.amazonaws.com`, that use it on behalf of this account's resources."""


class Keys(AwsComponent):
    """Symmetric keys that rotate, can be recovered for weeks after a deletion, and open only to this account.

    Using a key takes a right in the caller's own IAM policy: the key's policy delegates to IAM and adds the services
    that IAM policies cannot reach. Keys of other regions are made where they are needed, by `customer_key`.
    """

    arns: dict[str, pulumi.Output[str]]
    """ARN by the key's name."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: KeySettings,
        uses: Mapping[str, KeyUse],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("Keys", name, scope, "restricted", opts)
        self.arns = {
            use_name: customer_key(self, f"{name}-{use_name}", settings, use).arn for use_name, use in uses.items()
        }
        self.register_outputs({"arns": self.arns})


def customer_key(
    parent: AwsComponent, name: str, settings: KeySettings, use: KeyUse, *, region: str | None = None
) -> kms.Key:
    """One key with its alias, in the scope's region or another."""
    scope = parent.scope
    key = kms.Key(
        name,
        description=use.description,
        enable_key_rotation=True,
        rotation_period_in_days=settings.rotation_days,
        deletion_window_in_days=settings.deletion_window_days,
        policy=document(*_statements(scope, use, region or scope.region)),
        region=region,
        tags=scope.tags.of(use.data_class),
        opts=parent.child(stateful=True),
    )
    kms.Alias(name, target_key_id=key.key_id, region=region, opts=pulumi.ResourceOptions(parent=parent))
    return key


def _statements(scope: Scope, use: KeyUse, region: str) -> list[Statement]:
    """The key's policy; in a key policy the resource `*` is the key itself."""
    account = {"AWS": f"arn:aws:iam::{scope.account_id}:root"}
    statements = [
        allow(ADMINISTER, "*", sid="AdministerByIam", principal=account),
        allow(USE, "*", sid="UseByIam", principal=account),
        allow(
            ["kms:CreateGrant"],
            "*",
            sid="GrantToServicesByIam",
            principal=account,
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]
    if use.log_groups:
        statements.append(
            allow(
                USE,
                "*",
                sid="LogGroups",
                principal={"Service": f"logs.{region}.amazonaws.com"},
                conditions={
                    "ArnLike": {"kms:EncryptionContext:aws:logs:arn": scope.arn("logs", "log-group:*", region=region)}
                },
            )
        )
    if use.deliveries:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html and
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html
        statements.append(
            allow(
                ["kms:Decrypt", "kms:GenerateDataKey*"],
                "*",
                sid="Deliveries",
                principal={"Service": ["delivery.logs.amazonaws.com", "s3.amazonaws.com"]},
                conditions={"StringEquals": {"aws:SourceAccount": scope.account_id}},
            )
        )
    service_roles = f"arn:aws:iam::{scope.account_id}:role/aws-service-role"
    if use.auto_scaling:
        # A condition, not a principal: KMS refuses a principal that does not exist yet, and the service-linked role
        # comes with the first group. https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
        roles = [
            f"{service_roles}/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
            f"{service_roles}/spot.amazonaws.com/AWSServiceRoleForEC2Spot",
        ]
        only = {
            "StringEquals": {"kms:CallerAccount": scope.account_id},
            "ArnEquals": {"aws:PrincipalArn": roles},
        }
        anyone = {"AWS": "*"}
        statements += [
            allow(USE, "*", sid="AutoScaling", principal=anyone, conditions=only),
            allow(
                ["kms:CreateGrant"],
                "*",
                sid="AutoScalingGrants",
                principal=anyone,
                conditions={**only, "Bool": {"kms:GrantIsForAWSResource": "true"}},
            ),
        ]
    if use.discovery:
        # Its service-linked role has no right to any key, and as above may not exist yet.
        # https://docs.aws.amazon.com/macie/latest/user/discovery-supported-encryption-types.html
        reader = f"{service_roles}/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
        only = {"StringEquals": {"kms:CallerAccount": scope.account_id}, "ArnEquals": {"aws:PrincipalArn": reader}}
        statements.append(allow(["kms:Decrypt"], "*", sid="Discovery", principal={"AWS": "*"}, conditions=only))
    if use.trails:
        # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
        trail = f"arn:aws:cloudtrail:{region}:{scope.account_id}:trail/*"
        service = {"Service": "cloudtrail.amazonaws.com"}
        ours = {"ArnLike": {"aws:SourceArn": trail}}
        context = {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trail}}
        statements += [
            allow(["kms:GenerateDataKey*"], "*", sid="Trails", principal=service, conditions={**ours, **context}),
            # Decrypt: the trail's bucket uses a bucket key.
            allow(["kms:Decrypt", "kms:DescribeKey"], "*", sid="TrailsCheck", principal=service, conditions=ours),
        ]
    sourced = {"StringEquals": {"aws:SourceAccount": scope.account_id}}
    for sid, conditions, services in (
        ("Services", sourced, set(use.services) - UNSOURCED),
        ("UnsourcedServices", None, set(use.services) & UNSOURCED),
    ):
        if services:
            statements.append(
                allow(
                    ["kms:Decrypt", "kms:GenerateDataKey*"],
                    "*",
                    sid=sid,
                    principal={"Service": sorted(services)},
                    conditions=conditions,
                )
            )
    return statements
