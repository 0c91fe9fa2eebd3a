"""Cloud SQL instances and their users."""

from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from guardrails.checks import at_least, off, on, present, together
from guardrails.model import Check, Finding, ResourceRule
from guardrails.rules.aws.protection import THROW_AWAY, unless_throw_away
from guardrails.subject import Node, Resource

INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance"
USER = "gcp:sql/user:User"

# CIS GCP 6.2, by flag: the values that keep it.
AUDIT_FLAGS: Mapping[str, frozenset[str]] = {
    "cloudsql.enable_pgaudit": frozenset({"on"}),
    "log_connections": frozenset({"on"}),
    "log_disconnections": frozenset({"on"}),
    "log_error_verbosity": frozenset({"default", "terse"}),
    "log_min_duration_statement": frozenset({"-1"}),
    "log_min_error_statement": frozenset({"error", "log", "fatal", "panic"}),
    "log_min_messages": frozenset({"warning", "error", "log", "fatal", "panic"}),
    "log_statement": frozenset({"ddl", "mod", "all"}),
}

# What PostgreSQL itself takes for a flag that is not set, where that keeps the control.
BY_DEFAULT = frozenset(
    {"log_error_verbosity", "log_min_duration_statement", "log_min_error_statement", "log_min_messages"}
)

IAM_FLAGS = {"POSTGRES": "cloudsql.iam_authentication", "MYSQL": "cloudsql_iam_authentication"}

WORLD = ("0.0.0.0/0", "::/0")


def _unless_replica(check: Check) -> Check:
    """A check of an instance that is no replica: a replica has its primary's backups and is itself the second copy."""
    return lambda resource: () if resource.has("masterInstanceName") else check(resource)


def _flags(instance: Node) -> dict[str, str]:
    return {flag.text("name"): flag.text("value") for flag in instance.items("settings.databaseFlags", whole=True)}


def _client_certificates(instance: Node) -> Iterator[Finding]:
    # SQL Server knows no client certificates. https://docs.cloud.google.com/sql/docs/sqlserver/configure-ssl-instance
    kept = {"TRUSTED_CLIENT_CERTIFICATE_REQUIRED"}
    if instance.text("databaseVersion").startswith("SQLSERVER"):
        kept = {"ENCRYPTED_ONLY"}
    if instance.text("settings.ipConfiguration.sslMode") not in kept:
        yield Finding("settings.ipConfiguration.sslMode", "lets clients in that prove nothing, or talk in the clear")


def _world(instance: Node) -> Iterator[Finding]:
    for network in instance.items("settings.ipConfiguration.authorizedNetworks"):
        if network.text("value") in WORLD:
            yield Finding(network.at("value"), "admits every address")


def _logs(instance: Node) -> Iterator[Finding]:
    mysql = instance.text("databaseVersion").startswith("MYSQL")
    name = "binaryLogEnabled" if mysql else "pointInTimeRecoveryEnabled"
    yield from on(f"settings.backupConfiguration.{name}")(instance)


def _regional(instance: Node) -> Iterator[Finding]:
    if instance.text("settings.availabilityType", "ZONAL") != "REGIONAL":
        yield Finding("settings.availabilityType", "is not REGIONAL")


def _iam(instance: Node) -> Iterator[Finding]:
    engine = instance.text("databaseVersion").partition("_")[0]
    flag = IAM_FLAGS.get(engine)
    if flag and _flags(instance).get(flag) != "on":
        yield Finding("settings.databaseFlags", f"does not turn on {flag}")


def _audit(instance: Node) -> Iterator[Finding]:
    if not instance.text("databaseVersion").startswith("POSTGRES"):
        return
    flags = _flags(instance)
    for flag, kept in AUDIT_FLAGS.items():
        value = flags.get(flag)
        if value is None and flag not in BY_DEFAULT:
            yield Finding("settings.databaseFlags", f"does not set {flag}")
        elif value is not None and value.lower() not in kept:
            yield Finding(
                "settings.databaseFlags", f"sets {flag} to a value that hides what happened, or shows secrets"
            )


def _password(resource: Resource) -> Iterator[Finding]:
    names = ("rootPassword", "rootPasswordWo") if resource.type == INSTANCE else ("password", "passwordWo")
    for name in names:
        if resource.has(name):
            yield Finding(name, "is set by the program")


def _data_api(instance: Node) -> Iterator[Finding]:
    if instance.text("settings.dataApiAccess") == "ALLOW_DATA_API":
        yield Finding("settings.dataApiAccess", "lets queries in from the internet")


