"""The inventory of each region: what it stores, under which keys, in which ranges; no secrets."""

from collections.abc import Mapping

from components.aws.dynamodb import POINT_IN_TIME_DAYS
from components.tags import Tags
from settings.stacks import Prod
from stacks.contracts import Inventory, Store, Text


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
        "rpoMinutes": settings.database.rpo,
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
    return {"database": database, **tables, **topics}
