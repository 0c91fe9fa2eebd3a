"""Cases of every rule on the contract between two clouds: one fault at a time in a contract that keeps them all."""

from typing import Any

import pytest
from guardrails.rules.crosscloud.places import NEIGHBOURS

from settings.types import AWS_REGIONS, GCP_REGIONS
from tests.policies.harness import UNKNOWN, Cases, Subject, configure, judge, servicer, verdicts


def inventory(region: str, copies: str, block: str, role: str, rotation: int) -> dict[str, Any]:
    def store(kind: str, key: str, rpo: int, days: int) -> dict[str, Any]:
        peer = kind if rpo else "none"
        return {"kind": kind, "peer": peer, "rpoMinutes": rpo, "backupDays": days, "key": key}

    return {
        "region": region,
        "copyRegions": [copies],
        "stores": {
            "cache": store("cache", "cache", 0, 14),
            "database": store("relational", "database", 5, 35),
            "tables/orders": store("key-value", "tables", 15, 35),
        },
        "ranges": {"block": f"{block}.0.0/15", "nodes": f"{block}.0.0/20", "pods": f"{block}.128.0/17"},
        "keys": {name: {"id": f"key-of-{name}", "rotationDays": rotation} for name in ("cache", "database", "tables")},
        "minimumTls": "TLSv1.2",
        "labels": {"dr-role": role, "owner": "platform-team", "service": "platform"},
    }


PRIMARY = inventory("us-west-2", "us-east-2", "10.64", "primary", 365)
STANDBY = inventory("us-central1", "us-west1", "10.72", "standby", 90)
TUNNELS = ["169.254.16.0/30", "169.254.16.4/30"]
CONTRACT = Subject(
    "multicloud:crosscloud:Contract",
    {"primary": PRIMARY, "standby": STANDBY, "tunnels": TUNNELS},
    name="contract",
    stack="interconnect",
)
SEARCH = {"kind": "search", "peer": "none", "rpoMinutes": 0, "backupDays": 14, "key": "database"}
WITH_SEARCH = CONTRACT.set("primary.stores.search", SEARCH)

