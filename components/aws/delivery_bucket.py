"""A bucket that AWS services deliver records to: written once, kept for years, seldom read."""

from collections.abc import Callable, Sequence

import pulumi
from pulumi_aws import s3

from components.aws.component import AwsComponent, Scope
from components.aws.iam import Statement, deny_without_tls, document

Receiver = Callable[[Scope, pulumi.Output[str]], Sequence[Statement]]
"""What a service that writes to a bucket must be allowed there, by the bucket's ARN."""

# Auditors read the last quarter; what is older is kept where storage is cheap and reads are still immediate.
ARCHIVED_AFTER_DAYS = 90

DELIVERED = {"content": "delivered-records"}
"""The tag that tells such a bucket from those of applications."""

# A record that was overwritten or deleted can be brought back for this long.
NONCURRENT_DAYS = 365


def delivery_bucket(
    parent: AwsComponent,
    name: str,
    *,
    key_arn: pulumi.Input[str],
    keep_days: int,
    receives: Sequence[Receiver],
) -> tuple[s3.Bucket, s3.BucketPolicy]:
    """Make the bucket and its policy; `receives` are the statements that let services in, by the bucket's ARN.

    Every version is kept, so that a change of a record shows. The policy takes part because services check it: who
    names the bucket waits for it.
    """
    child = parent.child()
    bucket = s3.Bucket(name, force_destroy=not parent.scope.protect, tags=DELIVERED, opts=parent.child(stateful=True))
    s3.BucketOwnershipControls(name, bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"}, opts=child)
    s3.BucketPublicAccessBlock(
        name,
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=child,
    )
    s3.BucketServerSideEncryptionConfiguration(
        name,
        bucket=bucket.bucket,
        rules=[
            {
                "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key_arn},
                "bucket_key_enabled": True,
            }
        ],
        opts=child,
    )
    versioning = s3.BucketVersioning(
        name, bucket=bucket.bucket, versioning_configuration={"status": "Enabled"}, opts=child
    )
    s3.BucketLifecycleConfiguration(
        name,
        bucket=bucket.bucket,
        rules=[
            {
                "id": "archive",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "transitions": [{"days": ARCHIVED_AFTER_DAYS, "storage_class": "GLACIER_IR"}],
                "expiration": {"days": keep_days},
                "noncurrent_version_expiration": {"noncurrent_days": NONCURRENT_DAYS},
                "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
            }
        ],
        # A rule on noncurrent versions means something once there are versions.
        opts=parent.child(depends_on=[versioning]),
    )
    policy = s3.BucketPolicy(
        name,
        bucket=bucket.bucket,
        policy=document(
            deny_without_tls(["s3:*"], [bucket.arn, pulumi.Output.concat(bucket.arn, "/*")]),
            *(statement for receiver in receives for statement in receiver(parent.scope, bucket.arn)),
        ),
        opts=child,
    )
    return bucket, policy
