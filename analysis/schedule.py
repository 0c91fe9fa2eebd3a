"""How long an update takes, simulated: what the order of the resources costs beside what it must cost.

    schedule = simulate(graph, edges.all_of)          # as the engine does it, with 16 workers
    floor = critical_path(graph, edges.data)          # no deployment can be faster than its data

Durations are those that a provider's users report, not measurements of one account: read ratios, not minutes.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from graphlib import TopologicalSorter
from typing import Literal

from analysis.edges import Edges
from preview.graph import Graph, Node

WORKERS = 16
"""What `pulumi up` makes at once on a machine of four cores (`--parallel`)."""

Case = Literal["low", "mode", "high"]


@dataclass(frozen=True)
class Minutes:
    """How long a provider takes to make a resource."""

    low: float
    mode: float
    high: float


# From the durations of the providers' acceptance tests and from reports in their issue trackers.
MINUTES: Mapping[str, Minutes] = {
    "aws:acm/certificateValidation:CertificateValidation": Minutes(2, 5, 30),
    "aws:cloudfront/distribution:Distribution": Minutes(5, 12, 20),
    "aws:cloudfront/vpcOrigin:VpcOrigin": Minutes(5, 10, 15),
    "aws:directconnect/gatewayAssociation:GatewayAssociation": Minutes(6, 10, 15),
    "aws:dynamodb/table:Table": Minutes(0.2, 0.5, 3),
    "aws:ec2/natGateway:NatGateway": Minutes(1.5, 2, 3),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Minutes(0.5, 1.5, 4),
    "aws:ec2/vpnConnection:VpnConnection": Minutes(3, 5, 10),
    "aws:ec2transitgateway/transitGateway:TransitGateway": Minutes(1, 2, 3),
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment": Minutes(1, 2, 3),
    "aws:eks/addon:Addon": Minutes(0.5, 1, 3),
    "aws:eks/cluster:Cluster": Minutes(8, 9, 14),
    "aws:eks/nodeGroup:NodeGroup": Minutes(2, 3, 5),
    "aws:elasticache/replicationGroup:ReplicationGroup": Minutes(7, 11, 20),
    "aws:kms/key:Key": Minutes(0.1, 0.2, 0.5),
    "aws:lb/loadBalancer:LoadBalancer": Minutes(2, 3, 5),
    "aws:msk/cluster:Cluster": Minutes(18, 24, 60),
    "aws:msk/serverlessCluster:ServerlessCluster": Minutes(3, 5, 7),
    "aws:opensearch/domain:Domain": Minutes(12, 25, 70),
    "aws:rds/cluster:Cluster": Minutes(1, 2, 4),
    "aws:rds/clusterInstance:ClusterInstance": Minutes(5, 8, 13),
    "gcp:bigtable/gCPolicy:GCPolicy": Minutes(0.1, 0.5, 2),
    "gcp:bigtable/instance:Instance": Minutes(1, 2, 3),
    "gcp:compute/haVpnGateway:HaVpnGateway": Minutes(1, 2, 3),
    "gcp:container/cluster:Cluster": Minutes(6, 8, 15),
    "gcp:databasemigrationservice/migrationJob:MigrationJob": Minutes(5, 10, 60),
    "gcp:databasemigrationservice/privateConnection:PrivateConnection": Minutes(2, 5, 15),
    "gcp:gkehub/feature:Feature": Minutes(0.2, 0.5, 2),
    "gcp:gkehub/featureMembership:FeatureMembership": Minutes(0.2, 0.5, 2),
    "gcp:gkehub/membership:Membership": Minutes(0.2, 0.5, 2),
    "gcp:managedkafka/cluster:Cluster": Minutes(20, 30, 60),
    "gcp:managedkafka/connectCluster:ConnectCluster": Minutes(10, 20, 40),
    "gcp:managedkafka/connector:Connector": Minutes(0.2, 0.5, 3),
    "gcp:memorystore/instance:Instance": Minutes(4, 6, 20),
    "gcp:networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy": Minutes(0.2, 0.5, 2),
    "gcp:servicenetworking/connection:Connection": Minutes(0.5, 1, 3),
    "gcp:sql/databaseInstance:DatabaseInstance": Minutes(5, 12, 20),
    # An estimate: pulling images, and waiting until pods are ready.
    "kubernetes:helm.sh/v3:Release": Minutes(1, 2, 10),
}

# How long a provider takes to change a resource in place, for types that a failover resizes. Estimates: neither cloud
# promises any.
CHANGE_MINUTES: Mapping[str, Minutes] = {
    "gcp:managedkafka/cluster:Cluster": Minutes(5, 10, 30),
    "gcp:memorystore/instance:Instance": Minutes(5, 10, 30),
    "gcp:sql/databaseInstance:DatabaseInstance": Minutes(2, 5, 15),
}

# Seconds, as for most resources: one call, and perhaps a wait until it is seen everywhere.
OTHERWISE = Minutes(0.02, 0.05, 0.2)
NOTHING = Minutes(0, 0, 0)


@dataclass(frozen=True)
class Schedule:
    """When each resource is ready, in minutes from the start, by URN; `path` is the chain that ends last."""

    ready: Mapping[str, float]
    path: tuple[str, ...]

    @property
    def minutes(self) -> float:
        """How long all of it takes."""
        return max(self.ready.values(), default=0)


def minutes(node: Node, case: Case = "mode") -> float:
    """How long a resource takes; a component and a provider are nothing in a cloud."""
    found = MINUTES.get(node.type, OTHERWISE)
    if node.is_component or node.is_provider:
        found = NOTHING
    elif node.inputs.get("waitForDeployment") is False:
        # CloudFront goes on by itself, and nothing waits for it.
        found = OTHERWISE
    return getattr(found, case)


Durations = Callable[[Node, Case], float]
"""How long each resource takes, in minutes."""


def minutes_of_change(old: Graph) -> Durations:
    """How long each resource takes in an update of a deployed graph; what stays as it is takes nothing."""

    def taken(node: Node, case: Case = "mode") -> float:
        if node.urn not in old.nodes:
            return minutes(node, case)
        if node.is_component or node.is_provider or node.inputs == old.nodes[node.urn].inputs:
            return 0
        return getattr(CHANGE_MINUTES.get(node.type, OTHERWISE), case)

    return taken


def critical_path(graph: Graph, edges: Edges, case: Case = "mode", durations: Durations = minutes) -> Schedule:
    """The schedule with as many workers as it takes: each resource starts as soon as its edges allow."""
    before = _before(graph, edges)
    ready: dict[str, float] = {}
    for urn in TopologicalSorter(before).static_order():
        ready[urn] = max((ready[other] for other in before[urn]), default=0) + durations(graph.nodes[urn], case)
    return Schedule(ready, _last_chain(ready, before))


def simulate(
    graph: Graph, edges: Edges, case: Case = "mode", workers: int = WORKERS, durations: Durations = minutes
) -> Schedule:
    """The schedule of an engine: a free worker takes what has waited longest, of several the first by URN."""
    before = _before(graph, edges)
    order = TopologicalSorter(before)
    order.prepare()
    ready: dict[str, float] = {}
    waiting: list[tuple[float, str]] = []
    running: list[tuple[float, str]] = []
    now = 0.0
    while order.is_active():
        for urn in order.get_ready():
            heapq.heappush(waiting, (now, urn))
        while waiting and len(running) < workers:
            _, urn = heapq.heappop(waiting)
            heapq.heappush(running, (now + durations(graph.nodes[urn], case), urn))
        now, done = heapq.heappop(running)
        ready[done] = now
        order.done(done)
    return Schedule(ready, _last_chain(ready, before))


def _before(graph: Graph, edges: Edges) -> dict[str, list[str]]:
    """What each resource waits for, sorted."""
    return {urn: sorted(edges(graph, node)) for urn, node in sorted(graph.nodes.items())}


def _last_chain(ready: Mapping[str, float], before: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The chain of resources that each waited for the one before it, back from the one that is ready last."""
    chain: list[str] = []
    others: Iterable[str] = ready
    while others:
        chain.append(max(others, key=partial(_by_time, ready)))
        others = before[chain[-1]]
    return tuple(reversed(chain))


def _by_time(ready: Mapping[str, float], urn: str) -> tuple[float, str]:
    return ready[urn], urn
