"""The link by circuits: one in each domain, encrypted or silent, both ends of each wired to each other."""

import json
from collections.abc import Callable
from ipaddress import IPv4Interface
from typing import Any

import pytest

from preview.graph import Graph, Node

PROGRAM = """
from components.crosscloud.dedicated import Dedicated
from settings.interconnect import CircuitSettings, DedicatedSettings, LinkSettings

circuits = tuple(
    CircuitSettings(
        google_location=f"pdx-zone{domain}-1922",
        remote_location="aws-eqix-se2",
        aws_location="EqSe2",
        vlan=100 + domain,
    )
    for domain in (1, 2)
)
settings = LinkSettings(dedicated=DedicatedSettings(circuits=circuits))
Dedicated("link", on_aws, on_gcp, settings, ends=ends, opts=opts)
"""


@pytest.fixture(scope="session")
def dedicated(sample: Callable[[str], Graph]) -> Graph:
    return sample(PROGRAM)


def pair(graph: Graph, token: str) -> list[Node]:
    """The resources of a type, one for each circuit."""
    found = sorted(graph.of_type(token), key=lambda node: node.name)
    assert [node.name for node in found] == ["link-1", "link-2"]
    return found


def ordered(graph: Graph, kind: str) -> list[tuple[Node, dict[str, Any]]]:
    """What Cloud Control orders of Direct Connect, one for each circuit, with what it is to be."""
    nodes = sorted(graph.of_type("aws:cloudcontrol/resource:Resource"), key=lambda node: node.name)
    found = [node for node in nodes if node.inputs["typeName"] == f"AWS::DirectConnect::{kind}"]
    assert len(found) == 2
    return [(node, json.loads(node.inputs["desiredState"])) for node in found]


def test_there_is_a_circuit_in_each_domain(dedicated: Graph) -> None:
    places = [
        node.inputs["location"].rpartition("/")[2] for node in pair(dedicated, "gcp:compute/interconnect:Interconnect")
    ]
    assert places == ["pdx-zone1-1922", "pdx-zone2-1922"]


def test_both_ends_encrypt_and_google_drops_what_is_not_encrypted(dedicated: Graph) -> None:
    for node in pair(dedicated, "gcp:compute/interconnect:Interconnect"):
        assert node.inputs["requestedFeatures"] == ["IF_MACSEC"]
        assert node.inputs["macsecEnabled"] is True
        assert node.inputs["macsec"]["failOpen"] is False
        assert node.protected
    for token in ("Lag", "Connection"):
        for node, state in ordered(dedicated, token):
            # Direct Connect refuses a port with MACsec in a bundle without.
            assert state["RequestMACSec"] is True
            assert node.protected


def test_each_circuit_is_wired_from_end_to_end(dedicated: Graph) -> None:
    [gateway] = dedicated.of_type("aws:directconnect/gateway:Gateway")
    ports, attachments, virtual, interfaces, peers = (
        pair(dedicated, token)
        for token in (
            "gcp:compute/interconnect:Interconnect",
            "gcp:compute/interconnectAttachment:InterconnectAttachment",
            "aws:directconnect/transitVirtualInterface:TransitVirtualInterface",
            "gcp:compute/routerInterface:RouterInterface",
            "gcp:compute/routerPeer:RouterPeer",
        )
    )
    bundles, circuits = (ordered(dedicated, token) for token in ("Lag", "Connection"))
    for at in range(2):
        attachment, end, peer = attachments[at], virtual[at].inputs, peers[at].inputs
        assert attachment.inputs["interconnect"].endswith(ports[at].outputs["name"])
        [bundle, made], [_, circuit] = bundles[at], circuits[at]
        assert bundle.state["id"].endswith(end["connectionId"])
        assert circuit["LagId"] == end["connectionId"]
        assert circuit["Location"] == made["Location"] == "EqSe2"
        assert circuit["Bandwidth"] == made["ConnectionsBandwidth"] == "10Gbps"
        assert gateway.outputs["arn"].endswith(end["dxGatewayId"])
        assert end["vlan"] == attachment.inputs["vlanTag8021q"] == 101 + at
        assert str(end["mtu"]) == attachment.inputs["mtu"]
        ours = attachment.outputs["cloudRouterIpAddress"]
        theirs = attachment.outputs["customerRouterIpAddress"]
        assert (end["customerAddress"], end["amazonAddress"]) == (ours, theirs)
        assert interfaces[at].inputs["ipRange"] == ours
        assert interfaces[at].inputs["interconnectAttachment"] == attachment.outputs["selfLink"]
        assert peer["interface"] == interfaces[at].outputs["name"]
        assert (peer["ipAddress"], peer["peerIpAddress"]) == tuple(
            str(IPv4Interface(each).ip) for each in (ours, theirs)
        )
        assert end["bgpAsn"] == 64513
        assert str(peer["peerAsn"]) == gateway.inputs["amazonSideAsn"]


def test_sessions_have_keys_that_aws_makes_and_nobody_sees(dedicated: Graph) -> None:
    for node in pair(dedicated, "aws:directconnect/transitVirtualInterface:TransitVirtualInterface"):
        assert "bgpAuthKey" not in node.inputs
        assert node.outputs["bgpAuthKey"] == "[secret]"
    for node in pair(dedicated, "gcp:compute/routerPeer:RouterPeer"):
        assert node.inputs["md5AuthenticationKey"]["key"] == "[secret]"
