"""ElastiCache: caches and their users."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import at_least, on, together
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node

CACHE = ("aws:elasticache/replicationGroup:ReplicationGroup",)
USER = ("aws:elasticache/user:User",)


def _tls(cache: Node) -> Iterator[Finding]:
    if not cache.flag("transitEncryptionEnabled"):
        yield Finding("transitEncryptionEnabled", "is off")
    elif cache.text("transitEncryptionMode", "required") != "required":
        yield Finding("transitEncryptionMode", "lets clients connect without TLS")


def _customer_key(cache: Node) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html: on by default for Valkey alone.
    if not cache.flag("atRestEncryptionEnabled", default=cache.text("engine", "redis") == "valkey"):
        yield Finding("atRestEncryptionEnabled", "is off")
    if not cache.has("kmsKeyId"):
        yield Finding("kmsKeyId", "is not set")


def _authenticated(cache: Node) -> Iterator[Finding]:
    if not cache.has("userGroupIds") and not cache.has("authToken") and not cache.has("authTokenWo"):
        yield Finding("userGroupIds", "is not set, so nobody has to log in")


def _user_authenticates(user: Node) -> Iterator[Finding]:
    if user.flag("noPasswordRequired"):
        yield Finding("noPasswordRequired", "is on")
    if user.text("authenticationMode.type") == "no-password-required":
        yield Finding("authenticationMode.type", "asks for no proof")


RULES = (
    ResourceRule(
        id="aws-elasticache-tls",
        types=CACHE,
        severity=Severity.HIGH,
        description="Caches talk TLS alone.",
        why="A client that forgets TLS sends its token and the data in the clear, and nothing tells.",
        remedy='Set transit_encryption_enabled=True and transit_encryption_mode="required".',
        check=_tls,
    ),
    ResourceRule(
        id="aws-elasticache-encrypted-with-cmk",
        types=CACHE,
        severity=Severity.HIGH,
        description="Caches are encrypted with a customer-managed key.",
        why="Snapshots and swapped memory outlive the cache, and AWS's own key can't be withdrawn.",
        remedy="Set at_rest_encryption_enabled=True and kms_key_id to the key for this class of data.",
        check=_customer_key,
    ),
    ResourceRule(
        id="aws-elasticache-authenticated",
        types=CACHE,
        severity=Severity.HIGH,
        description="Caches admit clients that log in.",
        why="Anything inside the network could otherwise read, change and flush every key.",
        remedy="Set user_group_ids to a group of users that log in by IAM.",
        check=_authenticated,
    ),
    ResourceRule(
        id="aws-elasticache-user-authenticates",
        types=USER,
        severity=Severity.HIGH,
        description="Users of caches prove who they are.",
        why="Whoever knows such a user's name, and `default` needs none, has all its rights.",
        remedy='Set authentication_mode to {"type": "iam"}.',
        check=_user_authenticates,
    ),
    ResourceRule(
        id="aws-elasticache-multi-az",
        types=CACHE,
        severity=Severity.MEDIUM,
        description="Caches survive the loss of a zone.",
        why="A cache in one zone empties with it, and the databases behind it take the whole load at once.",
        remedy="Set multi_az_enabled=True and automatic_failover_enabled=True, with one replica at least.",
        check=together(on("automaticFailoverEnabled"), on("multiAzEnabled")),
    ),
    ResourceRule(
        id="aws-elasticache-snapshots",
        types=CACHE,
        severity=Severity.MEDIUM,
        description="Caches are kept in snapshots for a day, or as long as configured.",
        why="Without one a flushed or corrupt cache starts empty.",
        remedy="Raise snapshot_retention_limit (1 day unless configured otherwise).",
        settings={
            "leastDays": {"type": "number", "minimum": 1, "default": 1, "description": "Days of snapshots to keep."}
        },
        check=at_least("snapshotRetentionLimit", "leastDays", default=0, unit="day"),
    ),
)
