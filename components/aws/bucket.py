"""Buckets that are private, versioned and encrypted, and what AWS services may write into them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pulumi
from pulumi_aws import s3

from components.aws.component import AwsComponent, Scope
from components.aws.iam import Patterns, Statement, allow, document
from components.tags import DataClass

Receiver = Callable[[Scope, pulumi.Output[str]], list[Statement]]
"""Statements that let a service write into the bucket of an ARN."""


@dataclass(frozen=True)
class Lock:
    """How long nobody may delete or overwrite a new object, and whom IAM may except (GOVERNANCE) or not."""

    mode: Literal["GOVERNANCE", "COMPLIANCE"]
    days: int


class Bucket(AwsComponent):
    """One bucket: no public access, no ACLs, TLS 1.2 or later, versions, one key, and a log of every access.

    Its name is automatic; objects move to the storage class that their use deserves, by Intelligent-Tiering. A write
    that asks for another key or for none of KMS's is refused. `key_arn=None` leaves the encryption to S3's own key,
    for the one bucket that AWS delivers access logs to. Replication, notifications and who may read are left to
    their users.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    regional_domain_name: pulumi.Output[str]
    key_arn: pulumi.Input[str] | None

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        data_class: DataClass,
        key_arn: pulumi.Input[str] | None,
        noncurrent_days: int,
        expire_days: int | None = None,
        lock: Lock | None = None,
        receives: Sequence[Receiver] = (),
        access_logs: "Bucket | None" = None,
        inventories: "Bucket | None" = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the bucket.

        Overwritten and deleted objects can be brought back for `noncurrent_days`; all expire after `expire_days`.
        `access_logs` is the bucket for its access logs; `inventories` gets a weekly list of its objects.
        """
        super().__init__("Bucket", name, scope, data_class, opts)
        child = self.child()
        bucket = s3.Bucket(
            f"{name}-bucket",
            force_destroy=not scope.protect,
            object_lock_enabled=lock is not None,
            opts=self.child(stateful=True),
        )
        private = s3.BucketPublicAccessBlock(
            f"{name}-private",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        s3.BucketOwnershipControls(
            f"{name}-ownership", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}, opts=child
        )
        versions = s3.BucketVersioning(
            f"{name}-versions", bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=child
        )
        s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.id,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": key_arn,
                    }
                    if key_arn is not None
                    else {"sse_algorithm": "AES256"},
                    "bucket_key_enabled": key_arn is not None,
                    "blocked_encryption_types": ["SSE-C"],
                }
            ],
            opts=child,
        )
        s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.id,
            policy=document(
                *_refusals(bucket.arn, key_arn),
                *(statement for receive in receives for statement in receive(scope, bucket.arn)),
            ),
            # S3 refuses two changes of a bucket's access at once.
            opts=self.child(depends_on=[private]),
        )
        s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.id,
            rules=_lifecycle(noncurrent_days, expire_days),
            # A rule about versions is refused before there are any.
            opts=self.child(depends_on=[versions]),
        )
        if lock:
            s3.BucketObjectLockConfiguration(
                f"{name}-lock",
                bucket=bucket.id,
                rule={"default_retention": {"mode": lock.mode, "days": lock.days}},
                opts=self.child(depends_on=[versions]),
            )
        if access_logs:
            s3.BucketLogging(
                f"{name}-access-log",
                bucket=bucket.id,
                target_bucket=access_logs.name,
                target_prefix=f"{name}/",
                target_object_key_format={"partitioned_prefix": {"partition_date_source": "EventTime"}},
                opts=child,
            )
        if inventories:
            self._list_into(inventories, bucket)
        self.name, self.arn, self.key_arn = bucket.id, bucket.arn, key_arn
        self.regional_domain_name = bucket.bucket_regional_domain_name
        self.register_outputs({"name": self.name, "arn": self.arn, "regionalDomainName": self.regional_domain_name})

    def _list_into(self, inventories: "Bucket", bucket: s3.Bucket) -> None:
        name = self.pulumi_resource_name
        key = inventories.key_arn
        s3.Inventory(
            f"{name}-inventory",
            bucket=bucket.id,
            included_object_versions="All",
            schedule={"frequency": "Weekly"},
            optional_fields=["EncryptionStatus", "LastModifiedDate", "ObjectLockMode", "Size", "StorageClass"],
            destination={
                "bucket": {
                    "account_id": self.scope.account_id,
                    "bucket_arn": inventories.arn,
                    "prefix": f"inventory/{name}",
                    "format": "Parquet",
                    "encryption": {"sse_s3": {}} if key is None else {"sse_kms": {"key_id": key}},
                }
            },
            opts=self.child(),
        )


def access_logs(scope: Scope, bucket_arn: pulumi.Output[str]) -> list[Statement]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html."""
    return [_write(scope, bucket_arn, "AccessLogs", "logging.s3.amazonaws.com", "arn:aws:s3:::*")]


