"""What each part of the standby region tells the other stacks, by its contract."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import cloudrunv2

from components.gcp.backup import Backup
from components.gcp.bigtable import KeyValueStore
from components.gcp.bucket import Bucket
from components.gcp.cluster import Cluster
from components.gcp.edge import Edge
from components.gcp.federation import Federation
from components.gcp.fleet import Fleet
from components.gcp.kafka import EventStream
from components.gcp.keys import Keys
from components.gcp.memorystore import Cache
from components.gcp.network import Network
from components.gcp.observability import Observability
from components.gcp.pubsub import Messaging
from components.gcp.secrets import Secrets
from components.gcp.sql import RelationalDatabase
from stacks.contracts import (
    ClusterBackupExports,
    FailoverExports,
    FederationExports,
    MessagingExports,
    SecretsExports,
    StandbyCacheExports,
    StandbyClusterExports,
    StandbyDatabaseExports,
    StandbyEdgeExports,
    StandbyNetworkExports,
    StandbyObservabilityExports,
    StandbyStreamExports,
    StandbyTablesExports,
)


def cluster(cluster: Cluster, fleet: Fleet, keys: Keys) -> StandbyClusterExports:
    """The cluster, and what admits it to the fleet."""
    return {
        "name": cluster.name,
        "endpoint": cluster.endpoint,
        "workloadPool": cluster.workload_pool,
        "nodeServiceAccount": cluster.node_email,
        "membershipId": fleet.membership_id,
        "volumesKey": keys.ids["volumes"],
    }


def cluster_backup(backup: Backup) -> ClusterBackupExports:
    """How the cluster is backed up and restored."""
    return {
        "planId": backup.plan_id,
        "restorePlanIds": backup.restore_plan_ids,
    }


def network(network: Network) -> StandbyNetworkExports:
    """What the link attaches itself to."""
    return {
        "networkId": network.network_id,
        "name": network.name,
        "subnetIds": network.subnet_ids,
        "routerName": network.router_name,
        "natAddresses": network.nat_addresses,
        "peeringName": network.peering_name,
    }


def database(database: RelationalDatabase) -> StandbyDatabaseExports:
    """Where rows are written to."""
    return {
        "name": database.name,
        "connectionName": database.connection_name,
        "privateAddress": database.private_address,
        "database": database.database,
    }


def tables(tables: KeyValueStore) -> StandbyTablesExports:
    """Where items are written to."""
    return {
        "instanceName": tables.instance_name,
        "tableNames": tables.table_names,
        "indexNames": tables.index_names,
        "profileIds": tables.profile_ids,
    }


def cache(cache: Cache) -> StandbyCacheExports:
    """Where keys are copied to."""
    return {
        "id": cache.id,
        "endpoint": cache.endpoint,
        "authorities": cache.authorities,
    }


def stream(stream: EventStream) -> StandbyStreamExports:
    """Where records are written to."""
    return {
        "clusterId": stream.cluster_id,
        "clusterName": stream.cluster_name,
        "bootstrapAddress": stream.bootstrap_address,
    }


def messaging(messaging: Messaging) -> MessagingExports:
    """Where each topic's messages are found."""
    return {
        "topicIds": messaging.topic_ids,
        "subscriptionIds": messaging.subscription_ids,
        "deadLetterSubscriptionIds": messaging.dead_letter_subscription_ids,
    }


def secrets(secrets: Secrets) -> SecretsExports:
    """Where secrets are copied to, and where reminders of them wait."""
    return {
        "ids": secrets.ids,
        "names": secrets.names,
        "reminderTopicId": secrets.reminder_topic_id,
        "reminderSubscriptionName": secrets.reminder_subscription_name,
    }


def failover(records: Bucket, jobs: Mapping[str, cloudrunv2.Job]) -> FailoverExports:
    """Where a failover is recorded, and what runs for it; `jobs` are empty before the first image."""
    return {
        "recordsBucket": records.name,
        "databaseJob": jobs["statements"].id if jobs else None,
        "rehearsalJob": jobs["rehearsal"].id if jobs else None,
    }


def edge(edge: Edge, backend_services: Mapping[str, pulumi.Output[str]]) -> StandbyEdgeExports:
    """What records lead to, and the proofs of its certificates; `backend_services` are names by who comes in."""
    return {
        "zones": {key: {"name": zone.name, "nameServers": zone.name_servers} for key, zone in edge.zones.items()},
        "challenges": {
            key: {"name": proof["name"], "type": proof["type"], "data": proof["data"]}
            for key, proof in edge.certificates.challenges.items()
        },
        "addresses": edge.balancer.addresses,
        "names": edge.names,
        "backendServices": backend_services,
        "signedBucket": edge.cdn.bucket_name if edge.cdn else None,
        "switchBucket": edge.switch.bucket,
        "partnerAttachment": edge.partners.attachment,
    }


def observability(observability: Observability) -> StandbyObservabilityExports:
    """Where to look, and whom the link's alarms tell too."""
    return {
        "channelNames": observability.channel_names,
        "dashboardId": observability.dashboard_id,
        "logBucketIds": observability.log_bucket_ids,
        "objectiveNames": observability.objective_names,
    }


def federation(federation: Federation) -> FederationExports:
    """Whom the primary acts as."""
    return {
        "audience": federation.audience,
        "serviceAccounts": federation.service_accounts,
    }
