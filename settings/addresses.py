"""The address plan: one pure function from a supernet to every range of both clouds.

The supernet is halved between the clouds. Each half is cut into quarters, so that whatever the supernet's size each
range keeps its place and there is room left. A range grows with the supernet up to its cloud's limit or to the size
that the table below gives it. No range depends on how many zones are in use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from settings.types import RFC_1918, Asn, Cidr, Fixed, Model, Refusal

Tier = Literal["public", "private", "data", "transit", "pods"]

ZONE_SLOTS = 4
"""Ranges reserved in each tier, whether or not a zone uses them: adding a zone renumbers nothing."""

DOCKER_BRIDGE = IPv4Network("172.17.0.0/16")

# Ranges that AWS does not add to a VPC that holds addresses of the other (VPC CIDR blocks, association restrictions).
SECONDARY_RANGES_REFUSED = {
    IPv4Network("10.0.0.0/15"): IPv4Network("10.0.0.0/16"),
    IPv4Network("172.16.0.0/12"): IPv4Network("172.31.0.0/16"),
}


def _supernet(value: IPv4Network) -> IPv4Network:
    if not any(value.subnet_of(private) for private in RFC_1918):
        raise Refusal(
            "it is not private (RFC 1918): its addresses belong to others, and EKS and Managed Kafka refuse them",
            "choose a range in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, such as 10.64.0.0/12",
        )
    if value.prefixlen > 16:
        raise Refusal(
            f"a /{value.prefixlen} is too small for the networks of two clouds",
            "choose a range of /8 to /16, such as 10.64.0.0/12",
        )
    if value.overlaps(DOCKER_BRIDGE):
        raise Refusal(
            f"it holds {DOCKER_BRIDGE}, which Docker uses inside several managed services: they could not answer",
            "choose a range without it, such as 10.64.0.0/12",
        )
    return value


class Asns(Model):
    """Autonomous-system numbers of the two ends of the private link."""

    aws: Asn = 64512
    """The Transit Gateway's; it cannot change while BGP sessions are up."""

    gcp: Asn = 64513
    """The Cloud Router's."""

    @model_validator(mode="after")
    def _differ(self) -> "Asns":
        if self.aws == self.gcp:
            raise Refusal(
                "both ends have the same number, so BGP would take each route for a loop and drop it",
                "choose two numbers",
            )
        return self


class Addresses(Model):
    """What the address plan of both clouds is made from."""

    supernet: Fixed[Annotated[Cidr, AfterValidator(_supernet)]]
    """The one range that holds both clouds: a private /8 to /16."""

    asns: Asns = Asns()
    """Autonomous-system numbers of the two ends of the private link."""

    @model_validator(mode="after")
    def _vpc_takes_the_pod_range(self) -> "Addresses":
        aws = plan(self).aws
        for held, refused in SECONDARY_RANGES_REFUSED.items():
            if aws.vpc.overlaps(held) and aws.pods.overlaps(refused):
                raise Refusal(
                    f"the pods would be in {aws.pods}, and AWS adds no range of {refused} to a VPC in {aws.vpc}",
                    "choose a larger range or another, such as 10.64.0.0/12",
                    at=("supernet",),
                )
        return self


@dataclass(frozen=True)
class AwsPlan:
    """Ranges of the primary region."""

    block: IPv4Network
    """Everything below; what Google Cloud routes to AWS."""

    vpc: IPv4Network
    """The VPC's primary range; AWS takes /16 to /28."""

    pods: IPv4Network
    """The VPC's secondary range, for pods: of the same RFC 1918 block, or AWS refuses the association."""

    services: IPv4Network
    """Kubernetes services; EKS takes /12 to /24, outside the VPC's ranges."""

    tiers: Mapping[Tier, tuple[IPv4Network, ...]]
    """Subnets of each tier by the zone's position; `pods` lies in the secondary range, the others in the primary."""


