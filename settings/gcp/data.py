"""Settings of the standby's databases, tables and cache: each default safe for production."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from settings.types import ByMode, Fixed, Mode, Model, Refusal, between, matching

Edition = Literal["ENTERPRISE", "ENTERPRISE_PLUS"]

# https://docs.cloud.google.com/sql/docs/postgres/machine-series-overview
TIERS: Mapping[Edition, tuple[str, str]] = {
    "ENTERPRISE": ("db-custom-", "db-custom-2-7680, which is 2 processors and 7680 MiB"),
    "ENTERPRISE_PLUS": ("db-perf-optimized-N-", "db-perf-optimized-N-4, which is 4 processors and 32 GiB"),
}
"""How the names of an edition's machine types begin, and an example."""

LOG_DAYS: Mapping[Edition, int] = {"ENTERPRISE": 7, "ENTERPRISE_PLUS": 35}
"""The most days of transaction logs that an edition keeps."""

CloudSqlVersion = Annotated[
    str,
    *matching(
        r"1[5-8]",
        "Cloud SQL takes the major version here and upgrades minor ones itself; replication needs 15 or later",
        'write a major version from 15 to 18, in quotes, such as "17"',
    ),
]

CloudSqlTier = Annotated[
    str,
    *matching(
        r"db-perf-optimized-N-(2|4|8|16|32|48|64|80|96|128)|db-custom-\d{1,2}-\d{4,6}",
        "Cloud SQL for PostgreSQL has no such machine type, or promises no availability for it",
        "write one such as db-perf-optimized-N-4",
    ),
]

GcpZone = Annotated[
    str,
    *matching(
        r"[a-z]+-[a-z]+\d{1,2}-[a-f]",
        "Google Cloud has no zone with such a name",
        "write a region's name and a letter, such as us-central1-b",
    ),
]

GroupEmail = Annotated[
    str,
    *matching(
        r"[a-z0-9][a-z0-9._-]*@([a-z0-9-]+\.)+[a-z]{2,}",
        "Cloud SQL names a login after its address, in lower case",
        "write the address of a Google group, such as database-administrators@example.com",
    ),
]

MonthDay = Annotated[
    str,
    *matching(
        r"(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8])",
        "no day of every year is written so",
        'write month and day, in quotes, such as "11-15"',
    ),
]

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")

WeeklyHour = Annotated[
    str,
    *matching(
        rf"({'|'.join(_WEEKDAYS)}):([01]\d|2[0-3]):00",
        "Google maintains its stores in windows of one hour, from the hour on",
        'write a day and an hour in UTC, in quotes, such as "sun:09:00"',
    ),
]
"""A window of one hour each week, in UTC."""

DailyHour = Annotated[int, *between(0, 23, "a day has no such hour")]


def weekday(window: str) -> int:
    """The day of a weekly hour, Monday being 1."""
    return _WEEKDAYS.index(window[:3]) + 1


def weekday_name(window: str) -> str:
    """The day of a weekly hour, such as `SUNDAY`."""
    return _NAMES[weekday(window) - 1]


def hour(window: str) -> int:
    """The hour of a weekly hour."""
    return int(window[4:6])


def _day(text: str) -> date:
    return date(2027, int(text[:2]), int(text[3:]))


class QuietPeriod(Model):
    """A part of each year in which nothing is maintained; Cloud SQL takes 1 to 90 days."""

    first: MonthDay
    """The first day, such as "11-15"."""

    last: MonthDay
    """The day at whose beginning, in UTC, it ends; before the first one it is of the next year."""

    @field_validator("last")
    @classmethod
    def _not_too_long(cls, last: str, info: ValidationInfo) -> str:
        first: str | None = info.data.get("first")
        # A year without a 29th of February: another one makes a period a day longer.
        days = (_day(last) - _day(first)).days % 365 if first else 1
        if not 1 <= days < 90:
            raise Refusal(
                f"from {first} it would last {days or 365} days, and Cloud SQL takes less than 90 in every year",
                "end it 1 to 89 days after the first day",
            )
        return last


class Tiers(ByMode[CloudSqlTier]):
    """The machine type in each role."""


