"""The private link by VPN: four tunnels between the Transit Gateway and Google's HA VPN."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, ec2
from pulumi_gcp import compute

from components.aws.component import Scope as AwsScope
from components.aws.watch import network as aws_watch
from components.component import always
from components.crosscloud.link import Ends, Link
from components.gcp.component import Scope as GcpScope
from components.gcp.watch import network as gcp_watch
from settings.interconnect import VpnSettings

# One proposal a phase, the same on both sides: with several, the security association's payload fragments and
# rekeying fails. AES-GCM checks integrity itself; what AWS calls integrity is then the pseudo-random function.
# https://docs.cloud.google.com/network-connectivity/docs/vpn/concepts/supported-ike-ciphers
AWS_PROPOSAL = {
    f"phase{phase}_{role}": [value]
    for phase in (1, 2)
    for role, value in (
        ("encryption_algorithms", "AES256-GCM-16"),
        ("integrity_algorithms", "SHA2-384"),
        ("dh_group_numbers", 20),
    )
}
GCP_PROPOSAL: compute.VPNTunnelCipherSuiteArgsDict = {
    "phase1": {"encryptions": ["AES-GCM-16-256"], "prves": ["PRF-HMAC-SHA2-384"], "dhs": ["Group-20"]},
    "phase2": {"encryptions": ["AES-GCM-16-256"], "pfs": ["Group-20"]},
}

# The greatest lifetimes that AWS takes; both are below Google's (10 and 3 hours), so AWS's side always rekeys first.
LIFETIMES = {"phase1_lifetime_seconds": 28800, "phase2_lifetime_seconds": 3600}

LIVELINESS = {
    # Both sides bring a tunnel up, and up again.
    "startup_action": "start",
    "dpd_timeout_action": "restart",
    "dpd_timeout_seconds": 30,
    # New keys 9 to 18 minutes before the old ones end, at a time of each tunnel's own.
    "rekey_margin_time_seconds": 540,
    "rekey_fuzz_percentage": 100,
    "replay_window_size": 1024,
    # AWS replaces an endpoint when told to, or at the end of its maintenance period.
    "enable_tunnel_lifecycle_control": True,
}


class Vpn(Link):
    """Four tunnels, each with a key and a BGP session of its own: 99.99 % by Google's and AWS's agreements.

    Two connections of AWS, each from both of its endpoints to one interface of Google's gateway: any endpoint or
    interface may fail. The Transit Gateway and the Cloud Router share traffic over all tunnels that are up; one flow
    keeps to one tunnel. AWS makes the pre-shared keys; they are secrets of the stack's state and nowhere else in it.
    """

    def __init__(
        self,
        name: str,
        aws: AwsScope,
        gcp: GcpScope,
        settings: VpnSettings,
        *,
        ends: Ends,
        log_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the link; `log_key_arn` encrypts the tunnels' log."""
        super().__init__("Vpn", name, aws, gcp, "internal", opts)
        self.ends = ends
        self.gcp_router_name = ends.router_name
        gateway = compute.HaVpnGateway(
            f"{name}-gateway",
            network=ends.network_id,
            region=gcp.region,
            gateway_ip_version="IPV4",
            vpn_interfaces=[{"id": 0}, {"id": 1}],
            stack_type="IPV4_ONLY",
            # Its addresses are what AWS's ends are made for.
            opts=self.child(stateful=True),
        )
        logs = cloudwatch.LogGroup(
            f"{name}-tunnels",
            retention_in_days=settings.log_days,
            kms_key_id=log_key_arn,
            deletion_protection_enabled=aws.protect,
            opts=self.child(stateful=True),
        )
        inside = [ends.plan.tunnels[:2], ends.plan.tunnels[2:]]
        connections = [
            self._connection(f"{name}-{side}", settings, gateway, interface, inside[interface], logs.arn)
            for interface, side in enumerate(("a", "b"))
        ]
        peer = compute.ExternalVpnGateway(
            f"{name}-aws",
            redundancy_type="FOUR_IPS_REDUNDANCY",
            interfaces=[
                {"id": 2 * at + number, "ip_address": address}
                for at, made in enumerate(connections)
                for number, address in enumerate((made.tunnel1_address, made.tunnel2_address))
            ],
            opts=self.child(),
        )
        self.ready, self.paths, self.aws_attachment_ids = [], {}, {}
        for at, (side, made) in enumerate(zip("ab", connections, strict=True)):
            self.aws_attachment_ids[side] = made.transit_gateway_attachment_id
            self.ready += self.join_transit_gateway(f"{name}-{side}", made.transit_gateway_attachment_id)
            keys = (made.tunnel1_preshared_key, made.tunnel2_preshared_key)
            for number, (key, cidr) in enumerate(zip(keys, inside[at], strict=True)):
                tunnel_name = f"{side}{number + 1}"
                tunnel = compute.VPNTunnel(
                    f"{name}-{tunnel_name}",
                    region=gcp.region,
                    vpn_gateway=gateway.id,
                    vpn_gateway_interface=at,
                    peer_external_gateway=peer.id,
                    peer_external_gateway_interface=2 * at + number,
                    router=ends.router_name,
                    ike_version=2,
                    cipher_suite=GCP_PROPOSAL,
                    shared_secret=pulumi.Output.secret(key),
                    opts=self.child(),
                )
                self.paths[tunnel_name] = tunnel.name
                self.ready.append(self._session(f"{name}-{tunnel_name}", tunnel, cidr))
        self.aws_watched = [
            row for side, made in zip("ab", connections, strict=True) for row in aws_watch.vpn(f"vpn-{side}", made.id)
        ]
        self.gcp_watched = gcp_watch.vpn(gcp.region)
        self.registered()

    def _connection(
        self,
        name: str,
        settings: VpnSettings,
        gateway: compute.HaVpnGateway,
        interface: int,
        inside: Sequence[IPv4Network],
        log_group_arn: pulumi.Input[str],
    ) -> ec2.VpnConnection:
        """AWS's two tunnels to one interface of Google's gateway."""
        customer = ec2.CustomerGateway(
            name,
            type="ipsec.1",
            bgp_asn=str(self.ends.asns.gcp),
            ip_address=always(gateway.vpn_interfaces[interface].ip_address, "address of a VPN interface"),
            opts=self.child(),
        )
        options: dict[str, Any] = {
            f"tunnel{number}_{option}": value
            for number, cidr in enumerate(inside, 1)
            for option, value in {
                "inside_cidr": str(cidr),
                "ike_versions": ["ikev2"],
                **AWS_PROPOSAL,
                **LIFETIMES,
                **LIVELINESS,
                "log_options": {
                    "cloudwatch_log_options": {
                        "log_enabled": True,
                        "log_group_arn": log_group_arn,
                        "log_output_format": "json",
                        "bgp_log_enabled": True,
                        "bgp_log_group_arn": log_group_arn,
                        "bgp_log_output_format": "json",
                    }
                },
            }.items()
        }
        return ec2.VpnConnection(
            name,
            type="ipsec.1",
            customer_gateway_id=customer.id,
            transit_gateway_id=self.ends.transit_gateway_id,
            static_routes_only=False,
            outside_ip_address_type="PublicIpv4",
            tunnel_inside_ip_version="ipv4",
            tunnel_bandwidth=settings.tunnel_bandwidth,
            # Google's end needs the keys: Secrets Manager would keep them from Pulumi.
            preshared_key_storage="Standard",
            opts=self.child(),
            **options,
        )

    def _session(self, name: str, tunnel: compute.VPNTunnel, inside: IPv4Network) -> compute.RouterPeer:
        """BGP inside a tunnel: AWS takes the first address of the range, Google the second.

        https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-dynamic-routing-examples.html
        """
        aws_address, gcp_address = inside.hosts()
        interface = compute.RouterInterface(
            name,
            router=self.ends.router_name,
            region=self.gcp.region,
            vpn_tunnel=tunnel.name,
            ip_range=f"{gcp_address}/{inside.prefixlen}",
            opts=self.child(),
        )
        return self.bgp_session(
            name,
            interface=interface.name,
            peer_asn=self.ends.asns.aws,
            gcp_address=str(gcp_address),
            aws_address=str(aws_address),
        )
