"""The inventory of each region: what it stores, under which keys, in which ranges; no secrets."""

from collections.abc import Mapping
from dataclasses import fields
from ipaddress import IPv4Network
from typing import get_args

from components.tags import DataClass, Tags
from settings.aws import POINT_IN_TIME_DAYS
from settings.shared import Shared
from settings.stacks import Dr, Prod
from stacks.contracts import Inventory, Key, Store, StoreKind, Text

DATA_CLASSES: tuple[DataClass, ...] = get_args(DataClass)

SEARCH_SNAPSHOT_DAYS = 14
"""OpenSearch keeps its own hourly snapshots for two weeks."""


def of_prod(settings: Prod, tags: Tags, key_arns: Mapping[str, Text]) -> Inventory:
    """The inventory of the primary region; `key_arns` are its keys by name."""
    ranges = settings.plan.aws
    networks = {"block": ranges.block, "vpc": ranges.vpc, "pods": ranges.pods, "services": ranges.services}
    stores = _both(
        settings,
        backup_days={
            "relational": settings.database.backup_days,
            "key-value": POINT_IN_TIME_DAYS,
            "cache": settings.cache.snapshot_days,
        },
        bucket_days=settings.backup.days,
    )
    # A search index is rebuilt from what it indexes.
    search = _store("search", "search", backup_days=SEARCH_SNAPSHOT_DAYS)
    elsewhere = {
        settings.backup.copy_region,
        settings.registry.replica_region,
        *settings.key_value_store.replica_regions,
    }
    return _inventory(
        settings.regions.aws,
        sorted(region for region in elsewhere if region),
        {**stores, "search": search},
        networks,
        _keys(key_arns, settings.keys.rotation_days),
        tags,
    )


def of_dr(settings: Dr, tags: Tags, key_ids: Mapping[str, Text]) -> Inventory:
    """The inventory of the standby region; `key_ids` are its keys by name."""
    ranges = settings.plan.gcp
    networks = {field.name.replace("_", "-"): getattr(ranges, field.name) for field in fields(ranges)}
    stores = _both(
        settings,
        backup_days={
            "relational": settings.database.backup_days,
            "key-value": settings.key_value_store.backup_days,
            "cache": settings.cache.backup_days,
        },
        bucket_days=dict.fromkeys(DATA_CLASSES, settings.storage.noncurrent_days),
    )
    # Fed beside the stream, from which it can be fed again.
    messages = {f"messages/{name}": _store("messages", "messages") for name in settings.topics}
    return _inventory(
        settings.regions.gcp,
        [settings.regions.gcp_second],
        {**stores, **messages},
        networks,
        _keys(key_ids, settings.keys.rotation_days),
        tags,
    )


def _both(
    settings: Shared, *, backup_days: Mapping[StoreKind, int], bucket_days: Mapping[DataClass, int]
) -> dict[str, Store]:
    """The stores that both regions have, since they are declared once."""
    database = settings.databases[settings.database_name]
    days = backup_days["relational"]
    return {
        "database": _store("relational", "database", rpo=database.rpo, backup_days=days),
        **{
            f"tables/{name}": _store("key-value", "tables", rpo=table.rpo, backup_days=backup_days["key-value"])
            for name, table in settings.tables.items()
        },
        **{f"stream/{name}": _store("stream", "stream", rpo=topic.rpo) for name, topic in settings.topics.items()},
        **{
            f"buckets/{use}": _store(
                "objects", "objects", rpo=bucket.rpo, backup_days=bucket_days.get(bucket.data_class, 0)
            )
            for use, bucket in settings.buckets.items()
        },
        # No live path leaves ElastiCache: the standby's is warmed up.
        "cache": _store("cache", "cache", backup_days=backup_days["cache"]),
    }


def _store(kind: StoreKind, key: str, *, rpo: int = 0, backup_days: int = 0) -> Store:
    """A store under a key; one without an RPO has no peer that it is copied to."""
    return {
        "kind": kind,
        "peer": kind if rpo else "none",
        "rpoMinutes": rpo,
        "backupDays": backup_days,
        "key": key,
    }


def _keys(ids: Mapping[str, Text], rotation_days: int) -> dict[str, Key]:
    return {name: {"id": ids[name], "rotationDays": rotation_days} for name in sorted(ids)}


def _inventory(
    region: str,
    copy_regions: list[str],
    stores: Mapping[str, Store],
    networks: Mapping[str, IPv4Network],
    keys: Mapping[str, Key],
    tags: Tags,
) -> Inventory:
    return {
        "region": region,
        "copyRegions": copy_regions,
        "stores": stores,
        "ranges": {name: str(network) for name, network in networks.items()},
        "keys": keys,
        "minimumTls": "TLSv1.2",
        "labels": tags.common,
    }
