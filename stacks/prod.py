"""The AWS primary region: what it is made of, and what it tells the other stacks."""

import pulumi
import pulumi_aws as aws

from components.aws import bucket
from components.aws.aurora import RelationalDatabase
from components.aws.backup import Backup, RestoreTest
from components.aws.bucket import Bucket, Lock
from components.aws.cluster import Cluster
from components.aws.component import Scope
from components.aws.dynamodb import KeyValueStore
from components.aws.edge import Edge
from components.aws.elasticache import Cache
from components.aws.endpoints import Endpoints
from components.aws.keys import Keys, KeyUse
from components.aws.msk import EventStream
from components.aws.network import Network
from components.aws.opensearch import Search
from components.aws.registry import Registry
from components.aws.transit import Transit
from components.tags import Tags
from settings.stacks import Prod
from stacks import inventory
from stacks.contracts import ProdExports

KEYS = {
    "backups": KeyUse("Backups", "confidential"),
    "cache": KeyUse("Cache", "confidential"),
    "cluster": KeyUse("Kubernetes secrets in the cluster's store", "restricted"),
    "database": KeyUse("Relational database", "confidential"),
    "images": KeyUse("Images", "internal"),
    "logs": KeyUse("Log groups and log buckets", "internal", log_groups=True, deliveries=True),
    "objects": KeyUse("Objects", "confidential"),
    "search": KeyUse("Search", "confidential"),
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
    cache = Cache(
        "cache",
        scope,
        settings.cache,
        identifier=prefix,
        network=network,
        clients=pods,
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
        clients=pods,
        key_arn=keys.arns["search"],
        log_key_arn=keys.arns["logs"],
        opts=opts,
    )
    storage = settings.storage
    access_logs = Bucket(
        "access-logs",
        scope,
        data_class="internal",
        key_arn=None,
        noncurrent_days=storage.noncurrent_days,
        expire_days=storage.log_days,
        receives=[bucket.access_logs],
        opts=opts,
    )
    logs = Bucket(
        "logs",
        scope,
        data_class="internal",
        key_arn=keys.arns["logs"],
        noncurrent_days=storage.noncurrent_days,
        expire_days=storage.log_days,
        receives=[bucket.delivered_logs, bucket.inventories],
        access_logs=access_logs,
        opts=opts,
    )
    assets = Bucket(
        "assets",
        scope,
        data_class="confidential",
        key_arn=keys.arns["objects"],
        noncurrent_days=storage.noncurrent_days,
        access_logs=access_logs,
        inventories=logs,
        opts=opts,
    )
    backups = Bucket(
        "backups",
        scope,
        data_class="confidential",
        key_arn=keys.arns["objects"],
        noncurrent_days=storage.noncurrent_days,
        expire_days=storage.backup_days,
        lock=Lock(storage.object_lock, storage.object_lock_days),
        access_logs=access_logs,
        inventories=logs,
        opts=opts,
    )
    registry = Registry(
        "registry",
        scope,
        settings.registry,
        name_prefix=prefix,
        node_role_arn=cluster.node_role_arn,
        key_arn=keys.arns["images"],
        key_settings=settings.keys,
        opts=opts,
    )
    vaults = Backup(
        "vaults",
        scope,
        settings.backup,
        identifier=prefix,
        key_arn=keys.arns["backups"],
        key_settings=settings.keys,
        # Locked or short-lived themselves.
        excluded_arns=[access_logs.arn, backups.arn, logs.arn],
        restore_tests={
            "Aurora": RestoreTest([database.arn], {"dbSubnetGroupName": database.subnet_group_name}),
            "DynamoDB": RestoreTest(list(tables.table_arns.values())),
            "S3": RestoreTest([assets.arn]),
        },
        topic_arns={},
        opts=opts,
    )
    edge = Edge(
        "edge",
        scope,
        settings.edge,
        domain=settings.domain,
        name_prefix=prefix,
        network=network,
        targets_group_id=cluster.security_group_id,
        key_settings=settings.keys,
        alarm_topic_arns=(),
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
        "edge": {
            "zoneId": edge.zone.zone_id,
            "nameServers": edge.zone.name_servers,
            "dsRecord": edge.zone.ds_record,
            "distributionDomainName": edge.cdn.domain_name,
            "gatewayCertificateArn": edge.certificates.gateway_arn,
            "gatewayTargetGroupArn": edge.balancer.target_group_arn,
            "partnerServiceName": edge.partners.service_name,
            "partnerAddresses": edge.partners.addresses,
            "partnerTargetGroupArn": edge.partners.target_group_arn,
        },
        "tables": {"arns": tables.table_arns, "streamArns": tables.stream_arns},
        "cache": {
            "endpoint": cache.endpoint,
            "arn": cache.arn,
            "userArn": cache.user_arn,
            "securityGroupId": cache.security_group_id,
        },
        "search": {
            "endpoint": search.endpoint,
            "arn": search.arn,
            "administratorRoleArn": search.administrator_role_arn,
            "securityGroupId": search.security_group_id,
        },
        "buckets": {each: found.arn for each, found in {"assets": assets, "backups": backups, "logs": logs}.items()},
        "registry": {"repositoryUrls": registry.repository_urls},
        "backup": {"vaultArn": vaults.vault_arn, "copyVaultArn": vaults.copy_vault_arn},
        "network": {"vpcId": network.vpc_id, "subnetIds": network.subnet_ids},
        "transit": {
            "gatewayId": transit.gateway_id,
            "workloadTableId": transit.workload_table_id,
            "externalTableId": transit.external_table_id,
        },
        "inventory": inventory.of_prod(settings, scope.tags, keys.arns),
    }
