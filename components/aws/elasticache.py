"""A Valkey cache that outlives its nodes, where applications log in by IAM."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import elasticache

from components.aws.component import AwsComponent, Scope
from components.aws.logs import log_group
from components.aws.network import Network
from components.aws.security_groups import service_group
from settings.data import CacheSettings

PORT = 6379
ENGINE = "valkey"
LOG_TYPES = ("engine-log", "slow-log")

# Everything but what can stop, empty or reconfigure the cache.
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
APPLICATION_RIGHTS = "on ~* +@all -@admin -@dangerous"

# What services/cache_warmer asks for, and no write.
WARMING_RIGHTS = "on ~* -@all +cluster|slots +readonly +ping +scan +memory|usage +pexpiretime +dump +exists"


class Cache(AwsComponent):
    """Valkey in cluster mode over several zones: TLS only, encrypted, private, with daily snapshots.

    The users are IAM's: `elasticache:Connect` on the cache and on a user admits a role, and no password exists. One is
    for applications, and one reads keys for the standby's cache. The user group has no `default` user, so a connection
    that does not log in may do nothing. Cluster mode is on from the start, because turning it on later takes a
    migration; shards and replicas change online. There is no live replication to another cloud, for ElastiCache
    refuses PSYNC: a standby warms its own cache.
    """

    endpoint: pulumi.Output[str]
    """The configuration endpoint: clients learn the shards from it."""

    arn: pulumi.Output[str]
    user_arn: pulumi.Output[str]
    """Of the applications' user."""

    warmer_arn: pulumi.Output[str]
    """Of the user that only reads."""

    replication_group_id: pulumi.Output[str]
    node_ids: dict[str, pulumi.Output[str]]
    """What CloudWatch knows each node by, by shard and node."""

    security_group_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: CacheSettings,
        *,
        identifier: str,
        network: Network,
        clients: Mapping[str, pulumi.Input[str]],
        key_arn: pulumi.Input[str],
        log_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the cache; `identifier` names the user and its group, since AWS names neither.

        `clients` are the security groups that may connect, by name.
        """
        super().__init__("Cache", name, scope, "confidential", opts)
        child = self.child()
        subnets = elasticache.SubnetGroup(
            f"{name}-subnets",
            subnet_ids=network.subnet_ids["data"],
            description="Data subnets of every zone",
            opts=child,
        )
        group = service_group(
            f"{name}-valkey",
            vpc_id=network.vpc_id,
            description="Valkey",
            ports={"valkey": PORT},
            clients=clients,
            opts=child,
        )
        parameters = elasticache.ParameterGroup(
            f"{name}-parameters",
            family=f"{ENGINE}{settings.version.partition('.')[0]}",
            description="Cluster mode, and what is forgotten first",
            parameters=[
                {"name": "cluster-enabled", "value": "yes"},
                {"name": "maxmemory-policy", "value": settings.eviction},
            ],
            opts=child,
        )
        users = {
            use: self._user(name, f"{identifier}-{use}", use, rights)
            for use, rights in (("application", APPLICATION_RIGHTS), ("warmer", WARMING_RIGHTS))
        }
        group_of_users = elasticache.UserGroup(
            f"{name}-users",
            user_group_id=identifier,
            engine=ENGINE,
            user_ids=[user.user_id for user in users.values()],
            opts=child,
        )
        logs = {
            log_type: log_group(
                self, f"{name}-{log_type}", retention_days=settings.log_retention_days, key_arn=log_key_arn
            )
            for log_type in LOG_TYPES
        }
        cache = elasticache.ReplicationGroup(
            f"{name}-cluster",
            description="Cache of the platform's applications",
            engine=ENGINE,
            engine_version=settings.version,
            auto_minor_version_upgrade=True,
            # A change that waited for the window would leave the former version's parameters in use, and ElastiCache
            # refuses their deletion. Changes are made online at any time.
            apply_immediately=True,
            node_type=settings.node_type,
            port=PORT,
            network_type="ipv4",
            ip_discovery="ipv4",
            cluster_mode="enabled",
            num_node_groups=settings.shards,
            replicas_per_node_group=settings.replicas,
            automatic_failover_enabled=True,
            multi_az_enabled=True,
            parameter_group_name=parameters.name,
            subnet_group_name=subnets.name,
            security_group_ids=[group.id],
            at_rest_encryption_enabled=True,
            kms_key_id=key_arn,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            user_group_ids=[group_of_users.user_group_id],
            snapshot_retention_limit=settings.snapshot_days,
            snapshot_window=settings.snapshot_window,
            final_snapshot_identifier=f"{identifier}-cache-final" if scope.protect else None,
            maintenance_window=settings.maintenance_window,
            log_delivery_configurations=[
                {
                    "log_type": log_type,
                    "log_format": "json",
                    "destination_type": "cloudwatch-logs",
                    "destination": log.name,
                }
                for log_type, log in logs.items()
            ],
            opts=self.child(stateful=True),
        )
        self.endpoint, self.arn = cache.configuration_endpoint_address, cache.arn
        self.replication_group_id = cache.replication_group_id
        self.user_arn, self.warmer_arn = users["application"].arn, users["warmer"].arn
        self.security_group_id = group.id
        # Shards count from 1 in four digits, nodes in three.
        self.node_ids = {
            node: pulumi.Output.concat(cache.replication_group_id, "-", node)
            for shard in range(settings.shards)
            for node in (f"{shard + 1:04d}-{member + 1:03d}" for member in range(settings.replicas + 1))
        }
        self.register_outputs(
            {
                "endpoint": self.endpoint,
                "arn": self.arn,
                "userArn": self.user_arn,
                "warmerArn": self.warmer_arn,
                "replicationGroupId": self.replication_group_id,
                "securityGroupId": self.security_group_id,
            }
        )

    def _user(self, name: str, user_id: str, use: str, rights: str) -> elasticache.User:
        """A user that logs in by IAM, for which its name must be its id."""
        return elasticache.User(
            f"{name}-{use}",
            user_id=user_id,
            user_name=user_id,
            engine=ENGINE,
            access_string=rights,
            authentication_mode={"type": "iam"},
            opts=self.child(),
        )
