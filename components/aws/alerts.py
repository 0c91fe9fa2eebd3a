"""Events that somebody must see at once, from EventBridge to the topics of the people on call."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import cloudwatch

from components.aws.component import AwsComponent, Scope


def _calls(service: str, names: Sequence[str]) -> dict[str, Any]:
    """The pattern of API calls, which EventBridge gets from CloudTrail."""
    return {
        "source": [f"aws.{service}"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"eventSource": [f"{service}.amazonaws.com"], "eventName": list(names)},
    }


EVENTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "threats": (
        "GuardDuty found a threat of high severity",
        {
            "source": ["aws.guardduty"],
            "detail-type": ["GuardDuty Finding"],
            "detail": {"severity": [{"numeric": [">=", 7]}]},
        },
    ),
    "failed-controls": (
        "Security Hub has a new critical finding; GuardDuty's have their own rule",
        {
            "source": ["aws.securityhub"],
            "detail-type": ["Security Hub Findings - Imported"],
            "detail": {
                "findings": {
                    "ProductName": [{"anything-but": ["GuardDuty"]}],
                    "RecordState": ["ACTIVE"],
                    "Severity": {"Label": ["CRITICAL"]},
                    "Workflow": {"Status": ["NEW"]},
                }
            },
        },
    ),
    "keys": (
        "Somebody disables or deletes an encryption key",
        _calls("kms", ["DeleteImportedKeyMaterial", "DisableKey", "ScheduleKeyDeletion"]),
    ),
    "audit-trail": (
        "Somebody stops or narrows the audit trail",
        _calls("cloudtrail", ["DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"]),
    ),
}
"""What each event means, and its pattern.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
"""


class SecurityAlerts(AwsComponent):
    """Rules on this region's events, each with every topic as a target; without a topic there are none.

    The topics' policies and keys must let `events.amazonaws.com` in. Use of the root user is the audit trail's alarm.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        topic_arns: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the rules; `topic_arns` are SNS topics of this region, by name."""
        super().__init__("SecurityAlerts", name, scope, "internal", opts)
        for event, (description, pattern) in EVENTS.items() if topic_arns else ():
            rule = cloudwatch.EventRule(
                f"{name}-{event}",
                description=description,
                event_pattern=json.dumps(pattern, sort_keys=True),
                opts=self.child(),
            )
            for topic, topic_arn in topic_arns.items():
                cloudwatch.EventTarget(f"{name}-{event}-{topic}", rule=rule.name, arn=topic_arn, opts=self.child())
        self.register_outputs({})
