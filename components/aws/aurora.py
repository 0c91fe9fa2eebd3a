"""An Aurora PostgreSQL cluster that can be replicated from."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import rds

from components.aws.component import AwsComponent, Scope
from components.aws.iam import role, service_trust
from components.aws.logs import log_group
from components.aws.network import Network
from components.aws.security_groups import service_group
from components.component import always
from settings.aws import DatabaseSettings

PORT = 5432
LOG_EXPORTS = ("iam-db-auth-error", "instance", "postgresql")

# Every instance starts with these, so that all may wait for a restart. RDS refuses `immediate` for static ones; for one
# that is a version's default already, such as rds.force_ssl from 17 on, it drops it, and each `up` would set it anew.
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html
CLUSTER_PARAMETERS: Mapping[str, str] = {
    "rds.force_ssl": "1",
    "rds.logical_replication": "1",
    "shared_preload_libraries": "pg_stat_statements,pgaudit",
    "ssl_min_protocol_version": "TLSv1.2",
}
INSTANCE_PARAMETERS: Mapping[str, str] = {
    "log_connections": "1",
    "log_disconnections": "1",
    "log_lock_waits": "1",
    "log_min_duration_statement": "1000",
    "log_statement": "ddl",
    "pgaudit.log": "ddl,role",
}


class RelationalDatabase(AwsComponent):
    """PostgreSQL over three zones: encrypted, private, TLS only, with passwordless login and continuous backups.

    RDS generates the master password, keeps it in Secrets Manager under its own key and rotates it; applications log in
    by IAM. Logical replication is on from the start, because turning it on restarts every instance. Aurora picks minor
    versions. Databases, roles and grants inside the cluster are left to migrations.
    """

    endpoint: pulumi.Output[str]
    reader_endpoint: pulumi.Output[str]
    arn: pulumi.Output[str]
    identifier: pulumi.Output[str]
    resource_id: pulumi.Output[str]
    """What `rds-db:connect` policies name."""

    security_group_id: pulumi.Output[str]
    subnet_group_name: pulumi.Output[str]
    master_secret_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: DatabaseSettings,
        *,
        identifier: str,
        database_name: str,
        network: Network,
        clients: Mapping[str, pulumi.Input[str]],
        key_arn: pulumi.Input[str],
        secrets_key_arn: pulumi.Input[str],
        log_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the cluster; its name is chosen, because RDS exports logs to groups named after it.

        `clients` are the security groups that may connect, by name.
        """
        super().__init__("RelationalDatabase", name, scope, "confidential", opts)
        child = self.child()
        # Aurora's storage always spans three zones; fewer or more are planned as a replacement.
        zones = network.zones[:3]
        family = f"aurora-postgresql{settings.version}"
        subnets = rds.SubnetGroup(
            f"{name}-subnets",
            subnet_ids=network.subnet_ids["data"],
            description="Data subnets of every zone",
            opts=child,
        )
        group = service_group(
            f"{name}-postgresql",
            vpc_id=network.vpc_id,
            description="PostgreSQL",
            ports={"postgresql": PORT},
            clients=clients,
            opts=child,
        )
        cluster_parameters = rds.ClusterParameterGroup(
            f"{name}-cluster",
            family=family,
            description="TLS, logical replication and auditing",
            parameters=_parameters(CLUSTER_PARAMETERS, "pending-reboot"),
            opts=child,
        )
        instance_parameters = rds.ParameterGroup(
            f"{name}-instance",
            family=family,
            description="What the log records",
            parameters=_parameters(INSTANCE_PARAMETERS, "immediate"),
            opts=child,
        )
        log_groups = [
            log_group(
                self,
                f"{name}-{export}",
                group_name=f"/aws/rds/cluster/{identifier}/{export}",
                retention_days=settings.log_retention_days,
                key_arn=log_key_arn,
            )
            for export in LOG_EXPORTS
        ]
        cluster = rds.Cluster(
            f"{name}-cluster",
            cluster_identifier=identifier,
            engine=rds.EngineType.AURORA_POSTGRESQL,
            engine_version=settings.version,
            allow_major_version_upgrade=True,
            # An upgrade that waited for the window would fail: RDS refuses the instances' new parameters until it ran.
            apply_immediately=True,
            database_name=database_name,
            master_username="postgres",
            manage_master_user_password=True,
            master_user_secret_kms_key_id=secrets_key_arn,
            iam_database_authentication_enabled=True,
            storage_encrypted=True,
            kms_key_id=key_arn,
            port=PORT,
            network_type="IPV4",
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[group.id],
            availability_zones=list(zones),
            db_cluster_parameter_group_name=cluster_parameters.name,
            db_instance_parameter_group_name=instance_parameters.name,
            backup_retention_period=settings.backup_days,
            preferred_backup_window=settings.backup_window,
            preferred_maintenance_window=settings.maintenance_window,
            copy_tags_to_snapshot=True,
            delete_automated_backups=not scope.protect,
            deletion_protection=scope.protect,
            skip_final_snapshot=not scope.protect,
            final_snapshot_identifier=f"{identifier}-final",
            enabled_cloudwatch_logs_exports=list(LOG_EXPORTS),
            database_insights_mode="standard",
            opts=self.child(stateful=True, depends_on=log_groups),
        )
        monitoring = role(
            f"{name}-monitoring",
            service_trust("monitoring.rds.amazonaws.com", scope.account_id),
            self,
            description="RDS enhanced monitoring",
            managed=["service-role/AmazonRDSEnhancedMonitoringRole"],
        )
        for index in range(settings.instances):
            rds.ClusterInstance(
                f"{name}-{index}",
                cluster_identifier=cluster.id,
                engine=rds.EngineType.AURORA_POSTGRESQL,
                instance_class=settings.instance_class,
                availability_zone=zones[index % len(zones)],
                db_subnet_group_name=subnets.name,
                db_parameter_group_name=instance_parameters.name,
                # The first two take over at once; further readers only when both are gone.
                promotion_tier=min(index, 2),
                publicly_accessible=False,
                auto_minor_version_upgrade=True,
                ca_cert_identifier="rds-ca-rsa2048-g1",
                copy_tags_to_snapshot=True,
                monitoring_interval=15,
                monitoring_role_arn=monitoring.arn,
                performance_insights_enabled=True,
                performance_insights_kms_key_id=key_arn,
                performance_insights_retention_period=7,
                preferred_maintenance_window=settings.maintenance_window,
                opts=self.child(stateful=True, depends_on=monitoring.policies),
            )
        self.endpoint, self.reader_endpoint = cluster.endpoint, cluster.reader_endpoint
        self.arn, self.resource_id = cluster.arn, cluster.cluster_resource_id
        self.identifier, self.security_group_id = cluster.cluster_identifier, group.id
        self.subnet_group_name = subnets.name
        self.master_secret_arn = always(cluster.master_user_secrets[0].secret_arn, "secret of the master user")
        self.register_outputs(
            {
                "endpoint": self.endpoint,
                "readerEndpoint": self.reader_endpoint,
                "arn": self.arn,
                "identifier": self.identifier,
                "resourceId": self.resource_id,
                "securityGroupId": self.security_group_id,
                "subnetGroupName": self.subnet_group_name,
                "masterSecretArn": self.master_secret_arn,
            }
        )


def _parameters(parameters: Mapping[str, str], method: str) -> list[rds.ClusterParameterGroupParameterArgsDict]:
    return [{"name": name, "value": value, "apply_method": method} for name, value in parameters.items()]
