from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

CACHE = Subject(
    "aws:elasticache/replicationGroup:ReplicationGroup",
    {
        "description": "cache",
        "engine": "valkey",
        "transitEncryptionEnabled": True,
        "transitEncryptionMode": "required",
        "atRestEncryptionEnabled": True,
        "kmsKeyId": "arn:aws:kms:us-west-2:111122223333:key/1",
        "userGroupIds": ["applications"],
        "automaticFailoverEnabled": True,
        "multiAzEnabled": True,
        "snapshotRetentionLimit": 7,
    },
)
USER = Subject(
    "aws:elasticache/user:User",
    {
        "userId": "app",
        "userName": "app",
        "engine": "valkey",
        "accessString": "on ~* +@read",
        "authenticationMode": {"type": "iam"},
    },
)

CASES = {
    "aws-elasticache-tls": Cases(
        passes=[CACHE, CACHE.unset("transitEncryptionMode")],
        fails=[
            (CACHE.unset("transitEncryptionEnabled"), "transitEncryptionEnabled"),
            (CACHE.set("transitEncryptionMode", "preferred"), "transitEncryptionMode"),
        ],
        unknown=[CACHE.set("transitEncryptionEnabled", UNKNOWN)],
    ),
    "aws-elasticache-encrypted-with-cmk": Cases(
        passes=[CACHE, CACHE.unset("atRestEncryptionEnabled")],
        fails=[
            (CACHE.unset("kmsKeyId"), "kmsKeyId"),
            (CACHE.set("atRestEncryptionEnabled", False), "atRestEncryptionEnabled"),
            (CACHE.set("engine", "redis").unset("atRestEncryptionEnabled"), "atRestEncryptionEnabled"),
        ],
        unknown=[CACHE.set("kmsKeyId", UNKNOWN)],
    ),
    "aws-elasticache-authenticated": Cases(
        passes=[CACHE, CACHE.unset("userGroupIds").set("authTokenWo", "a")],
        fails=[(CACHE.unset("userGroupIds"), "userGroupIds"), (CACHE.set("userGroupIds", []), "userGroupIds")],
        unknown=[CACHE.set("userGroupIds", UNKNOWN)],
    ),
    "aws-elasticache-user-authenticates": Cases(
        passes=[USER, USER.unset("authenticationMode")],
        fails=[
            (USER.set("noPasswordRequired", True), "noPasswordRequired"),
            (USER.set("authenticationMode.type", "no-password-required"), "authenticationMode.type"),
        ],
        unknown=[USER.set("authenticationMode.type", UNKNOWN)],
    ),
    "aws-elasticache-multi-az": Cases(
        passes=[CACHE],
        fails=[
            (CACHE.unset("multiAzEnabled"), "multiAzEnabled"),
            (CACHE.set("automaticFailoverEnabled", False), "automaticFailoverEnabled"),
        ],
        unknown=[CACHE.set("multiAzEnabled", UNKNOWN)],
    ),
    "aws-elasticache-snapshots": Cases(
        passes=[CACHE, CACHE.set("snapshotRetentionLimit", 1)],
        fails=[
            (CACHE.unset("snapshotRetentionLimit"), "snapshotRetentionLimit"),
            (CACHE.set("snapshotRetentionLimit", 0), "snapshotRetentionLimit"),
        ],
        unknown=[CACHE.set("snapshotRetentionLimit", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
