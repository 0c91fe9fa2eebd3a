"""The AWS primary region: what it is made of, and what it tells the other stacks."""

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
from components.aws.transit import Transit
from components.tags import Tags
from settings.stacks import Prod
from stacks import inventory
from stacks.contracts import ProdExports

KEYS = {
    "cluster": KeyUse("Kubernetes secrets in the cluster's store", "restricted"),
    "database": KeyUse("Relational database", "confidential"),
    "logs": KeyUse("Log groups", "internal", log_groups=True),
    "secrets": KeyUse("Secrets Manager", "restricted"),
    "stream": KeyUse("Event stream", "confidential"),
    "tables": KeyUse("Key-value tables", "confidential"),
    "volumes": KeyUse("Disks of nodes and pods", "confidential", auto_scaling=True),
}


def build(settings: Prod) -> ProdExports:
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
    return {
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
        "inventory": inventory.of_prod(settings, scope.tags, keys.arns),
    }
