from tests.policies.harness import UNKNOWN, Cases, Subject, secret, verdicts

KEY = "arn:aws:kms:us-west-2:111122223333:key/1"
SECRET = Subject(
    "aws:secretsmanager/secret:Secret", {"kmsKeyId": KEY, "replicas": [{"region": "us-east-2", "kmsKeyId": KEY}]}
)
VERSION = Subject("aws:secretsmanager/secretVersion:SecretVersion", {"secretId": "arn:secret"})

CASES = {
    "aws-secret-encrypted-with-cmk": Cases(
        passes=[SECRET, SECRET.unset("replicas")],
        fails=[
            (SECRET.unset("kmsKeyId"), "kmsKeyId"),
            (SECRET.set("kmsKeyId", UNKNOWN).unset("replicas.0.kmsKeyId"), "replicas[0].kmsKeyId"),
        ],
        unknown=[SECRET.set("kmsKeyId", UNKNOWN)],
    ),
    "aws-secret-value-not-in-program": Cases(
        passes=[VERSION, VERSION.set("secretStringWo", secret("from elsewhere"))],
        fails=[
            (VERSION.set("secretString", secret("correct horse battery staple")), "secretString"),
            (VERSION.set("secretBinary", "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"), "secretBinary"),
        ],
        unknown=[VERSION.set("secretString", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
