"""The VPC: only the public tier meets the internet, and nothing is open by default."""

from collections.abc import Iterable
from ipaddress import IPv4Network, ip_network
from typing import Any

import pytest

from preview.graph import Graph, Node

ADMINISTRATION = (22, 3389)
WORLD = "0.0.0.0/0"


def subnets(prod: Graph, tier: str) -> list[Node]:
    return [node for node in prod.of_type("aws:ec2/subnet:Subnet") if node.inputs["tags"]["tier"] == tier]


def table_of(prod: Graph, subnet: Node) -> str:
    [table] = [
        node.inputs["routeTableId"]
        for node in prod.of_type("aws:ec2/routeTableAssociation:RouteTableAssociation")
        if node.inputs["subnetId"] == subnet.state["id"]
    ]
    return table


def routes(prod: Graph, table: str) -> dict[str, Node]:
    """Routes of a table by destination."""
    return {
        node.inputs["destinationCidrBlock"]: node
        for node in prod.of_type("aws:ec2/route:Route")
        if node.inputs["routeTableId"] == table
    }


def world_ports(entries: Iterable[dict[str, Any]]) -> set[int]:
    """TCP and UDP ports that entries admit from anywhere."""
    return {
        port
        for entry in entries
        if entry["cidrBlock"] == WORLD and entry["protocol"] in ("-1", "6", "17")
        for port in (
            range(65536) if entry["protocol"] == "-1" else range(int(entry["fromPort"]), int(entry["toPort"]) + 1)
        )
    }


class TestSubnets:
    @pytest.mark.parametrize("tier", ["public", "private", "data", "transit", "pods"])
    def test_each_tier_has_one_in_each_of_three_zones(self, prod: Graph, tier: str) -> None:
        zones = sorted(node.inputs["availabilityZone"] for node in subnets(prod, tier))
        assert zones == ["us-west-2a", "us-west-2b", "us-west-2c"]

    def test_none_gives_its_members_public_addresses(self, prod: Graph) -> None:
        assert not any(node.inputs["mapPublicIpOnLaunch"] for node in prod.of_type("aws:ec2/subnet:Subnet"))

    def test_all_lie_in_the_vpcs_ranges_and_apart(self, prod: Graph) -> None:
        [vpc] = prod.of_type("aws:ec2/vpc:Vpc")
        [pods] = prod.of_type("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation")
        ranges = [IPv4Network(node.inputs["cidrBlock"]) for node in (vpc, pods)]
        found = [IPv4Network(node.inputs["cidrBlock"]) for node in prod.of_type("aws:ec2/subnet:Subnet")]
        assert all(any(subnet.subnet_of(cidr) for cidr in ranges) for subnet in found)
        assert not any(a.overlaps(b) for index, a in enumerate(found) for b in found[index + 1 :])


class TestRoutes:
    def test_the_public_tier_alone_has_a_gateway_to_the_internet(self, prod: Graph) -> None:
        public = {table_of(prod, node) for node in subnets(prod, "public")}
        for route in prod.of_type("aws:ec2/route:Route"):
            assert ("gatewayId" in route.inputs) == (route.inputs["routeTableId"] in public)

    def test_data_and_transit_reach_no_internet(self, prod: Graph) -> None:
        for tier in ("data", "transit"):
            for node in subnets(prod, tier):
                assert WORLD not in routes(prod, table_of(prod, node))

    @pytest.mark.parametrize("tier", ["private", "pods"])
    def test_each_zone_leaves_by_its_own_nat_gateway(self, prod: Graph, tier: str) -> None:
        gateways = {node.state["id"]: node for node in prod.of_type("aws:ec2/natGateway:NatGateway")}
        zone_of = {node.state["id"]: node.inputs["availabilityZone"] for node in subnets(prod, "public")}
        for node in subnets(prod, tier):
            gateway = gateways[routes(prod, table_of(prod, node))[WORLD].inputs["natGatewayId"]]
            assert zone_of[gateway.inputs["subnetId"]] == node.inputs["availabilityZone"]


class TestDefaults:
    def test_the_default_group_list_and_table_let_nothing_through(self, prod: Graph) -> None:
        [group] = prod.of_type("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
        [table] = prod.of_type("aws:ec2/defaultRouteTable:DefaultRouteTable")
        [access] = prod.of_type("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl")
        assert group.inputs["ingress"] == group.inputs["egress"] == []
        assert access.inputs["ingress"] == access.inputs["egress"] == []
        assert table.inputs["routes"] == []


class TestAccessLists:
    def test_every_subnet_has_one(self, prod: Graph) -> None:
        covered = [
            subnet for node in prod.of_type("aws:ec2/networkAcl:NetworkAcl") for subnet in node.inputs["subnetIds"]
        ]
        assert sorted(covered) == sorted(node.state["id"] for node in prod.of_type("aws:ec2/subnet:Subnet"))

    def test_none_admits_administration_from_anywhere(self, prod: Graph) -> None:
        for node in prod.of_type("aws:ec2/networkAcl:NetworkAcl"):
            assert not world_ports(node.inputs["ingress"]) & set(ADMINISTRATION), node.urn

    @pytest.mark.parametrize("tier", ["data", "transit"])
    def test_inner_tiers_speak_to_private_ranges_only(self, prod: Graph, tier: str) -> None:
        [node] = [node for node in prod.of_type("aws:ec2/networkAcl:NetworkAcl") if node.name == f"network-{tier}"]
        for entry in [*node.inputs["ingress"], *node.inputs["egress"]]:
            assert ip_network(entry["cidrBlock"]).is_private
            assert entry["cidrBlock"] != WORLD


class TestFlowLog:
    def test_it_records_all_traffic_of_the_vpc_in_an_encrypted_group(self, prod: Graph) -> None:
        [vpc] = prod.of_type("aws:ec2/vpc:Vpc")
        [log] = prod.of_type("aws:ec2/flowLog:FlowLog")
        [group] = [
            node
            for node in prod.of_type("aws:cloudwatch/logGroup:LogGroup")
            if node.outputs["arn"] == log.inputs["logDestination"]
        ]
        assert log.inputs["vpcId"] == vpc.state["id"]
        assert log.inputs["trafficType"] == "ALL"
        assert group.inputs["kmsKeyId"].startswith("arn:aws:kms:")
