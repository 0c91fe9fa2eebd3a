from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

KEY = "arn:aws:kms:us-west-2:111122223333:key/1"
SECRET = Subject(
    "aws:secretsmanager/secret:Secret", {"kmsKeyId": KEY, "replicas": [{"region": "us-east-2", "kmsKeyId": KEY}]}
)

CASES = {
    "aws-secret-encrypted-with-cmk": Cases(
        passes=[SECRET, SECRET.unset("replicas")],
        fails=[
            (SECRET.unset("kmsKeyId"), "kmsKeyId"),
            (SECRET.set("kmsKeyId", UNKNOWN).unset("replicas.0.kmsKeyId"), "replicas[0].kmsKeyId"),
        ],
        unknown=[SECRET.set("kmsKeyId", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
