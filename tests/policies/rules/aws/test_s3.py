import json

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

KEY = "arn:aws:kms:us-west-2:111122223333:key/1"
BUCKET = Subject("aws:s3/bucket:Bucket", {}, name="assets")
OLD_BUCKET = Subject("aws:s3/bucketV2:BucketV2", {}, name="old")
ACCESS_LOGS = Subject("aws:s3/bucket:Bucket", {}, name="access-logs")

TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
ALLOW = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"},
    "Action": "s3:GetObject",
    "Resource": "*",
}


def policy(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def of(bucket: Subject, kind: str, inputs: dict, path: str = "bucket") -> Subject:
    return Subject(f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}", inputs, refs={path: bucket})


BLOCK = of(
    BUCKET,
    "BucketPublicAccessBlock",
    {
        "bucket": "b",
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    },
)
ENCRYPTION = of(
    BUCKET,
    "BucketServerSideEncryptionConfiguration",
    {
        "bucket": "b",
        "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}}],
    },
)
VERSIONING = of(BUCKET, "BucketVersioning", {"bucket": "b", "versioningConfiguration": {"status": "Enabled"}})
POLICY = of(BUCKET, "BucketPolicy", {"bucket": "b", "policy": policy(TLS)})
LOGGING = Subject(
    "aws:s3/bucketLogging:BucketLogging",
    {"bucket": "b", "targetBucket": "l", "targetPrefix": "b/"},
    refs={"bucket": BUCKET, "targetBucket": ACCESS_LOGS},
)
DEFAULT = "rules.0.applyServerSideEncryptionByDefault"

CASES = {
    "aws-s3-public-access-blocked": Cases(
        passes=[[BUCKET, BLOCK], [BLOCK], [BUCKET, BLOCK.set("bucket", UNKNOWN)]],
        fails=[([BUCKET, OLD_BUCKET, BLOCK], ""), ([BUCKET], "")],
    ),
    "aws-s3-public-access-block-complete": Cases(
        passes=[BLOCK],
        fails=[
            (BLOCK.set("blockPublicAcls", False), "blockPublicAcls"),
            (BLOCK.unset("blockPublicPolicy"), "blockPublicPolicy"),
            (BLOCK.set("ignorePublicAcls", UNKNOWN).unset("restrictPublicBuckets"), "restrictPublicBuckets"),
            (BLOCK.set("ignorePublicAcls", False), "ignorePublicAcls"),
        ],
        unknown=[BLOCK.set("blockPublicAcls", UNKNOWN)],
    ),
    "aws-s3-encrypted-with-cmk": Cases(
        passes=[[BUCKET, ENCRYPTION], [BUCKET, ACCESS_LOGS, ENCRYPTION, LOGGING]],
        fails=[
            ([BUCKET], ""),
            ([BUCKET, ENCRYPTION.set(f"{DEFAULT}.sseAlgorithm", "AES256")], ""),
            ([BUCKET, ENCRYPTION.unset(f"{DEFAULT}.kmsMasterKeyId")], ""),
            ([BUCKET, ACCESS_LOGS, ENCRYPTION], ""),
        ],
        unknown=[[BUCKET, ENCRYPTION.set(f"{DEFAULT}.kmsMasterKeyId", UNKNOWN)]],
    ),
    "aws-s3-versioned": Cases(
        passes=[[BUCKET, VERSIONING]],
        fails=[([BUCKET], ""), ([BUCKET, VERSIONING.set("versioningConfiguration.status", "Suspended")], "")],
        unknown=[[BUCKET, VERSIONING.set("versioningConfiguration.status", UNKNOWN)]],
    ),
    "aws-s3-tls-only": Cases(
        passes=[[BUCKET, POLICY], [BUCKET, POLICY.set("policy", policy(ALLOW, TLS))]],
        fails=[
            ([BUCKET], ""),
            ([BUCKET, POLICY.set("policy", policy(ALLOW))], ""),
            ([BUCKET, POLICY.set("policy", policy({**TLS, "Action": "s3:GetObject"}))], ""),
            ([BUCKET, POLICY.set("policy", policy({**TLS, "Principal": {"AWS": "111122223333"}}))], ""),
            ([BUCKET, POLICY.set("policy", policy({**TLS, "Effect": "Allow"}))], ""),
        ],
        unknown=[[BUCKET, POLICY.set("policy", UNKNOWN)]],
    ),
    "aws-s3-access-logs": Cases(
        passes=[[BUCKET, ACCESS_LOGS, LOGGING]],
        fails=[([BUCKET], ""), ([BUCKET, OLD_BUCKET, LOGGING], "")],
    ),
    "aws-s3-no-public-principal": Cases(
        passes=[
            POLICY,
            POLICY.set("policy", policy(ALLOW)),
            POLICY.set(
                "policy",
                policy(
                    {
                        **ALLOW,
                        "Principal": "*",
                        "Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}},
                    }
                ),
            ),
        ],
        fails=[
            (POLICY.set("policy", policy(TLS, {**ALLOW, "Principal": "*"})), "policy"),
            (POLICY.set("policy", policy({**ALLOW, "Principal": {"AWS": "*"}})), "policy"),
        ],
        unknown=[POLICY.set("policy", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
