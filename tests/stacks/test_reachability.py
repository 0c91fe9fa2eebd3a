"""What crosses the private link has a path, and nothing else has: hop by hop, for each kind of link.

A flow needs all its hops, there and back: without any one of them it has no path, and the report names that hop.
"""

import copy
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.reachability import End, Network, Walk
from preview.graph import Graph, Node
from settings.flows import to_primary, to_standby
from tests.stacks.variants import load, shipped

CIRCUITS = [
    {
        "google_location": f"pdx-zone{domain}-1922",
        "remote_location": "aws-eqix-se2",
        "aws_location": "EqSe2",
        "vlan": 100 + domain,
    }
    for domain in (1, 2)
]
KINDS: Mapping[str, Mapping[str, object]] = {
    "vpn": {"kind": "vpn"},
    "partner": {"kind": "partner"},
    "dedicated": {"kind": "dedicated", "link": {"dedicated": {"circuits": CIRCUITS}}},
}

PLAN = load("interconnect", shipped("interconnect")).plan
STORES = {
    "database": "aws:rds/cluster:Cluster",
    "stream": "aws:msk/cluster:Cluster",
    "cache": "aws:elasticache/replicationGroup:ReplicationGroup",
    "search": "aws:opensearch/domain:Domain",
}
STANDBY = {
    "pods": PLAN.gcp.pods[10],
    "nodes": PLAN.gcp.nodes[10],
    "migration service": PLAN.gcp.dms[10],
    "Kafka Connect": PLAN.gcp.kafka_connect[10],
    "Cloud Run": PLAN.gcp.serverless[10],
    "Cloud SQL": PLAN.gcp.private_services[10],
    "Managed Kafka": PLAN.gcp.kafka[10],
    "Memorystore": PLAN.gcp.memorystore[10],
    "Google's APIs": PLAN.gcp.google_apis[0],
    "partners": PLAN.gcp.psc[10],
    "proxies": PLAN.gcp.proxy_only[10],
}
OUTSIDE = {
    "internet": IPv4Address("203.0.113.9"),
    "tunnel": PLAN.tunnels[0][2],
}
PORTS = (22, 80, 443, 3306, 3307, 3389, 5432, 6379, 8080, 9092, 9094, 9096, 9098, 9200, 11000)
"""Those of the stores, of their neighbours, and of what attackers try first."""

IN_A_PEERING = "a peering brings them, and hands nothing on to another peering, behind which"


@dataclass(frozen=True)
class Call:
    """One connection: names of two ends, and a port."""

    source: str
    destination: str
    port: int


FROM_STANDBY = {"database": "migration service", "stream": "Kafka Connect", "cache": "Cloud Run"}
"""Who calls each store of the primary."""

TO_PRIMARY = [Call(FROM_STANDBY[store], store, flow.port) for store, flow in to_primary(PLAN).items()]
TO_STANDBY = [Call(store, "Cloud SQL", flow.port) for store, flow in to_standby(PLAN).items()]

# Flows that somebody could think there are, each with the hop that stops it first.
NONE = {
    Call("pods", "database", 5432): "firewall of .*, egress",
    Call("nodes", "stream", 9098): "firewall of .*, egress",
    Call("migration service", "stream", 9096): "firewall of .*, egress",
    Call("migration service", "database", 22): "firewall of .*, egress",
    Call("Kafka Connect", "database", 5432): "firewall of .*, egress",
    Call("Kafka Connect", "stream", 9098): "firewall of .*, egress",
    Call("Cloud Run", "search", 443): "firewall of .*, egress",
    Call("partners", "database", 5432): "firewall of .*, egress",
    Call("proxies", "cache", 6379): "firewall of .*, egress",
    Call("EKS nodes", "Cloud SQL", 5432): "route table of .*",
    Call("EKS pods", "Cloud SQL", 5432): "route table of .*",
    Call("EKS pods", "Managed Kafka", 9092): "route table of .*",
    Call("EKS pods", "Memorystore", 6379): "route table of .*",
    Call("EKS nodes", "Google's APIs", 443): "route table of .*",
    Call("EKS nodes", "nodes", 443): "route table of .*",
    Call("database", "Google's APIs", 443): "security group of .*, egress",
    Call("database", "Managed Kafka", 9092): "security group of .*, egress",
    Call("database", "Cloud SQL", 3307): "security group of .*, egress",
    Call("stream", "Managed Kafka", 9092): "security group of .*, egress",
    Call("cache", "Memorystore", 6379): "security group of .*, egress",
    Call("database", "tunnel", 5432): "security group of .*, egress",
    Call("internet", "database", 5432): "internet gateway, .*",
    Call("internet", "stream", 9096): "internet gateway, .*",
    Call("internet", "cache", 6379): "internet gateway, .*",
    Call("internet", "search", 443): "internet gateway, .*",
    Call("internet", "Cloud SQL", 5432): "public address of .*",
    Call("internet", "Managed Kafka", 9092): "public address of .*",
    Call("internet", "Memorystore", 6379): "public address of .*",
    Call("tunnel", "database", 5432): "range of .*",
    Call("tunnel", "Cloud SQL", 5432): "range of .*",
}

