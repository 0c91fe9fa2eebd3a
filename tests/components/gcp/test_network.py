"""The VPC network: no machine has a public address, and what is managed is reached inside."""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Network
from itertools import combinations

import pytest

from preview.graph import Graph, Node

PRIVATE = {"nodes", "kafka", "kafka-connect", "memorystore", "serverless", "dms"}


def subnets(dr: Graph) -> dict[str, Node]:
    """Subnets by what they are for."""
    return {node.name.removeprefix("network-"): node for node in dr.of_type("gcp:compute/subnetwork:Subnetwork")}


def peering(dr: Graph) -> tuple[Node, Node]:
    """The range of private services access, and the connection."""
    [reserved] = [
        node
        for node in dr.of_type("gcp:compute/globalAddress:GlobalAddress")
        if node.inputs.get("purpose") == "VPC_PEERING"
    ]
    [connection] = dr.of_type("gcp:servicenetworking/connection:Connection")
    return reserved, connection


class TestSubnets:
    def test_there_is_one_for_each_use(self, dr: Graph) -> None:
        assert subnets(dr).keys() == PRIVATE | {"proxy-only", "psc"}

    def test_no_two_ranges_of_the_network_overlap(self, dr: Graph) -> None:
        reserved, _ = peering(dr)
        ranges = [f"{reserved.inputs['address']}/{reserved.inputs['prefixLength']:g}"]
        for node in subnets(dr).values():
            ranges += [node.inputs["ipCidrRange"]]
            ranges += [each["ipCidrRange"] for each in node.inputs.get("secondaryIpRanges", [])]
        assert len(ranges) == 11
        assert not any(a.overlaps(b) for a, b in combinations(map(IPv4Network, ranges), 2))

    @pytest.mark.parametrize("use", sorted(PRIVATE))
    def test_machines_reach_google_privately_and_their_flows_are_logged(self, use: str, dr: Graph) -> None:
        inputs = subnets(dr)[use].inputs
        assert inputs["purpose"] == "PRIVATE"
        assert inputs["privateIpGoogleAccess"] is True
        assert inputs["stackType"] == "IPV4_ONLY"
        assert inputs["logConfig"]["metadata"] == "INCLUDE_ALL_METADATA"
        assert inputs["logConfig"]["flowSampling"] > 0

    def test_gke_has_ranges_for_pods_and_services(self, dr: Graph) -> None:
        names = [each["rangeName"] for each in subnets(dr)["nodes"].inputs["secondaryIpRanges"]]
        assert names == ["pods", "services"]

    def test_google_gets_those_that_it_reserves(self, dr: Graph) -> None:
        assert subnets(dr)["proxy-only"].inputs["purpose"] == "REGIONAL_MANAGED_PROXY"
        assert subnets(dr)["psc"].inputs["purpose"] == "PRIVATE_SERVICE_CONNECT"


class TestTheWayOut:
    def test_it_is_by_addresses_that_partners_can_admit(self, dr: Graph) -> None:
        [nat] = dr.of_type("gcp:compute/routerNat:RouterNat")
        addresses = dr.of_type("gcp:compute/address:Address")
        assert nat.inputs["natIpAllocateOption"] == "MANUAL_ONLY"
        assert sorted(nat.inputs["natIps"]) == sorted(node.outputs["selfLink"] for node in addresses)
        assert len(addresses) == 2
        for node in addresses:
            assert node.inputs["addressType"] == "EXTERNAL"
            assert node.protected
        exported = dr.document["outputs"]["network"]["natAddresses"]
        assert sorted(exported) == sorted(node.outputs["address"] for node in addresses)

    def test_one_more_address_leaves_the_others_as_they_are(self, dr: Graph, dr_with: Callable) -> None:
        def named(graph: Graph) -> Mapping[str, str]:
            return {node.name: node.outputs["name"] for node in graph.of_type("gcp:compute/address:Address")}

        more = named(dr_with({"network": {"nat_addresses": 3}}))
        assert len(more) == 3
        assert named(dr).items() <= more.items()

    def test_nodes_borrow_ports_as_they_need_them(self, dr: Graph) -> None:
        """Google wants powers of two, and no endpoint-independent mapping beside."""
        [nat] = dr.of_type("gcp:compute/routerNat:RouterNat")
        assert nat.inputs["enableDynamicPortAllocation"] is True
        assert nat.inputs["enableEndpointIndependentMapping"] is False
        for path in ("minPortsPerVm", "maxPortsPerVm"):
            assert int(nat.inputs[path]).bit_count() == 1
        assert nat.inputs["logConfig"] == {"enable": True, "filter": "ERRORS_ONLY"}


class TestManagedStores:
    def test_cloud_sql_gets_a_range_of_the_plan(self, dr: Graph) -> None:
        [network] = dr.of_type("gcp:compute/network:Network")
        reserved, connection = peering(dr)
        assert (reserved.inputs["address"], reserved.inputs["prefixLength"]) == ("10.76.0.0", 16)
        assert reserved.inputs["addressType"] == "INTERNAL"
        assert reserved.inputs["network"] == connection.inputs["network"] == network.state["id"]
        assert connection.inputs["reservedPeeringRanges"] == [reserved.outputs["name"]]
        assert connection.inputs["service"] == "servicenetworking.googleapis.com"

    def test_a_deleted_database_does_not_hold_the_network(self, dr: Graph) -> None:
        _, connection = peering(dr)
        assert connection.inputs["deletionPolicy"] == "REMOVE_PEERING"

    def test_the_primary_and_cloud_sql_know_the_way_to_each_other(self, dr: Graph) -> None:
        [network] = dr.of_type("gcp:compute/network:Network")
        _, connection = peering(dr)
        [routes] = dr.of_type("gcp:compute/networkPeeringRoutesConfig:NetworkPeeringRoutesConfig")
        assert routes.inputs["peering"] == connection.outputs["peering"]
        assert routes.inputs["network"] == network.outputs["name"]
        assert routes.inputs["exportCustomRoutes"] is True
        [router] = dr.of_type("gcp:compute/router:Router")
        bgp = router.inputs["bgp"]
        assert (bgp["advertiseMode"], bgp["advertisedGroups"]) == ("CUSTOM", ["ALL_SUBNETS"])
        assert [each["range"] for each in bgp["advertisedIpRanges"]] == ["10.76.0.0/16"]

    def test_each_makes_endpoints_in_the_one_subnet_that_is_named(self, dr: Graph) -> None:
        [network] = dr.of_type("gcp:compute/network:Network")
        policies = dr.of_type("gcp:networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy")
        assert {policy.inputs["serviceClass"]: policy.inputs["pscConfig"]["subnetworks"] for policy in policies} == {
            "gcp-memorystore": [subnets(dr)["memorystore"].state["id"]],
            "google-cloud-sql": [subnets(dr)["serverless"].state["id"]],
        }
        for policy in policies:
            assert policy.inputs["network"] == network.state["id"]
            assert policy.inputs["location"] == "us-central1"


class TestTheNetwork:
    def test_it_has_the_programs_subnets_alone(self, dr: Graph) -> None:
        [network] = dr.of_type("gcp:compute/network:Network")
        assert network.inputs["autoCreateSubnetworks"] is False
        assert network.inputs["routingMode"] == "GLOBAL"

    def test_what_machines_ask_dns_is_logged(self, dr: Graph) -> None:
        [network] = dr.of_type("gcp:compute/network:Network")
        [policy] = dr.of_type("gcp:dns/policy:Policy")
        assert policy.inputs["enableLogging"] is True
        assert [each["networkUrl"] for each in policy.inputs["networks"]] == [network.state["id"]]
