"""Settings of prod's caches, search, buckets, registry and backups: each default safe for production."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from settings.types import (
    AwsRegion,
    BackupDays,
    DailyWindow,
    Fixed,
    LogRetentionDays,
    Model,
    Refusal,
    WeeklyWindow,
    between,
    matching,
    minutes_of_week,
)


def _at_least_an_hour(days: int) -> AfterValidator:
    def check(window: str) -> str:
        if len(minutes_of_week(window)) < days * 60:
            raise Refusal("ElastiCache refuses a window of less than 60 minutes", "move its end")
        return window

    return AfterValidator(check)


CacheVersion = Annotated[
    str,
    *matching(
        r"7\.2|[89]\.\d",
        "ElastiCache takes <major>.<minor> of Valkey 7.2 or later and picks the patch itself",
        'write a version such as "8.1", in quotes',
    ),
]

CacheNodeType = Annotated[
    str,
    *matching(
        r"cache\.(t4g|m[67]g|r[67]g|c7gn)\.[a-z0-9]+",
        "ElastiCache has no such node with a Graviton processor",
        "write one such as cache.r7g.large",
    ),
]

SearchVersion = Annotated[
    str,
    *matching(
        r"OpenSearch_(2\.(1[1-9]|[2-9]\d)|3\.\d+)",
        "it is no version of OpenSearch that takes every option used here",
        "write one such as OpenSearch_2.19",
    ),
]

SearchInstanceType = Annotated[
    str,
    *matching(
        r"(m|r|c|om|or|i)\d[a-z0-9]*\.[a-z0-9]+\.search",
        "OpenSearch has no such instance, or Auto-Tune refuses it, as it does burstable ones",
        "write one such as r7g.large.search",
    ),
]

CachePrefix = Annotated[
    str,
    *matching(
        r"(?=.{2,30}$)[a-z0-9]+([._-][a-z0-9]+)*",
        "ECR refuses it as the prefix of a pull-through cache",
        "use 2 to 30 lower-case letters, digits and single separators",
    ),
]

Schedule = Annotated[
    str,
    *matching(
        r"cron\(\S+( \S+){5}\)",
        "AWS Backup reads a schedule of six fields: minutes, hours, day of month, month, day of week, year",
        'write one such as "cron(0 5 ? * * *)"',
    ),
]


class CacheSettings(Model):
    """The ElastiCache replication group."""

    version: CacheVersion = "8.1"
    """The Valkey version; ElastiCache picks the patch."""

    node_type: CacheNodeType = "cache.r7g.large"
    """The nodes' type."""

    shards: Annotated[int, *between(1, 90, "ElastiCache keeps at most 90 nodes in a cluster by default")] = 2
    """Shards that the keys are spread over; a change moves keys online."""

    replicas: Annotated[int, *between(1, 5, "failover needs a replica, and ElastiCache takes five at most")] = 2
    """Replicas of each shard, each in another zone as long as there are zones."""

    eviction: Literal["allkeys-lfu", "allkeys-lru", "noeviction", "volatile-lfu", "volatile-lru", "volatile-ttl"] = (
        "volatile-lru"
    )
    """What is forgotten when memory runs out; `volatile` touches only keys that expire anyway."""

    snapshot_days: BackupDays = 14
    """Days for which daily snapshots are kept."""

    snapshot_window: Annotated[DailyWindow, _at_least_an_hour(7)] = "06:00-07:00"
    """When the daily snapshot is made, in UTC."""

    maintenance_window: Annotated[WeeklyWindow, _at_least_an_hour(1)] = "sun:08:00-sun:09:00"
    """When patches are applied, in UTC; it may not overlap the snapshot window."""

    log_retention_days: LogRetentionDays = 90
    """Days for which the slow and engine logs are kept."""

    @field_validator("maintenance_window")
    @classmethod
    def _windows_are_apart(cls, window: str, info: ValidationInfo) -> str:
        snapshot = info.data.get("snapshot_window")
        if snapshot and minutes_of_week(snapshot) & minutes_of_week(window):
            raise Refusal(f"ElastiCache refuses it: it overlaps snapshot_window, {snapshot}", "move one of the two")
        return window

    @field_validator("replicas")
    @classmethod
    def _nodes_fit(cls, replicas: int, info: ValidationInfo) -> int:
        nodes = info.data.get("shards", 1) * (replicas + 1)
        if nodes > 90:
            raise Refusal(f"the cluster would have {nodes} nodes, and 90 is the most by default", "lower one of both")
        return replicas


def _in_thirds(instances: int) -> int:
    if instances % 3:
        raise Refusal("three zones would hold unequal shares, and losing the largest would overload the rest",
                      "use a multiple of 3")  # fmt: skip
    return instances