Graphs = Sequence[Graph]
Sites = Mapping[str, Graphs]


@pytest.fixture(scope="module")
def sites(root: Path, graphs: dict[str, Graph], tmp_path_factory: pytest.TempPathFactory, preview: Callable) -> Sites:
    """The three stacks by the kind of link."""
    found = {}
    for kind, settings in KINDS.items():
        folder = tmp_path_factory.mktemp(kind)
        for part in ("settings", "components", "stacks"):
            (folder / part).symlink_to(root / part)
        for file in (*root.glob("Pulumi*.yaml"), root / "__main__.py"):
            shutil.copy(file, folder)
        own = folder / "Pulumi.interconnect.yaml"
        config = yaml.safe_load(own.read_text())["config"]
        own.write_text(json.dumps({"config": {**config, **{f"multicloud:{key}": settings[key] for key in settings}}}))
        result = preview("interconnect", "--json", "--pass", "update", "--project", str(folder))
        assert result.returncode == 0, result.stderr
        found[kind] = (graphs["prod"], graphs["dr"], Graph(json.loads(result.stdout)))
    return found


@pytest.fixture(scope="module")
def ends(prod: Graph, sites: Sites) -> dict[str, list[End]]:
    """The ends of every name; a store of the primary has one in each zone."""
    network = Network(sites["vpn"])
    [cluster] = prod.of_type("aws:eks/cluster:Cluster")
    group = frozenset({cluster.outputs["vpcConfig"]["clusterSecurityGroupId"]})
    tiers = PLAN.aws.tiers
    return {
        **{name: [End(address)] for name, address in {**STANDBY, **OUTSIDE}.items()},
        **{name: [end for node in prod.of_type(kind) for end in network.ends(node)] for name, kind in STORES.items()},
        "EKS nodes": [End(tiers["private"][0][10], group)],
        "EKS pods": [End(tiers["pods"][0][10], group)],
    }


def gaps(graphs: Graphs, ends: Mapping[str, list[End]], call: Call) -> list[str]:
    """What is missing of a connection between any two ends of the two names."""
    network = Network(graphs)
    return [walk.gap for walk in walks(network, ends, call) if walk.gap]


def walks(network: Network, ends: Mapping[str, list[End]], call: Call) -> list[Walk]:
    pairs = product(ends[call.source], ends[call.destination])
    return [network.walk(source, destination, call.port) for source, destination in pairs]


def test_every_store_has_an_end_in_each_zone(ends: dict[str, list[End]]) -> None:
    for store in STORES:
        assert len({end.address for end in ends[store]}) == 3
        assert all(len(end.groups) == 1 for end in ends[store])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("call", [*TO_PRIMARY, *TO_STANDBY], ids=str)
def test_every_flow_of_replication_has_a_path(kind: str, call: Call, sites: Sites, ends: dict[str, list[End]]) -> None:
    found = gaps(sites[kind], ends, call)
    if kind == "partner" and call in TO_STANDBY:
        # Known, and said where the kind is chosen: rows come back another way.
        assert len(found) == 3
        assert all(IN_A_PEERING in gap for gap in found)
    else:
        assert not found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("call", "hop"), NONE.items(), ids=str)
def test_what_no_flow_needs_has_no_path(
    kind: str, call: Call, hop: str, sites: Sites, ends: dict[str, list[End]]
) -> None:
    found = gaps(sites[kind], ends, call)
    assert len(found) == len(ends[call.source]) * len(ends[call.destination])
    assert all(re.match(f"{hop}: ", gap) for gap in found), found


