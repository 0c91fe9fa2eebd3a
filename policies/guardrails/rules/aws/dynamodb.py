"""DynamoDB tables and their replicas in other regions."""

from pulumi_policy import Severity

from guardrails.checks import each, on, present, together
from guardrails.model import Check, NodeCheck, ResourceRule
from guardrails.rules.aws.protection import THROW_AWAY, unless_throw_away

TABLE = "aws:dynamodb/table:Table"
REPLICA = "aws:dynamodb/tableReplica:TableReplica"


def _tables(table: NodeCheck, replica: NodeCheck) -> Check:
    """A check of a table with its replicas, and of a replica that is a resource of its own."""
    with_replicas = together(table, each("replicas", replica))
    return lambda resource: (with_replicas if resource.type == TABLE else replica)(resource)


RULES = (
    ResourceRule(
        id="aws-dynamodb-point-in-time-recovery",
        types=(TABLE, REPLICA),
        severity=Severity.HIGH,
        description="DynamoDB tables and replicas can be restored to any second of the past weeks.",
        why="A replica copies a mistake within a second; only the log that this keeps undoes it.",
        remedy="Set point_in_time_recovery on the table (enabled=True) and on each replica (True).",
        check=_tables(on("pointInTimeRecovery.enabled"), on("pointInTimeRecovery")),
    ),
    ResourceRule(
        id="aws-dynamodb-encrypted-with-cmk",
        types=(TABLE, REPLICA),
        severity=Severity.HIGH,
        description="DynamoDB tables and replicas are encrypted with a customer-managed key.",
        why="With AWS's own key nobody can say who may decrypt, see who did, or withdraw it.",
        remedy="Set server_side_encryption (enabled=True, kms_key_arn) and kms_key_arn of each replica's own region.",
        check=_tables(
            together(on("serverSideEncryption.enabled"), present("serverSideEncryption.kmsKeyArn")),
            present("kmsKeyArn"),
        ),
    ),
    ResourceRule(
        id="aws-dynamodb-deletion-protection",
        types=(TABLE, REPLICA),
        severity=Severity.HIGH,
        description="DynamoDB tables and replicas are protected from deletion.",
        why="One wrong call, from a console or a replaced resource, takes the data with it.",
        remedy="Set deletion_protection_enabled=True on the table and on each replica.",
        settings=THROW_AWAY,
        check=unless_throw_away(_tables(on("deletionProtectionEnabled"), on("deletionProtectionEnabled"))),
    ),
)
