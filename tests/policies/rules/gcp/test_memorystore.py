from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

INSTANCE = Subject(
    "gcp:memorystore/instance:Instance",
    {
        "instanceId": "cache",
        "authorizationMode": "IAM_AUTH",
        "transitEncryptionMode": "SERVER_AUTHENTICATION",
        "kmsKey": "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k",
        "deletionProtectionEnabled": True,
        "replicaCount": 1,
        "zoneDistributionConfig": {"mode": "MULTI_ZONE"},
        "persistenceConfig": {"mode": "AOF"},
        "automatedBackupConfig": {"retention": "86400s"},
    },
    stack="dr",
)

CASES = {
    "gcp-memorystore-tls": Cases(
        passes=[INSTANCE],
        fails=[
            (INSTANCE.set("transitEncryptionMode", "TRANSIT_ENCRYPTION_DISABLED"), "transitEncryptionMode"),
            (INSTANCE.unset("transitEncryptionMode"), "transitEncryptionMode"),
        ],
        unknown=[INSTANCE.set("transitEncryptionMode", UNKNOWN)],
    ),
    "gcp-memorystore-authenticated": Cases(
        passes=[INSTANCE],
        fails=[
            (INSTANCE.set("authorizationMode", "AUTH_DISABLED"), "authorizationMode"),
            (INSTANCE.unset("authorizationMode"), "authorizationMode"),
        ],
        unknown=[INSTANCE.set("authorizationMode", UNKNOWN)],
    ),
    "gcp-memorystore-encrypted-with-cmk": Cases(
        passes=[INSTANCE],
        fails=[(INSTANCE.unset("kmsKey"), "kmsKey")],
        unknown=[INSTANCE.set("kmsKey", UNKNOWN)],
    ),
    "gcp-memorystore-deletion-protection": Cases(
        passes=[INSTANCE, INSTANCE.unset("deletionProtectionEnabled")],
        fails=[(INSTANCE.set("deletionProtectionEnabled", False), "deletionProtectionEnabled")],
        unknown=[INSTANCE.set("deletionProtectionEnabled", UNKNOWN)],
    ),
    "gcp-memorystore-survives-a-zone": Cases(
        passes=[INSTANCE, INSTANCE.unset("zoneDistributionConfig")],
        fails=[
            (INSTANCE.unset("replicaCount"), "replicaCount"),
            (INSTANCE.set("zoneDistributionConfig.mode", "SINGLE_ZONE"), "zoneDistributionConfig.mode"),
        ],
        unknown=[INSTANCE.set("replicaCount", UNKNOWN)],
    ),
    "gcp-memorystore-persistent": Cases(
        passes=[INSTANCE, INSTANCE.set("persistenceConfig.mode", "RDB")],
        fails=[(INSTANCE.unset("persistenceConfig"), "persistenceConfig.mode")],
        unknown=[INSTANCE.set("persistenceConfig.mode", UNKNOWN)],
    ),
    "gcp-memorystore-backups": Cases(
        passes=[INSTANCE],
        fails=[
            (INSTANCE.set("automatedBackupConfig.retention", "3600s"), "automatedBackupConfig.retention"),
            (INSTANCE.unset("automatedBackupConfig"), "automatedBackupConfig.retention"),
        ],
        unknown=[INSTANCE.set("automatedBackupConfig.retention", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
