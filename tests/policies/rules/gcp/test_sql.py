from tests.policies.harness import UNKNOWN, Cases, Subject, secret, verdicts

INSTANCE = Subject(
    "gcp:sql/databaseInstance:DatabaseInstance",
    {
        "databaseVersion": "POSTGRES_17",
        "encryptionKeyName": "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k",
        "deletionProtection": True,
        "settings": {
            "tier": "db-perf-optimized-N-2",
            "availabilityType": "REGIONAL",
            "deletionProtectionEnabled": True,
            "dataApiAccess": "DISALLOW_DATA_API",
            "ipConfiguration": {"ipv4Enabled": False, "sslMode": "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"},
            "backupConfiguration": {
                "enabled": True,
                "pointInTimeRecoveryEnabled": True,
                "backupRetentionSettings": {"retainedBackups": 7},
            },
            "insightsConfig": {"queryInsightsEnabled": True},
            "databaseFlags": [
                {"name": "cloudsql.iam_authentication", "value": "on"},
                {"name": "cloudsql.enable_pgaudit", "value": "on"},
                {"name": "log_connections", "value": "on"},
                {"name": "log_disconnections", "value": "on"},
                {"name": "log_statement", "value": "ddl"},
            ],
        },
    },
    stack="dr",
)
MYSQL = INSTANCE.set("databaseVersion", "MYSQL_8_4").set(
    "settings.databaseFlags", [{"name": "cloudsql_iam_authentication", "value": "on"}]
)
SQL_SERVER = INSTANCE.set("databaseVersion", "SQLSERVER_2022_STANDARD").set("settings.databaseFlags", [])
REPLICA = INSTANCE.set("masterInstanceName", "primary")
USER = Subject(
    "gcp:sql/user:User", {"instance": "i", "name": "group@example.com", "type": "CLOUD_IAM_GROUP"}, stack="dr"
)
# Names of longer flags stand in the rules' own words, which are held against values here.
CONNECTIONS = [{"name": "log_connections", "value": "on"}]
FLAGS = "settings.databaseFlags"
BACKUPS = "settings.backupConfiguration"
IP = "settings.ipConfiguration"