def inventories(scope: Scope, bucket_arn: pulumi.Output[str]) -> list[Statement]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html."""
    return [_write(scope, bucket_arn, "Inventories", "s3.amazonaws.com", "arn:aws:s3:::*")]


def delivered_logs(scope: Scope, bucket_arn: pulumi.Output[str]) -> list[Statement]:
    """Logs of load balancers, CloudFront and others, from any region of this account.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html
    """
    source = f"arn:aws:logs:*:{scope.account_id}:*"
    service = {"Service": "delivery.logs.amazonaws.com"}
    return [
        _write(scope, bucket_arn, "DeliveredLogs", "delivery.logs.amazonaws.com", source),
        allow(
            ["s3:GetBucketAcl", "s3:ListBucket"],
            bucket_arn,
            sid="DeliveryCheck",
            principal=service,
            conditions=_from(scope, source),
        ),
    ]


def _write(scope: Scope, bucket_arn: pulumi.Output[str], sid: str, service: str, source: str) -> Statement:
    return allow(
        ["s3:PutObject"],
        pulumi.Output.concat(bucket_arn, "/*"),
        sid=sid,
        principal={"Service": service},
        conditions=_from(scope, source),
    )


def _from(scope: Scope, source: str) -> dict[str, dict[str, str]]:
    return {"ArnLike": {"aws:SourceArn": source}, "StringEquals": {"aws:SourceAccount": scope.account_id}}


def _refusals(bucket_arn: pulumi.Output[str], key_arn: pulumi.Input[str] | None) -> list[Statement]:
    """What nobody may do, whatever IAM allows; a write without a header takes the bucket's own key."""
    objects = pulumi.Output.concat(bucket_arn, "/*")
    refused = [
        _refuse("Tls", ["s3:*"], [bucket_arn, objects], {"Bool": {"aws:SecureTransport": "false"}}),
        _refuse("Tls12", ["s3:*"], [bucket_arn, objects], {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
    ]
    if key_arn is not None:
        method, key = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
        refused += [
            _refuse("Kms", ["s3:PutObject"], objects, _other_than(method, "aws:kms")),
            _refuse("OneKey", ["s3:PutObject"], objects, _other_than(key, key_arn)),
        ]
    return refused


def _refuse(sid: str, actions: list[str], resources: Patterns, conditions: Mapping[str, Any]) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        "Action": actions,
        "Resource": resources,
        "Condition": conditions,
    }


def _other_than(header: str, value: pulumi.Input[str]) -> dict[str, dict[str, pulumi.Input[str]]]:
    """The header is there and says something else: alone, StringNotEquals holds for requests without it too."""
    return {"Null": {header: "false"}, "StringNotEquals": {header: value}}


def _lifecycle(noncurrent_days: int, expire_days: int | None) -> list[s3.BucketLifecycleConfigurationRuleArgsDict]:
    rules: list[s3.BucketLifecycleConfigurationRuleArgsDict] = [
        {
            "id": "tidy",
            "status": "Enabled",
            "filter": {},
            "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
            "noncurrent_version_expiration": {"noncurrent_days": noncurrent_days},
        },
        {
            "id": "tier",
            "status": "Enabled",
            "filter": {},
            "transitions": [{"storage_class": "INTELLIGENT_TIERING"}],
        },
    ]
    if expire_days:
        rules.append({"id": "expire", "status": "Enabled", "filter": {}, "expiration": {"days": expire_days}})
    else:
        rules[0]["expiration"] = {"expired_object_delete_marker": True}
    return rules
