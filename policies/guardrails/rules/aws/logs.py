"""CloudWatch log groups."""

from pulumi_policy import Severity

from guardrails.checks import at_least, present
from guardrails.model import ResourceRule

LOG_GROUP = ("aws:cloudwatch/logGroup:LogGroup",)

RULES = (
    ResourceRule(
        id="aws-log-group-retention",
        types=LOG_GROUP,
        severity=Severity.MEDIUM,
        description="Log groups keep their events for a set time.",
        why="Without one they are kept, and paid for, for ever; personal data in them outlives every legal reason.",
        remedy="Set retention_in_days.",
        settings={
            "leastDays": {"type": "number", "minimum": 1, "default": 1, "description": "Days to keep events at least."}
        },
        check=at_least("retentionInDays", "leastDays", default=0, unit="day"),
    ),
    ResourceRule(
        id="aws-log-group-encrypted-with-cmk",
        types=LOG_GROUP,
        severity=Severity.MEDIUM,
        description="Log groups are encrypted with a customer-managed key.",
        why="Logs hold queries, tokens and addresses; who may read them should be the key policy's to say.",
        remedy="Set kms_key_id to a key whose policy admits CloudWatch Logs.",
        check=present("kmsKeyId"),
    ),
)