RULES = (
    ResourceRule(
        id="gcp-sql-no-public-ip",
        types=(INSTANCE,),
        severity=Severity.CRITICAL,
        description="Cloud SQL instances have no public address.",
        why="Only a password then stands between the internet and the data, and Cloud SQL gives an address by default.",
        remedy="Set ipv4_enabled=False and private_network in settings.ip_configuration.",
        check=off("settings.ipConfiguration.ipv4Enabled", default=True),
    ),
    ResourceRule(
        id="gcp-sql-no-world-network",
        types=(INSTANCE,),
        severity=Severity.CRITICAL,
        description="Cloud SQL instances admit no network that is the whole internet.",
        why="Whoever finds the address may try passwords for as long as they like.",
        remedy="Remove the network from settings.ip_configuration.authorized_networks, or narrow it.",
        check=_world,
    ),
    ResourceRule(
        id="gcp-sql-no-data-api",
        types=(INSTANCE,),
        severity=Severity.HIGH,
        description="Cloud SQL instances take no queries through Google's public API.",
        why="A private address then protects nothing: whoever has the right in IAM queries from anywhere.",
        remedy='Set settings.data_api_access="DISALLOW_DATA_API".',
        check=_data_api,
    ),
    ResourceRule(
        id="gcp-sql-client-certificates",
        types=(INSTANCE,),
        severity=Severity.HIGH,
        description="Cloud SQL instances talk TLS alone, with clients that have a certificate of theirs.",
        why="Otherwise a client that forgets TLS sends the data in the clear, and a leaked password suffices.",
        remedy='Set ssl_mode="TRUSTED_CLIENT_CERTIFICATE_REQUIRED" (SQL Server: "ENCRYPTED_ONLY") in'
        " settings.ip_configuration.",
        check=_client_certificates,
    ),
    ResourceRule(
        id="gcp-sql-encrypted-with-cmk",
        types=(INSTANCE,),
        severity=Severity.HIGH,
        description="Cloud SQL instances are encrypted with a customer-managed key.",
        why="A key can't be added later, and Google's own can't be withdrawn.",
        remedy="Set encryption_key_name to the key for this class of data.",
        check=present("encryptionKeyName"),
    ),
    ResourceRule(
        id="gcp-sql-deletion-protection",
        types=(INSTANCE,),
        severity=Severity.HIGH,
        description="Cloud SQL instances are protected from deletion, in Pulumi and in Google Cloud.",
        why="One wrong call, from a console or a replaced resource, takes the data with it.",
        remedy="Set deletion_protection=True and settings.deletion_protection_enabled=True.",
        settings=THROW_AWAY,
        check=unless_throw_away(
            together(on("deletionProtection", default=True), on("settings.deletionProtectionEnabled"))
        ),
    ),
    ResourceRule(
        id="gcp-sql-backups",
        types=(INSTANCE,),
        severity=Severity.HIGH,
        description="Cloud SQL instances keep a week of daily backups, or as many as configured, and their logs.",
        why="Corruption is often noticed days later; only backups and the logs between them undo it.",
        remedy="Set enabled=True, point_in_time_recovery_enabled=True (MySQL: binary_log_enabled) and"
        " backup_retention_settings.retained_backups in settings.backup_configuration.",
        settings={"leastDays": {"type": "number", "minimum": 1, "default": 7, "description": "Daily backups to keep."}},
        check=_unless_replica(
            together(
                on("settings.backupConfiguration.enabled"),
                _logs,
                at_least(
                    "settings.backupConfiguration.backupRetentionSettings.retainedBackups",
                    "leastDays",
                    default=7,
                    unit="days",
                ),
            )
        ),
    ),
    ResourceRule(
        id="gcp-sql-regional",
        types=(INSTANCE,),
        severity=Severity.HIGH,
        description="Cloud SQL instances have a twin in another zone.",
        why="An instance in one zone is gone with it, until it is restored from a backup.",
        remedy='Set settings.availability_type="REGIONAL".',
        check=_unless_replica(_regional),
    ),
    ResourceRule(
        id="gcp-sql-iam-authentication",
        types=(INSTANCE,),
        severity=Severity.MEDIUM,
        description="Cloud SQL instances take IAM's short-lived tokens.",
        why="Without it each service needs a password that somebody must store and rotate.",
        remedy='Set the flag cloudsql.iam_authentication (MySQL: cloudsql_iam_authentication) to "on" in'
        " settings.database_flags.",
        check=_iam,
    ),
    ResourceRule(
        id="gcp-sql-audit-flags",
        types=(INSTANCE,),
        severity=Severity.MEDIUM,
        description="PostgreSQL on Cloud SQL logs who connects and what changes the schema, without values.",
        why="An intrusion leaves no trace otherwise, or the log itself leaks what the database holds.",
        remedy="Set the flags of CIS GCP 6.2 in settings.database_flags: " + ", ".join(AUDIT_FLAGS) + ".",
        check=_audit,
    ),
    ResourceRule(
        id="gcp-sql-no-password-in-program",
        types=(INSTANCE, USER),
        severity=Severity.HIGH,
        description="No password of Cloud SQL is set by the program.",
        why="It lies in the program's state and wherever it was copied from, and never changes.",
        remedy="Leave root_password and password out, and log in by IAM: set type of the user to a CLOUD_IAM_ one.",
        check=_password,
    ),
    ResourceRule(
        id="gcp-sql-query-insights",
        types=(INSTANCE,),
        severity=Severity.LOW,
        description="Cloud SQL instances tell which queries are slow.",
        why="Without it the cause of a slow database is guessed at, while users wait.",
        remedy="Set settings.insights_config.query_insights_enabled=True.",
        check=on("settings.insightsConfig.queryInsightsEnabled"),
    ),
)
