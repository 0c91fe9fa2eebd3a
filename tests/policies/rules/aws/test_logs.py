from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

GROUP = Subject(
    "aws:cloudwatch/logGroup:LogGroup",
    {"retentionInDays": 365, "kmsKeyId": "arn:aws:kms:us-west-2:111122223333:key/1"},
)

CASES = {
    "aws-log-group-retention": Cases(
        passes=[GROUP],
        fails=[
            (GROUP.unset("retentionInDays"), "retentionInDays"),
            (GROUP.set("retentionInDays", 0), "retentionInDays"),
        ],
        unknown=[GROUP.set("retentionInDays", UNKNOWN)],
    ),
    "aws-log-group-encrypted-with-cmk": Cases(
        passes=[GROUP], fails=[(GROUP.unset("kmsKeyId"), "kmsKeyId")], unknown=[GROUP.set("kmsKeyId", UNKNOWN)]
    ),
}

test_verdicts = verdicts(CASES)
