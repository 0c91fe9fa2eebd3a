"""Where the primary region keeps data, save for objects."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.aws.aurora import RelationalDatabase
from components.aws.component import Scope
from components.aws.dynamodb import KeyValueStore
from components.aws.elasticache import Cache
from components.aws.keys import Keys
from components.aws.msk import EventStream
from components.aws.network import Network
from components.aws.opensearch import Search
from settings.stacks import Prod


@dataclass(frozen=True)
class Data:
    """The region's stores."""

    database: RelationalDatabase
    stream: EventStream
    tables: KeyValueStore
    cache: Cache
    search: Search


def build(
    settings: Prod,
    scope: Scope,
    *,
    prefix: str,
    network: Network,
    clients: Mapping[str, pulumi.Input[str]],
    keys: Keys,
    opts: pulumi.ResourceOptions,
) -> Data:
    """Register the stores; `prefix` starts their names, and `clients` are security groups of those let in."""
    database = RelationalDatabase(
        "database",
        scope,
        settings.database,
        identifier=prefix,
        database_name=settings.database_name,
        network=network,
        clients=clients,
        key_arn=keys.arns["database"],
        secrets_key_arn=keys.arns["secrets"],
        log_key_arn=keys.arns["logs"],
        opts=opts,
    )
    stream = EventStream(
        "stream",
        scope,
        settings.stream,
        topics=settings.topics,
        secret_name=f"{prefix}-replication",
        network=network,
        clients=clients,
        key_arn=keys.arns["stream"],
        secrets_key_arn=keys.arns["secrets"],
        log_key_arn=keys.arns["logs"],
        opts=opts,
    )
    tables = KeyValueStore(
        "tables",
        scope,
        settings.key_value_store,
        tables=settings.tables,
        name_prefix=prefix,
        key_arn=keys.arns["tables"],
        key_settings=settings.keys,
        opts=opts,
    )
    cache = Cache(
        "cache",
        scope,
        settings.cache,
        identifier=prefix,
        network=network,
        clients=clients,
        key_arn=keys.arns["cache"],
        log_key_arn=keys.arns["logs"],
        opts=opts,
    )
    search = Search(
        "search",
        scope,
        settings.search,
        domain_name=prefix,
        administrators=settings.cluster.administrators,
        network=network,
        clients=clients,
        key_arn=keys.arns["search"],
        log_key_arn=keys.arns["logs"],
        opts=opts,
    )
    return Data(database, stream, tables, cache, search)
