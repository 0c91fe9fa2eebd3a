"""What workloads find in the standby region."""

from collections.abc import Mapping
from ipaddress import IPv4Network

import pulumi

from components.gcp import memorystore
from components.gcp.workload_identity import Stores
from components.kubernetes.namespace import address_peer
from components.kubernetes.workload_values import Region
from components.kubernetes.workloads import Outside, Place
from settings.addresses import GcpPlan
from settings.shared import Shared
from settings.types import Mode
from stacks.regions.public import PUBLIC

POSTGRES_PORT, KAFKA_PORT = 5432, 9092
"""Of PostgreSQL and Kafka."""

CONNECTORS_PORT = 3307
"""Of Cloud SQL's own connectors."""

CACHE_NODE_PORTS = range(11000, 13048)
"""Of Memorystore's nodes. https://docs.cloud.google.com/memorystore/docs/valkey/connect-instance"""


def region(
    settings: Shared,
    stores: Stores,
    *,
    mode: Mode,
    repositories: Mapping[str, pulumi.Input[str]],
    secrets: Mapping[str, str],
) -> Region:
    """What pods are told in the standby region; `secrets` are names in Secret Manager by those in the settings."""
    database, tables = stores.database, stores.tables
    return Region(
        role="standby",
        mode=mode,
        name=settings.regions.gcp,
        environment={"CLOUD": "gcp", "GOOGLE_CLOUD_PROJECT": settings.accounts.gcp_project},
        repositories=repositories,
        secrets=secrets,
        database={
            "DATABASE_HOST": database.private_address,
            # The instance has no reader: it grows instead.
            "DATABASE_READER_HOST": database.private_address,
            "DATABASE_PORT": str(POSTGRES_PORT),
            "DATABASE_NAME": database.database,
            "DATABASE_INSTANCE": database.connection_name,
        },
        cache={
            "CACHE_ENDPOINT": stores.cache.endpoint,
            "CACHE_NAME": stores.cache.instance_id,
            "CACHE_USER": "default",
        },
        stream={"KAFKA_BOOTSTRAP": stores.stream.bootstrap_address},
        key_value={
            "TABLES_INSTANCE": tables.instance_name,
            "TABLES_PROFILE": tables.profile_ids["serving"],
            "TABLES_CONDITIONAL_PROFILE": tables.profile_ids["transactions"],
        },
        tables=tables.table_names,
        buckets={use: stores.buckets[use].name for use in settings.buckets},
        # Beside `mode`: on the way back it must stop before it is a standby again.
        fence_url=settings.front_door.standby_fence_url,
        fence_lease_seconds=settings.failover.fence_lease_seconds,
        # A failover must not wait for a canary.
        rollouts=False,
    )


def places(ranges: GcpPlan) -> dict[Outside, Place]:
    """Where pods of the standby region reach what is no workload.

    Every pod reaches Google's APIs, by their endpoint in the network, since the managed mesh's control plane is one of
    them: tables, buckets, Pub/Sub and the fence need no way of their own.
    """

    def within(cidr: IPv4Network, *ports: int | range) -> Place:
        return Place([address_peer(str(cidr))], ports)

    return {
        "cache": within(ranges.memorystore, memorystore.PORT, CACHE_NODE_PORTS),
        "database": within(ranges.private_services, POSTGRES_PORT, CONNECTORS_PORT),
        "internet": PUBLIC,
        "mesh": within(ranges.google_apis, 443),
        "topics": within(ranges.kafka, KAFKA_PORT),
    }
