"""The VPC network of a region: its subnets, their flow logs, the way out, and the way to managed stores."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_gcp import compute, dns, networkconnectivity, servicenetworking

from components.gcp.component import GcpComponent, Scope
from settings.addresses import GcpPlan
from settings.gcp.network import NetworkSettings

PODS, SERVICES = "pods", "services"
"""Names of the secondary ranges of the subnet `nodes`."""

# Services that make their Private Service Connect endpoints themselves, in the subnet that a policy of their class
# names. Managed Kafka makes its own in the subnet that its cluster names, without a policy.
# https://docs.cloud.google.com/vpc/docs/about-service-connectivity-automation
SERVICE_CLASSES: Mapping[str, str] = {"gcp-memorystore": "memorystore", "google-cloud-sql": "serverless"}

# Google's own limit is 8896; what crosses Cloud VPN is 1460, and path MTU discovery fails silently between clouds.
MTU = 1460


@dataclass(frozen=True)
class Subnet:
    """What a subnet is for; Google reserves some purposes for itself, and logs no flows of those."""

    range: str
    """The field of the address plan with its range."""

    purpose: str = "PRIVATE"
    role: str | None = None


SUBNETS: Mapping[str, Subnet] = {
    "nodes": Subnet("nodes"),
    "kafka": Subnet("kafka"),
    "kafka-connect": Subnet("kafka_connect"),
    "memorystore": Subnet("memorystore"),
    "serverless": Subnet("serverless"),
    "dms": Subnet("dms"),
    "proxy-only": Subnet("proxy_only", purpose="REGIONAL_MANAGED_PROXY", role="ACTIVE"),
    "psc": Subnet("psc", purpose="PRIVATE_SERVICE_CONNECT"),
}


class Network(GcpComponent):
    """A VPC network whose machines have no public address: they reach Google privately, and the rest by NAT.

    NAT's addresses are static, because partners admit the region by them. Cloud SQL lives in Google's own network,
    peered with this one (private services access); what else is managed has endpoints in subnets of ours. The routes
    that a link to another cloud brings are passed on to the peering, and the peering's range to the link, or Cloud SQL
    and its replication's source could not answer each other.

    The default route stays: NAT and Private Google Access go by it, and without an address of its own no machine can
    be reached by it. Queries of every machine to DNS are logged.
    """

    network_id: pulumi.Output[str]
    """projects/<project>/global/networks/<name>."""

    name: pulumi.Output[str]
    subnet_ids: dict[str, pulumi.Output[str]]
    """projects/<project>/regions/<region>/subnetworks/<name>, by what the subnet is for."""

    router_name: pulumi.Output[str]
    ranges: GcpPlan
    nat_addresses: list[pulumi.Output[str]]
    """Public addresses that all traffic to the internet comes from."""

    private_services_connection: pulumi.Resource
    """The peering for Cloud SQL: what is made by private services access must wait for it."""

    peering_name: pulumi.Output[str]
    """Google's name of that peering."""

    service_connection_policies: dict[str, pulumi.Resource]
    """By class of service: what makes its endpoints itself must wait for its class's policy."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: NetworkSettings,
        *,
        ranges: GcpPlan,
        asn: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the network; `asn` is its Cloud Router's number towards other networks."""
        super().__init__("Network", name, scope, "internal", opts)
        self.ranges = ranges
        network = compute.Network(
            f"{name}-vpc",
            auto_create_subnetworks=False,
            routing_mode="GLOBAL",
            mtu=MTU,
            network_firewall_policy_enforcement_order="BEFORE_CLASSIC_FIREWALL",
            opts=self.child(stateful=True),
        )
        self.network_id, self.name = network.id, network.name
        self.subnet_ids = {use: self._subnet(name, use, subnet, settings) for use, subnet in SUBNETS.items()}
        self.router_name = self._router(name, asn)
        self.nat_addresses = self._way_out(name, settings.nat_addresses)
        self._private_services(name)
        self.service_connection_policies = {
            service: self._service_connections(name, service, use) for service, use in SERVICE_CLASSES.items()
        }
        dns.Policy(f"{name}-dns", enable_logging=True, networks=[{"network_url": self.network_id}], opts=self.child())
        self.register_outputs(
            {
                "networkId": self.network_id,
                "subnetIds": self.subnet_ids,
                "routerName": self.router_name,
                "natAddresses": self.nat_addresses,
            }
        )

    def _subnet(self, name: str, use: str, subnet: Subnet, settings: NetworkSettings) -> pulumi.Output[str]:
        private = subnet.purpose == "PRIVATE"
        secondary = {PODS: self.ranges.pods, SERVICES: self.ranges.services} if use == "nodes" else {}
        return compute.Subnetwork(
            f"{name}-{use}",
            network=self.network_id,
            ip_cidr_range=str(getattr(self.ranges, subnet.range)),
            purpose=subnet.purpose,
            role=subnet.role,
            private_ip_google_access=True if private else None,
            stack_type="IPV4_ONLY" if private else None,
            secondary_ip_ranges=[
                {"range_name": range_name, "ip_cidr_range": str(cidr)} for range_name, cidr in secondary.items()
            ],
            log_config={
                "aggregation_interval": settings.flow_log_interval,
                "flow_sampling": settings.flow_log_sampling_percent / 100,
                "metadata": "INCLUDE_ALL_METADATA",
            }
            if private
            else None,
            opts=self.child(stateful=True),
        ).id

    def _router(self, name: str, asn: int) -> pulumi.Output[str]:
        """The Cloud Router, which tells other networks of every subnet and of the peering's range; its name."""
        return compute.Router(
            f"{name}-router",
            network=self.network_id,
            region=self.scope.region,
            bgp={
                "asn": asn,
                "advertise_mode": "CUSTOM",
                "advertised_groups": ["ALL_SUBNETS"],
                "advertised_ip_ranges": [
                    {"range": str(self.ranges.private_services), "description": "Private services access"}
                ],
            },
            opts=self.child(),
        ).name

    def _way_out(self, name: str, count: int) -> list[pulumi.Output[str]]:
        """Cloud NAT; its addresses."""
        addresses = [
            compute.Address(
                f"{name}-nat-{number}",
                region=self.scope.region,
                address_type="EXTERNAL",
                network_tier="PREMIUM",
                opts=self.child(stateful=True),
            )
            for number in range(1, count + 1)
        ]
        compute.RouterNat(
            f"{name}-nat",
            router=self.router_name,
            region=self.scope.region,
            nat_ip_allocate_option="MANUAL_ONLY",
            nat_ips=[address.self_link for address in addresses],
            source_subnetwork_ip_ranges_to_nat="ALL_SUBNETWORKS_ALL_IP_RANGES",
            enable_dynamic_port_allocation=True,
            enable_endpoint_independent_mapping=False,
            min_ports_per_vm=64,
            max_ports_per_vm=4096,
            # What fails; what succeeds is in the firewall's log and the flow logs.
            log_config={"enable": True, "filter": "ERRORS_ONLY"},
            opts=self.child(),
        )
        return [address.address for address in addresses]

    def _private_services(self, name: str) -> None:
        """Private services access: a range for Google's own network, and the peering with it."""
        given = self.ranges.private_services
        reserved = compute.GlobalAddress(
            f"{name}-private-services",
            address=str(given.network_address),
            prefix_length=given.prefixlen,
            address_type="INTERNAL",
            purpose="VPC_PEERING",
            network=self.network_id,
            opts=self.child(stateful=True),
        )
        connection = servicenetworking.Connection(
            f"{name}-private-services",
            network=self.network_id,
            service="servicenetworking.googleapis.com",
            reserved_peering_ranges=[reserved.name],
            # Google keeps a deleted database's network for days, and would refuse to let go of ours.
            deletion_policy="REMOVE_PEERING",
            opts=self.child(stateful=True),
        )
        compute.NetworkPeeringRoutesConfig(
            f"{name}-private-services",
            network=self.name,
            peering=connection.peering,
            export_custom_routes=True,
            import_custom_routes=False,
            opts=self.child(),
        )
        self.private_services_connection, self.peering_name = connection, connection.peering

    def _service_connections(self, name: str, service: str, use: str) -> pulumi.Resource:
        """Lets a class of services make endpoints in a subnet."""
        return networkconnectivity.ServiceConnectionPolicy(
            f"{name}-{service}",
            location=self.scope.region,
            network=self.network_id,
            service_class=service,
            psc_config={"subnetworks": [self.subnet_ids[use]]},
            opts=self.child(),
        )
