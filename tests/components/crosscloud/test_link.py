"""The link in its stack: it joins what prod and dr export, and each side tells when it is down."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from analysis.edges import data
from preview.graph import Graph, Node

METRICS = {
    side: yaml.safe_load((Path(__file__).parents[1] / side / "metrics.yaml").read_text()) for side in ("aws", "gcp")
}
CIRCUITS = [
    {
        "google_location": f"pdx-zone{domain}-1922",
        "remote_location": "aws-eqix-se2",
        "aws_location": "EqSe2",
        "vlan": 100,
    }
    for domain in (1, 2)
]


@pytest.fixture(scope="module")
def interconnect(graphs: dict[str, Graph]) -> Graph:
    return graphs["interconnect"]


def below(graph: Graph, name: str) -> list[Node]:
    """The resources of a component."""
    [component] = [node for node in graph.nodes.values() if node.is_component and node.name == name]
    return list(graph.descendants(component.urn))


def test_aws_end_is_prods_transit_gateway(interconnect: Graph, prod: Graph) -> None:
    transit = prod.document["outputs"]["transit"]
    for node in interconnect.of_type("aws:ec2/vpnConnection:VpnConnection"):
        assert node.inputs["transitGatewayId"] == transit["gatewayId"]
    for token, table in (
        ("aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation", "externalTableId"),
        ("aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation", "workloadTableId"),
    ):
        made = interconnect.of_type(token)
        assert len(made) == 2
        assert {node.inputs["transitGatewayRouteTableId"] for node in made} == {transit[table]}


def test_google_end_is_drs_network_and_router(interconnect: Graph, dr: Graph) -> None:
    network = dr.document["outputs"]["network"]
    [gateway] = interconnect.of_type("gcp:compute/haVpnGateway:HaVpnGateway")
    assert gateway.inputs["network"] == network["networkId"]
    assert {node.inputs["router"] for node in interconnect.of_type("gcp:compute/routerPeer:RouterPeer")} == {
        network["routerName"]
    }


def test_numbers_are_those_that_the_two_stacks_have(interconnect: Graph, prod: Graph, dr: Graph) -> None:
    [gateway] = prod.of_type("aws:ec2transitgateway/transitGateway:TransitGateway")
    [router] = dr.of_type("gcp:compute/router:Router")
    peers = {node.inputs["peerAsn"] for node in interconnect.of_type("gcp:compute/routerPeer:RouterPeer")}
    customers = {node.inputs["bgpAsn"] for node in interconnect.of_type("aws:ec2/customerGateway:CustomerGateway")}
    assert peers == {gateway.inputs["amazonSideAsn"]}
    assert customers == {f"{router.inputs['bgp']['asn']:g}"}


def test_the_log_is_encrypted_by_a_key_of_the_stacks_own(interconnect: Graph) -> None:
    [group] = [node for node in below(interconnect, "link") if node.type == "aws:cloudwatch/logGroup:LogGroup"]
    keys = {node.outputs["arn"]: node for node in interconnect.of_type("aws:kms/key:Key")}
    assert keys[group.inputs["kmsKeyId"]].inputs["enableKeyRotation"] is True


class TestAlarms:
    def test_aws_watches_each_connection_and_tells_prods_people(self, interconnect: Graph, prod: Graph) -> None:
        alarms = [node for node in below(interconnect, "alarms-aws") if node.type.endswith(":MetricAlarm")]
        watched = {node.inputs["dimensions"]["VpnId"] for node in alarms if node.inputs["metricName"] == "TunnelState"}
        connections = interconnect.of_type("aws:ec2/vpnConnection:VpnConnection")
        assert watched == {node.outputs["arn"].rsplit("/")[-1] for node in connections}
        topics = {
            topic for by in prod.document["outputs"]["observability"]["topicArns"].values() for topic in by.values()
        }
        assert all(set(node.inputs["alarmActions"]) <= topics for node in alarms)

    def test_google_watches_every_tunnel_and_session_while_aws_is_dark(self, interconnect: Graph, dr: Graph) -> None:
        policies = [node for node in below(interconnect, "alarms-gcp") if node.type.endswith(":AlertPolicy")]
        filters = [node.inputs["conditions"][0]["conditionThreshold"]["filter"] for node in policies]
        assert any("tunnel_established" in each for each in filters)
        assert any("bgp_sessions_down_count" in each for each in filters)
        assert all(node.inputs["enabled"] for node in policies)
        assert "CRITICAL" in {node.inputs["severity"] for node in policies}
        channels = dr.document["outputs"]["observability"]["channelNames"]
        told = {name for names in channels.values() for name in names}
        assert all(set(node.inputs["notificationChannels"]) <= told for node in policies)

    @pytest.mark.parametrize(
        "settings",
        [{}, {"kind": "partner"}, {"kind": "dedicated", "link": {"dedicated": {"circuits": CIRCUITS}}}],
        ids=["vpn", "partner", "dedicated"],
    )
    def test_every_metric_exists(
        self, settings: dict, changed_stack: Callable[[str, dict], Graph], interconnect: Graph
    ) -> None:
        graph = changed_stack("interconnect", settings) if settings else interconnect
        alarms = [node for node in below(graph, "alarms-aws") if node.type.endswith(":MetricAlarm")]
        assert alarms
        for node in alarms:
            published = METRICS["aws"][node.inputs["namespace"]]
            assert any(
                set(node.inputs["dimensions"]) == set(each["dimensions"])
                and node.inputs["metricName"] in each["metrics"]
                for each in published
            ), node.name
        for node in below(graph, "alarms-gcp"):
            terms = node.inputs["conditions"][0]["conditionThreshold"]["filter"].split('"')
            assert terms[3] in METRICS["gcp"][terms[1]]["metrics"], node.name


@pytest.mark.parametrize("name", ["rows-source", "mirror-source", "mirror-checkpoint"])
def test_what_connects_at_once_waits_until_the_link_carries_it(name: str, interconnect: Graph) -> None:
    [found] = [node for node in interconnect.nodes.values() if node.name == name]
    awaited = {interconnect.nodes[urn].type.rpartition(":")[2] for urn in data(interconnect, found)}
    assert {"RouterPeer", "RouteTableAssociation", "RouteTablePropagation", "SecurityGroupIngressRule"} <= awaited
