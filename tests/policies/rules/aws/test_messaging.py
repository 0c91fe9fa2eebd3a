import json
from typing import Any

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts


def policy(**statement: Any) -> str:
    shared = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sns:Publish", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**shared, **statement}]})


OPEN = policy()
OWN = policy(Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}})
SERVICE = policy(Principal={"Service": "cloudwatch.amazonaws.com"})
DENIED = policy(Effect="Deny")

KEY = "arn:aws:kms:us-west-2:111122223333:key/1"
TOPIC = Subject("aws:sns/topic:Topic", {"kmsMasterKeyId": KEY})
TOPIC_POLICY = Subject("aws:sns/topicPolicy:TopicPolicy", {"arn": "arn:aws:sns:sample", "policy": SERVICE})
QUEUE = Subject("aws:sqs/queue:Queue", {"kmsMasterKeyId": KEY})
QUEUE_POLICY = Subject("aws:sqs/queuePolicy:QueuePolicy", {"queueUrl": "https://sqs.sample", "policy": SERVICE})
SUBSCRIPTION = Subject(
    "aws:sns/topicSubscription:TopicSubscription",
    {"topic": "arn:aws:sns:sample", "protocol": "https", "endpoint": "https://example.com", "redrivePolicy": "{}"},
)

CASES = {
    "aws-sns-encrypted-with-cmk": Cases(
        passes=[TOPIC],
        fails=[(TOPIC.unset("kmsMasterKeyId"), "kmsMasterKeyId")],
        unknown=[TOPIC.set("kmsMasterKeyId", UNKNOWN)],
    ),
    "aws-sns-no-public-principal": Cases(
        passes=[TOPIC, TOPIC_POLICY, TOPIC_POLICY.set("policy", OWN), TOPIC_POLICY.set("policy", DENIED)],
        fails=[(TOPIC_POLICY.set("policy", OPEN), "policy"), (TOPIC.set("policy", OPEN), "policy")],
        unknown=[TOPIC_POLICY.set("policy", UNKNOWN)],
    ),
    "aws-sns-subscription-tls": Cases(
        passes=[SUBSCRIPTION, SUBSCRIPTION.set("protocol", "sqs")],
        fails=[(SUBSCRIPTION.set("protocol", "http"), "protocol")],
        unknown=[SUBSCRIPTION.set("protocol", UNKNOWN)],
    ),
    "aws-sns-subscription-redrive": Cases(
        passes=[SUBSCRIPTION],
        fails=[(SUBSCRIPTION.unset("redrivePolicy"), "redrivePolicy")],
        unknown=[SUBSCRIPTION.set("redrivePolicy", UNKNOWN)],
    ),
    "aws-sqs-encrypted-with-cmk": Cases(
        passes=[QUEUE],
        fails=[(QUEUE.unset("kmsMasterKeyId"), "kmsMasterKeyId")],
        unknown=[QUEUE.set("kmsMasterKeyId", UNKNOWN)],
    ),
    "aws-sqs-no-public-principal": Cases(
        passes=[QUEUE, QUEUE_POLICY, QUEUE_POLICY.set("policy", OWN)],
        fails=[(QUEUE_POLICY.set("policy", OPEN), "policy"), (QUEUE.set("policy", OPEN), "policy")],
        unknown=[QUEUE_POLICY.set("policy", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
