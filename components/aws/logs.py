"""Log groups: encrypted, kept for a stated time, not deleted by accident."""

import pulumi
from pulumi_aws import cloudwatch

from components.aws.component import AwsComponent
from components.aws.iam import allow, document


def log_group(
    parent: AwsComponent,
    name: str,
    *,
    retention_days: int,
    key_arn: pulumi.Input[str],
    group_name: str | None = None,
    region: str | None = None,
) -> cloudwatch.LogGroup:
    """Make a log group, whose key must be of the same region.

    `group_name` only where a service decides it, so that its log does not go unencrypted.
    """
    return cloudwatch.LogGroup(
        name,
        name=group_name,
        retention_in_days=retention_days,
        kms_key_id=key_arn,
        deletion_protection_enabled=parent.scope.protect,
        region=region,
        opts=parent.child(stateful=True),
    )


def admit_writer(
    parent: AwsComponent, name: str, service: str, group_name: str, *, region: str
) -> cloudwatch.LogResourcePolicy:
    """Let an AWS service write to a log group on this account's behalf.

    The policy is the account's, of which a region takes ten: Route 53 and WAF read no policy of a single log group.
    """
    scope = parent.scope
    return cloudwatch.LogResourcePolicy(
        name,
        policy_name=group_name.strip("/").replace("/", "-"),
        policy_document=document(
            allow(
                ["logs:CreateLogStream", "logs:PutLogEvents"],
                scope.arn("logs", f"log-group:{group_name}:*", region=region),
                principal={"Service": service},
                conditions={"StringEquals": {"aws:SourceAccount": scope.account_id}},
            )
        ),
        region=region,
        opts=parent.child(),
    )
