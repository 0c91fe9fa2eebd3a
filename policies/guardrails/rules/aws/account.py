"""Defaults of an account: what protects whatever somebody makes without thinking of it."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import off, on, together
from guardrails.model import Check, Finding, ResourceRule
from guardrails.subject import Node

PUBLIC_ACCESS = ("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",)
EBS_ENCRYPTION = ("aws:ebs/encryptionByDefault:EncryptionByDefault",)
SNAPSHOTS = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess"
IMAGES = "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess"
METADATA = ("aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",)
SERIAL_CONSOLE = ("aws:ec2/serialConsoleAccess:SerialConsoleAccess",)
PASSWORDS = ("aws:iam/accountPasswordPolicy:AccountPasswordPolicy",)


def _not(path: str, unsafe: tuple[str, ...], problem: str) -> Check:
    """A text must be none of some; an absent one counts as the first."""
    return lambda resource: (Finding(path, problem),) if resource.text(path, unsafe[0]) in unsafe else ()


def _passwords(policy: Node) -> Iterator[Finding]:
    if policy.number("minimumPasswordLength", 6) < policy.limit("leastLength"):
        yield Finding("minimumPasswordLength", f"is less than {policy.limit('leastLength'):g}")
    if policy.number("passwordReusePrevention", 0) < policy.limit("leastRemembered"):
        yield Finding("passwordReusePrevention", f"is less than {policy.limit('leastRemembered'):g}")


RULES = (
    ResourceRule(
        id="aws-account-s3-public-access-blocked",
        types=PUBLIC_ACCESS,
        severity=Severity.CRITICAL,
        description="The account lets no bucket be public.",
        why="One policy or ACL, set by hand on one bucket, otherwise publishes everything in it.",
        remedy="Set block_public_acls, block_public_policy, ignore_public_acls and restrict_public_buckets to True.",
        check=together(
            on("blockPublicAcls"), on("blockPublicPolicy"), on("ignorePublicAcls"), on("restrictPublicBuckets")
        ),
    ),
    ResourceRule(
        id="aws-account-ebs-encrypted-by-default",
        types=EBS_ENCRYPTION,
        severity=Severity.HIGH,
        description="New disks are encrypted by default.",
        why="A disk can't be encrypted later, and snapshots of a plain one are plain too.",
        remedy="Set enabled=True.",
        check=on("enabled", default=True),
    ),
    ResourceRule(
        id="aws-account-snapshots-and-images-not-public",
        types=(SNAPSHOTS, IMAGES),
        severity=Severity.HIGH,
        description="Snapshots and machine images can't be shared with everyone.",
        why="Public snapshots are found within minutes by those who search for them, with all the disk held.",
        remedy='Set state="block-all-sharing" for snapshots, "block-new-sharing" for images.',
        check=_not("state", ("unblocked",), "lets them be public"),
    ),
    ResourceRule(
        id="aws-account-imdsv2-by-default",
        types=METADATA,
        severity=Severity.MEDIUM,
        description="New instances ask for session tokens at their metadata service.",
        why="Without them one forged request from inside the instance hands out its role's credentials.",
        remedy='Set http_tokens="required".',
        check=_not("httpTokens", ("no-preference", "optional"), "is not required"),
    ),
    ResourceRule(
        id="aws-account-no-serial-console",
        types=SERIAL_CONSOLE,
        severity=Severity.MEDIUM,
        description="The serial console is closed.",
        why="It is a way into every instance past security groups, Session Manager and their logs.",
        remedy="Set enabled=False.",
        check=off("enabled", default=True),
    ),
    ResourceRule(
        id="aws-account-password-policy",
        types=PASSWORDS,
        severity=Severity.MEDIUM,
        description="Users' passwords are long, and old ones don't come back.",
        why="Short and reused passwords are the first that are tried after somebody else's breach.",
        remedy="Raise minimum_password_length and password_reuse_prevention (14 and 24 unless configured otherwise).",
        settings={
            "leastLength": {"type": "number", "minimum": 6, "default": 14, "description": "Characters at least."},
            "leastRemembered": {
                "type": "number",
                "minimum": 0,
                "default": 24,
                "description": "Former passwords that are refused.",
            },
        },
        check=_passwords,
    ),
)
