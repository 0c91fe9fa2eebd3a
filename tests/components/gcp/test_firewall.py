"""The firewall of the standby's network: what is decided about a packet, rule by rule as Google asks them."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from preview.graph import Graph, Node

RULE = "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule"
NODE, POD, KAFKA, CACHE, SQL = "10.74.0.9", "10.72.1.7", "10.77.6.4", "10.77.10.4", "10.76.0.3"
CONTROL_PLANE, GOOGLE_APIS, PROXY, PARTNER = "10.77.11.2", "10.77.11.16", "10.77.4.8", "10.77.7.5"
DMS, CONNECT, SERVERLESS = "10.77.8.2", "10.77.0.9", "10.77.9.3"
AURORA, STRANGER, PUBLIC, HEALTH_CHECK = "10.64.160.4", "10.200.0.1", "198.51.100.7", "35.191.3.3"


def rules(dr: Graph) -> list[Node]:
    return sorted(dr.of_type(RULE), key=lambda node: node.inputs["priority"])


def holds(ranges: list[str] | None, address: str) -> bool:
    return not ranges or any(IPv4Address(address) in IPv4Network(cidr) for cidr in ranges)


def serves(entry: dict, protocol: str, port: int) -> bool:
    if entry["ipProtocol"] not in ("all", protocol):
        return False
    ends = [part.partition("-") for part in entry.get("ports") or ["0-65535"]]
    return any(int(first) <= port <= int(last or first) for first, _, last in ends)


def decided(dr: Graph, direction: str, source: str, destination: str, traffic: str) -> str:
    """What the first rule that matches says."""
    protocol, _, port = traffic.partition(":")
    for node in rules(dr):
        match = node.inputs["match"]
        if (
            node.inputs["direction"] == direction
            and holds(match.get("srcIpRanges"), source)
            and holds(match.get("destIpRanges"), destination)
            and any(serves(entry, protocol, int(port or 0)) for entry in match["layer4Configs"])
        ):
            return node.inputs["action"]
    return "left open"


class TestWaysIn:
    @pytest.mark.parametrize(
        ("source", "destination", "traffic"),
        [
            (POD, POD, "udp:53"),
            (NODE, POD, "tcp:10250"),
            (POD, NODE, "icmp"),
            (CONTROL_PLANE, POD, "tcp:15017"),
            (HEALTH_CHECK, POD, "tcp:15021"),
            ("130.211.1.1", POD, "tcp:443"),
            (PROXY, POD, "tcp:8080"),
            (PARTNER, NODE, "tcp:443"),
            (AURORA, SQL, "tcp:5432"),
        ],
    )
    def test_what_the_cluster_and_its_stores_need_is_let_in(
        self, source: str, destination: str, traffic: str, dr: Graph
    ) -> None:
        assert decided(dr, "INGRESS", source, destination, traffic) == "allow"

    @pytest.mark.parametrize(
        ("source", "destination", "traffic"),
        [
            (PUBLIC, NODE, "tcp:443"),
            (PUBLIC, POD, "tcp:22"),
            ("35.235.240.1", NODE, "tcp:22"),  # Identity-Aware Proxy
            (STRANGER, POD, "tcp:443"),
            (AURORA, POD, "tcp:443"),
            (AURORA, SQL, "tcp:22"),
            (AURORA, KAFKA, "tcp:9092"),
            (AURORA, CACHE, "tcp:11000"),
            (PARTNER, NODE, "tcp:10250"),
            (HEALTH_CHECK, POD, "udp:443"),
        ],
    )
    def test_nothing_else_is(self, source: str, destination: str, traffic: str, dr: Graph) -> None:
        assert decided(dr, "INGRESS", source, destination, traffic) == "deny"


class TestWaysOut:
    @pytest.mark.parametrize(
        ("source", "destination", "traffic"),
        [
            (POD, POD, "udp:53"),
            (NODE, CONTROL_PLANE, "tcp:443"),
            (NODE, CONTROL_PLANE, "tcp:8132"),
            (POD, GOOGLE_APIS, "tcp:443"),
            (POD, SQL, "tcp:5432"),
            (POD, SQL, "tcp:3307"),
            (POD, KAFKA, "tcp:9092"),
            (POD, CACHE, "tcp:6379"),
            (POD, CACHE, "tcp:13047"),
            (DMS, AURORA, "tcp:5432"),
            (CONNECT, AURORA, "tcp:9096"),
            (SERVERLESS, AURORA, "tcp:6379"),
            (POD, PUBLIC, "tcp:443"),
        ],
    )
    def test_what_workloads_need_is_let_out(self, source: str, destination: str, traffic: str, dr: Graph) -> None:
        assert decided(dr, "EGRESS", source, destination, traffic) == "allow"

    @pytest.mark.parametrize(
        ("source", "destination", "traffic"),
        [
            (POD, PUBLIC, "tcp:25"),
            (POD, PUBLIC, "udp:443"),
            (POD, "8.8.8.8", "udp:53"),
            (POD, STRANGER, "tcp:443"),
            (POD, "100.64.0.1", "tcp:443"),
            (POD, AURORA, "tcp:5432"),
            (DMS, AURORA, "tcp:22"),
            (DMS, "10.64.0.4", "tcp:5432"),  # a node, no store
            (CONNECT, AURORA, "tcp:5432"),
            (POD, SQL, "tcp:443"),
            (POD, GOOGLE_APIS, "tcp:80"),
        ],
    )
    def test_nothing_else_is(self, source: str, destination: str, traffic: str, dr: Graph) -> None:
        assert decided(dr, "EGRESS", source, destination, traffic) == "deny"


class TestThePolicy:
    def test_it_decides_before_the_rules_that_gke_makes(self, dr: Graph) -> None:
        [network] = dr.of_type("gcp:compute/network:Network")
        assert network.inputs["networkFirewallPolicyEnforcementOrder"] == "BEFORE_CLASSIC_FIREWALL"
        [association] = dr.of_type("gcp:compute/networkFirewallPolicyAssociation:NetworkFirewallPolicyAssociation")
        [policy] = dr.of_type("gcp:compute/networkFirewallPolicy:NetworkFirewallPolicy")
        assert association.inputs["attachmentTarget"] == network.state["id"]
        assert association.inputs["firewallPolicy"] == policy.outputs["name"]
        assert {node.inputs["firewallPolicy"] for node in rules(dr)} == {policy.outputs["name"]}

    def test_no_two_rules_have_one_priority(self, dr: Graph) -> None:
        priorities = [node.inputs["priority"] for node in rules(dr)]
        assert len(priorities) == len(set(priorities))
        # The last hundred are Google's.
        assert max(priorities) < 2147483547

    def test_every_rule_logs_and_says_what_it_is_for(self, dr: Graph) -> None:
        for node in rules(dr):
            assert node.inputs["enableLogging"] is True
            assert node.inputs["description"]

    def test_no_rule_mixes_up_its_direction(self, dr: Graph) -> None:
        """Google wants sources on the way in and destinations on the way out."""
        for node in rules(dr):
            side = "srcIpRanges" if node.inputs["direction"] == "INGRESS" else "destIpRanges"
            assert node.inputs["match"].get(side), node.name

    def test_there_is_no_rule_beside_it(self, dr: Graph) -> None:
        assert not dr.of_type("gcp:compute/firewall:Firewall")