def paths(graphs: Graphs, ends: Mapping[str, list[End]]) -> set[Call]:
    """Every connection that has a path, of all names and ports."""
    network = Network(graphs)
    here = (*STORES, "EKS nodes", "EKS pods")
    pairs = [*product(STANDBY, here), *product(here, STANDBY), *product(OUTSIDE, (*STANDBY, *here))]
    calls = [
        Call(source, destination, port) for source, destination in pairs for port in PORTS if source != destination
    ]
    return {call for call in calls if any(not walk.gap for walk in walks(network, ends, call))}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_the_flows_of_replication_has_a_path(kind: str, sites: Sites, ends: dict[str, list[End]]) -> None:
    assert paths(sites[kind], ends) == {*TO_PRIMARY, *(TO_STANDBY if kind != "partner" else ())}


def test_the_primarys_groups_alone_stop_what_the_standby_sends(sites: Sites, ends: dict[str, list[End]]) -> None:
    unguarded = without(sites["vpn"], "NetworkFirewallPolicyAssociation")
    assert paths(unguarded, ends) == {*TO_PRIMARY, *TO_STANDBY}


def test_the_standbys_firewall_alone_stops_what_it_sends(sites: Sites, ends: dict[str, list[End]]) -> None:
    open_groups = changed(
        sites["vpn"],
        "SecurityGroupIngressRule",
        "openings-",
        {"cidrIpv4": "10.0.0.0/8", "ipProtocol": "-1"},
    )
    # Cloud SQL's own network asks rules of Google's, and none of ours; stores share the ranges of the data tier.
    reached = {(call.source, call.port) for call in paths(open_groups, ends) if call.source in STANDBY}
    flows = {(call.source, call.port) for call in TO_PRIMARY}
    assert {(source, port) for source, port in reached if source != "Cloud SQL"} == flows


@pytest.mark.parametrize(
    ("kind", "call"),
    [(kind, call) for kind in KINDS for call in (*TO_PRIMARY, *(TO_STANDBY if kind != "partner" else ()))],
    ids=str,
)
def test_without_any_hop_there_is_no_path(kind: str, call: Call, sites: Sites, ends: dict[str, list[End]]) -> None:
    source, destination = ends[call.source][0], ends[call.destination][0]
    hops = Network(sites[kind]).walk(source, destination, call.port).hops
    assert len(hops) == 17
    for removed in {frozenset(node.urn for node in each): None for hop in hops for each in hop.by}:
        left = [lacking(graph, removed) for graph in sites[kind]]
        gap = Network(left).walk(source, destination, call.port).gap
        first = next(hop for hop in hops if any({node.urn for node in each} <= removed for each in hop.by))
        assert gap.startswith(f"{first.name}: "), (removed, gap)


def test_three_of_four_tunnels_may_fail(sites: Sites, ends: dict[str, list[End]]) -> None:
    for kept in ("link-a1", "link-a2", "link-b1", "link-b2"):
        for token in ("VPNTunnel", "RouterPeer", "RouterInterface"):
            others = [name for name in ("link-a1", "link-a2", "link-b1", "link-b2") if name != kept]
            left = sites["vpn"]
            for name in others:
                left = without(left, token, name)
            assert not [gap for call in (*TO_PRIMARY, *TO_STANDBY) for gap in gaps(left, ends, call)]
            assert gaps(without(left, token, kept), ends, TO_PRIMARY[0])


def test_one_of_two_circuits_may_fail(sites: Sites, ends: dict[str, list[End]]) -> None:
    for name in ("link-1", "link-2"):
        left = without(sites["dedicated"], "interconnect:Interconnect", name)
        assert not [gap for call in (*TO_PRIMARY, *TO_STANDBY) for gap in gaps(left, ends, call)]


@dataclass(frozen=True)
class Slip:
    """Inputs of a resource that differ, and what the report must say."""

    kind: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    says: str
    call: Call = TO_PRIMARY[0]


