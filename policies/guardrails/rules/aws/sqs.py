"""SQS queues."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import present
from guardrails.iam import statements
from guardrails.model import Finding, ResourceRule
from guardrails.rules.aws.iam import NARROWING_KEYS
from guardrails.subject import Node

QUEUE = "aws:sqs/queue:Queue"
POLICY = "aws:sqs/queuePolicy:QueuePolicy"


def _public(queue: Node) -> Iterator[Finding]:
    for statement in statements(queue.text("policy")):
        if statement.allows and statement.any_principal and not statement.restricts(*NARROWING_KEYS):
            yield Finding("policy", f"lets everyone in by statement {statement.index}")


RULES = (
    ResourceRule(
        id="aws-sqs-encrypted-with-cmk",
        types=(QUEUE,),
        severity=Severity.MEDIUM,
        description="Queues are encrypted with a customer-managed key.",
        why="Messages wait for days, and SQS's own key opens to whoever may receive.",
        remedy="Set kms_master_key_id to a key whose policy admits the services that send.",
        check=present("kmsMasterKeyId"),
    ),
    ResourceRule(
        id="aws-sqs-not-public",
        types=(QUEUE, POLICY),
        severity=Severity.CRITICAL,
        description="Queues are open to named principals.",
        why="Anyone with an AWS account could read, forge or drain the messages.",
        remedy="Name the principal in the policy, or add a condition on aws:SourceArn or aws:SourceAccount.",
        check=_public,
    ),
)
