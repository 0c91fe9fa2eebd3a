"""The private link that the clouds run themselves: AWS Interconnect – multicloud, Partner Cross-Cloud Interconnect."""

import pulumi
from pulumi_gcp import compute, networkconnectivity

from components.aws.component import Scope as AwsScope
from components.aws.watch import network as aws_watch
from components.crosscloud.direct_connect import DirectConnectLink
from components.crosscloud.link import Ends
from components.gcp.component import Scope as GcpScope
from settings.interconnect import PARTNER_REGIONS, LinkSettings


class Partner(DirectConnectLink):
    """A connection of four circuits over two sites, encrypted by MACsec, between the clouds' own routers.

    Google makes a key when the connection is ordered; AWS takes the order up with it. Google's end is a network of its
    own, peered with ours: it learns our ranges from a list, and we learn AWS's by the peering, so no Cloud Router has a
    part in it. It meets Google where the two clouds meet (`PARTNER_REGIONS`), from where the network's global routing
    goes on to the standby.

    A peering hands nothing on to another: what lives in Google's networks behind private services access (Cloud SQL)
    is not reached through it, nor reaches AWS. Migrations have an attachment in a subnet of ours and are not affected.
    """

    def __init__(
        self,
        name: str,
        aws: AwsScope,
        gcp: GcpScope,
        settings: LinkSettings,
        *,
        ends: Ends,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("Partner", name, aws, gcp, "internal", opts)
        self.ends = ends
        self.gcp_router_name = None
        dx_gateway_id = self.direct_connect_gateway(name, settings.direct_connect_asn)
        region = PARTNER_REGIONS[aws.region]
        place = f"projects/{gcp.project}/locations/{region}"
        transport = networkconnectivity.Transport(
            f"{name}-transport",
            region=region,
            remote_profile=f"https://networkconnectivity.googleapis.com/v1/{place}/remoteTransportProfiles/aws-{aws.region}",
            bandwidth=f"BPS_{settings.partner.gbps}G",
            network=ends.network_id,
            remote_account_id=aws.account_id,
            advertised_routes=[str(ends.plan.gcp.block)],
            stack_type="IPV4_ONLY",
            opts=pulumi.ResourceOptions.merge(
                self.child(stateful=True),
                pulumi.ResourceOptions(additional_secret_outputs=["generated_activation_key"]),
            ),
        )
        peering = compute.NetworkPeering(
            f"{name}-peering",
            network=ends.network_id,
            peer_network=transport.peering_network,
            import_custom_routes=True,
            export_custom_routes=True,
            opts=self.child(),
        )
        # pulumi-aws has no resource of its own for it.
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-interconnect-connection.html
        connection = self.ordered(
            f"{name}-connection",
            "AWS::Interconnect::Connection",
            {
                "ActivationKey": transport.generated_activation_key,
                "AttachPoint": {"DirectConnectGateway": dx_gateway_id},
                "Description": f"{name} to {region}",
            },
        )
        self.paths = {"transport": transport.name}
        self.ready = [*self.ready, peering, connection]
        self.aws_watched = aws_watch.attachment("link", ends.transit_gateway_id, self.aws_attachment_ids["transit"])
        # Google publishes no metric of a transport; replication's lag tells its side.
        self.gcp_watched = []
        self.registered()
