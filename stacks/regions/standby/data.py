"""Where the standby region keeps data, save for objects."""

from dataclasses import dataclass

import pulumi

from components.gcp.bigtable import KeyValueStore
from components.gcp.component import Scope
from components.gcp.kafka import EventStream
from components.gcp.keys import Keys
from components.gcp.memorystore import Cache
from components.gcp.network import Network
from components.gcp.pubsub import Messaging
from components.gcp.sql import RelationalDatabase
from settings.stacks import Dr


@dataclass(frozen=True)
class Data:
    """The region's stores; the mode sizes all but the messaging."""

    database: RelationalDatabase
    tables: KeyValueStore
    cache: Cache
    stream: EventStream
    messaging: Messaging


def build(
    settings: Dr,
    scope: Scope,
    *,
    prefix: str,
    network: Network,
    keys: Keys,
    agent: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> Data:
    """Register the stores; `prefix` starts their names, and `agent` is Pub/Sub's own account."""
    database = RelationalDatabase(
        "database",
        scope,
        settings.database,
        mode=settings.mode,
        database_name=settings.database_name,
        network=network,
        key_id=keys.ids["database"],
        backup_region=settings.regions.gcp_second,
        opts=opts,
    )
    tables = KeyValueStore(
        "tables",
        scope,
        settings.key_value_store,
        mode=settings.mode,
        tables=settings.tables,
        key_id=keys.ids["tables"],
        opts=opts,
    )
    cache = Cache(
        "cache",
        scope,
        settings.cache,
        mode=settings.mode,
        identifier=f"{prefix}-cache",
        network=network,
        key_id=keys.ids["cache"],
        opts=opts,
    )
    stream = EventStream(
        "stream",
        scope,
        settings.stream,
        mode=settings.mode,
        topics=settings.topics,
        identifier=prefix,
        subnet_id=network.subnet_ids["kafka"],
        key_id=keys.ids["stream"],
        opts=opts,
    )
    messaging = Messaging(
        "messaging",
        scope,
        settings.messaging,
        topics=settings.topics,
        regions=[scope.region],
        key_id=keys.ids["messages"],
        agent=agent,
        opts=opts,
    )
    return Data(database, tables, cache, stream, messaging)
