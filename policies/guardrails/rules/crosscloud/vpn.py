"""The VPN between a Transit Gateway and Google's HA VPN: enough paths, each its own, and both ends of one mind."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import off
from guardrails.model import Finding, ResourceRule, StackRule
from guardrails.subject import Resource, Stack

CONNECTION = "aws:ec2/vpnConnection:VpnConnection"
CUSTOMER = "aws:ec2/customerGateway:CustomerGateway"
GATEWAY = "gcp:compute/haVpnGateway:HaVpnGateway"
TUNNEL = "gcp:compute/vPNTunnel:VPNTunnel"
INTERFACE = "gcp:compute/routerInterface:RouterInterface"
PEER = "gcp:compute/routerPeer:RouterPeer"

PATHS = 4
"""Tunnels that Google's agreement on 99.99 % to AWS asks for, over both interfaces of a gateway.

https://docs.cloud.google.com/network-connectivity/docs/vpn/concepts/topologies
"""

AWS_CHOICES = ("EncryptionAlgorithms", "IntegrityAlgorithms", "DhGroupNumbers")
GCP_CHOICES = {"phase1": ("encryptions", "prves", "dhs"), "phase2": ("encryptions", "pfs")}


def _one_proposal(end: Resource) -> Iterator[Finding]:
    yield from _connection(end) if end.type == CONNECTION else _tunnel(end)


def _connection(connection: Resource) -> Iterator[Finding]:
    for number in (1, 2):
        versions = f"tunnel{number}IkeVersions"
        if connection.texts(versions) != ["ikev2"]:
            yield Finding(versions, "is not IKEv2 alone")
        for phase in (1, 2):
            for choice in AWS_CHOICES:
                path = f"tunnel{number}Phase{phase}{choice}"
                if connection.count(path) != 1:
                    yield Finding(path, "does not hold exactly one value")


def _tunnel(tunnel: Resource) -> Iterator[Finding]:
    if tunnel.number("ikeVersion", 2) != 2:
        yield Finding("ikeVersion", "is not 2")
    for phase, choices in GCP_CHOICES.items():
        for choice in choices:
            path = f"cipherSuite.{phase}.{choice}"
            if tunnel.count(path) != 1:
                yield Finding(path, "does not hold exactly one value")


def _four_paths(stack: Stack) -> Iterator[Finding]:
    """Each gateway's tunnels, and the two customer gateways that AWS knows it by."""
    known = len(stack.of_type(CUSTOMER))
    for gateway in stack.of_type(GATEWAY):
        tunnels = [tunnel for tunnel in stack.of_type(TUNNEL) if gateway.urn in tunnel.references("vpnGateway")]
        if len(tunnels) < PATHS:
            yield Finding("", f"has {len(tunnels)} tunnels, not {PATHS}", gateway)
        elif len({tunnel.number("vpnGatewayInterface") for tunnel in tunnels}) < 2:
            yield Finding("vpnInterfaces", "has all tunnels on one interface", gateway)
        elif len({tunnel.number("peerExternalGatewayInterface") for tunnel in tunnels}) < PATHS:
            yield Finding("", "has two tunnels to one and the same endpoint", gateway)
        elif stack.of_type(CONNECTION) and known < 2:
            yield Finding("", "is known to AWS by one customer gateway, not one for each interface", gateway)


def _bgp(stack: Stack) -> Iterator[Finding]:
    """Each tunnel's interface of a Cloud Router, and the session over it."""
    interfaces = {
        tunnel: interface.urn for interface in stack.of_type(INTERFACE) for tunnel in interface.references("vpnTunnel")
    }
    spoken = {interface for peer in stack.of_type(PEER) for interface in peer.references("interface")}
    for tunnel in stack.of_type(TUNNEL):
        if interfaces.get(tunnel.urn) not in spoken:
            yield Finding("", "has no BGP session", tunnel)


def _distinct_keys(stack: Stack) -> Iterator[Finding]:
    used: set[str] = set()
    for tunnel in stack.of_type(TUNNEL):
        key = tunnel.text("sharedSecret")
        if key and key in used:
            yield Finding("sharedSecret", "is that of another tunnel", tunnel)
        used.add(key)


RULES = (
    ResourceRule(
        id="crosscloud-vpn-one-proposal",
        types=(CONNECTION, TUNNEL),
        severity=Severity.HIGH,
        description="VPN tunnels speak IKEv2, with one algorithm for each purpose.",
        why="Several make an offer so long that it is split and lost: a tunnel comes up, and ends with its first keys.",
        remedy="Name one encryption, integrity and key-exchange algorithm a phase, the same at both ends, and ikev2.",
        check=_one_proposal,
    ),
    ResourceRule(
        id="crosscloud-vpn-dynamic-routes",
        types=(CONNECTION,),
        severity=Severity.HIGH,
        description="VPN connections learn their routes by BGP.",
        why="Static routes stay when a tunnel is down, and what follows them is lost.",
        remedy="Leave static_routes_only False, and make a RouterPeer for each tunnel.",
        check=off("staticRoutesOnly"),
    ),
    StackRule(
        id="crosscloud-vpn-four-paths",
        types=(CONNECTION, CUSTOMER, GATEWAY, TUNNEL),
        severity=Severity.HIGH,
        description="An HA VPN gateway has four tunnels over both its interfaces, each to an endpoint of its own.",
        why="With fewer, the maintenance of one endpoint or interface stops replication.",
        remedy="Make two customer gateways and two VPN connections, and a tunnel to each of their four addresses.",
        check=_four_paths,
    ),
    StackRule(
        id="crosscloud-vpn-bgp-sessions",
        types=(INTERFACE, PEER, TUNNEL),
        severity=Severity.HIGH,
        description="Each VPN tunnel has a BGP session.",
        why="A tunnel without one is up and carries nothing.",
        remedy="Make a RouterInterface for the tunnel and a RouterPeer for the interface.",
        check=_bgp,
    ),
    StackRule(
        id="crosscloud-vpn-distinct-keys",
        types=(TUNNEL,),
        severity=Severity.HIGH,
        description="No two VPN tunnels have the same pre-shared key.",
        why="Whoever learns the key of one tunnel could pose as the end of the other.",
        remedy="Give each tunnel the key that its VpnConnection makes for it.",
        check=_distinct_keys,
    ),
)
