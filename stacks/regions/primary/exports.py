"""What each part of the primary region tells the other stacks, by its contract."""

from components.aws.aurora import RelationalDatabase
from components.aws.cluster import Cluster
from components.aws.controllers import Controllers
from components.aws.dynamodb import KeyValueStore
from components.aws.edge import Edge
from components.aws.elasticache import Cache
from components.aws.msk import EventStream
from components.aws.observability import Observability
from components.aws.opensearch import Search
from components.aws.transit import Transit
from stacks.contracts import (
    CacheExports,
    ClusterExports,
    ControllersExports,
    DatabaseExports,
    EdgeExports,
    ObservabilityExports,
    SearchExports,
    StreamExports,
    TablesExports,
    TransitExports,
)


def observability(observability: Observability) -> ObservabilityExports:
    """Where to look, and whom the link's alarms tell too."""
    return {
        "dashboardName": observability.dashboard_name,
        "topicArns": observability.topic_arns,
    }


def cluster(cluster: Cluster) -> ClusterExports:
    """How to reach the cluster, and who its pods are to others."""
    return {
        "name": cluster.name,
        "endpoint": cluster.endpoint,
        "certificateAuthority": cluster.certificate_authority,
        "oidcIssuer": cluster.oidc_issuer,
        "clientSecurityGroupId": cluster.client_security_group_id,
    }


def controllers(controllers: Controllers) -> ControllersExports:
    """What nodes are started with."""
    return {
        "nodeRoleArn": controllers.node_role_arn,
        "instanceProfileName": controllers.instance_profile_name,
        "interruptionQueueName": controllers.interruption_queue_name,
    }


def database(database: RelationalDatabase) -> DatabaseExports:
    """Where rows are read from."""
    return {
        "endpoint": database.endpoint,
        "readerEndpoint": database.reader_endpoint,
        "arn": database.arn,
        "masterSecretArn": database.master_secret_arn,
        "securityGroupId": database.security_group_id,
    }


def stream(stream: EventStream) -> StreamExports:
    """Where records are read from."""
    return {
        "arn": stream.arn,
        "bootstrapBrokersIam": stream.bootstrap_brokers_iam,
        "bootstrapBrokersScram": stream.bootstrap_brokers_scram,
        "replicationSecretArn": stream.replication_secret_arn,
        "securityGroupId": stream.security_group_id,
    }


def edge(edge: Edge) -> EdgeExports:
    """What records lead to, and the proof of its certificate that the standby's shadow of the zone holds too."""
    return {
        "zoneId": edge.zone.zone_id,
        "nameServers": edge.zone.name_servers,
        "dsRecord": edge.zone.ds_record,
        "distributionDomainName": edge.cdn.domain_name,
        "challenge": {
            "name": edge.certificates.challenge["name"],
            "type": edge.certificates.challenge["type"],
            "data": edge.certificates.challenge["data"],
        },
        "gatewayCertificateArn": edge.certificates.gateway_arn,
        "gatewayTargetGroupArn": edge.balancer.target_group_arn,
        "partnerServiceName": edge.partners.service_name,
        "partnerAddresses": edge.partners.addresses,
        "partnerTargetGroupArn": edge.partners.target_group_arn,
    }


def tables(tables: KeyValueStore) -> TablesExports:
    """Where items and their changes are read from."""
    return {
        "names": tables.table_names,
        "arns": tables.table_arns,
        "streamArns": tables.stream_arns,
    }


def cache(cache: Cache) -> CacheExports:
    """Where the standby's cache is warmed from."""
    return {
        "endpoint": cache.endpoint,
        "arn": cache.arn,
        "userArn": cache.user_arn,
        "warmerArn": cache.warmer_arn,
        "securityGroupId": cache.security_group_id,
    }


def search(search: Search) -> SearchExports:
    """Where to search, and the role that administers it."""
    return {
        "endpoint": search.endpoint,
        "arn": search.arn,
        "administratorRoleArn": search.administrator_role_arn,
        "securityGroupId": search.security_group_id,
    }


def transit(transit: Transit) -> TransitExports:
    """What the link attaches itself to."""
    return {
        "gatewayId": transit.gateway_id,
        "workloadTableId": transit.workload_table_id,
        "externalTableId": transit.external_table_id,
    }
