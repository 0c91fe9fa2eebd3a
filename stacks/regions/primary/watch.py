"""What is watched in the primary region."""

from components.aws.account import AccountBaseline
from components.aws.cluster import Cluster
from components.aws.component import Scope
from components.aws.edge import Edge
from components.aws.network import Network
from components.aws.transit import Transit
from components.aws.watch import compute as watch_compute
from components.aws.watch import data as watch_data
from components.aws.watch import edge as watch_edge
from components.aws.watch import network as watch_network
from components.aws.watch.rows import Watched
from settings.stacks import Prod
from stacks.regions.primary.data import Data


def watched(
    settings: Prod,
    scope: Scope,
    *,
    account: AccountBaseline,
    network: Network,
    transit: Transit,
    cluster: Cluster,
    data: Data,
    edge: Edge,
) -> list[Watched]:
    """What alarms and the dashboard know of."""
    watched = [
        *account.watched,
        *watch_compute.cluster(cluster.name),
        *watch_data.database(data.database.identifier, instance_class=settings.database.instance_class),
        *watch_data.stream(data.stream.cluster_name, brokers=data.stream.brokers),
        *watch_data.search(
            data.search.domain_name,
            scope.account_id,
            nodes=data.search.nodes,
            volume_gib=settings.search.volume_gib,
            masters=settings.search.dedicated_masters,
        ),
        *watch_network.transit_gateway(transit.gateway_id),
        *watch_edge.distribution(edge.cdn.distribution_id),
        *watch_edge.load_balancer("gateway", edge.balancer.arn_suffix, edge.balancer.target_group_arn_suffix),
        *watch_edge.web_acl(edge.firewall.metric_name),
        *watch_edge.zone(edge.zone.zone_id),
        *watch_edge.health_checks(edge.front_door.health_check_ids),
    ]
    for zone, gateway in network.nat_gateways.items():
        watched += watch_network.nat_gateway(f"nat-{zone}", gateway.id)
    for name, node_id in data.cache.node_ids.items():
        watched += watch_data.cache(f"cache-{name}", node_id)
    for key, table in settings.tables.items():
        watched += watch_data.table(
            key,
            data.tables.table_names[key],
            indexes=list(table.indexes),
            replica_regions=settings.key_value_store.replica_regions,
        )
    return watched
