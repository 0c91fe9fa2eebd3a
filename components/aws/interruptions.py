"""News of nodes that are about to go, in a queue that Karpenter reads to move their pods in time."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, sqs

from components.aws.component import AwsComponent, Scope
from components.aws.iam import allow, deny_without_tls, document

# What Karpenter did not read in five minutes is no news: the node is gone, or was not.
KEPT_SECONDS = 300

EVENTS: Mapping[str, Mapping[str, Any]] = {
    "health": {
        "source": ["aws.health"],
        "detail-type": ["AWS Health Event"],
        "detail": {"service": ["EC2"], "eventTypeCategory": ["scheduledChange"]},
    },
    "rebalance": {"source": ["aws.ec2"], "detail-type": ["EC2 Instance Rebalance Recommendation"]},
    "spot": {"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]},
    "state": {
        "source": ["aws.ec2"],
        "detail-type": ["EC2 Instance State-change Notification"],
        "detail": {"state": ["shutting-down", "stopped", "stopping", "terminated"]},
    },
}
"""Patterns of the events. https://karpenter.sh/docs/concepts/disruption/#interruption."""


class Interruptions(AwsComponent):
    """A queue, and the rules that fill it. EKS itself drains the nodes of managed groups; this is for all others."""

    queue_name: pulumi.Output[str]
    queue_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the queue; the key's policy lets `events.amazonaws.com` use it."""
        super().__init__("Interruptions", name, scope, "internal", opts)
        child = self.child()
        queue = sqs.Queue(
            f"{name}-queue", kms_master_key_id=key_arn, message_retention_seconds=KEPT_SECONDS, opts=child
        )
        rules = {
            event: cloudwatch.EventRule(
                f"{name}-{event}",
                description="For Karpenter: an instance is about to go",
                event_pattern=json.dumps(pattern, sort_keys=True),
                opts=child,
            )
            for event, pattern in EVENTS.items()
        }
        sqs.QueuePolicy(
            f"{name}-queue",
            queue_url=queue.url,
            policy=document(
                allow(
                    ["sqs:SendMessage"],
                    queue.arn,
                    sid="Events",
                    principal={"Service": "events.amazonaws.com"},
                    conditions={
                        "StringEquals": {"aws:SourceAccount": scope.account_id},
                        "ArnEquals": {"aws:SourceArn": [rule.arn for rule in rules.values()]},
                    },
                ),
                deny_without_tls(["sqs:*"], queue.arn),
            ),
            opts=child,
        )
        for event, rule in rules.items():
            cloudwatch.EventTarget(f"{name}-{event}", rule=rule.name, arn=queue.arn, opts=child)
        self.queue_name, self.queue_arn = queue.name, queue.arn
        self.register_outputs({"queueName": self.queue_name, "queueArn": self.queue_arn})
