"""The private link by circuits of one's own: Google's Cross-Cloud Interconnect to AWS's Direct Connect."""

import pulumi
from pulumi_aws import directconnect
from pulumi_gcp import compute

from components.aws.component import Scope as AwsScope
from components.aws.watch import network as aws_watch
from components.crosscloud.direct_connect import DirectConnectLink
from components.crosscloud.link import Ends
from components.gcp.component import Scope as GcpScope
from components.gcp.watch import network as gcp_watch
from settings.interconnect import CircuitSettings, LinkSettings

LAG, PORT = "AWS::DirectConnect::Lag", "AWS::DirectConnect::Connection"

MTU = 1500
"""What both ends take: Direct Connect's other choice, 8500, is none of Google's."""


class Dedicated(DirectConnectLink):
    """Circuits in both edge availability domains, of which Google maintains one at a time; MACsec or nothing.

    A circuit is a port of Google's and one of AWS's, bundled by LACP as Google asks, with a VLAN and a BGP session
    whose MD5 key AWS makes. Google makes the MACsec key; a person takes it to AWS (docs/operations.md), so that it is
    in nobody's state. Google's end drops what is not encrypted, so that a circuit carries nothing until then. AWS's end
    does as well once that person has told it to: Cloud Control cannot.
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
        super().__init__("Dedicated", name, aws, gcp, "internal", opts)
        self.ends = ends
        self.gcp_router_name = ends.router_name
        dx_gateway_id = self.direct_connect_gateway(name, settings.direct_connect_asn)
        self.paths, self.ready, self.aws_watched = {}, list(self.ready), []
        for number, circuit in enumerate(settings.dedicated.circuits, 1):
            self._circuit(f"{name}-{number}", number, circuit, settings, dx_gateway_id)
        self.gcp_watched = [*gcp_watch.circuits(), *gcp_watch.sessions(gcp.region)]
        self.registered()

    def _circuit(
        self, name: str, number: int, circuit: CircuitSettings, settings: LinkSettings, dx_gateway_id: pulumi.Input[str]
    ) -> None:
        gbps = settings.dedicated.gbps
        places = f"https://www.googleapis.com/compute/v1/projects/{self.gcp.project}/global"
        port = compute.Interconnect(
            name,
            interconnect_type="DEDICATED",
            link_type=f"LINK_TYPE_ETHERNET_{gbps}G_LR",
            requested_link_count=1,
            location=f"{places}/interconnectLocations/{circuit.google_location}",
            remote_location=f"{places}/interconnectRemoteLocations/{circuit.remote_location}",
            requested_features=["IF_MACSEC"],
            macsec_enabled=True,
            macsec={"pre_shared_keys": [{"name": "first"}], "fail_open": False},
            opts=self.child(stateful=True),
        )
        bundle = self._bundle(name, f"{gbps}Gbps", circuit.aws_location)
        attachment = compute.InterconnectAttachment(
            name,
            type="DEDICATED",
            interconnect=port.id,
            router=self.ends.router_name,
            region=self.gcp.region,
            bandwidth=f"BPS_{gbps}G",
            vlan_tag8021q=circuit.vlan,
            mtu=str(MTU),
            stack_type="IPV4_ONLY",
            encryption="NONE",
            opts=self.child(stateful=True),
        )
        interface = directconnect.TransitVirtualInterface(
            name,
            connection_id=bundle,
            dx_gateway_id=dx_gateway_id,
            vlan=circuit.vlan,
            address_family="ipv4",
            bgp_asn=self.ends.asns.gcp,
            amazon_address=attachment.customer_router_ip_address,
            customer_address=attachment.cloud_router_ip_address,
            mtu=MTU,
            opts=pulumi.ResourceOptions.merge(
                self.child(), pulumi.ResourceOptions(additional_secret_outputs=["bgp_auth_key"])
            ),
        )
        ours = compute.RouterInterface(
            name,
            router=self.ends.router_name,
            region=self.gcp.region,
            interconnect_attachment=attachment.self_link,
            ip_range=attachment.cloud_router_ip_address,
            opts=self.child(),
        )
        session = self.bgp_session(
            name,
            interface=ours.name,
            peer_asn=settings.direct_connect_asn,
            gcp_address=attachment.cloud_router_ip_address.apply(_address),
            aws_address=attachment.customer_router_ip_address.apply(_address),
            md5_key=pulumi.Output.secret(interface.bgp_auth_key),
        )
        self.paths = {**self.paths, str(number): port.name}
        self.ready = [*self.ready, session]

    def _bundle(self, name: str, bandwidth: str, location: str) -> pulumi.Output[str]:
        """The id of AWS's bundle of one port: Google's ends speak LACP.

        The provider's own bundle cannot ask for MACsec, and Direct Connect takes no port with it into one without.
        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-directconnect-lag.html
        """
        place = {"Location": location, "RequestMACSec": True}
        label = f"{self.aws.tags.service}-{self.aws.tags.environment}-{name}"
        bundle = self.ordered(
            f"{name}-bundle", LAG, {"LagName": label, "ConnectionsBandwidth": bandwidth, **place}
        ).id.apply(_last)
        port = self.ordered(
            f"{name}-port", PORT, {"ConnectionName": label, "Bandwidth": bandwidth, "LagId": bundle, **place}
        ).id.apply(_last)
        self.aws_watched = [*self.aws_watched, *aws_watch.circuit(f"circuit-{name}", port)]
        return bundle


def _last(arn: str) -> str:
    """The id in an ARN: Cloud Control knows both by theirs."""
    return arn.rpartition("/")[2]


def _address(interface: str) -> str:
    """An interface's address without the length of its range."""
    return interface.partition("/")[0]
