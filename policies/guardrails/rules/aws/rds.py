"""Aurora and RDS: clusters, instances and parameter groups."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import at_least, off, on, present, together
from guardrails.model import Finding, ResourceRule
from guardrails.rules.aws.protection import THROW_AWAY, unless_throw_away
from guardrails.subject import Node, Resource

CLUSTER = "aws:rds/cluster:Cluster"
INSTANCE = "aws:rds/instance:Instance"
CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
CLUSTER_PARAMETERS = "aws:rds/clusterParameterGroup:ClusterParameterGroup"
PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"


def _log_exports(database: Node) -> Iterator[Finding]:
    exports = database.texts("enabledCloudwatchLogsExports")
    if database.text("engine").removeprefix("aurora-").startswith("postgres"):
        if "postgresql" not in exports:
            yield Finding("enabledCloudwatchLogsExports", "lacks postgresql")
    elif not exports:
        yield Finding("enabledCloudwatchLogsExports", "is empty")


def _tls(resource: Resource) -> Iterator[Finding]:
    if resource.type == CLUSTER:
        yield from present("dbClusterParameterGroupName", "is not set, so the engine's defaults decide")(resource)
    elif resource.type == INSTANCE:
        yield from present("parameterGroupName", "is not set, so the engine's defaults decide")(resource)
    elif resource.type == CLUSTER_PARAMETERS or not resource.text("family").startswith("aurora"):
        # Aurora takes this one from the cluster's group, not from an instance's.
        postgres = "postgres" in resource.text("family")
        name = "rds.force_ssl" if postgres else "require_secure_transport"
        parameters = resource.items("parameters", whole=True)
        if not any(each.text("name") == name and each.text("value").lower() in ("1", "on") for each in parameters):
            yield Finding("parameters", f"does not turn on {name}")


def _master_password(resource: Resource) -> Iterator[Finding]:
    password, source = (
        ("masterPassword", "replicationSourceIdentifier")
        if resource.type == CLUSTER
        else ("password", "replicateSourceDb")
    )
    if resource.has(password):
        yield Finding(password, "is set by the program")
    elif not resource.flag("manageMasterUserPassword") and not resource.has(source):
        yield Finding("manageMasterUserPassword", "is off")


RULES = (
    ResourceRule(
        id="aws-rds-encrypted-with-cmk",
        types=(CLUSTER, INSTANCE),
        severity=Severity.HIGH,
        description="Databases are encrypted with a customer-managed key.",
        why="Storage and snapshots can't be encrypted later, and AWS's own key can't be withdrawn or shared.",
        remedy="Set storage_encrypted=True and kms_key_id to the key for this class of data.",
        check=together(on("storageEncrypted"), present("kmsKeyId")),
    ),
    ResourceRule(
        id="aws-rds-deletion-protection",
        types=(CLUSTER, INSTANCE),
        severity=Severity.HIGH,
        description="Databases are protected from deletion.",
        why="One wrong call, from a console or a replaced resource, takes the data with it.",
        remedy="Set deletion_protection=True.",
        settings=THROW_AWAY,
        check=unless_throw_away(on("deletionProtection")),
    ),
    ResourceRule(
        id="aws-rds-backup-retention",
        types=(CLUSTER, INSTANCE),
        severity=Severity.HIGH,
        description="Databases keep automatic backups for a week, or as long as configured.",
        why="Corruption is often noticed days later, when a shorter window holds only corrupt copies.",
        remedy="Raise backup_retention_period (7 days unless configured otherwise).",
        settings={
            "leastDays": {"type": "number", "minimum": 1, "default": 7, "description": "Days of backups to keep."}
        },
        check=at_least("backupRetentionPeriod", "leastDays", default=1, unit="days"),
    ),
    ResourceRule(
        id="aws-rds-iam-authentication",
        types=(CLUSTER, INSTANCE),
        severity=Severity.MEDIUM,
        description="Databases take IAM's short-lived tokens.",
        why="Without it each service needs a password that somebody must store and rotate.",
        remedy="Set iam_database_authentication_enabled=True.",
        check=on("iamDatabaseAuthenticationEnabled"),
    ),
    ResourceRule(
        id="aws-rds-not-public",
        types=(CLUSTER, INSTANCE, CLUSTER_INSTANCE),
        severity=Severity.CRITICAL,
        description="Databases have no public address.",
        why="Only a password then stands between the internet and the data.",
        remedy="Set publicly_accessible=False.",
        check=off("publiclyAccessible"),
    ),
    ResourceRule(
        id="aws-rds-log-exports",
        types=(CLUSTER, INSTANCE),
        severity=Severity.MEDIUM,
        description="Databases export their logs to CloudWatch.",
        why="Logs on the instance rotate away within days and are gone with it.",
        remedy='Set enabled_cloudwatch_logs_exports, to ["postgresql"] for PostgreSQL.',
        check=_log_exports,
    ),
    ResourceRule(
        id="aws-rds-tls-required",
        types=(CLUSTER, INSTANCE, CLUSTER_PARAMETERS, PARAMETERS),
        severity=Severity.HIGH,
        description="Databases refuse connections without TLS.",
        why="A client that forgets TLS sends its password and the data in the clear, and nothing tells.",
        remedy='Give the database a parameter group with rds.force_ssl="1" (MySQL: require_secure_transport="ON").',
        check=_tls,
    ),
    ResourceRule(
        id="aws-rds-managed-master-password",
        types=(CLUSTER, INSTANCE),
        severity=Severity.HIGH,
        description="AWS makes and rotates the master password.",
        why="A password that the program sets lies in its state and wherever it was copied from, and never changes.",
        remedy="Set manage_master_user_password=True and leave the password out.",
        check=_master_password,
    ),
    ResourceRule(
        id="aws-rds-enhanced-monitoring",
        types=(INSTANCE, CLUSTER_INSTANCE),
        severity=Severity.LOW,
        description="Database instances report their operating system's metrics.",
        why="Without them a memory or disk fault shows only once queries fail.",
        remedy="Set monitoring_interval to 60 seconds or less, and monitoring_role_arn.",
        check=present("monitoringRoleArn"),
    ),
)
