"""The Transit Gateway: nothing joins it and nothing is routed unless somebody wrote it."""

from preview.graph import Graph


class TestTransitGateway:
    def test_nothing_joins_by_itself(self, prod: Graph) -> None:
        [gateway] = prod.of_type("aws:ec2transitgateway/transitGateway:TransitGateway")
        assert gateway.inputs["autoAcceptSharedAttachments"] == "disable"
        assert gateway.inputs["defaultRouteTableAssociation"] == "disable"
        assert gateway.inputs["defaultRouteTablePropagation"] == "disable"

    def test_it_can_spread_flows_over_several_tunnels(self, prod: Graph) -> None:
        [gateway] = prod.of_type("aws:ec2transitgateway/transitGateway:TransitGateway")
        assert gateway.inputs["vpnEcmpSupport"] == "enable"

    def test_the_vpc_sends_by_one_table_and_is_found_in_the_other(self, prod: Graph) -> None:
        tables = {node.name: node.state["id"] for node in prod.of_type("aws:ec2transitgateway/routeTable:RouteTable")}
        [association] = prod.of_type("aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation")
        [propagation] = prod.of_type("aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation")
        assert association.inputs["transitGatewayRouteTableId"] == tables["transit-workload"]
        assert propagation.inputs["transitGatewayRouteTableId"] == tables["transit-external"]

    def test_the_standbys_range_is_routed_to_it_once_it_is_attached(self, prod: Graph) -> None:
        [attachment] = prod.of_type("aws:ec2transitgateway/vpcAttachment:VpcAttachment")
        routes = [node for node in prod.of_type("aws:ec2/route:Route") if "transitGatewayId" in node.inputs]
        # Stores answer the standby; nodes and pods have no way to it.
        [data] = [node for node in prod.of_type("aws:ec2/routeTable:RouteTable") if node.name == "network-data"]
        assert {node.inputs["routeTableId"] for node in routes} == {data.state["id"]}
        assert all(attachment.urn in node.state["dependencies"] for node in routes)
        [vpc] = prod.of_type("aws:ec2/vpc:Vpc")
        assert {node.inputs["destinationCidrBlock"] for node in routes}.isdisjoint(
            {vpc.inputs["cidrBlock"], "0.0.0.0/0"}
        )