CASES = {
    "crosscloud-address-ranges-disjoint": Cases(
        passes=[CONTRACT],
        fails=[
            (CONTRACT.set("standby.ranges.pods", "10.64.0.0/24"), "standby.ranges.pods"),
            (CONTRACT.set("standby.ranges.pods", "10.72.0.0/24"), "standby.ranges.pods"),
            (CONTRACT.set("standby.ranges.block", "10.64.0.0/12"), "standby.ranges.block"),
            (CONTRACT.set("tunnels.1", TUNNELS[0]), "tunnels[1]"),
            (CONTRACT.set("tunnels.0", "10.72.4.0/30"), "tunnels[0]"),
            (CONTRACT.set("primary.ranges.nodes", UNKNOWN).set("tunnels.1", TUNNELS[0]), "tunnels[1]"),
        ],
        unknown=[CONTRACT.set("standby.ranges.pods", UNKNOWN), CONTRACT.set("standby", UNKNOWN)],
    ),
    "crosscloud-address-ranges-routed": Cases(
        passes=[CONTRACT],
        fails=[(CONTRACT.set("primary.ranges.pods", "10.80.0.0/16"), "primary.ranges.pods")],
        unknown=[CONTRACT.set("primary.ranges.block", UNKNOWN)],
    ),
    "crosscloud-regions-apart": Cases(
        passes=[CONTRACT, CONTRACT.set("primary.region", "us-east-1")],
        fails=[
            (CONTRACT.set("standby.region", "us-west1"), "standby.region"),
            (CONTRACT.set("primary.region", "us-east-1").set("standby.region", "us-east4"), "standby.region"),
        ],
        unknown=[CONTRACT.set("standby.region", UNKNOWN)],
    ),
    "crosscloud-data-residency": Cases(
        passes=[CONTRACT],
        fails=[
            (CONTRACT.set("primary.region", "eu-west-1"), "primary.region"),
            (CONTRACT.set("standby.region", "europe-west4"), "standby.region"),
            (CONTRACT.set("primary.copyRegions", ["us-east-2", "ca-central-1"]), "primary.copyRegions[1]"),
            (CONTRACT.set("standby.copyRegions.0", "asia-east1"), "standby.copyRegions[0]"),
        ],
        unknown=[CONTRACT.set("primary.copyRegions.0", UNKNOWN)],
    ),
    "crosscloud-inventory-complete": Cases(
        passes=[CONTRACT],
        fails=[
            (CONTRACT.unset("primary"), "primary.stores"),
            (CONTRACT.unset("standby.keys"), "standby.keys"),
            (CONTRACT.set("primary.stores", {}), "primary.stores"),
            (CONTRACT.unset("tunnels"), "tunnels"),
        ],
        unknown=[CONTRACT.set("primary", UNKNOWN)],
    ),
    "crosscloud-store-has-peer": Cases(
        passes=[CONTRACT, WITH_SEARCH, CONTRACT.unset("primary.stores.cache")],
        fails=[
            (CONTRACT.unset("standby.stores.tables/orders"), "primary.stores.tables/orders"),
            (CONTRACT.set("standby.stores.database.kind", "objects"), "standby.stores.database.kind"),
            (CONTRACT.unset("standby.stores.cache"), "primary.stores.cache"),
        ],
        unknown=[
            CONTRACT.set("standby.stores", UNKNOWN),
            CONTRACT.set("standby.stores.cache", UNKNOWN),
            CONTRACT.set("primary.stores.cache", UNKNOWN),
        ],
    ),
    "crosscloud-store-rpo-declared": Cases(
        passes=[CONTRACT, WITH_SEARCH],
        fails=[
            (CONTRACT.set("primary.stores.tables/orders.rpoMinutes", 0), "primary.stores.tables/orders.rpoMinutes"),
            (CONTRACT.unset("primary.stores.database.rpoMinutes"), "primary.stores.database.rpoMinutes"),
        ],
        unknown=[CONTRACT.set("primary.stores.database.rpoMinutes", UNKNOWN)],
    ),
    "crosscloud-store-rpo-short": Cases(
        passes=[CONTRACT, CONTRACT.set("primary.stores.database.rpoMinutes", 60)],
        fails=[(CONTRACT.set("primary.stores.database.rpoMinutes", 61), "primary.stores.database.rpoMinutes")],
        unknown=[CONTRACT.set("primary.stores", UNKNOWN)],
    ),
    "crosscloud-backup-parity": Cases(
        passes=[CONTRACT, CONTRACT.set("standby.stores.database.backupDays", 365)],
        fails=[(CONTRACT.set("standby.stores.database.backupDays", 34), "standby.stores.database.backupDays")],
        unknown=[CONTRACT.set("standby.stores.database.backupDays", UNKNOWN)],
    ),
    "crosscloud-store-key-listed": Cases(
        passes=[CONTRACT, CONTRACT.set("primary.keys.database.id", UNKNOWN)],
        fails=[
            (CONTRACT.set("primary.stores.database.key", "another"), "primary.stores.database.key"),
            (CONTRACT.unset("standby.keys.tables"), "standby.stores.tables/orders.key"),
        ],
        unknown=[CONTRACT.set("primary.stores.database.key", UNKNOWN)],
    ),
    "crosscloud-keys-rotate": Cases(
        passes=[CONTRACT, CONTRACT.set("primary.keys.database.rotationDays", 90)],
        fails=[
            (CONTRACT.set("primary.keys.database.rotationDays", 0), "primary.keys.database.rotationDays"),
            (CONTRACT.set("primary.keys.database.rotationDays", 366), "primary.keys.database.rotationDays"),
            (CONTRACT.set("standby.keys.tables.rotationDays", 91), "standby.keys.tables.rotationDays"),
        ],
        unknown=[CONTRACT.set("standby.keys.tables.rotationDays", UNKNOWN)],
    ),
    "crosscloud-tls-parity": Cases(
        passes=[CONTRACT, CONTRACT.set("primary.minimumTls", "TLSv1.3").set("standby.minimumTls", "TLSv1.3")],
        fails=[
            (CONTRACT.set("primary.minimumTls", "TLSv1.3"), "standby.minimumTls"),
            (CONTRACT.set("standby.minimumTls", "TLSv1.3"), "standby.minimumTls"),
        ],
        unknown=[CONTRACT.set("standby.minimumTls", UNKNOWN)],
    ),
    "crosscloud-labels-parity": Cases(
        passes=[CONTRACT],
        fails=[
            (CONTRACT.set("standby.labels.owner", "somebody"), "standby.labels.owner"),
            (CONTRACT.unset("primary.labels.service"), "standby.labels.service"),
            (
                CONTRACT.set("standby.labels.owner", UNKNOWN).set("standby.labels.service", "x"),
                "standby.labels.service",
            ),
        ],
        unknown=[CONTRACT.set("standby.labels", UNKNOWN), CONTRACT.set("standby.labels.owner", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)


def violates(rule: str, subject: Subject, **settings: Any) -> bool:
    analyzer = servicer()
    configure(analyzer, rule, **settings)
    said = judge(analyzer, subject).of(rule)
    assert not any("could not be judged" in found.message for found in said.violations)
    return bool(said.violations)


class TestSettings:
    def test_an_exemption_needs_a_reason(self) -> None:
        rule, without_rpo = "crosscloud-store-rpo-declared", CONTRACT.set("primary.stores.database.rpoMinutes", 0)
        reasons = {"cache": "warmed up"}
        assert violates(rule, without_rpo, exempt={**reasons, "database": " "})
        assert not violates(rule, without_rpo, exempt={**reasons, "database": "filled anew each night"})

    def test_regions_may_be_allowed(self) -> None:
        rule, europe = "crosscloud-data-residency", CONTRACT.set("standby.region", "europe-west4")
        assert violates(rule, europe, allowedRegions=["us-*", "europe-west3"])
        assert not violates(rule, europe, allowedRegions=["us-*", "europe-*"])

    def test_backups_may_be_fewer_by_some_days(self) -> None:
        rule, fewer = "crosscloud-backup-parity", CONTRACT.set("standby.stores.database.backupDays", 30)
        assert violates(rule, fewer, fewerDays=4)
        assert not violates(rule, fewer, fewerDays=5)

    @pytest.mark.parametrize(("setting", "side"), [("primaryDays", "primary"), ("standbyDays", "standby")])
    def test_each_clouds_rotation_has_a_limit_of_its_own(self, setting: str, side: str) -> None:
        slow = CONTRACT.set(f"{side}.keys.database.rotationDays", 400)
        assert violates("crosscloud-keys-rotate", slow, **{setting: 399})
        assert not violates("crosscloud-keys-rotate", slow, **{setting: 400})


def test_neighbours_are_regions_of_both_clouds() -> None:
    for aws, gcp in (pair.split("/") for pair in NEIGHBOURS):
        assert aws in AWS_REGIONS
        assert gcp in GCP_REGIONS
    assert list(NEIGHBOURS) == sorted(set(NEIGHBOURS))
