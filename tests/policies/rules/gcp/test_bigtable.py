from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

KEY = "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k"


def cluster(zone: str) -> dict[str, object]:
    return {
        "clusterId": f"cluster-{zone}",
        "zone": f"us-central1-{zone}",
        "kmsKeyName": KEY,
        "autoscalingConfig": {"minNodes": 1, "maxNodes": 5, "cpuTarget": 45},
    }


INSTANCE = Subject(
    "gcp:bigtable/instance:Instance",
    {"deletionProtection": True, "clusters": [cluster("b"), cluster("c")]},
    stack="dr",
)
TABLE = Subject(
    "gcp:bigtable/table:Table",
    {
        "instanceName": "tables",
        "deletionProtection": "PROTECTED",
        "automatedBackupPolicy": {"retentionPeriod": "168h0m0s", "frequency": "24h0m0s"},
    },
    stack="dr",
)
RETENTION = "automatedBackupPolicy.retentionPeriod"

CASES = {
    "gcp-bigtable-encrypted-with-cmk": Cases(
        passes=[INSTANCE],
        fails=[(INSTANCE.unset("clusters.1.kmsKeyName"), "clusters[1].kmsKeyName")],
        unknown=[INSTANCE.set("clusters.0.kmsKeyName", UNKNOWN)],
    ),
    "gcp-bigtable-deletion-protection": Cases(
        passes=[INSTANCE, INSTANCE.unset("deletionProtection"), TABLE],
        fails=[
            (INSTANCE.set("deletionProtection", False), "deletionProtection"),
            (INSTANCE.set("forceDestroy", True), "forceDestroy"),
            (TABLE.unset("deletionProtection"), "deletionProtection"),
            (TABLE.set("deletionProtection", "UNPROTECTED"), "deletionProtection"),
        ],
        unknown=[TABLE.set("deletionProtection", UNKNOWN)],
    ),
    "gcp-bigtable-backups": Cases(
        passes=[TABLE, TABLE.set(RETENTION, "7d")],
        fails=[
            (TABLE.set(RETENTION, "167h59m0s"), RETENTION),
            (TABLE.set(RETENTION, "0"), RETENTION),
            (TABLE.unset("automatedBackupPolicy"), RETENTION),
        ],
        unknown=[TABLE.set(RETENTION, UNKNOWN)],
    ),
    "gcp-bigtable-survives-a-zone": Cases(
        passes=[INSTANCE],
        fails=[(INSTANCE.set("clusters", [cluster("b")]), "clusters")],
        unknown=[INSTANCE.set("clusters", UNKNOWN)],
    ),
    "gcp-bigtable-autoscaled": Cases(
        passes=[INSTANCE],
        fails=[(INSTANCE.unset("clusters.0.autoscalingConfig"), "clusters[0].autoscalingConfig")],
        unknown=[INSTANCE.set("clusters.0.autoscalingConfig", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
