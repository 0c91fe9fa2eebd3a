"""The ways through a private link, by kind: what each is made of, and whether its two ends agree."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network

from analysis.reachability import amazon
from analysis.reachability.google import NETWORK, SUBNETWORK
from analysis.reachability.hops import Resources
from preview.graph import Document, Node

ROUTER = "gcp:compute/router:Router"
PEER = "gcp:compute/routerPeer:RouterPeer"
INTERFACE = "gcp:compute/routerInterface:RouterInterface"
TUNNEL = "gcp:compute/vPNTunnel:VPNTunnel"
HA_GATEWAY = "gcp:compute/haVpnGateway:HaVpnGateway"
EXTERNAL_GATEWAY = "gcp:compute/externalVpnGateway:ExternalVpnGateway"
ATTACHMENT = "gcp:compute/interconnectAttachment:InterconnectAttachment"
PORT = "gcp:compute/interconnect:Interconnect"
TRANSPORT = "gcp:networkconnectivity/transport:Transport"
PEERING = "gcp:compute/networkPeering:NetworkPeering"

CONNECTION = "aws:ec2/vpnConnection:VpnConnection"
CUSTOMER_GATEWAY = "aws:ec2/customerGateway:CustomerGateway"
VIRTUAL_INTERFACE = "aws:directconnect/transitVirtualInterface:TransitVirtualInterface"
DX_GATEWAY = "aws:directconnect/gateway:Gateway"
DX_ASSOCIATION = "aws:directconnect/gatewayAssociation:GatewayAssociation"
MANAGED = "aws:cloudcontrol/resource:Resource"
MANAGED_TYPE = "AWS::Interconnect::Connection"
BUNDLE_TYPE = "AWS::DirectConnect::Lag"
CIRCUIT_TYPE = "AWS::DirectConnect::Connection"


@dataclass(frozen=True)
class Way:
    """One way through the link, which carries as long as each of its parts does."""

    name: str
    parts: Mapping[str, Sequence[Node]]
    """What it is made of, by what each is; nothing where there is none."""

    faults: Sequence[str]
    """Where its ends do not agree."""

    attachment: str
    """Id of the Transit Gateway's attachment."""

    region: str
    """Google's region that its routes come to."""

    to_aws: Sequence[str]
    """Ranges that Google offers."""

    to_google: Sequence[str] | None
    """Ranges that AWS offers; None where those are what the attachment's table has."""

    network: str
    """Id of the network on Google's side."""

    by_peering: bool = False
    """Whether a peering brings its routes, which hands on subnets of the network and nothing of another peering's.

    https://docs.cloud.google.com/vpc/docs/vpc-peering#transitive
    """

    @property
    def fault(self) -> str:
        """Why it carries nothing; nothing where it does."""
        missing = [f"no {part}" for part, nodes in self.parts.items() if not nodes]
        return ", ".join(missing or self.faults)


def ways(resources: Resources) -> list[Way]:
    """Every way through the link."""
    peers = sorted(resources.of(PEER), key=lambda node: node.name)
    return [
        *(_session(resources, peer) for peer in peers),
        *(_managed(resources, transport) for transport in resources.of(TRANSPORT)),
    ]


def _session(resources: Resources, peer: Node) -> Way:
    """A BGP session of a Cloud Router, and what carries it."""
    given = peer.inputs
    routers = resources.named(ROUTER, given["router"])
    interfaces = resources.named(INTERFACE, given["interface"], router=given["router"])
    # An interface tells of either; of neither, the session has nothing below it.
    below = _tunnel if any("vpnTunnel" in node.inputs for node in interfaces) else _circuit
    parts, attachment, offered, agreed = below(resources, peer, interfaces, routers)
    inside = [IPv4Interface(node.inputs["ipRange"]) for node in interfaces]
    faults = [
        *(["it is turned off"] if given.get("enable") is False else []),
        *(
            f"its interface has {at.ip}, and the session {given['ipAddress']}"
            for at in inside
            if str(at.ip) != given["ipAddress"]
        ),
        *agreed,
    ]
    return Way(
        name=peer.name,
        parts={"Cloud Router": routers, "interface of the router": interfaces, **parts, "BGP session": [peer]},
        faults=faults,
        attachment=attachment,
        region=given["region"],
        to_aws=_advertised(resources, peer, routers),
        to_google=offered,
        network=routers[0].inputs["network"] if routers else "",
    )


Carrier = tuple[dict[str, Sequence[Node]], str, Sequence[str] | None, list[str]]
"""Parts, the attachment's id, what AWS offers, and faults."""