BACK = TO_STANDBY[0]
SLIPS = (
    Slip(
        "vpn",
        "RouterPeer",
        "link-",
        {"peerAsn": 64999},
        "private link: link-a1: it expects AS 64999, and AWS's end is 64512",
    ),
    Slip("vpn", "RouterPeer", "link-", {"enable": False}, "private link: link-a1: it is turned off; link-a2"),
    Slip("vpn", "RouterPeer", "link-", {"peerIpAddress": "169.254.99.1"}, "AWS's end of it has 169.254.16.0/30 inside"),
    Slip(
        "vpn",
        "RouterInterface",
        "link-",
        {"ipRange": "169.254.99.2/30"},
        "its interface has 169.254.99.2, and the session",
    ),
    Slip("vpn", "VPNTunnel", "link-", {"peerExternalGatewayInterface": 9}, "link-a1: no VPN connection"),
    Slip("vpn", "VPNTunnel", "link-", {"vpnGatewayInterface": 9}, "which is not the interface of Google's gateway"),
    Slip("vpn", "CustomerGateway", "link-", {"bgpAsn": "65000"}, "AWS's end expects AS 65000, and the router is 64513"),
    Slip("vpn", "VpnConnection", "link-", {"staticRoutesOnly": True}, "link-a takes static routes only"),
    Slip("vpn", "TransitGateway", "", {"amazonSideAsn": 65000}, "private link: link-a1: it expects AS 64512"),
    Slip("vpn", "RouterPeer", "link-", {"advertisedGroups": []}, "routes offered to AWS, to 10.77.8.10: "),
    Slip("vpn", "RouterPeer", "link-", {"advertisedIpRanges": []}, "routes offered to AWS, to 10.76.0.10: ", BACK),
    Slip(
        "vpn",
        "NetworkPeeringRoutesConfig",
        "",
        {"exportCustomRoutes": False},
        "peering of 10.76.0.10, custom routes: ",
        BACK,
    ),
    Slip(
        "vpn",
        "transitgateway/routeTableAssociation:RouteTableAssociation",
        "link-",
        {"transitGatewayRouteTableId": "x"},
        "Transit Gateway, from the link to ",
    ),
    Slip(
        "vpn",
        "RouteTablePropagation",
        "transit-vpc",
        {"transitGatewayRouteTableId": "x"},
        "Transit Gateway, from the link to ",
    ),
    Slip(
        "vpn",
        "RouteTablePropagation",
        "link-",
        {"transitGatewayRouteTableId": "x"},
        "Transit Gateway, from 10.64.160.10 to 10.77.8.10: ",
    ),
    Slip(
        "vpn",
        "ec2/route:Route",
        "transit-data-0",
        {"destinationCidrBlock": "10.72.0.0/16"},
        "route table of 10.64.160.10, to 10.77.8.10: ",
    ),
    Slip("vpn", "VpcAttachment", "", {"subnetIds": []}, "VPC attachment of 10.64.160.10: "),
    Slip(
        "vpn",
        "SecurityGroupIngressRule",
        "openings-database-0",
        {"toPort": 5431},
        "security group of 10.64.160.10, ingress: ",
    ),
    Slip(
        "vpn",
        "SecurityGroupEgressRule",
        "openings-database",
        {"cidrIpv4": "10.77.0.0/16"},
        "security group of 10.64.160.10, egress: ",
        BACK,
    ),
    Slip(
        "vpn",
        "NetworkFirewallPolicyRule",
        "out-peer-database",
        {"disabled": True},
        "firewall of 10.77.8.10, egress: firewall-out-private",
    ),
    Slip(
        "vpn",
        "NetworkFirewallPolicyRule",
        "out-private",
        {"priority": 1},
        "firewall of 10.77.8.10, egress: firewall-out-private",
    ),
    Slip(
        "dedicated", "TransitVirtualInterface", "link-", {"vlan": 7}, "link-1: VLAN 101 at Google's end is 7 at AWS's"
    ),
    Slip("dedicated", "TransitVirtualInterface", "link-", {"bgpAsn": 65000}, "AWS's end expects AS 65000"),
    Slip(
        "dedicated",
        "TransitVirtualInterface",
        "link-",
        {"amazonAddress": "169.254.9.1/29"},
        "AWS's end has 169.254.9.1/29, not",
    ),
    Slip(
        "dedicated",
        "directconnect/gateway:Gateway",
        "",
        {"amazonSideAsn": "65000"},
        "it expects AS 64514, and AWS's end is 65000",
    ),
    Slip(
        "dedicated",
        "GatewayAssociation",
        "",
        {"allowedPrefixes": ["10.66.0.0/16"]},
        "routes offered to Google Cloud, to 10.64.160.10: ",
    ),
    Slip(
        "partner",
        "GatewayAssociation",
        "",
        {"allowedPrefixes": []},
        "routes offered to Google Cloud, to 10.64.160.10: ",
    ),
    Slip(
        "partner",
        "NetworkPeering",
        "link-peering",
        {"importCustomRoutes": False},
        "link-peering imports no custom routes",
    ),
    Slip("partner", "Transport", "", {"advertisedRoutes": []}, "routes offered to AWS, to 10.77.8.10: "),
    Slip(
        "partner", "compute/network:Network", "", {"routingMode": "REGIONAL"}, "they come to another network or region"
    ),
)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.kind}-{slip.type}-{'-'.join(slip.inputs)}")
def test_a_slip_in_the_settings_leaves_no_path(slip: Slip, sites: Sites, ends: dict[str, list[End]]) -> None:
    graphs = changed(sites[slip.kind], slip.type, slip.name, slip.inputs)
    found = gaps(graphs, ends, slip.call)
    assert found
    assert slip.says in found[0]


