"""Log groups: encrypted, kept for a stated time, not deleted by accident."""

import pulumi
from pulumi_aws import cloudwatch

from components.aws.component import AwsComponent


def log_group(
    parent: AwsComponent,
    name: str,
    *,
    retention_days: int,
    key_arn: pulumi.Input[str],
    group_name: str | None = None,
) -> cloudwatch.LogGroup:
    """Make a log group; `group_name` only where a service decides it, so that its log does not go unencrypted."""
    return cloudwatch.LogGroup(
        name,
        name=group_name,
        retention_in_days=retention_days,
        kms_key_id=key_arn,
        deletion_protection_enabled=parent.scope.protect,
        opts=parent.child(stateful=True),
    )
