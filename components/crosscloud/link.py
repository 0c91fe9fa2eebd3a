"""What the kinds of private link have in common: how the Transit Gateway takes one in, and what others see of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2transitgateway
from pulumi_gcp import compute

from components.aws.watch import rows as aws_rows
from components.crosscloud.component import CrossCloudComponent
from components.gcp.watch import rows as gcp_rows
from settings.addresses import AddressPlan, Asns


@dataclass(frozen=True)
class Ends:
    """What a link joins, by the exports of the two stacks."""

    transit_gateway_id: pulumi.Input[str]
    external_table_id: pulumi.Input[str]
    """The Transit Gateway's route table that says where links may send."""

    workload_table_id: pulumi.Input[str]
    """The one that says where the VPC may send."""

    network_id: pulumi.Input[str]
    """projects/<project>/global/networks/<name>."""

    router_name: pulumi.Input[str]
    """The Cloud Router of the standby's network."""

    plan: AddressPlan
    asns: Asns


class Link(CrossCloudComponent):
    """A private link between the Transit Gateway and the standby's network.

    It opens no firewall: it brings routes, by BGP, and what may use them is for the firewalls and security groups of
    each flow. The Transit Gateway learns the standby's ranges and offers the VPC's; the standby offers every subnet and
    the range of private services access.
    """

    aws_attachment_ids: Mapping[str, pulumi.Output[str]]
    """The Transit Gateway's attachments, by the part of the link that they belong to."""

    gcp_router_name: pulumi.Input[str] | None
    """The Cloud Router with the BGP sessions; None where Google runs the router."""

    paths: Mapping[str, pulumi.Output[str]]
    """What can fail by itself (a tunnel, a circuit), by its name here: Google's name of it."""

    ready: Sequence[pulumi.CustomResource]
    """What must be made before anything goes through the link."""

    aws_watched: Sequence[aws_rows.Watched]
    gcp_watched: Sequence[gcp_rows.Watched]
    """What alarms know of it, on each side: each must tell even while the other is dark."""

    ends: Ends

    def join_transit_gateway(self, name: str, attachment_id: pulumi.Input[str]) -> list[pulumi.CustomResource]:
        """Route between the VPC and an attachment: it reads `external`, and `workload` learns of what it offers."""
        return [
            ec2transitgateway.RouteTableAssociation(
                name,
                transit_gateway_attachment_id=attachment_id,
                transit_gateway_route_table_id=self.ends.external_table_id,
                opts=self.child(),
            ),
            ec2transitgateway.RouteTablePropagation(
                name,
                transit_gateway_attachment_id=attachment_id,
                transit_gateway_route_table_id=self.ends.workload_table_id,
                opts=self.child(),
            ),
        ]

    def bgp_session(
        self,
        name: str,
        *,
        interface: pulumi.Input[str],
        peer_asn: int,
        gcp_address: pulumi.Input[str],
        aws_address: pulumi.Input[str],
        md5_key: pulumi.Input[str] | None = None,
    ) -> compute.RouterPeer:
        """Google's side of a BGP session, which offers AWS every subnet and the range of private services access."""
        return compute.RouterPeer(
            name,
            router=self.ends.router_name,
            region=self.gcp.region,
            interface=interface,
            ip_address=gcp_address,
            peer_ip_address=aws_address,
            peer_asn=peer_asn,
            advertise_mode="CUSTOM",
            advertised_groups=["ALL_SUBNETS"],
            advertised_ip_ranges=[
                {"range": str(self.ends.plan.gcp.private_services), "description": "Private services access"}
            ],
            md5_authentication_key={"name": name, "key": md5_key} if md5_key is not None else None,
            opts=self.child(),
        )

    def registered(self) -> None:
        """Register what every link tells."""
        self.register_outputs(
            {
                "awsAttachmentIds": self.aws_attachment_ids,
                "gcpRouterName": self.gcp_router_name,
                "paths": self.paths,
            }
        )
