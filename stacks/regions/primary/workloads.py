"""What workloads find in the primary region."""

from collections.abc import Mapping

import pulumi

from components.aws import aurora, elasticache, msk
from components.aws.workload_identity import Stores
from components.kubernetes.namespace import address_peer, namespace_peer
from components.kubernetes.workload_values import Region
from components.kubernetes.workloads import Outside, Place
from settings.addresses import AwsPlan
from settings.shared import Shared
from stacks.regions.public import PUBLIC

ISTIOD_PORT = 15012
"""Where pods' proxies get their configuration and their certificates, by mutual TLS."""


def region(
    settings: Shared, stores: Stores, *, repositories: Mapping[str, pulumi.Input[str]], secrets_path: str
) -> Region:
    """What pods are told in the primary region; `secrets_path` starts the names of its secrets."""
    database, cache = stores.database, stores.cache
    return Region(
        role="primary",
        mode="active",
        name=settings.regions.aws,
        environment={"CLOUD": "aws"},
        repositories=repositories,
        secrets={secret: f"{secrets_path}/{secret}" for secret in settings.app_secrets},
        database={
            "DATABASE_HOST": database.endpoint,
            "DATABASE_READER_HOST": database.reader_endpoint,
            "DATABASE_PORT": str(aurora.PORT),
            "DATABASE_NAME": settings.database_name,
        },
        cache={
            "CACHE_ENDPOINT": pulumi.Output.concat(cache.endpoint, f":{elasticache.PORT}"),
            "CACHE_NAME": cache.replication_group_id,
            "CACHE_USER": cache.user_arn.apply(lambda arn: arn.rpartition(":")[2]),
        },
        stream={"KAFKA_BOOTSTRAP": stores.stream.bootstrap_brokers_iam},
        key_value={},
        tables=stores.tables.table_names,
        buckets={use: stores.buckets[use].name for use in settings.buckets},
        fence_url=settings.front_door.fence_url,
        fence_lease_seconds=settings.failover.fence_lease_seconds,
        rollouts=True,
    )


def places(ranges: AwsPlan) -> dict[Outside, Place]:
    """Where pods of the primary region reach what is no workload.

    S3 and DynamoDB have public addresses, which gateway endpoints route without leaving AWS.
    """
    stores = [address_peer(str(cidr)) for cidr in ranges.tiers["data"]]
    return {
        "buckets": PUBLIC,
        "cache": Place(stores, [elasticache.PORT]),
        "database": Place(stores, [aurora.PORT]),
        "internet": PUBLIC,
        "mesh": Place([namespace_peer("istio-system")], [ISTIOD_PORT]),
        "switch": PUBLIC,
        "tables": PUBLIC,
        "topics": Place(stores, [msk.IAM_PORT]),
    }
