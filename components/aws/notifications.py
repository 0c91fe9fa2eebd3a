"""Topics that alarms publish to, and the products that tell people."""

import json
from collections.abc import Mapping
from typing import get_args

import pulumi
from pulumi_aws import sns, sqs

from components.aws.component import GLOBAL_REGION, AwsComponent, Scope
from components.aws.iam import allow, deny_without_tls, document
from components.aws.keys import KeyUse, customer_key
from settings.aws import KeySettings
from settings.observability import ReceiverKind, Receivers, Severity

NOTIFICATIONS_KEY = KeyUse(
    "Notifications, and those that nobody took",
    "internal",
    services=("backup.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com", "sns.amazonaws.com"),
)

SEVERITIES: tuple[Severity, ...] = get_args(Severity)

RETENTION_SECONDS = 14 * 24 * 3600
"""As long as SQS keeps a message."""

# 46 minutes at most; SNS allows a delivery an hour.
# https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
RETRIES = {
    "healthyRetryPolicy": {
        "minDelayTarget": 5,
        "maxDelayTarget": 300,
        "numRetries": 12,
        "numMinDelayRetries": 3,
        "backoffFunction": "exponential",
    }
}


class Notifications(AwsComponent):
    """A topic a severity, encrypted, that this account's alarms and services publish to, over TLS alone.

    They stand in the stack's region and in us-east-1, where CloudFront and Route 53 have their metrics: an alarm
    publishes to topics of its own region only. What a receiver does not take within an hour waits in a queue for two
    weeks. Receivers are other firms' products behind a URL with a key in it, so the URLs are secrets. They get alarms
    as SNS wraps them, since their integrations look for the envelope. Schedules and escalation are theirs.
    """

    topic_arns: dict[str, dict[Severity, pulumi.Output[str]]]
    """ARN by region and severity."""

    undelivered_queue_names: dict[str, pulumi.Output[str]]
    """Name of the queue of what no receiver took, by region."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        receivers: Receivers,
        *,
        urls: Mapping[ReceiverKind, pulumi.Input[str]],
        key_arn: pulumi.Input[str],
        key_settings: KeySettings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the topics and subscribe the receivers.

        `key_arn` is a key of NOTIFICATIONS_KEY in the stack's region; one for us-east-1 is made by `key_settings`.
        """
        super().__init__("Notifications", name, scope, "internal", opts)
        if "opsgenie" in receivers:
            pulumi.log.warn("Opsgenie ends in April 2027: move to jira_service_management or pagerduty", self)
        keys = {scope.region: key_arn}
        if scope.region != GLOBAL_REGION:
            keys[GLOBAL_REGION] = customer_key(
                self, f"{name}-{GLOBAL_REGION}", key_settings, NOTIFICATIONS_KEY, region=GLOBAL_REGION
            ).arn
        self.topic_arns, self.undelivered_queue_names = {}, {}
        for region, key in keys.items():
            topics = {severity: self._topic(f"{name}-{severity}", region, key) for severity in SEVERITIES}
            queue = self._queue(f"{name}-undelivered", region, key, list(topics.values()))
            for kind, receiver in receivers.items():
                for severity in receiver.severities:
                    self._subscription(f"{name}-{severity}-{kind}", region, topics[severity], urls[kind], queue)
            self.topic_arns[region] = topics
            self.undelivered_queue_names[region] = queue.name
        self.register_outputs({"topicArns": self.topic_arns, "undeliveredQueueNames": self.undelivered_queue_names})

    def _named(self, name: str, region: str) -> str:
        return name if region == self.scope.region else f"{name}-{region}"

    def _topic(self, name: str, region: str, key_arn: pulumi.Input[str]) -> pulumi.Output[str]:
        logical = self._named(name, region)
        topic = sns.Topic(logical, region=region, kms_master_key_id=key_arn, signature_version=2, opts=self.child())
        own = {"StringEquals": {"aws:SourceAccount": self.scope.account_id}}
        sns.TopicPolicy(
            logical,
            region=region,
            arn=topic.arn,
            policy=document(
                allow(
                    ["sns:Publish"],
                    topic.arn,
                    sid="AlarmsAndBackups",
                    principal={"Service": ["backup.amazonaws.com", "cloudwatch.amazonaws.com"]},
                    conditions=own,
                ),
                # Without a condition: EventBridge sends no source to topics.
                # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
                allow(["sns:Publish"], topic.arn, sid="Events", principal={"Service": "events.amazonaws.com"}),
                deny_without_tls(["sns:Publish"], topic.arn),
            ),
            opts=self.child(),
        )
        return topic.arn

    def _queue(
        self, name: str, region: str, key_arn: pulumi.Input[str], topic_arns: list[pulumi.Output[str]]
    ) -> sqs.Queue:
        logical = self._named(name, region)
        queue = sqs.Queue(
            logical,
            region=region,
            kms_master_key_id=key_arn,
            message_retention_seconds=RETENTION_SECONDS,
            opts=self.child(),
        )
        sqs.QueuePolicy(
            logical,
            region=region,
            queue_url=queue.url,
            policy=document(
                allow(
                    ["sqs:SendMessage"],
                    queue.arn,
                    sid="Topics",
                    principal={"Service": "sns.amazonaws.com"},
                    conditions={"ArnEquals": {"aws:SourceArn": topic_arns}},
                ),
                deny_without_tls(["sqs:*"], queue.arn),
            ),
            opts=self.child(),
        )
        return queue

    def _subscription(
        self,
        name: str,
        region: str,
        topic_arn: pulumi.Input[str],
        url: pulumi.Input[str],
        undelivered: sqs.Queue,
    ) -> None:
        sns.TopicSubscription(
            self._named(name, region),
            region=region,
            topic=topic_arn,
            protocol="https",
            endpoint=url,
            endpoint_auto_confirms=True,
            raw_message_delivery=False,
            delivery_policy=json.dumps(RETRIES, sort_keys=True),
            redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": undelivered.arn}),
            opts=self.child(),
        )
