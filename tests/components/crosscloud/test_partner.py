"""The link that the clouds run themselves: ordered at Google, taken up at AWS, routed both ways."""

import json
from collections.abc import Callable

import pytest

from preview.graph import Graph

PROGRAM = """
from components.crosscloud.partner import Partner
from settings.interconnect import LinkSettings

def look(args):
    if args.type_ == "aws:cloudcontrol/resource:Resource":
        pulumi.export("state", pulumi.Output.unsecret(args.props["desired_state"]))

pulumi.runtime.register_stack_transformation(look)
Partner("link", on_aws, on_gcp, LinkSettings(), ends=ends, opts=opts)
"""


@pytest.fixture(scope="session")
def partner(sample: Callable[[str], Graph]) -> Graph:
    return sample(PROGRAM)


def test_the_order_is_for_the_pair_of_regions_and_our_account(partner: Graph) -> None:
    [transport] = partner.of_type("gcp:networkconnectivity/transport:Transport")
    assert transport.inputs["region"] == "us-west1"
    assert transport.inputs["remoteProfile"].endswith("/locations/us-west1/remoteTransportProfiles/aws-us-west-2")
    assert transport.inputs["remoteAccountId"] == "111122223333"
    assert transport.inputs["network"].endswith("/networks/standby")
    assert transport.protected


def test_aws_takes_the_order_up_at_its_gateway_by_a_key_that_nobody_sees(partner: Graph) -> None:
    [transport] = partner.of_type("gcp:networkconnectivity/transport:Transport")
    [gateway] = partner.of_type("aws:directconnect/gateway:Gateway")
    [connection] = partner.of_type("aws:cloudcontrol/resource:Resource")
    assert connection.inputs["typeName"] == "AWS::Interconnect::Connection"
    assert connection.inputs["desiredState"] == "[secret]"
    state = json.loads(partner.document["outputs"]["state"])
    assert state["ActivationKey"]
    assert state["AttachPoint"] == {"DirectConnectGateway": gateway.outputs["arn"].rsplit("/")[-1]}
    assert {"Key": "dr-role", "Value": "link"} in state["Tags"]
    assert transport.outputs["generatedActivationKey"] == "[secret]"


def test_each_side_learns_the_others_ranges_and_no_more(partner: Graph) -> None:
    [transport] = partner.of_type("gcp:networkconnectivity/transport:Transport")
    [peering] = partner.of_type("gcp:compute/networkPeering:NetworkPeering")
    [association] = partner.of_type("aws:directconnect/gatewayAssociation:GatewayAssociation")
    assert transport.inputs["advertisedRoutes"] == ["10.72.0.0/13"]
    assert association.inputs["allowedPrefixes"] == ["10.64.0.0/16", "10.66.0.0/16"]
    assert association.inputs["associatedGatewayId"] == "tgw-0123456789abcdef0"
    assert peering.inputs["peerNetwork"] == transport.outputs["peeringNetwork"]
    assert peering.inputs["importCustomRoutes"] is True
    for token, table in (
        ("aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation", "tgw-rtb-0000000000000000e"),
        ("aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation", "tgw-rtb-0000000000000000b"),
    ):
        [made] = partner.of_type(token)
        assert made.inputs["transitGatewayAttachmentId"] == association.outputs["transitGatewayAttachmentId"]
        assert made.inputs["transitGatewayRouteTableId"] == table


def test_the_gateways_number_is_its_own(partner: Graph) -> None:
    [gateway] = partner.of_type("aws:directconnect/gateway:Gateway")
    assert gateway.inputs["amazonSideAsn"] not in ("64512", "64513")
