"""The link by VPN: four tunnels, each wired to its own end, and both ends say the same."""

from collections.abc import Callable
from ipaddress import IPv4Interface, IPv4Network
from itertools import combinations

import pytest

from preview.graph import Graph, Node

CONNECTION = "aws:ec2/vpnConnection:VpnConnection"
TUNNEL = "gcp:compute/vPNTunnel:VPNTunnel"

# What AWS and Google call the same. https://docs.cloud.google.com/network-connectivity/docs/vpn/concepts/supported-ike-ciphers
# and https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html
ENCRYPTION = {"AES256-GCM-16": "AES-GCM-16-256"}
PSEUDO_RANDOM = {"SHA2-384": "PRF-HMAC-SHA2-384"}

PROGRAM = """
from components.crosscloud.vpn import Vpn
from settings.interconnect import VpnSettings

seen = {}

def look(args):
    if args.type_ == "gcp:compute/vPNTunnel:VPNTunnel":
        seen[args.name] = args.props["shared_secret"]
    if args.type_ == "aws:ec2/vpnConnection:VpnConnection":
        seen[args.name] = args.resource

pulumi.runtime.register_stack_transformation(look)
link = Vpn("link", on_aws, on_gcp, VpnSettings(), ends=ends, log_key_arn=key, opts=opts)
made = {}
for side in "ab":
    connection = seen[f"link-{side}"]
    made[f"{side}1"], made[f"{side}2"] = connection.tunnel1_preshared_key, connection.tunnel2_preshared_key
pulumi.export("made", pulumi.Output.unsecret(pulumi.Output.from_input(made)))
used = {name: seen[f"link-{name}"] for name in made}
pulumi.export("used", pulumi.Output.unsecret(pulumi.Output.from_input(used)))
pulumi.export("attachments", link.aws_attachment_ids)
"""


@pytest.fixture(scope="session")
def vpn(sample: Callable[[str], Graph]) -> Graph:
    return sample(PROGRAM)


def named(graph: Graph, token: str) -> dict[str, Node]:
    """Resources of a type by the part of the link that they belong to."""
    return {node.name.removeprefix("link-"): node for node in graph.of_type(token)}


def tunnels(graph: Graph) -> list[tuple[str, dict, int]]:
    """Each tunnel's name, its connection's inputs and outputs, and its number in the connection."""
    return [
        (f"{side}{number}", {**made.inputs, **made.outputs}, number)
        for side, made in sorted(named(graph, CONNECTION).items())
        for number in (1, 2)
    ]


class TestTunnels:
    def test_there_are_four_between_four_endpoints_and_two_interfaces(self, vpn: Graph) -> None:
        [gateway] = vpn.of_type("gcp:compute/haVpnGateway:HaVpnGateway")
        [peer] = vpn.of_type("gcp:compute/externalVpnGateway:ExternalVpnGateway")
        customers = vpn.of_type("aws:ec2/customerGateway:CustomerGateway")
        assert peer.inputs["redundancyType"] == "FOUR_IPS_REDUNDANCY"
        assert gateway.protected
        ours = {each["id"]: each["ipAddress"] for each in gateway.outputs["vpnInterfaces"]}
        theirs = {each["id"]: each["ipAddress"] for each in peer.inputs["interfaces"]}
        assert ours.keys() == {0, 1}
        assert {node.inputs["ipAddress"] for node in customers} == set(ours.values())
        by_id = {node.outputs["arn"].rsplit("/")[-1]: node.inputs["ipAddress"] for node in customers}
        for name, connection, number in tunnels(vpn):
            end = named(vpn, TUNNEL)[name].inputs
            assert end["vpnGateway"].endswith(gateway.outputs["name"])
            assert ours[end["vpnGatewayInterface"]] == by_id[connection["customerGatewayId"]], name
            assert theirs[end["peerExternalGatewayInterface"]] == connection[f"tunnel{number}Address"], name
        assert len({node.inputs["peerExternalGatewayInterface"] for node in vpn.of_type(TUNNEL)}) == 4

    def test_each_has_a_key_of_its_own_that_aws_makes_and_nobody_sees(self, vpn: Graph) -> None:
        made, used = (vpn.document["outputs"][name] for name in ("made", "used"))
        assert used == made
        assert len(set(used.values())) == 4
        for node in vpn.of_type(CONNECTION):
            assert not {"tunnel1PresharedKey", "tunnel2PresharedKey"} & node.inputs.keys()
            assert node.outputs["tunnel1PresharedKey"] == node.outputs["tunnel2PresharedKey"] == "[secret]"
            assert node.outputs["customerGatewayConfiguration"] == "[secret]"
        for node in vpn.of_type(TUNNEL):
            assert node.inputs["sharedSecret"] == node.outputs["sharedSecret"] == "[secret]"

    def test_both_ends_have_one_and_the_same_proposal_a_phase(self, vpn: Graph) -> None:
        for name, connection, number in tunnels(vpn):
            end = named(vpn, TUNNEL)[name].inputs
            assert connection[f"tunnel{number}IkeVersions"] == ["ikev2"]
            assert end["ikeVersion"] == 2
            for phase, group in ((1, "dhs"), (2, "pfs")):
                suite, prefix = end["cipherSuite"][f"phase{phase}"], f"tunnel{number}Phase{phase}"
                [encryption] = connection[f"{prefix}EncryptionAlgorithms"]
                [integrity] = connection[f"{prefix}IntegrityAlgorithms"]
                [exchange] = connection[f"{prefix}DhGroupNumbers"]
                assert suite["encryptions"] == [ENCRYPTION[encryption]]
                assert suite[group] == [f"Group-{exchange:g}"]
                assert "integrities" not in suite  # AES-GCM has its own
                if phase == 1:
                    assert suite["prves"] == [PSEUDO_RANDOM[integrity]]

    def test_they_come_up_by_themselves_and_change_keys_before_the_old_ones_end(self, vpn: Graph) -> None:
        for _, connection, number in tunnels(vpn):
            of = {key: connection[f"tunnel{number}{key}"] for key in ("StartupAction", "DpdTimeoutAction")}
            assert of == {"StartupAction": "start", "DpdTimeoutAction": "restart"}
            assert connection[f"tunnel{number}DpdTimeoutSeconds"] >= 30
            margin = connection[f"tunnel{number}RekeyMarginTimeSeconds"]
            assert 60 <= margin <= connection[f"tunnel{number}Phase2LifetimeSeconds"] / 2

    def test_aws_logs_each_under_our_key(self, vpn: Graph) -> None:
        [group] = vpn.of_type("aws:cloudwatch/logGroup:LogGroup")
        assert ":key/" in group.inputs["kmsKeyId"]
        for _, connection, number in tunnels(vpn):
            options = connection[f"tunnel{number}LogOptions"]["cloudwatchLogOptions"]
            assert options["logEnabled"]
            assert options["bgpLogEnabled"]
            assert options["logGroupArn"] == options["bgpLogGroupArn"] == group.outputs["arn"]