class SearchSettings(Model):
    """The OpenSearch domain."""

    version: SearchVersion = "OpenSearch_2.19"
    """The engine and its version; a later one is an upgrade in place."""

    instance_type: SearchInstanceType = "r7g.large.search"
    """The data nodes' type."""

    instances: Annotated[
        int,
        *between(3, 78, "three zones need three, and a domain takes 80 nodes by default"),
        AfterValidator(_in_thirds),
    ] = 3
    """Data nodes, spread evenly over three zones."""

    dedicated_masters: bool = True
    """Three nodes that only coordinate, so that a heavy query cannot cost the cluster its leader."""

    master_type: SearchInstanceType = "m7g.large.search"
    """The dedicated masters' type."""

    volume_gib: Annotated[int, *between(20, 3072, "OpenSearch's larger instances take gp3 volumes of 3072 GiB")] = 200
    """Size of each data node's volume in GiB."""

    off_peak_hour: Annotated[int, *between(0, 23, "a day has no such hour")] = 7
    """Hour, in UTC, at which the ten hours begin in which AWS may update and tune the domain."""

    service_linked_role: Literal["create", "existing"] = "create"
    """Whether the account still lacks OpenSearch's service-linked role; IAM refuses to make a second one."""

    log_retention_days: LogRetentionDays = 365
    """Days for which the domain's logs, the audit log among them, are kept."""


class StorageSettings(Model):
    """The S3 buckets."""

    noncurrent_days: Annotated[int, *between(7, 3650, "less than a week leaves no time to undo a mistake")] = 90
    """Days for which overwritten and deleted objects can be brought back."""

    log_days: Annotated[int, *between(90, 3653, "an intrusion is often found only after months")] = 400
    """Days for which delivered logs and access logs are kept."""

    object_lock: Literal["GOVERNANCE", "COMPLIANCE"] = "GOVERNANCE"
    """Who may delete a locked backup: whom IAM lets bypass the lock, or nobody at all, root included."""

    object_lock_days: Annotated[int, *between(7, 3650, "corruption is often noticed only after days")] = 35
    """Days for which each object in the backups' bucket is locked."""

    backup_days: Annotated[int, *between(8, 3650, "an object can expire only when its lock has ended")] = 90
    """Days after which objects in the backups' bucket expire."""

    @field_validator("backup_days")
    @classmethod
    def _expiry_follows_the_lock(cls, days: int, info: ValidationInfo) -> int:
        locked = info.data.get("object_lock_days", 0)
        if days <= locked:
            raise Refusal(f"objects are locked for {locked} days, and S3 expires none before", "raise backup_days")
        return days


# The public registries that ECR caches without credentials.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
PUBLIC_REGISTRIES: Mapping[str, Literal["public.ecr.aws", "quay.io", "registry.k8s.io"]] = {
    "ecr-public": "public.ecr.aws",
    "kubernetes": "registry.k8s.io",
    "quay": "quay.io",
}


class RegistrySettings(Model):
    """The private image registry, ECR."""

    untagged_days: Annotated[int, *between(1, 365, "layers that no tag names only cost")] = 14
    """Days after which images without a tag are deleted."""

    pull_through: Mapping[CachePrefix, Literal["public.ecr.aws", "quay.io", "registry.k8s.io"]] = PUBLIC_REGISTRIES
    """Public registries that are cached, by the prefix their images get here; only these need no credentials."""

    replica_region: AwsRegion | None = "us-east-2"
    """A region that holds a copy of every repository; null keeps none."""

    registry: Literal["managed", "external"] = "managed"
    """Who sets what an account has once a region: scanning, replication and the registry's policy."""


class BackupSettings(Model):
    """AWS Backup."""

    days: Annotated[
        Mapping[
            Literal["public", "internal", "confidential", "restricted"],
            Annotated[int, *between(7, 3650, "less than a week does not survive a bad one")],
        ],
        Field(min_length=1),
    ] = {"internal": 35, "confidential": 35, "restricted": 90}
    """Days for which backups are kept, by class of data (the tag `data-class`); a class left out is not backed up."""

    schedule: Schedule = "cron(0 5 ? * * *)"
    """When backups start, in UTC."""

    copy_region: Fixed[AwsRegion] = "us-east-2"
    """The second region, where each backup has a copy under a key of its own."""

    lock: Literal["governance", "compliance"] = "governance"
    """Who may lift the vaults' lock: whom IAM lets, or, once the grace has passed, nobody, AWS included."""

    lock_grace_days: Annotated[int, *between(3, 365, "AWS waits three days at least before it locks for good")] = 14
    """Days in which a compliance lock can still be taken back."""

    restore_test_schedule: Schedule = "cron(0 9 1 * ? *)"
    """When backups are restored on trial, in UTC; what was restored is deleted again."""

    region_settings: Literal["managed", "external"] = "managed"
    """Who opts the account's services in to AWS Backup, once a region."""
