"""Secret Manager."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import absent, each, present
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Resource

SECRET = ("gcp:secretmanager/secret:Secret",)
VERSION = (
    "gcp:secretmanager/secretVersion:SecretVersion",
    "gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion",
)
DAY = 24 * 60 * 60

_EACH_REPLICA = each("replication.userManaged.replicas", present("customerManagedEncryption.kmsKeyName"))
_AUTOMATIC = present("replication.auto.customerManagedEncryption.kmsKeyName")


def _rotation(secret: Resource) -> Iterator[Finding]:
    period, most = secret.text("rotation.rotationPeriod"), secret.limit("mostDays")
    if not period:
        yield Finding("rotation.rotationPeriod", "is not set")
    elif float(period.removesuffix("s")) > most * DAY:
        yield Finding("rotation.rotationPeriod", f"is more than {most:g} days")


def _regions(secret: Resource) -> Iterator[Finding]:
    if secret.has("replication.userManaged"):
        found = {replica.text("location") for replica in secret.items("replication.userManaged.replicas", whole=True)}
        if len(found) < 2:
            yield Finding("replication.userManaged.replicas", "are in one region")


RULES = (
    ResourceRule(
        id="gcp-secret-encrypted-with-cmk",
        types=SECRET,
        severity=Severity.HIGH,
        description="Each copy of a secret is encrypted with a customer-managed key.",
        why="With Google's own key one policy decides who reads the secret; with this one two locks must open.",
        remedy="Set customer_managed_encryption.kms_key_name on each replica, to a key of its region.",
        check=lambda secret: (_EACH_REPLICA if secret.has("replication.userManaged") else _AUTOMATIC)(secret),
    ),
    ResourceRule(
        id="gcp-secret-rotation",
        types=SECRET,
        severity=Severity.MEDIUM,
        description="Secrets have a time after which someone is told to replace them.",
        why="A secret that never changes is one day known to whoever ever worked with it.",
        remedy='Set rotation.rotation_period, such as "7776000s", next_rotation_time and topics.',
        settings={
            "mostDays": {"type": "number", "minimum": 1, "default": 365, "description": "Days between two reminders."}
        },
        check=_rotation,
    ),
    ResourceRule(
        id="gcp-secret-in-two-regions",
        types=SECRET,
        severity=Severity.MEDIUM,
        description="Secrets are kept in more than one region.",
        why="With its only region a secret is out of reach just when another one is to take over.",
        remedy="Name a second region in replication.user_managed.replicas.",
        check=_regions,
    ),
    ResourceRule(
        id="gcp-secret-destruction-wait",
        types=SECRET,
        severity=Severity.MEDIUM,
        description="The destruction of a secret's version can be undone.",
        why="A version that is destroyed by mistake, or by an intruder, is otherwise gone at once.",
        remedy='Set version_destroy_ttl, such as "2592000s".',
        check=present("versionDestroyTtl"),
    ),
    ResourceRule(
        id="gcp-secret-value-not-in-program",
        types=VERSION,
        severity=Severity.HIGH,
        description="The program holds no secret's value.",
        why="A value that the program sets lies in its state and wherever it was copied from, and never changes.",
        remedy="Let who owns the secret add versions to it, or set the write-only secret_data_wo.",
        check=absent("secretData"),
    ),
)
