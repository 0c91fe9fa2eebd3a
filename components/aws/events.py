"""Events that must not pass unseen: kept in a log, and counted by a metric that alarms watch."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudwatch

from components.aws.component import AwsComponent, Scope
from components.aws.iam import allow, document
from components.aws.logs import log_group
from components.aws.watch.rows import Alarm, Watched
from settings.observability import Severity


@dataclass(frozen=True)
class Event:
    """A pattern of events, and who is told."""

    pattern: Mapping[str, Any]
    severity: Severity
    why: str


# Restore jobs say status where the others say state.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
FAILED_JOBS = ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"]

# https://docs.aws.amazon.com/eventbridge/latest/ref/events.html
EVENTS: Mapping[str, Event] = {
    "key-deletion": Event(
        {
            "source": ["aws.kms"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {"eventName": ["DeleteImportedKeyMaterial", "DisableKey", "ScheduleKeyDeletion"]},
        },
        "page",
        "A KMS key was disabled or scheduled for deletion: what it encrypted goes with it. Cancel, if nobody meant it.",
    ),
    "audit-trail": Event(
        {
            "source": ["aws.cloudtrail"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {"eventName": ["DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"]},
        },
        "page",
        "The audit trail was stopped, deleted or changed: what happens meanwhile may go unrecorded.",
    ),
    "threat": Event(
        {
            "source": ["aws.guardduty"],
            "detail-type": ["GuardDuty Finding"],
            "detail": {"severity": [{"numeric": [">=", 7]}]},
        },
        "page",
        "GuardDuty found a threat of high severity.",
    ),
    "failed-control": Event(
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
        "ticket",
        "Security Hub has a new critical finding; GuardDuty's have their own rule.",
    ),
    "secret-rotation": Event(
        {
            "source": ["aws.secretsmanager"],
            "detail-type": ["AWS Service Event via CloudTrail"],
            "detail": {"eventName": ["RotationFailed"]},
        },
        "ticket",
        "A secret was not rotated.",
    ),
    "database": Event(
        {
            "source": ["aws.rds"],
            "detail-type": ["RDS DB Cluster Event", "RDS DB Instance Event"],
            "detail": {"EventCategories": ["failover", "failure"]},
        },
        "ticket",
        "A database failed over, or one of its instances failed.",
    ),
    "backup": Event(
        {
            "source": ["aws.backup"],
            "detail-type": ["Backup Job State Change", "Copy Job State Change", "Restore Job State Change"],
            "detail": {"$or": [{"state": FAILED_JOBS}, {"status": FAILED_JOBS}]},
        },
        "ticket",
        "A backup, its copy or a trial restore did not succeed.",
    ),
    "aws-health": Event(
        {
            "source": ["aws.health"],
            "detail-type": ["AWS Health Event"],
            "detail": {"eventTypeCategory": ["issue"]},
        },
        "ticket",
        "AWS reports an issue of one of its services in this region.",
    ),
}


class Events(AwsComponent):
    """Rules whose matches are kept in a log group and counted as `TriggeredRules`.

    Alarms watch the count instead of topics taking the events, because the receivers' CloudWatch integrations drop
    whatever is no alarm. Rules see events of this region alone. Events of CloudTrail need a trail, which the account's
    security services make.
    """

    watched: list[Watched]
    """What alarms watch of the rules."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        log_prefix: str,
        retention_days: int,
        log_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the rules; their log group is `/aws/events/<log_prefix>`, a prefix that EventBridge insists on."""
        super().__init__("Events", name, scope, "internal", opts)
        child = self.child()
        log = log_group(
            self,
            f"{name}-log",
            group_name=f"/aws/events/{log_prefix}",
            retention_days=retention_days,
            key_arn=log_key_arn,
        )
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions
        admitted = cloudwatch.LogResourcePolicy(
            f"{name}-log",
            policy_name=f"{log_prefix}-events",
            policy_document=document(
                allow(
                    ["logs:CreateLogStream", "logs:PutLogEvents"],
                    pulumi.Output.concat(log.arn, ":*"),
                    sid="EventBridge",
                    principal={"Service": ["delivery.logs.amazonaws.com", "events.amazonaws.com"]},
                )
            ),
            opts=child,
        )
        self.watched = []
        for event_name, event in EVENTS.items():
            rule = cloudwatch.EventRule(
                f"{name}-{event_name}",
                description=event.why,
                event_pattern=json.dumps(event.pattern, sort_keys=True),
                opts=child,
            )
            cloudwatch.EventTarget(
                f"{name}-{event_name}", rule=rule.name, arn=log.arn, opts=self.child(depends_on=[admitted])
            )
            seen = Alarm(
                "event", ("TriggeredRules",), "Sum", 0, event.severity, f"{event.why} See /aws/events/{log_prefix}.",
                periods=1, missing="notBreaching",
            )  # fmt: skip
            # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
            self.watched.append(Watched(event_name, "Events", "AWS/Events", {"RuleName": rule.name}, (seen,)))
        self.register_outputs({"logGroupName": log.name})
