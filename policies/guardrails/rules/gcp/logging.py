"""Cloud Logging's buckets and sinks."""

from pulumi_policy import Severity

from guardrails.checks import at_least, off, present
from guardrails.model import ResourceRule

BUCKETS = (
    "gcp:logging/organizationBucketConfig:OrganizationBucketConfig",
    "gcp:logging/projectBucketConfig:ProjectBucketConfig",
)
SINKS = ("gcp:logging/organizationSink:OrganizationSink", "gcp:logging/projectSink:ProjectSink")

RULES = (
    ResourceRule(
        id="gcp-log-bucket-encrypted-with-cmk",
        types=BUCKETS,
        severity=Severity.HIGH,
        description="Log buckets are encrypted with a customer-managed key.",
        why="Logs name users, addresses and queries; who may read them should be the key's grants to say.",
        remedy="Set cmek_settings.kms_key_name to a key of the bucket's location; it cannot be added later.",
        check=present("cmekSettings.kmsKeyName"),
    ),
    ResourceRule(
        id="gcp-log-bucket-retention",
        types=BUCKETS,
        severity=Severity.MEDIUM,
        description="Log buckets keep their entries for a month at least.",
        why="What is found late cannot be traced back when its logs are gone.",
        remedy="Raise retention_days to at least 30.",
        settings={
            "leastDays": {"type": "number", "minimum": 1, "default": 30, "description": "Days for which logs are kept."}
        },
        # https://docs.cloud.google.com/logging/docs/buckets#custom-retention
        check=at_least("retentionDays", "leastDays", default=30, unit="days"),
    ),
    ResourceRule(
        id="gcp-log-sink-on",
        types=SINKS,
        severity=Severity.HIGH,
        description="Log sinks are not turned off.",
        why="What a sink would have kept is lost meanwhile, and whoever hides something turns it off first.",
        remedy="Remove disabled=True; where a sink is not needed, remove it.",
        check=off("disabled"),
    ),
)
