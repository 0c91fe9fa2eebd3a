"""Buckets in two regions that are private, recoverable and encrypted."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_gcp import storage

from components.gcp.component import GcpComponent, Scope, granted
from components.tags import DataClass
from settings.gcp.storage import StorageSettings
from settings.shared import Regions

DAY = 24 * 60 * 60

# Google's own account that delivers usage logs. https://docs.cloud.google.com/storage/docs/access-logs
USAGE_LOGS = "group:cloud-storage-analytics@google.com"


@dataclass(frozen=True)
class Retention:
    """How long nobody may delete or overwrite an object, and whether anyone can ever shorten that."""

    days: int
    locked: bool


class Bucket(GcpComponent):
    """One bucket in two regions, the second within 15 minutes (turbo replication); private, no ACLs, one key.

    Its name is automatic unless one is chosen; objects move to the storage class that their use deserves, by Autoclass.
    An object under another key than the bucket's kind is refused: none of Google's keys, none that the caller brings.
    Overwritten and deleted objects come back, save under a retention: there nothing can be overwritten or deleted.
    Cloud Storage answers over TLS 1.2 or later, and over plain HTTP to nobody who must log in. Data-access audit logs
    tell who did what; usage logs, delivered by the hour and without promise, tell what lifecycle rules and strangers
    did. Who may read and write is left to those who do.
    """

    name: pulumi.Output[str]
    url: pulumi.Output[str]
    """gs://<name>."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: StorageSettings,
        *,
        data_class: DataClass,
        regions: Regions,
        key_id: pulumi.Input[str],
        bucket: str | None = None,
        expire_days: int | None = None,
        expire_under: Mapping[str, int] | None = None,
        retention: Retention | None = None,
        usage_logs: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the bucket; the key is of the continent's location, `usage_logs` the name of the bucket for its logs.

        All objects expire after `expire_days`, or those whose names begin so after the days of `expire_under`. `bucket`
        is the bucket's name where others must know it beforehand.
        """
        super().__init__("Bucket", name, scope, data_class, opts)
        made = storage.Bucket(
            f"{name}-bucket",
            name=bucket,
            location=regions.gcp_continent[0],
            custom_placement_config={"data_locations": [regions.gcp.upper(), regions.gcp_second.upper()]},
            rpo="ASYNC_TURBO",
            storage_class="STANDARD",
            autoclass={"enabled": True, "terminal_storage_class": "ARCHIVE"},
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            # A bucket has versions or a retention policy: what is retained is never overwritten.
            versioning={"enabled": retention is None},
            retention_policy={"retention_period": str(retention.days * DAY), "is_locked": retention.locked}
            if retention
            else None,
            soft_delete_policy={"retention_duration_seconds": settings.soft_delete_days * DAY},
            lifecycle_rules=_lifecycle(settings.noncurrent_days, expire_days, expire_under or {}),
            encryption={
                "default_kms_key_name": key_id,
                "google_managed_encryption_enforcement_config": {"restriction_mode": "FullyRestricted"},
                "customer_supplied_encryption_enforcement_config": {"restriction_mode": "FullyRestricted"},
            },
            logging={"log_bucket": usage_logs, "log_object_prefix": name} if usage_logs is not None else None,
            force_destroy=not scope.protect,
            deletion_policy=self.deletion_policy,
            opts=self.child(stateful=True),
        )
        self.name, self.url = made.name, made.url
        self.register_outputs({"name": self.name, "url": self.url})

    def receive_usage_logs(self) -> pulumi.Output[str]:
        """Let Google deliver usage logs here; the bucket's name, known once it may."""
        grant = storage.BucketIAMMember(
            f"{self.pulumi_resource_name}-usage-logs",
            bucket=self.name,
            role="roles/storage.objectCreator",
            member=USAGE_LOGS,
            opts=self.child(),
        )
        return granted(self.name, grant)


def _lifecycle(
    noncurrent_days: int, expire_days: int | None, expire_under: Mapping[str, int]
) -> list[storage.BucketLifecycleRuleArgsDict]:
    rules: list[storage.BucketLifecycleRuleArgsDict] = [
        {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": 7}},
        {
            "action": {"type": "Delete"},
            "condition": {"with_state": "ARCHIVED", "days_since_noncurrent_time": noncurrent_days},
        },
    ]
    if expire_days:
        rules.append({"action": {"type": "Delete"}, "condition": {"with_state": "LIVE", "age": expire_days}})
    for prefix, days in sorted(expire_under.items()):
        rules.append(
            {
                "action": {"type": "Delete"},
                "condition": {"with_state": "LIVE", "age": days, "matches_prefixes": [prefix]},
            }
        )
    return rules
