"""Bigtable instances and tables."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import each, off, on, present, together
from guardrails.model import Finding, ResourceRule
from guardrails.rules.aws.protection import THROW_AWAY, unless_throw_away
from guardrails.rules.gcp.durations import days
from guardrails.subject import Node, Resource

INSTANCE = "gcp:bigtable/instance:Instance"
TABLE = "gcp:bigtable/table:Table"


def _protected(resource: Resource) -> Iterator[Finding]:
    if resource.type == INSTANCE:
        yield from together(on("deletionProtection", default=True), off("forceDestroy"))(resource)
    elif resource.text("deletionProtection") != "PROTECTED":
        yield Finding("deletionProtection", "is not PROTECTED")


def _backed_up(table: Node) -> Iterator[Finding]:
    least = table.limit("leastDays")
    if days(table, "automatedBackupPolicy.retentionPeriod") < least:
        yield Finding("automatedBackupPolicy.retentionPeriod", f"is less than {least:g} days")


def _replicated(instance: Node) -> Iterator[Finding]:
    if len(list(instance.items("clusters", whole=True))) < 2:
        yield Finding("clusters", "are fewer than two")


RULES = (
    ResourceRule(
        id="gcp-bigtable-encrypted-with-cmk",
        types=(INSTANCE,),
        severity=Severity.HIGH,
        description="Bigtable clusters are encrypted with a customer-managed key.",
        why="A key can't be added later, and Google's own can't be withdrawn.",
        remedy="Set kms_key_name of each cluster to the key for this class of data, of the cluster's region.",
        check=each("clusters", present("kmsKeyName")),
    ),
    ResourceRule(
        id="gcp-bigtable-deletion-protection",
        types=(INSTANCE, TABLE),
        severity=Severity.HIGH,
        description="Bigtable instances and tables are protected from deletion, and backups with them.",
        why="One wrong call, from a console or a replaced resource, takes the data with it.",
        remedy='Set deletion_protection=True on the instance, without force_destroy, and ="PROTECTED" on each table.',
        settings=THROW_AWAY,
        check=unless_throw_away(_protected),
    ),
    ResourceRule(
        id="gcp-bigtable-backups",
        types=(TABLE,),
        severity=Severity.HIGH,
        description="Bigtable tables keep automated backups for a week, or as long as configured.",
        why="Replication copies a mistake within seconds; only a backup undoes it.",
        remedy="Set retention_period and frequency in automated_backup_policy.",
        settings={
            "leastDays": {"type": "number", "minimum": 3, "default": 7, "description": "Days of backups to keep."}
        },
        check=_backed_up,
    ),
    ResourceRule(
        id="gcp-bigtable-survives-a-zone",
        types=(INSTANCE,),
        severity=Severity.MEDIUM,
        description="Bigtable instances have a cluster in a second zone.",
        why="Tables in one zone can be neither read nor written while it is down.",
        remedy="Add a cluster in another zone to clusters.",
        check=_replicated,
    ),
    ResourceRule(
        id="gcp-bigtable-autoscaled",
        types=(INSTANCE,),
        severity=Severity.LOW,
        description="Bigtable clusters scale themselves.",
        why="A fixed number of nodes is too small in the rush, or paid for all year.",
        remedy="Set autoscaling_config of each cluster, and leave num_nodes out.",
        check=each("clusters", present("autoscalingConfig")),
    ),
)
