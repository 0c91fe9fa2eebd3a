"""What is watched in the standby region."""

from components.gcp.cluster import Cluster
from components.gcp.component import Scope
from components.gcp.edge import Edge
from components.gcp.secrets import Secrets
from components.gcp.sql import MAX_CONNECTIONS
from components.gcp.watch import compute as watch_compute
from components.gcp.watch import data as watch_data
from components.gcp.watch import edge as watch_edge
from components.gcp.watch import network as watch_network
from components.gcp.watch import platform as watch_platform
from components.gcp.watch.rows import Watched
from components.kubernetes.flux import NAMESPACE as FLUX
from settings.stacks import Dr
from stacks.regions.standby.data import Data


def watched(settings: Dr, scope: Scope, *, cluster: Cluster, data: Data, edge: Edge, secrets: Secrets) -> list[Watched]:
    """What alarms and the dashboard know of."""
    watched = [
        *watch_network.nat(scope.region),
        *watch_network.resolver(),
        *watch_compute.cluster(cluster.name),
        *(watch_platform.contents(cluster.name, settings.digests) if settings.platform.installed else ()),
        *watch_compute.delivery(FLUX),
        *watch_data.database(scope.project, data.database.name, connections=MAX_CONNECTIONS),
        *watch_data.tables(data.tables.instance_name),
        *watch_data.cache(data.cache.instance_id),
        *watch_data.stream(data.stream.cluster_name),
        *watch_edge.web_firewall("web-firewall", edge.firewall.policy_name),
    ]
    if secrets.reminder_subscription_name is not None:
        watched += watch_data.reminders(secrets.reminder_subscription_name)
    for topic in settings.topics:
        watched += watch_data.subscription(topic, data.messaging.subscription_names[topic])
        watched += watch_data.dead_letters(topic, data.messaging.dead_letter_subscription_names[topic])
    return watched
