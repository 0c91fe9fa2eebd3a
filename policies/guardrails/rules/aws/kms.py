"""KMS keys and their policies."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import at_least
from guardrails.iam import statements
from guardrails.model import Finding, ResourceRule
from guardrails.rules.aws.iam import NARROWING_KEYS
from guardrails.subject import Node

KEY = "aws:kms/key:Key"
REPLICA_KEY = "aws:kms/replicaKey:ReplicaKey"
KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"


def _rotation(key: Node) -> Iterator[Finding]:
    symmetric = key.text("customerMasterKeySpec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
    # AWS rotates symmetric keys of its own store only.
    # https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
    if symmetric and not key.has("customKeyStoreId") and not key.flag("enableKeyRotation"):
        yield Finding("enableKeyRotation", "is off")


def _public_principal(key: Node) -> Iterator[Finding]:
    for statement in statements(key.text("policy")):
        if (
            statement.allows
            and statement.any_principal
            and not statement.restricts(*NARROWING_KEYS, "kms:CallerAccount")
        ):
            yield Finding("policy", f"lets anyone use the key in statement {statement.index}")


RULES = (
    ResourceRule(
        id="aws-kms-rotation",
        types=(KEY,),
        severity=Severity.HIGH,
        description="Symmetric KMS keys rotate.",
        why="The longer one key lives, the more data a single leak of it opens.",
        remedy="Set enable_key_rotation=True; asymmetric, HMAC and custom-store keys can't rotate and are exempt.",
        check=_rotation,
    ),
    ResourceRule(
        id="aws-kms-deletion-window",
        types=(KEY, REPLICA_KEY),
        severity=Severity.HIGH,
        description="KMS keys can be brought back for at least two weeks after their deletion.",
        why="With the key goes everything it encrypts; a mistake made before a holiday must still be noticed in time.",
        remedy="Raise deletion_window_in_days (14 unless configured otherwise).",
        settings={
            "leastDays": {"type": "number", "minimum": 7, "default": 14, "description": "Days before a key is gone."}
        },
        check=at_least("deletionWindowInDays", "leastDays", default=30, unit="days"),
    ),
    ResourceRule(
        id="aws-kms-no-public-principal",
        types=(KEY, REPLICA_KEY, KEY_POLICY),
        severity=Severity.CRITICAL,
        description="No KMS key policy admits everyone.",
        why="Any AWS account in the world could decrypt what the key protects.",
        remedy="Name the principals, or add a condition on aws:PrincipalOrgID or kms:CallerAccount.",
        check=_public_principal,
    ),
)
