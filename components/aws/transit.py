"""The Transit Gateway: where a region's VPC meets links to other networks."""

from collections.abc import Sequence
from ipaddress import IPv4Network

import pulumi
from pulumi_aws import ec2, ec2transitgateway

from components.aws.component import AwsComponent, Scope
from components.aws.network import Network


class Transit(AwsComponent):
    """A Transit Gateway with one VPC attached and routes only where somebody wrote them.

    Nothing joins by itself: shared attachments are not accepted, and the default route table neither associates nor
    propagates. Two tables keep the sides apart: `workload` says where the VPC may send, `external` where links may. A
    link associates with `external` and propagates into `workload`.
    """

    gateway_id: pulumi.Output[str]
    workload_table_id: pulumi.Output[str]
    external_table_id: pulumi.Output[str]
    attachment_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        asn: int,
        network: Network,
        peers: Sequence[IPv4Network],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the gateway; `asn` is its side of BGP, `peers` the ranges that the VPC's stores reach through it."""
        super().__init__("Transit", name, scope, "internal", opts)
        child = self.child()
        gateway = ec2transitgateway.TransitGateway(
            f"{name}-gateway",
            description="Private links of the region's network",
            amazon_side_asn=asn,
            auto_accept_shared_attachments="disable",
            default_route_table_association="disable",
            default_route_table_propagation="disable",
            dns_support="enable",
            multicast_support="disable",
            security_group_referencing_support="disable",
            vpn_ecmp_support="enable",
            opts=self.child(stateful=True),
        )
        attachment = ec2transitgateway.VpcAttachment(
            f"{name}-vpc",
            transit_gateway_id=gateway.id,
            vpc_id=network.vpc_id,
            subnet_ids=network.subnet_ids["transit"],
            dns_support="enable",
            ipv6_support="disable",
            appliance_mode_support="disable",
            transit_gateway_default_route_table_association=False,
            transit_gateway_default_route_table_propagation=False,
            opts=child,
        )
        workload, external = (
            ec2transitgateway.RouteTable(f"{name}-{side}", transit_gateway_id=gateway.id, opts=child)
            for side in ("workload", "external")
        )
        ec2transitgateway.RouteTableAssociation(
            f"{name}-vpc",
            transit_gateway_attachment_id=attachment.id,
            transit_gateway_route_table_id=workload.id,
            opts=child,
        )
        ec2transitgateway.RouteTablePropagation(
            f"{name}-vpc",
            transit_gateway_attachment_id=attachment.id,
            transit_gateway_route_table_id=external.id,
            opts=child,
        )
        self._vpc_routes(name, network, gateway.id, attachment, peers)
        self.gateway_id, self.attachment_id = gateway.id, attachment.id
        self.workload_table_id, self.external_table_id = workload.id, external.id
        self.register_outputs(
            {
                "gatewayId": self.gateway_id,
                "attachmentId": self.attachment_id,
                "workloadTableId": self.workload_table_id,
                "externalTableId": self.external_table_id,
            }
        )

    def _vpc_routes(
        self,
        name: str,
        network: Network,
        gateway_id: pulumi.Output[str],
        attachment: pulumi.Resource,
        peers: Sequence[IPv4Network],
    ) -> None:
        """Routes out of the data tier, which alone talks to peers: replication is between stores.

        Pods and nodes have none: the peers' managed stores stand behind no firewall of the peers' network.
        AWS refuses a route to a gateway that is not attached yet.
        """
        [table_id] = network.route_table_ids["data"]
        for index, peer in enumerate(peers):
            ec2.Route(
                f"{name}-data-{index}",
                route_table_id=table_id,
                destination_cidr_block=str(peer),
                transit_gateway_id=gateway_id,
                opts=self.child(depends_on=[attachment]),
            )
