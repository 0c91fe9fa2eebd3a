"""Cloud KMS keys."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule
from guardrails.rules.gcp.iam import KEYS, public_members, tokens
from guardrails.subject import Node

KEY = "gcp:kms/cryptoKey:CryptoKey"
DAY = 24 * 60 * 60


def _seconds(node: Node, path: str) -> float | None:
    """A duration such as `7776000s`, in seconds."""
    text = node.text(path)
    return float(text.removesuffix("s")) if text else None


def _rotation(key: Node) -> Iterator[Finding]:
    # Cloud KMS rotates symmetric keys only. https://docs.cloud.google.com/kms/docs/key-rotation
    if key.text("purpose", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
        return
    period, most = _seconds(key, "rotationPeriod"), key.limit("mostDays")
    if period is None:
        yield Finding("rotationPeriod", "is not set")
    elif period > most * DAY:
        yield Finding("rotationPeriod", f"is more than {most:g} days")


def _destruction(key: Node) -> Iterator[Finding]:
    # Without it Cloud KMS waits 30 days. https://docs.cloud.google.com/kms/docs/destroy-restore
    wait, least = _seconds(key, "destroyScheduledDuration"), key.limit("leastDays")
    if wait is not None and wait < least * DAY:
        yield Finding("destroyScheduledDuration", f"is less than {least:g} days")


RULES = (
    ResourceRule(
        id="gcp-kms-rotation",
        types=(KEY,),
        severity=Severity.HIGH,
        description="Symmetric Cloud KMS keys get a new version every 90 days at least.",
        why="The longer one version lives, the more data a single leak of it opens.",
        remedy='Set rotation_period, such as "7776000s"; asymmetric and MAC keys can\'t rotate and are exempt.',
        settings={
            "mostDays": {"type": "number", "minimum": 1, "default": 90, "description": "Days between two versions."}
        },
        check=_rotation,
    ),
    ResourceRule(
        id="gcp-kms-destruction-wait",
        types=(KEY,),
        severity=Severity.HIGH,
        description="The destruction of a Cloud KMS key can be undone for at least two weeks.",
        why="With the key goes everything it encrypts; a mistake made before a holiday must still be noticed in time.",
        remedy='Raise destroy_scheduled_duration, such as to "2592000s".',
        settings={
            "leastDays": {"type": "number", "minimum": 1, "default": 14, "description": "Days before a key is gone."}
        },
        check=_destruction,
    ),
    ResourceRule(
        id="gcp-kms-no-public-grants",
        types=tokens(KEYS, "Member", "Binding"),
        severity=Severity.CRITICAL,
        description="Cloud KMS keys are granted to named members.",
        why="Everybody with any Google account could read what the key encrypts, once they have a copy.",
        remedy="Name the service's account in member.",
        check=public_members,
    ),
)
