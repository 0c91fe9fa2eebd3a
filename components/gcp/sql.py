"""A Cloud SQL for PostgreSQL instance that replication writes to."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import projects, sql

from components.gcp.component import GcpComponent, Scope
from components.gcp.network import Network
from settings.gcp.data import DatabaseSettings, hour, weekday
from settings.types import Mode

FINAL_BACKUP_DAYS = 365
"""Days for which the backup is kept that is made when the instance is deleted: the most that Cloud SQL offers."""

MAX_CONNECTIONS = 500
"""Connections at once, in either role: its default follows the machine, and a change of it restarts the database."""

# What CIS GCP 6.2 asks of PostgreSQL, and what the primary sets. Statements are logged without values: slow ones are
# in Query Insights, and `log_min_duration_statement` would write the values of all into the log.
# https://docs.cloud.google.com/sql/docs/postgres/flags
FLAGS: Mapping[str, str] = {
    "cloudsql.enable_pgaudit": "on",
    "cloudsql.iam_authentication": "on",
    "cloudsql.logical_decoding": "on",
    "log_connections": "on",
    "log_disconnections": "on",
    "log_error_verbosity": "default",
    "log_lock_waits": "on",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "error",
    "log_min_messages": "warning",
    "log_statement": "ddl",
    "max_connections": str(MAX_CONNECTIONS),
    "pgaudit.log": "ddl,role",
}

# A login by IAM takes both: to the instance, and as a user of its.
# https://docs.cloud.google.com/sql/docs/postgres/iam-roles
LOGIN_ROLES = ("client", "instanceUser")


class RelationalDatabase(GcpComponent):
    """PostgreSQL in two zones: encrypted, private, mutual TLS only, with passwordless login and continuous backups.

    Every client needs a certificate of the instance; the Cloud SQL connectors and the Auth Proxy get themselves one for
    an hour where IAM lets them, and log in by IAM. No login has a password: `postgres` can log in only once an
    administrator has set one. Logical decoding is on from the start, because turning it on restarts the database and
    the way back to the primary needs it. Cloud SQL picks minor versions. There is no reader, as the primary has: the
    instance grows instead. Roles, grants and tables are replication's and the migrations'.
    """

    name: pulumi.Output[str]
    connection_name: pulumi.Output[str]
    """What connectors call the instance: <project>:<region>:<name>."""

    private_address: pulumi.Output[str]
    database: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: DatabaseSettings,
        *,
        mode: Mode,
        database_name: str,
        network: Network,
        key_id: pulumi.Input[str],
        backup_region: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the instance with its one database; backups are kept in `backup_region`, to outlive the region."""
        super().__init__("RelationalDatabase", name, scope, "confidential", opts)
        plus = settings.edition == "ENTERPRISE_PLUS"
        instance = sql.DatabaseInstance(
            f"{name}-instance",
            region=scope.region,
            database_version=f"POSTGRES_{settings.version}",
            encryption_key_name=key_id,
            deletion_protection=scope.protect,
            settings={
                "edition": settings.edition,
                "tier": settings.tier.of(mode),
                "availability_type": "REGIONAL",
                "activation_policy": "ALWAYS",
                "disk_type": "PD_SSD",
                "disk_size": settings.disk_gib,
                "disk_autoresize": True,
                "data_cache_config": {"data_cache_enabled": True} if plus else None,
                "connector_enforcement": "NOT_REQUIRED",
                "data_api_access": "DISALLOW_DATA_API",
                "deletion_protection_enabled": scope.protect,
                "retain_backups_on_delete": scope.protect,
                "final_backup_config": {"enabled": True, "retention_days": FINAL_BACKUP_DAYS}
                if scope.protect
                else {"enabled": False},
                "ip_configuration": {
                    "ipv4_enabled": False,
                    "private_network": network.network_id,
                    "ssl_mode": "TRUSTED_CLIENT_CERTIFICATE_REQUIRED",
                    "server_ca_mode": "GOOGLE_MANAGED_CAS_CA",
                    "server_certificate_rotation_mode": "AUTOMATIC_ROTATION_DURING_MAINTENANCE",
                    "enable_private_path_for_google_cloud_services": False,
                },
                "backup_configuration": {
                    "enabled": True,
                    "location": backup_region,
                    "start_time": f"{settings.backup_hour:02d}:00",
                    "point_in_time_recovery_enabled": True,
                    "transaction_log_retention_days": settings.log_days,
                    "backup_retention_settings": {
                        "retained_backups": settings.backup_days,
                        "retention_unit": "COUNT",
                    },
                },
                "maintenance_window": {
                    "day": weekday(settings.maintenance_window),
                    "hour": hour(settings.maintenance_window),
                    # Two weeks after notice, when earlier tracks have found what is wrong.
                    "update_track": "stable",
                },
                "deny_maintenance_period": {
                    "start_date": settings.quiet_period.first,
                    "end_date": settings.quiet_period.last,
                    "time": "00:00:00",
                }
                if settings.quiet_period
                else None,
                "database_flags": [{"name": flag, "value": value} for flag, value in FLAGS.items()],
                "insights_config": {
                    "query_insights_enabled": True,
                    "query_plans_per_minute": 5,
                    "query_string_length": 1024,
                    "record_application_tags": True,
                    "record_client_address": True,
                },
                # For logins that a person may give a password in an emergency.
                "password_validation_policy": {
                    "enable_password_policy": True,
                    "complexity": "COMPLEXITY_DEFAULT",
                    "disallow_username_substring": True,
                    "min_length": 16,
                    "reuse_interval": 5,
                },
                "user_labels": scope.tags.of("confidential"),
            },
            opts=self.child(
                stateful=True,
                depends_on=[network.private_services_connection],
                ignore_changes=["settings.diskSize"],
            ),
        )
        database = sql.Database(
            f"{name}-{database_name}",
            name=database_name,
            instance=instance.name,
            # It goes with its instance; PostgreSQL refuses to drop a database in use.
            deletion_policy="ABANDON",
            opts=self.child(stateful=True),
        )
        for group in settings.administrators:
            self._administrator(name, group, instance)
        self.name, self.connection_name = instance.name, instance.connection_name
        self.private_address, self.database = instance.private_ip_address, database.name
        self.register_outputs(
            {
                "name": self.name,
                "connectionName": self.connection_name,
                "privateAddress": self.private_address,
                "database": self.database,
            }
        )

    def _administrator(self, name: str, group: str, instance: sql.DatabaseInstance) -> None:
        """Lets a group's members log in to this instance alone, and administer it."""
        short = group.partition("@")[0]
        sql.User(
            f"{name}-{short}",
            name=group,
            instance=instance.name,
            type="CLOUD_IAM_GROUP",
            database_roles=["cloudsqlsuperuser"],
            # PostgreSQL drops no role that owns anything.
            deletion_policy="ABANDON",
            opts=self.child(),
        )
        for role in LOGIN_ROLES:
            projects.IAMMember(
                f"{name}-{short}-{role.lower()}",
                project=self.scope.project,
                role=f"roles/cloudsql.{role}",
                member=f"group:{group}",
                # Cloud SQL has no IAM policy of its instances.
                condition={
                    "title": f"{name} only",
                    "expression": instance.name.apply(
                        lambda instance_name: (
                            f'resource.name == "projects/{self.scope.project}/instances/{instance_name}"'
                            ' && resource.service == "sqladmin.googleapis.com"'
                        )
                    ),
                },
                opts=self.child(),
            )
