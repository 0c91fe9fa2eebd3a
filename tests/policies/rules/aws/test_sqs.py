import json

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts


def policy(**conditions: object) -> str:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    return json.dumps({"Statement": [{**statement, "Condition": conditions} if conditions else statement]})


QUEUE = Subject("aws:sqs/queue:Queue", {"kmsMasterKeyId": "arn:aws:kms:us-west-2:111122223333:key/1"})
POLICY = Subject("aws:sqs/queuePolicy:QueuePolicy", {"policy": policy(StringEquals={"aws:SourceAccount": "1"})})
DENIES = json.dumps({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}]})

CASES = {
    "aws-sqs-encrypted-with-cmk": Cases(
        passes=[QUEUE],
        fails=[
            (QUEUE.unset("kmsMasterKeyId"), "kmsMasterKeyId"),
            (QUEUE.unset("kmsMasterKeyId").set("sqsManagedSseEnabled", True), "kmsMasterKeyId"),
        ],
        unknown=[QUEUE.set("kmsMasterKeyId", UNKNOWN)],
    ),
    "aws-sqs-not-public": Cases(
        passes=[QUEUE, POLICY, POLICY.set("policy", DENIES)],
        fails=[
            (POLICY.set("policy", policy()), "policy"),
            (POLICY.set("policy", policy(StringNotEquals={"aws:SourceAccount": "1"})), "policy"),
            (QUEUE.set("policy", policy()), "policy"),
        ],
        unknown=[POLICY.set("policy", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
