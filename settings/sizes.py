"""Defaults of a small environment, in place of production's: `size: small` is an explicit choice."""

from collections.abc import Mapping
from typing import Any

PROD: Mapping[str, Mapping[str, Any]] = {
    # What carries secrets, images and logs stays in the VPC; the rest leaves by NAT, under TLS as everywhere.
    "network": {"interface_endpoints": ["ecr.api", "ecr.dkr", "kms", "logs", "secretsmanager", "sts"]},
    "cluster": {
        "node_groups": {
            "system": {
                "instance_types": ["m8g.large", "m7g.large"],
                "minimum": 2,
                "maximum": 3,
                "taints": {"CriticalAddonsOnly": "NO_SCHEDULE"},
            },
            "general": {"instance_types": ["m8g.large", "m7g.large"], "minimum": 1, "maximum": 6},
        }
    },
    "database": {"instance_class": "db.r8g.large", "instances": 1, "backup_days": 7},
    "stream": {"volume_gib": 100, "volume_maximum_gib": 500},
    "key_value_store": {"replica_regions": []},
    "cache": {"node_type": "cache.t4g.small", "shards": 1, "replicas": 1, "snapshot_days": 7},
    "search": {"instance_type": "m7g.large.search", "dedicated_masters": False, "volume_gib": 20},
    "registry": {"replica_region": None},
    "edge": {"price_class": "PriceClass_100", "exportable_certificate": False},
    "security": {"data_events": [], "insights": False, "archive_days": 365},
    "runner": {"compute": "BUILD_GENERAL1_SMALL", "concurrent_jobs": 1},
    "observability": {"anomaly_detection": False},
    "platform": {
        "nodes": {"pools": {"general": {"cpus": 8, "cpu_limit": 32, "memory_limit_gib": 128}}},
        "vault": {"replicas": 3},
    },
}
DR: Mapping[str, Mapping[str, Any]] = {
    "network": {"nat_addresses": 1},
    "observability": {"logs": {"platform_days": 30, "audit_days": 365}, "uptime": {"period_seconds": 300}},
    "database": {
        "edition": "ENTERPRISE",
        "tier": {"standby": "db-custom-1-3840", "active": "db-custom-2-7680"},
        "disk_gib": 20,
        "backup_days": 7,
        "log_days": 7,
    },
    "key_value_store": {
        "nodes": {"standby": {"minimum": 1, "maximum": 2}, "active": {"minimum": 1, "maximum": 5}},
        "history_days": 1,
        "backup_days": 7,
        "change_days": 1,
    },
    "cache": {"node_type": "STANDARD_SMALL", "shards": {"standby": 1, "active": 1}, "backup_days": 7},
    "platform": {"vault": {"replicas": 3}},
}

SMALL: Mapping[str, Mapping[str, Mapping[str, Any]]] = {"prod": PROD, "dr": DR}
"""What is smaller, by stack, key and field: machines, volumes, backups, replicas; nothing is less secure."""


def sized(stack: str, tree: Mapping[str, Any]) -> dict[str, Any]:
    """A stack's values with the defaults of its size beneath them."""
    small = SMALL.get(stack, {})
    if tree.get("size") != "small":
        return dict(tree)
    given = {key: tree.get(key, {}) for key in small}
    return {**tree, **{key: {**small[key], **value} for key, value in given.items() if isinstance(value, dict)}}