def _tunnel(resources: Resources, peer: Node, interfaces: list[Node], routers: list[Node]) -> Carrier:
    """A VPN tunnel, from Google's gateway to one of AWS's connections.

    AWS offers what the table has that its attachment is associated with.
    https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpn-attachments.html
    """
    tunnels = [node for each in interfaces for node in resources.named(TUNNEL, each.inputs["vpnTunnel"])]
    gateways = [node for each in tunnels for node in resources.with_id(HA_GATEWAY, each.inputs["vpnGateway"])]
    outer = [
        node for each in tunnels for node in resources.with_id(EXTERNAL_GATEWAY, each.inputs["peerExternalGateway"])
    ]
    theirs = {
        interface["ipAddress"]
        for each in tunnels
        for node in outer
        for interface in node.inputs["interfaces"]
        if interface["id"] == each.inputs["peerExternalGatewayInterface"]
    }
    found = [
        (node, number)
        for node in resources.of(CONNECTION)
        for number in (1, 2)
        if node.outputs[f"tunnel{number}Address"] in theirs
    ]
    connections = [node for node, _ in found]
    customers = [
        node for each in connections for node in resources.with_id(CUSTOMER_GATEWAY, each.inputs["customerGatewayId"])
    ]
    transit = [
        node for each in connections for node in resources.with_id(amazon.GATEWAY, each.inputs["transitGatewayId"])
    ]
    ours = {
        interface["ipAddress"]
        for each in tunnels
        for node in gateways
        for interface in node.outputs["vpnInterfaces"]
        if interface["id"] == each.inputs["vpnGatewayInterface"]
    }
    faults = [
        f"AWS's end of it is made for {node.inputs['ipAddress']}, which is not the interface of Google's gateway"
        for node in customers
        if node.inputs["ipAddress"] not in ours
    ]
    faults += _numbers(
        peer, routers, [n.inputs["bgpAsn"] for n in customers], [n.inputs["amazonSideAsn"] for n in transit]
    )
    for node, number in found:
        inside = IPv4Network(node.inputs[f"tunnel{number}InsideCidr"])
        # AWS takes the first address: https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-dynamic-routing-examples.html
        expected = [str(address) for address in inside.hosts()]
        if [peer.inputs["peerIpAddress"], peer.inputs["ipAddress"]] != expected:
            faults.append(f"AWS's end of it has {inside} inside, and Google's {peer.inputs['ipAddress']}")
        if node.inputs.get("staticRoutesOnly"):
            faults.append(f"{node.name} takes static routes only")
    parts = {
        "VPN tunnel": tunnels,
        "HA VPN gateway": gateways,
        "external gateway": outer,
        "VPN connection": connections,
        "customer gateway": customers,
        "Transit Gateway": transit,
    }
    attachments = [node.outputs["transitGatewayAttachmentId"] for node in connections]
    return parts, next(iter(attachments), ""), None, faults


def _circuit(resources: Resources, peer: Node, interfaces: list[Node], routers: list[Node]) -> Carrier:
    """A VLAN on a circuit, from a port of Google's to a bundle of Direct Connect's."""
    attachments = [
        node
        for each in interfaces
        for node in resources.of(ATTACHMENT)
        if node.outputs["selfLink"] == each.inputs.get("interconnectAttachment")
    ]
    ports = [node for each in attachments for node in resources.with_id(PORT, each.inputs["interconnect"])]
    virtual = [
        node
        for each in attachments
        for node in resources.of(VIRTUAL_INTERFACE, customerAddress=each.outputs["cloudRouterIpAddress"])
    ]
    bundles = [
        node
        for each in virtual
        for node in resources.of(MANAGED, typeName=BUNDLE_TYPE)
        if _last(node) == each.inputs["connectionId"]
    ]
    circuits = [
        node
        for each in bundles
        for node in resources.of(MANAGED, typeName=CIRCUIT_TYPE)
        if _last(each) == json.loads(node.inputs["desiredState"])["LagId"]
    ]
    gateways = [node for each in virtual for node in resources.with_id(DX_GATEWAY, each.inputs["dxGatewayId"])]
    faults = _numbers(
        peer, routers, [n.inputs["bgpAsn"] for n in virtual], [n.inputs["amazonSideAsn"] for n in gateways]
    )
    for ours, theirs in zip(attachments, virtual, strict=False):
        if ours.inputs["vlanTag8021q"] != theirs.inputs["vlan"]:
            faults.append(f"VLAN {ours.inputs['vlanTag8021q']} at Google's end is {theirs.inputs['vlan']} at AWS's")
        if theirs.inputs["amazonAddress"].partition("/")[0] != peer.inputs["peerIpAddress"]:
            faults.append(f"AWS's end has {theirs.inputs['amazonAddress']}, not {peer.inputs['peerIpAddress']}")
    joined, attachment, offered = _direct_connect(resources, gateways)
    parts = {
        "VLAN attachment": attachments,
        "interconnect": ports,
        "virtual interface": virtual,
        "bundle": bundles,
        "Direct Connect port": circuits,
        **joined,
    }
    return parts, attachment, offered, faults


