"""Cloud Storage buckets; the few that everyone may read are named in a setting of the rules."""

from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from guardrails.checks import on, present
from guardrails.model import Check, Finding, ResourceRule, Setting, StackRule
from guardrails.subject import Resource, Stack

BUCKET = ("gcp:storage/bucket:Bucket",)
AUDIT = ("gcp:projects/iAMAuditConfig:IAMAuditConfig",)


PUBLIC: Mapping[str, Setting] = {
    "publicBuckets": {
        "type": "array",
        "items": {"type": "string"},
        "default": ["edge-switch-bucket"],
        "description": "Names of buckets that hold nothing but what everyone may read: the switch object's.",
    }
}


AUDITED: Mapping[str, Setting] = {
    "auditedStacks": {
        "type": "array",
        "items": {"type": "string"},
        "default": ["bootstrap"],
        "description": "Names of stacks in a project whose data-access audit logs another stack turns on.",
    }
}


def _unless_public(check: Check) -> Check:
    return lambda bucket: () if bucket.name in bucket.choices("publicBuckets") else check(bucket)


def _private(bucket: Resource) -> Iterator[Finding]:
    if bucket.text("publicAccessPrevention", "inherited") != "enforced":
        yield Finding("publicAccessPrevention", "is not enforced")


def _recoverable(bucket: Resource) -> Iterator[Finding]:
    if not bucket.flag("versioning.enabled") and not bucket.has("retentionPolicy.retentionPeriod"):
        yield Finding("versioning.enabled", "is off")
    # Without the property Cloud Storage undoes deletions for a week.
    if bucket.number("softDeletePolicy.retentionDurationSeconds", 7 * 24 * 60 * 60) == 0:
        yield Finding("softDeletePolicy.retentionDurationSeconds", "is 0")


def _logged(stack: Stack) -> Iterator[Finding]:
    if any(_logs_data_access(config) for config in stack.of_type(*AUDIT)):
        return
    buckets = stack.of_type(*BUCKET)
    targets = {urn for bucket in buckets for urn in bucket.references("logging")}
    for bucket in buckets:
        if bucket.urn in targets or bucket.stack in bucket.choices("auditedStacks"):
            continue
        if not bucket.has("logging.logBucket"):
            yield Finding("logging.logBucket", "is not set", bucket)


def _logs_data_access(config: Resource) -> bool:
    kinds = {entry.text("logType") for entry in config.items("auditLogConfigs", whole=True)}
    return config.text("service") in ("allServices", "storage.googleapis.com") and {"DATA_READ", "DATA_WRITE"} <= kinds


RULES = (
    ResourceRule(
        id="gcp-storage-uniform-access",
        types=BUCKET,
        severity=Severity.HIGH,
        description="Buckets know no ACLs: IAM alone says who may do what.",
        why="An object's own ACL can give it to anyone, and no policy of the bucket shows it.",
        remedy="Set uniform_bucket_level_access=True.",
        check=on("uniformBucketLevelAccess"),
    ),
    ResourceRule(
        id="gcp-storage-public-access-prevented",
        types=BUCKET,
        severity=Severity.CRITICAL,
        description="No grant can open a bucket to everyone, save those meant for it.",
        why="Otherwise one binding for allUsers, made by anyone at any time, publishes what is in the bucket.",
        remedy='Set public_access_prevention="enforced".',
        settings=PUBLIC,
        check=_unless_public(_private),
    ),
    ResourceRule(
        id="gcp-storage-encrypted-with-cmk",
        types=BUCKET,
        severity=Severity.HIGH,
        description="Buckets are encrypted with a customer-managed key, save those that everyone may read.",
        why="With Google's own key nobody here can see its use, or take the objects back by disabling it.",
        remedy="Set encryption.default_kms_key_name to a key of the bucket's location.",
        settings=PUBLIC,
        check=_unless_public(present("encryption.defaultKmsKeyName")),
    ),
    ResourceRule(
        id="gcp-storage-recoverable",
        types=BUCKET,
        severity=Severity.MEDIUM,
        description="Objects come back after a mistake: buckets keep versions or retain objects, and undo deletions.",
        why="An overwritten or deleted object is otherwise gone at once, whoever did it.",
        remedy='Set versioning={"enabled": True} or a retention_policy, and leave soft_delete_policy on.',
        settings=PUBLIC,
        check=_unless_public(_recoverable),
    ),
    StackRule(
        id="gcp-storage-logged",
        types=BUCKET + AUDIT,
        severity=Severity.MEDIUM,
        description="Buckets log each access, by usage logs or data-access audit logs.",
        why="After a leak nothing else tells which objects were read, and by whom.",
        remedy="Set logging.log_bucket, or a projects.IAMAuditConfig with DATA_READ and DATA_WRITE.",
        settings=AUDITED,
        check=_logged,
    ),
)