@dataclass(frozen=True)
class GcpPlan:
    """Ranges of the standby region."""

    block: IPv4Network
    """Everything below; what AWS routes to Google Cloud."""

    pods: IPv4Network
    """GKE's pod range: Autopilot takes a /26 of it for each node, so a /19 feeds 128 nodes."""

    nodes: IPv4Network
    """Primary range of the subnet with GKE's nodes; each node and internal load balancer takes one address."""

    services: IPv4Network
    """GKE's services range; a /20 is GKE's own default."""

    private_services: IPv4Network
    """Private services access (Cloud SQL): a /24 for each service and region; Google recommends /16."""

    kafka_connect: IPv4Network
    """Managed Kafka Connect's primary subnet: RFC 1918, /22 or larger."""

    proxy_only: IPv4Network
    """The regional proxies of Envoy-based load balancers: at least /26, /23 recommended."""

    kafka: IPv4Network
    """Private Service Connect endpoints of Managed Kafka: one for each broker and one to bootstrap."""

    psc: IPv4Network
    """NAT of the services published to partners by Private Service Connect; nothing else may use it."""

    dms: IPv4Network
    """The network attachment through which Database Migration Service reaches Aurora."""

    serverless: IPv4Network
    """Direct VPC egress of Cloud Run: at least /26, and twice as many addresses as instances."""

    memorystore: IPv4Network
    """Private Service Connect endpoints that the service-connection policies make for Memorystore."""

    control_plane: IPv4Network
    """GKE's control plane: exactly /28."""

    google_apis: IPv4Network
    """Private Service Connect endpoints of Google's APIs; each takes one address, outside every subnet."""


@dataclass(frozen=True)
class AddressPlan:
    """Every range of both clouds; all are disjoint but for a block and what it holds."""

    aws: AwsPlan
    gcp: GcpPlan
    tunnels: tuple[IPv4Network, IPv4Network, IPv4Network, IPv4Network]
    """Inside ranges of the four VPN tunnels."""


# Link-local, clear of those that AWS keeps: 169.254.{0-5}.0/30 and 169.254.169.252/30.
TUNNELS = (
    IPv4Network("169.254.16.0/30"),
    IPv4Network("169.254.16.4/30"),
    IPv4Network("169.254.17.0/30"),
    IPv4Network("169.254.17.4/30"),
)

# Ranges of fixed size, largest first so that they pack without gaps: append, never reorder.
GCP_SMALL_RANGES = {
    "kafka_connect": 22,
    "proxy_only": 23,
    "kafka": 24,
    "psc": 24,
    "dms": 24,
    "serverless": 24,
    "memorystore": 24,
    "control_plane": 28,
    "google_apis": 28,
}


def plan(addresses: Addresses) -> AddressPlan:
    """All ranges of both clouds."""
    aws, gcp = addresses.supernet.subnets(prefixlen_diff=1)
    return AddressPlan(aws=_aws(aws), gcp=_gcp(gcp), tunnels=TUNNELS)


def _aws(block: IPv4Network) -> AwsPlan:
    vpc_room, pods_room, services_room, _spare = block.subnets(prefixlen_diff=2)
    vpc = _start(vpc_room, 16)
    pods = _start(pods_room, 16)
    *_half_for_nodes, public, data, transit, _spare = vpc.subnets(prefixlen_diff=3)
    tiers: dict[Tier, tuple[IPv4Network, ...]] = {
        "public": _zones(public),
        "private": _zones(_start(vpc, vpc.prefixlen + 1)),
        "data": _zones(data),
        "transit": _zones(_start(transit, 26)),
        "pods": _zones(pods),
    }
    return AwsPlan(block=block, vpc=vpc, pods=pods, services=_start(services_room, 20), tiers=MappingProxyType(tiers))


def _gcp(block: IPv4Network) -> GcpPlan:
    pods, nodes_and_services, others, _spare = block.subnets(prefixlen_diff=2)
    nodes, services = nodes_and_services.subnets()
    private_services, small = others.subnets()
    return GcpPlan(
        block=block,
        pods=_start(pods, 14),
        nodes=_start(nodes, 20),
        services=_start(services, 20),
        private_services=_start(private_services, 16),
        **_one_after_another(small, GCP_SMALL_RANGES),
    )


def _start(network: IPv4Network, prefix: int) -> IPv4Network:
    """The first part of a network, of this prefix length; the whole network if it is smaller."""
    return IPv4Network((network.network_address, max(prefix, network.prefixlen)))


def _zones(network: IPv4Network) -> tuple[IPv4Network, ...]:
    return tuple(network.subnets(prefixlen_diff=ZONE_SLOTS.bit_length() - 1))


def _one_after_another(network: IPv4Network, prefixes: Mapping[str, int]) -> dict[str, IPv4Network]:
    ranges = {}
    address = network.network_address
    for name, prefix in prefixes.items():
        ranges[name] = IPv4Network((address, prefix))
        address = ranges[name].broadcast_address + 1
    return ranges
