"""The AWS primary region: what it is made of, and what it tells the other stacks."""

from typing import Any

import pulumi
import pulumi_aws as aws

from components.aws.aurora import RelationalDatabase
from components.aws.cluster import Cluster
from components.aws.component import Scope
from components.aws.dynamodb import KeyValueStore
from components.aws.endpoints import Endpoints
from components.aws.keys import Keys, KeyUse
from components.aws.msk import EventStream
from components.aws.network import Network
from components.aws.notifications import NOTIFICATIONS_KEY
from components.aws.observability import Observability
from components.aws.transit import Transit
from components.aws.watch import compute as watch_compute
from components.aws.watch import data as watch_data
from components.aws.watch import network as watch_network
from components.aws.watch.rows import Watched
from components.tags import Tags
from settings import load_secrets
from settings.stacks import Prod

KEYS = {
    "cluster": KeyUse("Kubernetes secrets in the cluster's store", "restricted"),
    "database": KeyUse("Relational database", "confidential"),
    "logs": KeyUse("Log groups", "internal", log_groups=True),
    "notifications": NOTIFICATIONS_KEY,
    "secrets": KeyUse("Secrets Manager", "restricted"),
    "stream": KeyUse("Event stream", "confidential"),
    "tables": KeyUse("Key-value tables", "confidential"),
    "traces": KeyUse("Traces, and the canary's reports", "internal"),
    "volumes": KeyUse("Disks of nodes and pods", "confidential", auto_scaling=True),
}


def build(settings: Prod) -> dict[str, pulumi.Input[Any]]:
    """Register the region's resources and return the stack's exports."""
    region, plan, owner = settings.regions.aws, settings.plan, settings.ownership
    scope = Scope(
        account_id=settings.accounts.aws,
        region=region,
        tags=Tags(owner.service, owner.environment, owner.owner, owner.cost_centre, dr_role="primary"),
        protect=settings.protection,
    )
    prefix = f"{owner.service}-{owner.environment}"
    # No default tags: every resource carries its own, where a preview and the policies see them.
    provider = aws.Provider("aws", region=region, allowed_account_ids=[scope.account_id])
    opts = pulumi.ResourceOptions(providers=[provider])
    peers = [plan.gcp.block]

    keys = Keys("keys", scope, settings.keys, KEYS, opts)
    network = Network(
        "network",
        scope,
        settings.network,
        ranges=plan.aws,
        peers=peers,
        log_key_arn=keys.arns["logs"],
        opts=opts,
    )
    Endpoints("endpoints", scope, settings.network, network=network, opts=opts)
    transit = Transit("transit", scope, asn=settings.addresses.asns.aws, network=network, peers=peers, opts=opts)
    cluster = Cluster(
        "cluster",
        scope,
        settings.cluster,
        cluster_name=prefix,
        network=network,
        secrets_key_arn=keys.arns["cluster"],
        volumes_key_arn=keys.arns["volumes"],
        log_key_arn=keys.arns["logs"],
        opts=opts,
    )
    pods = {"cluster": cluster.security_group_id}
    database = RelationalDatabase(
        "database",
        scope,
        settings.database,
        identifier=prefix,
        network=network,
        clients=pods,
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
        clients=pods,
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
    observability = Observability(
        "observability",
        scope,
        settings.observability,
        prefix=prefix,
        domain=settings.domain,
        watched=_watched(settings, network, transit, cluster, database, stream, tables),
        urls=load_secrets("prod"),
        keys=keys,
        key_settings=settings.keys,
        opts=opts,
    )
    return {
        "observability": {"dashboardName": observability.dashboard_name, "topicArns": observability.topic_arns},
        "cluster": {
            "name": cluster.name,
            "endpoint": cluster.endpoint,
            "oidcIssuer": cluster.oidc_issuer,
            "clientSecurityGroupId": cluster.client_security_group_id,
        },
        "database": {
            "endpoint": database.endpoint,
            "readerEndpoint": database.reader_endpoint,
            "arn": database.arn,
            "masterSecretArn": database.master_secret_arn,
            "securityGroupId": database.security_group_id,
        },
        "stream": {
            "arn": stream.arn,
            "bootstrapBrokersIam": stream.bootstrap_brokers_iam,
            "bootstrapBrokersScram": stream.bootstrap_brokers_scram,
            "replicationSecretArn": stream.replication_secret_arn,
            "securityGroupId": stream.security_group_id,
        },
        "tables": {"arns": tables.table_arns, "streamArns": tables.stream_arns},
        "network": {"vpcId": network.vpc_id, "subnetIds": network.subnet_ids},
        "transit": {
            "gatewayId": transit.gateway_id,
            "workloadTableId": transit.workload_table_id,
            "externalTableId": transit.external_table_id,
        },
    }


def _watched(
    settings: Prod,
    network: Network,
    transit: Transit,
    cluster: Cluster,
    database: RelationalDatabase,
    stream: EventStream,
    tables: KeyValueStore,
) -> list[Watched]:
    """What alarms and the dashboard know of."""
    watched = [
        *watch_compute.cluster(cluster.name),
        *watch_data.database(database.identifier, instance_class=settings.database.instance_class),
        *watch_data.stream(stream.cluster_name, brokers=stream.brokers),
        *watch_network.transit_gateway(transit.gateway_id),
    ]
    for zone, gateway_id in network.nat_gateway_ids.items():
        watched += watch_network.nat_gateway(f"nat-{zone}", gateway_id)
    for key, table in settings.tables.items():
        watched += watch_data.table(
            key,
            tables.table_names[key],
            indexes=list(table.indexes),
            replica_regions=settings.key_value_store.replica_regions,
        )
    return watched