CASES = {
    "gcp-sql-no-public-ip": Cases(
        passes=[INSTANCE],
        fails=[
            (INSTANCE.set(f"{IP}.ipv4Enabled", True), f"{IP}.ipv4Enabled"),
            (INSTANCE.unset(f"{IP}.ipv4Enabled"), f"{IP}.ipv4Enabled"),
        ],
        unknown=[INSTANCE.set(f"{IP}.ipv4Enabled", UNKNOWN)],
    ),
    "gcp-sql-no-world-network": Cases(
        passes=[INSTANCE, INSTANCE.set(f"{IP}.authorizedNetworks", [{"value": "203.0.113.0/28"}])],
        fails=[
            (
                INSTANCE.set(f"{IP}.authorizedNetworks", [{"value": "203.0.113.0/28"}, {"value": "0.0.0.0/0"}]),
                f"{IP}.authorizedNetworks[1].value",
            )
        ],
        unknown=[INSTANCE.set(f"{IP}.authorizedNetworks", [{"value": UNKNOWN}])],
    ),
    "gcp-sql-no-data-api": Cases(
        passes=[INSTANCE, INSTANCE.unset("settings.dataApiAccess")],
        fails=[(INSTANCE.set("settings.dataApiAccess", "ALLOW_DATA_API"), "settings.dataApiAccess")],
        unknown=[INSTANCE.set("settings.dataApiAccess", UNKNOWN)],
    ),
    "gcp-sql-client-certificates": Cases(
        passes=[INSTANCE, SQL_SERVER.set(f"{IP}.sslMode", "ENCRYPTED_ONLY")],
        fails=[
            (INSTANCE.set(f"{IP}.sslMode", "ENCRYPTED_ONLY"), f"{IP}.sslMode"),
            (INSTANCE.unset(f"{IP}.sslMode"), f"{IP}.sslMode"),
            (SQL_SERVER.set(f"{IP}.sslMode", "ALLOW_UNENCRYPTED_AND_ENCRYPTED"), f"{IP}.sslMode"),
        ],
        unknown=[INSTANCE.set(f"{IP}.sslMode", UNKNOWN)],
    ),
    "gcp-sql-encrypted-with-cmk": Cases(
        passes=[INSTANCE],
        fails=[(INSTANCE.unset("encryptionKeyName"), "encryptionKeyName")],
        unknown=[INSTANCE.set("encryptionKeyName", UNKNOWN)],
    ),
    "gcp-sql-deletion-protection": Cases(
        passes=[INSTANCE, INSTANCE.unset("deletionProtection")],
        fails=[
            (INSTANCE.set("deletionProtection", False), "deletionProtection"),
            (INSTANCE.unset("settings.deletionProtectionEnabled"), "settings.deletionProtectionEnabled"),
        ],
        unknown=[INSTANCE.set("deletionProtection", UNKNOWN)],
    ),
    "gcp-sql-backups": Cases(
        passes=[
            INSTANCE,
            REPLICA.unset(f"{BACKUPS}.enabled"),
            MYSQL.set(f"{BACKUPS}.binaryLogEnabled", True).unset(f"{BACKUPS}.pointInTimeRecoveryEnabled"),
        ],
        fails=[
            (INSTANCE.set(f"{BACKUPS}.enabled", False), f"{BACKUPS}.enabled"),
            (INSTANCE.unset(f"{BACKUPS}.pointInTimeRecoveryEnabled"), f"{BACKUPS}.pointInTimeRecoveryEnabled"),
            (MYSQL, f"{BACKUPS}.binaryLogEnabled"),
            (
                INSTANCE.set(f"{BACKUPS}.backupRetentionSettings.retainedBackups", 6),
                f"{BACKUPS}.backupRetentionSettings.retainedBackups",
            ),
        ],
        unknown=[INSTANCE.set(f"{BACKUPS}.enabled", UNKNOWN)],
    ),
    "gcp-sql-regional": Cases(
        passes=[INSTANCE, REPLICA.unset("settings.availabilityType")],
        fails=[(INSTANCE.unset("settings.availabilityType"), "settings.availabilityType")],
        unknown=[INSTANCE.set("settings.availabilityType", UNKNOWN)],
    ),
    "gcp-sql-iam-authentication": Cases(
        passes=[INSTANCE, MYSQL, SQL_SERVER],
        fails=[(INSTANCE.set(FLAGS, CONNECTIONS), FLAGS), (MYSQL.set(FLAGS, []), FLAGS)],
        unknown=[INSTANCE.set(f"{FLAGS}.0.value", UNKNOWN)],
    ),
    "gcp-sql-audit-flags": Cases(
        passes=[INSTANCE, MYSQL],
        fails=[
            (INSTANCE.set(FLAGS, CONNECTIONS), FLAGS),
            (INSTANCE.set(FLAGS, [{"name": "log_statement", "value": "none"}]), FLAGS),
            (INSTANCE.unset(FLAGS), FLAGS),
        ],
        unknown=[INSTANCE.set(FLAGS, UNKNOWN)],
    ),
    "gcp-sql-no-password-in-program": Cases(
        passes=[INSTANCE, USER],
        fails=[
            (INSTANCE.set("rootPassword", secret("correct horse battery staple")), "rootPassword"),
            (USER.set("password", "correct horse battery staple"), "password"),
        ],
        unknown=[USER.set("password", UNKNOWN)],
    ),
    "gcp-sql-query-insights": Cases(
        passes=[INSTANCE],
        fails=[(INSTANCE.unset("settings.insightsConfig"), "settings.insightsConfig.queryInsightsEnabled")],
        unknown=[INSTANCE.set("settings.insightsConfig.queryInsightsEnabled", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