def _last(node: Node) -> str:
    """The id of something that Cloud Control knows by its ARN."""
    return node.state["id"].rpartition("/")[2]


def _managed(resources: Resources, transport: Node) -> Way:
    """The connection that the clouds run themselves: a key of Google's that AWS takes up, and a peering."""
    given = transport.inputs
    peerings = resources.of(PEERING, network=given["network"], peerNetwork=transport.outputs["peeringNetwork"])
    # What AWS's end is made of is a secret; what it is made from is not.
    taken = [node for node in resources.of(MANAGED, typeName=MANAGED_TYPE) if transport.urn in _made_from(node)]
    gateways = [node for each in taken for node in resources.of(DX_GATEWAY) if node.urn in _made_from(each)]
    joined, attachment, offered = _direct_connect(resources, gateways)
    return Way(
        name=transport.name,
        parts={"transport": [transport], "peering": peerings, "connection": taken, **joined},
        faults=[
            f"{node.name} imports no custom routes" for node in peerings if not node.inputs.get("importCustomRoutes")
        ],
        attachment=attachment,
        region=given["region"],
        to_aws=given["advertisedRoutes"],
        to_google=offered,
        network=given["network"],
        by_peering=True,
    )


def _direct_connect(resources: Resources, gateways: list[Node]) -> tuple[dict[str, Sequence[Node]], str, Sequence[str]]:
    """The Transit Gateway behind a Direct Connect gateway, which offers the prefixes that it allows and no others.

    https://docs.aws.amazon.com/directconnect/latest/UserGuide/allowed-to-prefixes.html
    """
    found = [node for each in gateways for node in resources.of(DX_ASSOCIATION, dxGatewayId=each.state["id"])]
    transit = [node for each in found for node in resources.with_id(amazon.GATEWAY, each.inputs["associatedGatewayId"])]
    attachments = [node.outputs["transitGatewayAttachmentId"] for node in found]
    parts = {"Direct Connect gateway": gateways, "association with the gateway": found, "Transit Gateway": transit}
    offered = [prefix for node in found for prefix in node.inputs["allowedPrefixes"]]
    return parts, next(iter(attachments), ""), offered


def _made_from(node: Node) -> set[str]:
    return {urn for urns in node.state.get("propertyDependencies", {}).values() for urn in urns}


def _numbers(peer: Node, routers: list[Node], expected: list[object], theirs: list[object]) -> list[str]:
    """Where the autonomous-system numbers of one side are not what the other expects."""
    faults = [
        f"AWS's end expects AS {number}, and the router is {router.inputs['bgp']['asn']}"
        for router in routers
        for number in expected
        if int(str(number)) != router.inputs["bgp"]["asn"]
    ]
    return faults + [
        f"it expects AS {peer.inputs['peerAsn']}, and AWS's end is {number}"
        for number in theirs
        if int(str(number)) != peer.inputs["peerAsn"]
    ]


def _advertised(resources: Resources, peer: Node, routers: list[Node]) -> list[str]:
    """What a session offers: of its own, or by default what its router does.

    https://docs.cloud.google.com/network-connectivity/docs/router/concepts/advertised-routes
    """
    router: Document = routers[0].inputs if routers else {}
    given: Document = next(
        (each for each in (peer.inputs, router.get("bgp", {})) if each.get("advertiseMode") == "CUSTOM"),
        {"advertisedGroups": ["ALL_SUBNETS"]},
    )
    listed = [entry["range"] for entry in given.get("advertisedIpRanges") or ()]
    return listed + (
        list(_subnets(resources, router)) if "ALL_SUBNETS" in (given.get("advertisedGroups") or ()) else []
    )


def _subnets(resources: Resources, router: Document) -> Iterator[str]:
    """The subnets that a router knows of: its region's, or with global routing the network's."""
    everywhere = any(
        node.inputs.get("routingMode") == "GLOBAL" for node in resources.with_id(NETWORK, router.get("network"))
    )
    for subnet in resources.of(SUBNETWORK, network=router.get("network")):
        if everywhere or f"/regions/{router['region']}/" in subnet.state["id"]:
            yield subnet.inputs["ipCidrRange"]
            yield from (entry["ipCidrRange"] for entry in subnet.inputs.get("secondaryIpRanges") or ())