class TestRouting:
    def test_inside_ranges_are_the_plans_and_both_ends_have_their_address(self, vpn: Graph) -> None:
        ranges = []
        interfaces = named(vpn, "gcp:compute/routerInterface:RouterInterface")
        for name, connection, number in tunnels(vpn):
            inside = IPv4Network(connection[f"tunnel{number}InsideCidr"])
            ranges.append(inside)
            aws_address, gcp_address = inside.hosts()
            interface = interfaces[name]
            assert interface.inputs["ipRange"] == str(IPv4Interface((gcp_address, 30)))
            assert interface.inputs["vpnTunnel"] == named(vpn, TUNNEL)[name].outputs["name"]
            peer = named(vpn, "gcp:compute/routerPeer:RouterPeer")[name].inputs
            assert peer["interface"] == interface.outputs["name"]
            assert (peer["ipAddress"], peer["peerIpAddress"]) == (str(gcp_address), str(aws_address))
        assert len(ranges) == 4
        assert not any(a.overlaps(b) for a, b in combinations(ranges, 2))

    def test_the_ends_have_different_numbers(self, vpn: Graph) -> None:
        theirs = {node.inputs["peerAsn"] for node in vpn.of_type("gcp:compute/routerPeer:RouterPeer")}
        ours = {int(node.inputs["bgpAsn"]) for node in vpn.of_type("aws:ec2/customerGateway:CustomerGateway")}
        assert len(ours) == len(theirs) == 1
        assert ours != theirs

    def test_google_offers_every_subnet_and_private_services_access(self, vpn: Graph) -> None:
        for node in vpn.of_type("gcp:compute/routerPeer:RouterPeer"):
            assert node.inputs["advertiseMode"] == "CUSTOM"
            assert node.inputs["advertisedGroups"] == ["ALL_SUBNETS"]
            assert [each["range"] for each in node.inputs["advertisedIpRanges"]] == ["10.76.0.0/16"]

    def test_aws_routes_what_both_connections_bring_and_no_more(self, vpn: Graph) -> None:
        attached = set(vpn.document["outputs"]["attachments"].values())
        assert len(attached) == 2
        for token, table in (
            ("aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation", "tgw-rtb-0000000000000000e"),
            ("aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation", "tgw-rtb-0000000000000000b"),
        ):
            made = [node.inputs for node in vpn.of_type(token)]
            assert {each["transitGatewayAttachmentId"] for each in made} == attached
            assert {each["transitGatewayRouteTableId"] for each in made} == {table}
        assert all(node.inputs["staticRoutesOnly"] is False for node in vpn.of_type(CONNECTION))


def test_everything_says_that_it_is_the_link(vpn: Graph) -> None:
    marked = [node.inputs.get("tags") or node.inputs.get("labels") for node in vpn.nodes.values()]
    assert sum(marks is not None and marks["dr-role"] == "link" for marks in marked) >= 11
