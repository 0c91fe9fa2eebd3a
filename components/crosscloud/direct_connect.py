"""What the links have in common that reach AWS by Direct Connect: its gateway, and the Transit Gateway behind it."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import cloudcontrol, directconnect

from components.crosscloud.link import Link


class DirectConnectLink(Link):
    """A link whose end on AWS is a Direct Connect gateway."""

    def direct_connect_gateway(self, name: str, asn: int) -> pulumi.Output[str]:
        """Make the gateway and join it to the Transit Gateway, whose VPC it offers to the other end; the gateway's id.

        Direct Connect offers what is listed, whatever the Transit Gateway's tables say.
        """
        gateway = directconnect.Gateway(f"{name}-gateway", amazon_side_asn=str(asn), opts=self.child(stateful=True))
        ranges = self.ends.plan.aws
        association = directconnect.GatewayAssociation(
            f"{name}-transit",
            dx_gateway_id=gateway.id,
            associated_gateway_id=self.ends.transit_gateway_id,
            allowed_prefixes=[str(ranges.vpc), str(ranges.pods)],
            opts=self.child(),
        )
        attachment = association.transit_gateway_attachment_id
        self.aws_attachment_ids = {"transit": attachment}
        self.ready = self.join_transit_gateway(name, attachment)
        return gateway.id

    def ordered(
        self, name: str, type_name: str, properties: Mapping[str, pulumi.Input[object]]
    ) -> cloudcontrol.Resource:
        """Something that the provider has no resource for, or one that lacks what is needed, by Cloud Control."""
        tags = [{"Key": key, "Value": value} for key, value in sorted(self.aws.tags.of("internal").items())]
        return cloudcontrol.Resource(
            name,
            type_name=type_name,
            desired_state=pulumi.Output.json_dumps({**properties, "Tags": tags}),
            opts=self.child(stateful=True),
        )
