from dataclasses import replace

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

LOGS = Subject("gcp:storage/bucket:Bucket", {"location": "US"}, name="logs", stack="dr")
BUCKET = Subject(
    "gcp:storage/bucket:Bucket",
    {
        "uniformBucketLevelAccess": True,
        "publicAccessPrevention": "enforced",
        "encryption": {"defaultKmsKeyName": "projects/p/locations/us/keyRings/r/cryptoKeys/k"},
        "versioning": {"enabled": True},
        "logging": {"logBucket": "logs"},
    },
    stack="dr",
    refs={"logging": LOGS},
)
RETAINED = BUCKET.set("versioning.enabled", False).set("retentionPolicy", {"retentionPeriod": "3024000"})
PUBLIC = Subject("gcp:storage/bucket:Bucket", {"location": "US"}, name="edge-switch-bucket", stack="dr")
SILENT = replace(BUCKET.unset("logging"), refs={})
AUDIT = Subject(
    "gcp:projects/iAMAuditConfig:IAMAuditConfig",
    {
        "service": "allServices",
        "auditLogConfigs": [{"logType": "ADMIN_READ"}, {"logType": "DATA_READ"}, {"logType": "DATA_WRITE"}],
    },
    name="audit",
    stack="dr",
)

CASES = {
    "gcp-storage-uniform-access": Cases(
        passes=[BUCKET],
        fails=[
            (BUCKET.unset("uniformBucketLevelAccess"), "uniformBucketLevelAccess"),
            (PUBLIC.set("uniformBucketLevelAccess", False), "uniformBucketLevelAccess"),
        ],
        unknown=[BUCKET.set("uniformBucketLevelAccess", UNKNOWN)],
    ),
    "gcp-storage-public-access-prevented": Cases(
        passes=[BUCKET, PUBLIC],
        fails=[
            (BUCKET.set("publicAccessPrevention", "inherited"), "publicAccessPrevention"),
            (BUCKET.unset("publicAccessPrevention"), "publicAccessPrevention"),
        ],
        unknown=[BUCKET.set("publicAccessPrevention", UNKNOWN)],
    ),
    "gcp-storage-encrypted-with-cmk": Cases(
        passes=[BUCKET, PUBLIC],
        fails=[(BUCKET.unset("encryption"), "encryption.defaultKmsKeyName")],
        unknown=[BUCKET.set("encryption.defaultKmsKeyName", UNKNOWN)],
    ),
    "gcp-storage-recoverable": Cases(
        passes=[BUCKET, RETAINED, PUBLIC],
        fails=[
            (BUCKET.set("versioning.enabled", False), "versioning.enabled"),
            (
                BUCKET.set("softDeletePolicy", {"retentionDurationSeconds": 0}),
                "softDeletePolicy.retentionDurationSeconds",
            ),
        ],
        unknown=[BUCKET.set("versioning.enabled", UNKNOWN)],
    ),
    "gcp-storage-logged": Cases(
        passes=[
            [BUCKET, LOGS],
            [replace(SILENT, stack="bootstrap")],
            [SILENT, AUDIT],
            [SILENT, AUDIT.set("service", "storage.googleapis.com")],
        ],
        fails=[
            ([SILENT], "logging.logBucket"),
            ([SILENT, AUDIT.set("service", "cloudkms.googleapis.com")], "logging.logBucket"),
            ([SILENT, AUDIT.set("auditLogConfigs", [{"logType": "DATA_READ"}])], "logging.logBucket"),
        ],
        unknown=[[SILENT.set("logging", UNKNOWN)]],
    ),
}

test_verdicts = verdicts(CASES)
