"""Memorystore for Valkey."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import on, present
from guardrails.model import Finding, ResourceRule
from guardrails.rules.aws.protection import THROW_AWAY, unless_throw_away
from guardrails.rules.gcp.durations import days
from guardrails.subject import Node

INSTANCE = ("gcp:memorystore/instance:Instance",)


def _tls(instance: Node) -> Iterator[Finding]:
    if instance.text("transitEncryptionMode") != "SERVER_AUTHENTICATION":
        yield Finding("transitEncryptionMode", "is not SERVER_AUTHENTICATION")


def _authenticated(instance: Node) -> Iterator[Finding]:
    if instance.text("authorizationMode") != "IAM_AUTH":
        yield Finding("authorizationMode", "is not IAM_AUTH")


def _survives_a_zone(instance: Node) -> Iterator[Finding]:
    if instance.number("replicaCount") < 1:
        yield Finding("replicaCount", "is 0")
    if instance.text("zoneDistributionConfig.mode", "MULTI_ZONE") == "SINGLE_ZONE":
        yield Finding("zoneDistributionConfig.mode", "keeps all nodes in one zone")


def _persistent(instance: Node) -> Iterator[Finding]:
    if instance.text("persistenceConfig.mode", "DISABLED") == "DISABLED":
        yield Finding("persistenceConfig.mode", "is off")


def _backed_up(instance: Node) -> Iterator[Finding]:
    least = instance.limit("leastDays")
    if days(instance, "automatedBackupConfig.retention") < least:
        yield Finding("automatedBackupConfig.retention", f"is less than {least:g} days")


RULES = (
    ResourceRule(
        id="gcp-memorystore-tls",
        types=INSTANCE,
        severity=Severity.HIGH,
        description="Memorystore instances talk TLS alone.",
        why="Tokens and data cross the network in the clear otherwise, and the mode can't be changed later.",
        remedy='Set transit_encryption_mode="SERVER_AUTHENTICATION".',
        check=_tls,
    ),
    ResourceRule(
        id="gcp-memorystore-authenticated",
        types=INSTANCE,
        severity=Severity.HIGH,
        description="Memorystore instances admit clients that IAM lets in.",
        why="Anything inside the network could otherwise read, change and flush every key.",
        remedy='Set authorization_mode="IAM_AUTH".',
        check=_authenticated,
    ),
    ResourceRule(
        id="gcp-memorystore-encrypted-with-cmk",
        types=INSTANCE,
        severity=Severity.HIGH,
        description="Memorystore instances are encrypted with a customer-managed key.",
        why="Files on disk and backups outlive the instance, and Google's own key can't be withdrawn.",
        remedy="Set kms_key to the key for this class of data.",
        check=present("kmsKey"),
    ),
    ResourceRule(
        id="gcp-memorystore-deletion-protection",
        types=INSTANCE,
        severity=Severity.HIGH,
        description="Memorystore instances are protected from deletion.",
        why="One wrong call, from a console or a replaced resource, empties the cache at once.",
        remedy="Set deletion_protection_enabled=True.",
        settings=THROW_AWAY,
        check=unless_throw_away(on("deletionProtectionEnabled", default=True)),
    ),
    ResourceRule(
        id="gcp-memorystore-survives-a-zone",
        types=INSTANCE,
        severity=Severity.MEDIUM,
        description="Memorystore instances survive the loss of a zone.",
        why="A cache in one zone empties with it, and the databases behind it take the whole load at once.",
        remedy='Set replica_count to 1 or more and zone_distribution_config mode="MULTI_ZONE".',
        check=_survives_a_zone,
    ),
    ResourceRule(
        id="gcp-memorystore-persistent",
        types=INSTANCE,
        severity=Severity.MEDIUM,
        description="Memorystore instances write to disk what they hold.",
        why="A shard that loses all its nodes at once otherwise comes back empty.",
        remedy='Set persistence_config mode="AOF" or "RDB".',
        check=_persistent,
    ),
    ResourceRule(
        id="gcp-memorystore-backups",
        types=INSTANCE,
        severity=Severity.MEDIUM,
        description="Memorystore instances keep daily backups for a day, or as long as configured.",
        why="Without one a flushed or corrupt cache starts empty.",
        remedy="Set retention and fixed_frequency_schedule in automated_backup_config.",
        settings={
            "leastDays": {"type": "number", "minimum": 1, "default": 1, "description": "Days of backups to keep."}
        },
        check=_backed_up,
    ),
)