ANSWERS = [
    {"action": "allow", "cidrBlock": "0.0.0.0/0", "fromPort": 5432, "protocol": "6", "ruleNo": 1, "toPort": 5432},
    {"action": "allow", "cidrBlock": "0.0.0.0/0", "fromPort": 1024, "protocol": "6", "ruleNo": 2, "toPort": 65535},
]
DENIED = {"action": "deny", "cidrBlock": "10.77.0.0/16", "fromPort": 5432, "protocol": "6", "ruleNo": 1, "toPort": 5432}


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"egress": ANSWERS}, ""),
        ({"egress": ANSWERS[:1]}, "access list of 10.64.160.10, egress: network-data"),
        ({"ingress": ANSWERS}, ""),
        ({"ingress": [DENIED, *ANSWERS]}, "access list of 10.64.160.10, ingress: network-data"),
        ({"ingress": [{**DENIED, "ruleNo": 9}, *ANSWERS]}, ""),
        ({"ingress": []}, "access list of 10.64.160.10, ingress: network-data"),
    ],
)
def test_an_access_list_must_let_answers_pass_too(
    inputs: dict[str, Any], says: str, sites: Sites, ends: dict[str, list[End]]
) -> None:
    found = gaps(changed(sites["vpn"], "NetworkAcl", "network-data", inputs), ends, TO_PRIMARY[0])
    assert found[0].startswith(says) if says else not found


@pytest.mark.parametrize(
    ("type", "inputs", "says"),
    [
        (
            "compute/network:Network",
            {"networkFirewallPolicyEnforcementOrder": None},
            "rules first that are in no graph",
        ),
        ("NetworkFirewallPolicyRule", {"targetServiceAccounts": ["someone"]}, "by more than ranges and ports"),
        ("ec2/routeTable:RouteTable", {"routes": [{}]}, "rules of its own"),
    ],
)
def test_what_nothing_reads_is_refused(
    type: str, inputs: dict[str, Any], says: str, sites: Sites, ends: dict[str, list[End]]
) -> None:
    with pytest.raises(ValueError, match=says):
        gaps(changed(sites["vpn"], type, "", inputs), ends, TO_PRIMARY[0])


def lacking(graph: Graph, urns: frozenset[str]) -> Graph:
    """The graph without some resources."""
    return Graph({**graph.document, "steps": [step for step in graph.document["steps"] if step["urn"] not in urns]})


def without(graphs: Graphs, kind: str, name: str = "") -> Graphs:
    """The graphs without the resources of a type and name."""
    removed = frozenset(node.urn for graph in graphs for node in _found(graph, kind, name))
    assert removed
    return [lacking(graph, removed) for graph in graphs]


def changed(graphs: Graphs, kind: str, name: str, inputs: Mapping[str, Any]) -> Graphs:
    """The graphs with inputs of the resources of a type and name changed."""
    found = [_changed(graph, {node.urn for node in _found(graph, kind, name)}, inputs) for graph in graphs]
    assert list(found) != list(graphs)
    return found


def _changed(graph: Graph, urns: set[str], inputs: Mapping[str, Any]) -> Graph:
    if not urns:
        return graph
    document = copy.copy(graph.document)
    document["steps"] = [copy.deepcopy(step) if step["urn"] in urns else step for step in document["steps"]]
    for step in document["steps"]:
        if step["urn"] in urns:
            step["newState"]["inputs"].update(inputs)
    return Graph(document)


def _found(graph: Graph, kind: str, name: str) -> list[Node]:
    return [node for node in graph.nodes.values() if node.type.endswith(kind) and name in node.name]