class DatabaseSettings(Model):
    """The Cloud SQL for PostgreSQL instance."""

    version: CloudSqlVersion = "17"
    """The major version: the primary's or a later one, or replication from it is refused."""

    edition: Edition = "ENTERPRISE_PLUS"
    """Enterprise Plus is interrupted for less when maintained or resized, and keeps transaction logs for longer."""

    tier: Tiers = Tiers(standby="db-perf-optimized-N-2", active="db-perf-optimized-N-8")
    """The machine type; a change restarts the database, which its twin in another zone bridges."""

    disk_gib: Annotated[int, *between(10, 65536, "Cloud SQL's disks hold 10 to 65536 GiB")] = 100
    """First size of the disk in GiB, which then grows by itself and never shrinks."""

    backup_days: Annotated[
        int, *between(7, 365, "Cloud SQL keeps at most 365 daily backups, and less than 7 do not survive a bad week")
    ] = 35
    """Days for which daily backups are kept."""

    log_days: Annotated[int, *between(1, 35, "Cloud SQL keeps transaction logs for at most 35 days")] = 35
    """Days of which any second can be restored: 7 at most in the edition ENTERPRISE."""

    backup_hour: DailyHour = 8
    """Hour, in UTC, at which the daily backup begins."""

    maintenance_window: WeeklyHour = "sun:10:00"
    """When patches are applied, in UTC."""

    quiet_period: QuietPeriod | None = None
    """Days of the year on which they are not."""

    administrators: tuple[GroupEmail, ...] = ()
    """Google groups whose members may log in, by IAM, and administer the database."""

    @field_validator("tier")
    @classmethod
    def _edition_has_the_tier(cls, tier: Tiers, info: ValidationInfo) -> Tiers:
        edition: Edition | None = info.data.get("edition")
        modes: tuple[Mode, ...] = ("standby", "active")
        for mode in modes:
            if edition and not tier.of(mode).startswith(TIERS[edition][0]):
                raise Refusal(
                    f"Cloud SQL refuses it in the edition {edition}",
                    f"write one such as {TIERS[edition][1]}",
                    at=(mode,),
                )
        return tier

    @field_validator("log_days")
    @classmethod
    def _edition_keeps_the_logs(cls, days: int, info: ValidationInfo) -> int:
        edition: Edition | None = info.data.get("edition")
        if edition and days > LOG_DAYS[edition]:
            raise Refusal(
                f"Cloud SQL keeps transaction logs for at most {LOG_DAYS[edition]} days in the edition {edition}",
                f"use 1 to {LOG_DAYS[edition]}",
            )
        if days > info.data.get("backup_days", days):
            raise Refusal("Cloud SQL replays logs on a backup, and keeps none so old", "raise backup_days")
        return days


class NodeRange(Model):
    """Between how many nodes each Bigtable cluster scales itself."""

    minimum: Annotated[int, *between(1, 1000, "a cluster needs a node")]
    """Nodes that are always there."""

    maximum: Annotated[int, *between(1, 1000, "Bigtable's quota ends far below")]
    """The most nodes; Bigtable scales to ten times the minimum at most."""

    @field_validator("maximum")
    @classmethod
    def _range_can_be_scaled(cls, maximum: int, info: ValidationInfo) -> int:
        minimum = info.data.get("minimum", maximum)
        if not minimum <= maximum <= 10 * minimum:
            raise Refusal(
                f"Bigtable scales between the minimum, {minimum}, and ten times as many",
                f"use {minimum} to {10 * minimum}",
            )
        return maximum


TOMBSTONE_DAYS = 32
"""The least that a row remembers its deletion; settings.replication lets no change be under way for as long."""


class NodeRanges(ByMode[NodeRange]):
    """Nodes in each role."""


