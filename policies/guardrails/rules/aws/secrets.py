"""Secrets Manager."""

from pulumi_policy import Severity

from guardrails.checks import each, present, together
from guardrails.model import ResourceRule

SECRET = ("aws:secretsmanager/secret:Secret",)

RULES = (
    ResourceRule(
        id="aws-secret-encrypted-with-cmk",
        types=SECRET,
        severity=Severity.HIGH,
        description="Secrets and their replicas are encrypted with a customer-managed key.",
        why="With AWS's own key one policy decides who reads the secret; with this one two locks must open.",
        remedy="Set kms_key_id on the secret and on each replica, to a key of its region.",
        check=together(present("kmsKeyId"), each("replicas", present("kmsKeyId"))),
    ),
)
