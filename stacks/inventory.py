"""The inventory of each region: what it stores, under which keys, in which ranges; no secrets."""

from collections.abc import Mapping

from components.aws.dynamodb import POINT_IN_TIME_DAYS
from components.tags import Tags
from settings.stacks import Prod
from stacks.contracts import Inventory, Store, Text

SEARCH_SNAPSHOT_DAYS = 14
"""OpenSearch keeps its own hourly snapshots for two weeks."""


def of_prod(settings: Prod, tags: Tags, key_arns: Mapping[str, Text]) -> Inventory:
    """The inventory of the primary region; `key_arns` are its keys by name."""
    ranges = settings.plan.aws
    return {
        "region": settings.regions.aws,
        "stores": _stores(settings),
        "ranges": {
            "block": str(ranges.block),
            "vpc": str(ranges.vpc),
            "pods": str(ranges.pods),
            "services": str(ranges.services),
        },
        "keys": {
            name: {"arn": arn, "rotationDays": settings.keys.rotation_days} for name, arn in sorted(key_arns.items())
        },
        "minimumTls": "TLSv1.2",
        "labels": tags.common,
    }


def _stores(settings: Prod) -> dict[str, Store]:
    database: Store = {
        "kind": "relational",
        "peer": "relational",
        "rpoMinutes": settings.databases[settings.database_name].rpo,
        "backupDays": settings.database.backup_days,
        "key": "database",
    }
    tables: dict[str, Store] = {
        f"tables/{name}": {
            "kind": "key-value",
            "peer": "key-value",
            "rpoMinutes": table.rpo,
            "backupDays": POINT_IN_TIME_DAYS,
            "key": "tables",
        }
        for name, table in settings.tables.items()
    }
    topics: dict[str, Store] = {
        f"stream/{name}": {
            "kind": "stream",
            "peer": "stream",
            "rpoMinutes": topic.rpo,
            "backupDays": 0,
            "key": "stream",
        }
        for name, topic in settings.topics.items()
    }
    # No live path leaves ElastiCache, and a search index is rebuilt from what it indexes.
    rebuilt: dict[str, Store] = {
        "cache": {
            "kind": "cache",
            "peer": "none",
            "rpoMinutes": 0,
            "backupDays": settings.cache.snapshot_days,
            "key": "cache",
        },
        "search": {
            "kind": "search",
            "peer": "none",
            "rpoMinutes": 0,
            "backupDays": SEARCH_SNAPSHOT_DAYS,
            "key": "search",
        },
    }
    buckets: dict[str, Store] = {
        f"buckets/{use}": {
            "kind": "objects",
            "peer": "objects",
            "rpoMinutes": bucket.rpo,
            "backupDays": settings.backup.days.get(bucket.data_class, 0),
            "key": "objects",
        }
        for use, bucket in settings.buckets.items()
    }
    return {"database": database, **tables, **topics, **rebuilt, **buckets}
