from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

KEY = "arn:aws:kms:us-west-2:111122223333:key/1"
TABLE = Subject(
    "aws:dynamodb/table:Table",
    {
        "hashKey": "id",
        "pointInTimeRecovery": {"enabled": True},
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY},
        "deletionProtectionEnabled": True,
        "replicas": [
            {
                "regionName": "us-east-2",
                "pointInTimeRecovery": True,
                "kmsKeyArn": KEY,
                "deletionProtectionEnabled": True,
            }
        ],
    },
)
ALONE = TABLE.unset("replicas")
REPLICA = Subject(
    "aws:dynamodb/tableReplica:TableReplica",
    {
        "globalTableArn": "arn:aws:dynamodb:us-west-2:111122223333:table/events",
        "pointInTimeRecovery": True,
        "kmsKeyArn": KEY,
        "deletionProtectionEnabled": True,
    },
)

CASES = {
    "aws-dynamodb-point-in-time-recovery": Cases(
        passes=[TABLE, ALONE, REPLICA],
        fails=[
            (TABLE.unset("pointInTimeRecovery"), "pointInTimeRecovery.enabled"),
            (
                TABLE.set("replicas.0.pointInTimeRecovery", False).set("pointInTimeRecovery", UNKNOWN),
                "replicas[0].pointInTimeRecovery",
            ),
            (REPLICA.unset("pointInTimeRecovery"), "pointInTimeRecovery"),
        ],
        unknown=[TABLE.set("replicas", UNKNOWN), REPLICA.set("pointInTimeRecovery", UNKNOWN)],
    ),
    "aws-dynamodb-encrypted-with-cmk": Cases(
        passes=[TABLE, ALONE, REPLICA],
        fails=[
            (TABLE.set("serverSideEncryption.enabled", False), "serverSideEncryption.enabled"),
            (TABLE.unset("serverSideEncryption.kmsKeyArn"), "serverSideEncryption.kmsKeyArn"),
            (TABLE.unset("replicas.0.kmsKeyArn"), "replicas[0].kmsKeyArn"),
            (REPLICA.unset("kmsKeyArn"), "kmsKeyArn"),
        ],
        unknown=[TABLE.set("replicas.0.kmsKeyArn", UNKNOWN)],
    ),
    "aws-dynamodb-deletion-protection": Cases(
        passes=[TABLE, ALONE, REPLICA],
        fails=[
            (TABLE.unset("deletionProtectionEnabled"), "deletionProtectionEnabled"),
            (TABLE.set("replicas.0.deletionProtectionEnabled", False), "replicas[0].deletionProtectionEnabled"),
            (REPLICA.set("deletionProtectionEnabled", False), "deletionProtectionEnabled"),
        ],
        unknown=[TABLE.set("deletionProtectionEnabled", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
