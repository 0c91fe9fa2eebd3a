from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

KEY = "arn:aws:kms:us-west-2:111122223333:key/1"
TOPIC = "arn:aws:sns:us-west-2:111122223333:page"
ALARM = Subject(
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    {"comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 5, "alarmActions": [TOPIC]},
)
COMPOSITE = Subject(
    "aws:cloudwatch/compositeAlarm:CompositeAlarm",
    {"alarmName": "degraded", "alarmRule": 'ALARM("a")', "alarmActions": [TOPIC]},
)
ENCRYPTION = "artifactConfig.s3Encryption"
CANARY = Subject(
    "aws:synthetics/canary:Canary",
    {"artifactConfig": {"s3Encryption": {"encryptionMode": "SSE_KMS", "kmsKeyArn": KEY}}},
)
CONFIG = Subject("aws:xray/encryptionConfig:EncryptionConfig", {"type": "KMS", "keyId": KEY})

CASES = {
    "aws-alarm-tells-somebody": Cases(
        passes=[ALARM, COMPOSITE, ALARM.set("actionsEnabled", True)],
        fails=[
            (ALARM.unset("alarmActions"), "alarmActions"),
            (ALARM.set("alarmActions", []), "alarmActions"),
            (COMPOSITE.set("actionsEnabled", False), "actionsEnabled"),
        ],
        unknown=[ALARM.set("alarmActions", UNKNOWN)],
    ),
    "aws-canary-encrypted-with-cmk": Cases(
        passes=[CANARY],
        fails=[
            (CANARY.unset("artifactConfig"), f"{ENCRYPTION}.encryptionMode"),
            (CANARY.set(f"{ENCRYPTION}.encryptionMode", "SSE_S3"), f"{ENCRYPTION}.encryptionMode"),
            (CANARY.unset(f"{ENCRYPTION}.kmsKeyArn"), f"{ENCRYPTION}.kmsKeyArn"),
        ],
        unknown=[CANARY.set(f"{ENCRYPTION}.kmsKeyArn", UNKNOWN)],
    ),
    "aws-xray-encrypted-with-cmk": Cases(
        passes=[CONFIG],
        fails=[(CONFIG.set("type", "NONE"), "type"), (CONFIG.unset("keyId"), "keyId")],
        unknown=[CONFIG.set("keyId", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
