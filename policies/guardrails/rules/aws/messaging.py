"""SNS topics, their subscriptions, and SQS queues."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import present
from guardrails.iam import statements
from guardrails.model import Finding, ResourceRule
from guardrails.rules.aws.iam import NARROWING_KEYS
from guardrails.subject import Node

TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = ("aws:sns/topicSubscription:TopicSubscription",)
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"


def _public_principal(resource: Node) -> Iterator[Finding]:
    for statement in statements(resource.text("policy")):
        if statement.allows and statement.any_principal and not statement.restricts(*NARROWING_KEYS):
            yield Finding("policy", f"lets anyone in, in statement {statement.index}")


def _tls(subscription: Node) -> Iterator[Finding]:
    if subscription.text("protocol") == "http":
        yield Finding("protocol", "sends messages in the clear")


RULES = (
    ResourceRule(
        id="aws-sns-encrypted-with-cmk",
        types=(TOPIC,),
        severity=Severity.MEDIUM,
        description="SNS topics are encrypted with a customer-managed key.",
        why="CloudWatch and EventBridge cannot publish to a topic under AWS's own key, and alarms then reach nobody.",
        remedy="Set kms_master_key_id to a key whose policy admits the services that publish.",
        check=present("kmsMasterKeyId"),
    ),
    ResourceRule(
        id="aws-sns-no-public-principal",
        types=(TOPIC, TOPIC_POLICY),
        severity=Severity.CRITICAL,
        description="No SNS topic admits everyone.",
        why="Anyone could subscribe to what it says, or raise false alarms until nobody listens.",
        remedy="Name the principals, or add a condition on aws:SourceAccount or aws:PrincipalOrgID.",
        check=_public_principal,
    ),
    ResourceRule(
        id="aws-sns-subscription-tls",
        types=SUBSCRIPTION,
        severity=Severity.HIGH,
        description="SNS delivers over TLS.",
        why="Notifications name resources and faults, and the URL holds the receiver's key.",
        remedy='Set protocol="https" and an endpoint that starts with https://.',
        check=_tls,
    ),
    ResourceRule(
        id="aws-sns-subscription-redrive",
        types=SUBSCRIPTION,
        severity=Severity.LOW,
        description="SNS keeps what a subscriber did not take.",
        why="A page that could not be delivered is otherwise gone, and nobody knows that it was sent.",
        remedy="Set redrive_policy to a dead-letter queue.",
        check=present("redrivePolicy"),
    ),
    ResourceRule(
        id="aws-sqs-encrypted-with-cmk",
        types=(QUEUE,),
        severity=Severity.MEDIUM,
        description="SQS queues are encrypted with a customer-managed key.",
        why="With SQS's own key one policy decides who reads the messages; with this one two locks must open.",
        remedy="Set kms_master_key_id to the key for this class of data.",
        check=present("kmsMasterKeyId"),
    ),
    ResourceRule(
        id="aws-sqs-no-public-principal",
        types=(QUEUE, QUEUE_POLICY),
        severity=Severity.CRITICAL,
        description="No SQS queue admits everyone.",
        why="Anyone could read its messages, or fill it.",
        remedy="Name the principals, or add a condition on aws:SourceArn or aws:SourceAccount.",
        check=_public_principal,
    ),
)
