import json

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts


def policy(principal: object, **statement: object) -> str:
    allow = {"Effect": "Allow", "Principal": principal, "Action": "kms:Decrypt", "Resource": "*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


OWN = policy({"AWS": "arn:aws:iam::111122223333:root"})
KEY = Subject("aws:kms/key:Key", {"enableKeyRotation": True, "deletionWindowInDays": 30, "policy": OWN})
REPLICA = Subject("aws:kms/replicaKey:ReplicaKey", {"primaryKeyArn": "arn:aws:kms:key", "policy": OWN})
KEY_POLICY = Subject("aws:kms/keyPolicy:KeyPolicy", {"keyId": "1", "policy": OWN})

CASES = {
    "aws-kms-rotation": Cases(
        passes=[
            KEY,
            KEY.unset("enableKeyRotation").set("customerMasterKeySpec", "ECC_NIST_P256"),
            KEY.unset("enableKeyRotation").set("customerMasterKeySpec", "HMAC_256"),
            KEY.unset("enableKeyRotation").set("customKeyStoreId", "cks-1"),
        ],
        fails=[
            (KEY.unset("enableKeyRotation"), "enableKeyRotation"),
            (
                KEY.set("enableKeyRotation", False).set("customerMasterKeySpec", "SYMMETRIC_DEFAULT"),
                "enableKeyRotation",
            ),
        ],
        unknown=[KEY.set("enableKeyRotation", UNKNOWN)],
    ),
    "aws-kms-deletion-window": Cases(
        passes=[KEY, KEY.unset("deletionWindowInDays"), REPLICA.set("deletionWindowInDays", 14)],
        fails=[
            (KEY.set("deletionWindowInDays", 13), "deletionWindowInDays"),
            (REPLICA.set("deletionWindowInDays", 7), "deletionWindowInDays"),
        ],
        unknown=[KEY.set("deletionWindowInDays", UNKNOWN)],
    ),
    "aws-kms-no-public-principal": Cases(
        passes=[
            KEY,
            REPLICA,
            KEY.unset("policy"),
            KEY.set("policy", policy("*", Effect="Deny")),
            KEY.set("policy", policy({"AWS": "*"}, Condition={"StringEquals": {"kms:CallerAccount": "111122223333"}})),
            KEY_POLICY.set(
                "policy", policy("*", Condition={"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-1/*"]}})
            ),
        ],
        fails=[
            (KEY.set("policy", policy("*")), "policy"),
            (REPLICA.set("policy", policy({"AWS": ["arn:aws:iam::111122223333:root", "*"]})), "policy"),
            (
                KEY_POLICY.set("policy", policy({"AWS": "*"}, Condition={"Bool": {"aws:SecureTransport": "true"}})),
                "policy",
            ),
            (KEY.set("policy", policy("*", Condition={"StringLike": {"aws:PrincipalArn": "*"}})), "policy"),
            (KEY.set("policy", policy("*", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}})), "policy"),
            (
                KEY.set("policy", policy("*", Condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}})),
                "policy",
            ),
            (
                KEY.set("policy", policy("*", Condition={"ForAllValues:StringEquals": {"aws:PrincipalArn": "a"}})),
                "policy",
            ),
        ],
        unknown=[KEY.set("policy", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
