"""A Valkey cache that outlives its nodes, where applications log in by IAM."""

from collections.abc import Sequence

import pulumi
from pulumi_gcp import memorystore

from components.gcp.component import GcpComponent, Scope
from components.gcp.network import Network
from settings.gcp.data import CacheSettings, hour, weekday_name
from settings.types import Mode

PORT = 6379
DAY = 24 * 60 * 60
DISCOVERY = "CONNECTION_TYPE_DISCOVERY"


class Cache(GcpComponent):
    """Valkey in cluster mode over several zones: TLS only, encrypted, private, written to disk, with daily backups.

    Applications log in by IAM: `roles/memorystore.dbConnectionUser` admits an account, for an hour at a time, and no
    password exists. Authorisation, TLS, cluster mode and key are fixed when the cache is made; shards and replicas
    change online. There is no live replication from another cloud: applications warm it, and it starts as empty as
    they left it. Memorystore makes its endpoints itself, in our network's subnet for them.
    """

    endpoint: pulumi.Output[str]
    """The discovery endpoint: clients learn the shards from it."""

    id: pulumi.Output[str]
    """projects/<project>/locations/<region>/instances/<name>."""

    instance_id: pulumi.Output[str]

    authorities: pulumi.Output[str]
    """Certificates, in PEM, of the authority that signs for this instance and no other."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: CacheSettings,
        *,
        mode: Mode,
        identifier: str,
        network: Network,
        key_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the cache, named `identifier`, since Google names none itself."""
        super().__init__("Cache", name, scope, "confidential", opts)
        cache = memorystore.Instance(
            f"{name}-instance",
            instance_id=identifier,
            location=scope.region,
            engine_version=f"VALKEY_{settings.version.replace('.', '_')}",
            mode="CLUSTER",
            node_type=settings.node_type,
            shard_count=settings.shards.of(mode),
            replica_count=settings.replicas,
            zone_distribution_config={"mode": "MULTI_ZONE"},
            authorization_mode="IAM_AUTH",
            transit_encryption_mode="SERVER_AUTHENTICATION",
            kms_key=key_id,
            engine_configs={"maxmemory-policy": settings.eviction},
            # At most a second is lost with all nodes of a shard.
            persistence_config={"mode": "AOF", "aof_config": {"append_fsync": "EVERY_SEC"}},
            automated_backup_config={
                "retention": f"{settings.backup_days * DAY}s",
                "fixed_frequency_schedule": {"start_time": {"hours": settings.backup_hour}},
            },
            maintenance_policy={
                "weekly_maintenance_windows": [
                    {
                        "day": weekday_name(settings.maintenance_window),
                        "start_time": {"hours": hour(settings.maintenance_window)},
                    }
                ]
            },
            desired_auto_created_endpoints=[{"network": network.network_id, "project_id": scope.project}],
            deletion_protection_enabled=scope.protect,
            opts=self.child(stateful=True, depends_on=[network.service_connection_policies["gcp-memorystore"]]),
        )
        self.endpoint, self.id = cache.endpoints.apply(_discovery), cache.id
        self.instance_id = cache.instance_id
        self.authorities = cache.managed_server_cas.apply(_pem)
        self.register_outputs({"endpoint": self.endpoint, "id": self.id, "instanceId": self.instance_id})


def _discovery(endpoints: Sequence[memorystore.outputs.InstanceEndpoint]) -> str:
    """The address of the endpoint from which clients learn the others."""
    for endpoint in endpoints:
        for connection in endpoint.connections or ():
            made = connection.psc_auto_connection
            if made and made.connection_type == DISCOVERY and made.ip_address:
                return f"{made.ip_address}:{PORT}"
    raise ValueError("Memorystore made no discovery endpoint, which it always does in cluster mode")


def _pem(authorities: Sequence[memorystore.outputs.InstanceManagedServerCa]) -> str:
    """All certificates together: while an authority is replaced there are two."""
    chains = [chain for each in authorities for chain in each.ca_certs or ()]
    return "\n".join(certificate.strip() for chain in chains for certificate in chain.certificates or ())