class KeyValueStoreSettings(Model):
    """The Bigtable instance."""

    zones: Fixed[Annotated[tuple[GcpZone, ...], Field(min_length=1, max_length=4)]]
    """A cluster stands in each of these zones, and each holds all tables; the first one takes the transactions."""

    nodes: NodeRanges = NodeRanges(standby=NodeRange(minimum=1, maximum=5), active=NodeRange(minimum=3, maximum=30))
    """Nodes of each cluster."""

    cpu_target_percent: Annotated[int, *between(10, 80, "Bigtable scales by a target of 10 to 80 percent")] = 45
    """Load to which nodes are added: below half, one cluster can take the other's load until it has grown."""

    history_days: Annotated[int, *between(1, 90, "Bigtable lets replicated tables keep at most 90 days more")] = 7
    """Days for which values that applications overwrite can still be read; what replication overwrites goes at once."""

    tombstone_days: Annotated[
        int,
        *between(
            TOMBSTONE_DAYS,
            365,
            "a record may come 31 days late by Kinesis and Pub/Sub, and bring back what was deleted",
        ),
    ] = 35
    """Days for which a row remembers its last change, and that it was deleted."""

    expiring_days: Annotated[int, *between(30, 3650, "items with an expiry may live for weeks")] = 400
    """Days after its last write at which an item of a table with a ttl_attribute is gone, whatever its expiry says."""

    backup_days: Annotated[
        int, *between(7, 90, "Bigtable keeps backups for at most 90 days, and less than 7 do not survive a bad week")
    ] = 35
    """Days for which daily backups are kept."""

    change_days: Annotated[int, *between(1, 7, "Bigtable keeps change streams for 1 to 7 days")] = 7
    """Days for which changes can be read, to carry them back to the primary."""

    @field_validator("zones")
    @classmethod
    def _zones_differ(cls, zones: tuple[str, ...]) -> tuple[str, ...]:
        for position, zone in enumerate(zones):
            if zone in zones[:position]:
                raise Refusal("Bigtable refuses two clusters in one zone", "name another zone", at=(position,))
        return zones


class Shards(ByMode[Annotated[int, *between(1, 125, "Memorystore takes 250 nodes, each shard two at least")]]):
    """Shards in each role."""


class CacheSettings(Model):
    """The Memorystore for Valkey instance."""

    version: Annotated[
        str,
        *matching(
            r"7\.2|8\.0|9\.0",
            "Memorystore offers no such version of Valkey, and picks the patch itself",
            'write "7.2", "8.0" or "9.0", in quotes',
        ),
    ] = "8.0"
    """The Valkey version; it can be raised, never lowered."""

    node_type: Literal[
        "STANDARD_SMALL", "STANDARD_LARGE", "HIGHCPU_MEDIUM", "HIGHMEM_MEDIUM", "HIGHMEM_XLARGE", "HIGHMEM_2XLARGE"
    ] = "HIGHMEM_MEDIUM"
    """The nodes' type. The smallest, without promised availability, and those of 1 to 3 GB are left out.

    https://docs.cloud.google.com/memorystore/docs/valkey/instance-node-specification
    """

    shards: Shards = Shards(standby=1, active=3)
    """Shards that the keys are spread over; a change moves keys online."""

    replicas: Annotated[int, *between(1, 2, "failover needs a replica, and Memorystore documents two at most")] = 1
    """Replicas of each shard, in other zones."""

    eviction: Literal["allkeys-lfu", "allkeys-lru", "noeviction", "volatile-lfu", "volatile-lru", "volatile-ttl"] = (
        "volatile-lru"
    )
    """What is forgotten when memory runs out, as in the primary; `volatile` touches only keys that expire anyway."""

    backup_days: Annotated[int, *between(1, 365, "Memorystore keeps backups for 1 to 365 days")] = 14
    """Days for which daily backups are kept."""

    backup_hour: DailyHour = 6
    """Hour, in UTC, at which the daily backup begins."""

    maintenance_window: WeeklyHour = "sun:08:00"
    """When patches are applied, in UTC."""

    @field_validator("replicas")
    @classmethod
    def _nodes_fit(cls, replicas: int, info: ValidationInfo) -> int:
        shards: Shards | None = info.data.get("shards")
        nodes = (replicas + 1) * max(shards.standby, shards.active) if shards else 0
        if nodes > 250:
            raise Refusal(f"the instance would have {nodes} nodes, and 250 is the most", "lower replicas or shards")
        return replicas
