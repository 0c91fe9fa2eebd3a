"""Endpoints: Google's APIs from inside the network, under their own names."""

import re
from ipaddress import IPv4Address, IPv4Network

from preview.graph import Graph, Node

RECORD = "gcp:dns/recordSet:RecordSet"


def zones(dr: Graph) -> dict[str, Node]:
    """Private zones by domain."""
    return {
        node.inputs["dnsName"]: node
        for node in dr.of_type("gcp:dns/managedZone:ManagedZone")
        if node.inputs.get("visibility") == "private"
    }


def endpoint(dr: Graph) -> Node:
    [found] = [
        node
        for node in dr.of_type("gcp:compute/globalAddress:GlobalAddress")
        if node.inputs.get("purpose") == "PRIVATE_SERVICE_CONNECT"
    ]
    return found


class TestEndpoint:
    def test_it_serves_every_api_at_an_address_of_the_network(self, dr: Graph) -> None:
        [network] = dr.of_type("gcp:compute/network:Network")
        [rule] = [
            node
            for node in dr.of_type("gcp:compute/globalForwardingRule:GlobalForwardingRule")
            if node.inputs["target"] == "all-apis"
        ]
        assert rule.inputs["ipAddress"] == endpoint(dr).state["id"]
        assert rule.inputs["network"] == endpoint(dr).inputs["network"] == network.state["id"]
        assert rule.inputs["loadBalancingScheme"] == ""

    def test_its_name_is_one_that_google_takes(self, dr: Graph) -> None:
        [name] = [
            node.inputs["name"]
            for node in dr.of_type("gcp:compute/globalForwardingRule:GlobalForwardingRule")
            if node.inputs["target"] == "all-apis"
        ]
        assert re.fullmatch("[a-z][a-z0-9]{0,19}", name)

    def test_its_address_lies_outside_every_subnet(self, dr: Graph) -> None:
        address = IPv4Address(endpoint(dr).inputs["address"])
        for node in dr.of_type("gcp:compute/subnetwork:Subnetwork"):
            secondary = [each["ipCidrRange"] for each in node.inputs.get("secondaryIpRanges", [])]
            assert not any(address in IPv4Network(cidr) for cidr in [node.inputs["ipCidrRange"], *secondary])


class TestNames:
    def test_apis_registries_and_cloud_run_are_found_at_the_endpoint(self, dr: Graph) -> None:
        found = zones(dr)
        assert found.keys() >= {"googleapis.com.", "gcr.io.", "pkg.dev.", "run.app."}
        for domain in ("googleapis.com.", "gcr.io.", "pkg.dev.", "run.app."):
            records = {
                node.inputs["name"]: (node.inputs["type"], node.inputs["rrdatas"])
                for node in dr.of_type(RECORD)
                if node.inputs["managedZone"] == found[domain].outputs["name"]
            }
            assert records == {
                domain: ("A", [endpoint(dr).inputs["address"]]),
                f"*.{domain}": ("CNAME", [domain]),
            }

    def test_the_network_alone_sees_them(self, dr: Graph) -> None:
        [network] = dr.of_type("gcp:compute/network:Network")
        for node in zones(dr).values():
            assert node.inputs["privateVisibilityConfig"] == {"networks": [{"networkUrl": network.state["id"]}]}
