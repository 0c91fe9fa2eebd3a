"""CloudWatch alarms, canaries and X-Ray."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import on, present, together
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node

ALARMS = ("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm")
CANARY = ("aws:synthetics/canary:Canary",)
ENCRYPTION_CONFIG = ("aws:xray/encryptionConfig:EncryptionConfig",)


def _traces(config: Node) -> Iterator[Finding]:
    if config.text("type") != "KMS":
        yield Finding("type", "leaves traces under AWS's own key")
    elif not config.has("keyId"):
        yield Finding("keyId", "is not set")


def _reports(canary: Node) -> Iterator[Finding]:
    path = "artifactConfig.s3Encryption"
    if canary.text(f"{path}.encryptionMode") != "SSE_KMS":
        yield Finding(f"{path}.encryptionMode", "leaves reports under S3's own key")
    elif not canary.has(f"{path}.kmsKeyArn"):
        yield Finding(f"{path}.kmsKeyArn", "is not set")


RULES = (
    ResourceRule(
        id="aws-alarm-tells-somebody",
        types=ALARMS,
        severity=Severity.MEDIUM,
        description="Alarms have an action, and it is on.",
        why="An alarm that tells nobody is found after the incident.",
        remedy="Set alarm_actions to a topic that somebody listens to, and leave actions_enabled on.",
        check=together(present("alarmActions"), on("actionsEnabled", default=True)),
    ),
    ResourceRule(
        id="aws-canary-encrypted-with-cmk",
        types=CANARY,
        severity=Severity.MEDIUM,
        description="Canaries' reports are encrypted with a customer-managed key.",
        why="Reports hold requests, answers and screenshots of what the canary may see.",
        remedy='Set artifact_config.s3_encryption to encryption_mode="SSE_KMS" and a key.',
        check=_reports,
    ),
    ResourceRule(
        id="aws-xray-encrypted-with-cmk",
        types=ENCRYPTION_CONFIG,
        severity=Severity.MEDIUM,
        description="Traces are encrypted with a customer-managed key.",
        why="Traces hold URLs, users and queries; who may read them should be the key policy's to say.",
        remedy='Set type="KMS" and key_id.',
        check=_traces,
    ),
)
