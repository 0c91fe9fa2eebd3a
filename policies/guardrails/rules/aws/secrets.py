"""Secrets Manager."""

from pulumi_policy import Severity

from guardrails.checks import absent, each, present, together
from guardrails.model import ResourceRule

SECRET = ("aws:secretsmanager/secret:Secret",)
VERSION = ("aws:secretsmanager/secretVersion:SecretVersion",)

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
    ResourceRule(
        id="aws-secret-value-not-in-program",
        types=VERSION,
        severity=Severity.HIGH,
        description="The program holds no secret's value.",
        why="A value that the program sets lies in its state and wherever it was copied from, and never changes.",
        remedy="Let the service that owns the secret generate it, or set the write-only secret_string_wo.",
        check=together(absent("secretString"), absent("secretBinary")),
    ),
)
