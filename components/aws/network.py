"""The VPC of a region: subnets by tier and zone, their routes and access lists, and a log of every flow."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from typing import Any

import pulumi
from pulumi_aws import ec2

from components.aws.component import AwsComponent, Scope
from components.aws.iam import allow, role, service_trust
from components.aws.logs import log_group
from settings.addresses import AwsPlan, Tier
from settings.aws import NetworkSettings

TIERS: tuple[Tier, ...] = ("public", "private", "data", "transit", "pods")

# Kubernetes' controllers find the subnets for load balancers by these tags.
# https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/
SUBNET_TAGS: Mapping[Tier, dict[str, str]] = {
    "public": {"kubernetes.io/role/elb": "1"},
    "private": {"kubernetes.io/role/internal-elb": "1"},
}

ANYWHERE = "0.0.0.0/0"

FLOW_LOG_FIELDS = (
    "version",
    "account-id",
    "vpc-id",
    "subnet-id",
    "instance-id",
    "interface-id",
    "srcaddr",
    "srcport",
    "dstaddr",
    "dstport",
    "pkt-srcaddr",
    "pkt-dstaddr",
    "protocol",
    "tcp-flags",
    "packets",
    "bytes",
    "start",
    "end",
    "flow-direction",
    "traffic-path",
    "pkt-src-aws-service",
    "pkt-dst-aws-service",
    "action",
    "log-status",
)


class Network(AwsComponent):
    """A VPC that spans zones, where only the public tier is reachable from the internet.

    Tiers: `public` holds NAT gateways and front doors, `private` nodes and endpoints, `data` stores without any route
    to the internet, `transit` the Transit Gateway's interfaces, `pods` the secondary range that the CNI gives to pods.
    Each zone has its own NAT gateway, so that a zone's loss cuts off no other. The default security group, access list
    and route table are emptied: what names none of its own reaches nothing. Routes to other networks are added by
    whoever attaches them.
    """

    vpc_id: pulumi.Output[str]
    subnet_ids: dict[Tier, list[pulumi.Output[str]]]
    """Subnets by tier, in the order of the zones."""

    route_table_ids: dict[Tier, list[pulumi.Output[str]]]
    """Route tables by tier; `private` and `pods` have one for each zone and share them."""

    nat_gateways: dict[str, ec2.NatGateway]
    """What the private tiers leave by, by zone."""

    internet: ec2.Route
    """The public tier's way to the internet, without which nothing can face it."""

    zones: tuple[str, ...]
    ranges: AwsPlan

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: NetworkSettings,
        *,
        ranges: AwsPlan,
        peers: Sequence[IPv4Network],
        log_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the network; `peers` are the private ranges outside it that its stores' access lists admit."""
        super().__init__("Network", name, scope, "internal", opts)
        self.zones, self.ranges = settings.zones, ranges
        child = self.child()

        vpc = ec2.Vpc(
            f"{name}-vpc",
            cidr_block=str(ranges.vpc),
            enable_dns_hostnames=True,
            enable_dns_support=True,
            enable_network_address_usage_metrics=True,
            opts=self.child(stateful=True),
        )
        pods = ec2.VpcIpv4CidrBlockAssociation(f"{name}-pods", vpc_id=vpc.id, cidr_block=str(ranges.pods), opts=child)
        self.vpc_id = vpc.id
        ec2.DefaultSecurityGroup(f"{name}-default", vpc_id=vpc.id, ingress=[], egress=[], opts=child)
        ec2.DefaultRouteTable(
            f"{name}-default", default_route_table_id=vpc.default_route_table_id, routes=[], opts=child
        )
        ec2.DefaultNetworkAcl(
            f"{name}-default",
            default_network_acl_id=vpc.default_network_acl_id,
            ingress=[],
            egress=[],
            # AWS moves subnets here while they change lists.
            subnet_ids=[],
            opts=self.child(ignore_changes=["subnetIds"]),
        )

        subnets = {tier: self._subnets(name, tier, pods) for tier in TIERS}
        self.subnet_ids = {tier: [subnet.id for subnet in made] for tier, made in subnets.items()}
        self.route_table_ids = self._route_tables(name)
        self.internet, self.nat_gateways = self._internet(name, vpc.id)
        self._access_lists(name, peers)
        self._flow_logs(name, settings, log_key_arn)
        self.register_outputs(
            {"vpcId": self.vpc_id, "subnetIds": self.subnet_ids, "routeTableIds": self.route_table_ids}
        )

    def _subnets(self, name: str, tier: Tier, pods: pulumi.Resource) -> list[ec2.Subnet]:
        return [
            ec2.Subnet(
                f"{name}-{tier}-{zone}",
                vpc_id=self.vpc_id,
                availability_zone=zone,
                cidr_block=str(cidr),
                map_public_ip_on_launch=False,
                private_dns_hostname_type_on_launch="ip-name",
                tags={"tier": tier, **SUBNET_TAGS.get(tier, {})},
                opts=self.child(depends_on=[pods] if tier == "pods" else None),
            )
            for zone, cidr in zip(self.zones, self.ranges.tiers[tier], strict=False)
        ]

    def _route_tables(self, name: str) -> dict[Tier, list[pulumi.Output[str]]]:
        child = self.child()

        def table(suffix: str) -> pulumi.Output[str]:
            return ec2.RouteTable(f"{name}-{suffix}", vpc_id=self.vpc_id, opts=child).id

        private = [table(f"private-{zone}") for zone in self.zones]
        tables: dict[Tier, list[pulumi.Output[str]]] = {
            "public": [table("public")],
            "private": private,
            "data": [table("data")],
            "transit": [table("transit")],
            "pods": private,
        }
        for tier, subnet_ids in self.subnet_ids.items():
            for index, zone in enumerate(self.zones):
                ec2.RouteTableAssociation(
                    f"{name}-{tier}-{zone}",
                    subnet_id=subnet_ids[index],
                    route_table_id=tables[tier][index % len(tables[tier])],
                    opts=child,
                )
        return tables

    def _internet(self, name: str, vpc_id: pulumi.Input[str]) -> tuple[ec2.Route, dict[str, ec2.NatGateway]]:
        """Ways out to the internet: the public tier's route, and the others' NAT gateways by zone."""
        child = self.child()
        nat_gateways = {}
        gateway = ec2.InternetGateway(f"{name}-internet", vpc_id=vpc_id, opts=child)
        out = ec2.Route(
            f"{name}-internet",
            route_table_id=self.route_table_ids["public"][0],
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=child,
        )
        for index, zone in enumerate(self.zones):
            # Protected: partners admit the region by these addresses.
            address = ec2.Eip(f"{name}-nat-{zone}", domain="vpc", opts=self.child(stateful=True, depends_on=[gateway]))
            nat = ec2.NatGateway(
                f"{name}-nat-{zone}",
                subnet_id=self.subnet_ids["public"][index],
                allocation_id=address.id,
                connectivity_type="public",
                opts=self.child(depends_on=[out]),
            )
            ec2.Route(
                f"{name}-nat-{zone}",
                route_table_id=self.route_table_ids["private"][index],
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=nat.id,
                opts=child,
            )
            nat_gateways[zone] = nat
        return out, nat_gateways

    def _access_lists(self, name: str, peers: Sequence[IPv4Network]) -> None:
        """Stateless lists by tier: a second fence, coarse by design; security groups hold the exact flows."""
        own = [self.ranges.vpc, self.ranges.pods]
        everything = [_entry(100, ANYWHERE)]
        joined = [_entry(100 + 10 * index, str(cidr)) for index, cidr in enumerate([*own, *peers])]
        inside = joined[: len(own)]
        # Answers to what NAT sent out. RDP's port is left out: CIS 5.1 wants no way in for it from anywhere.
        answers = [
            _entry(900, ANYWHERE, "6", 1024, 3388),
            _entry(910, ANYWHERE, "6", 3390, 65535),
            _entry(920, ANYWHERE, "17", 1024, 3388),
            _entry(930, ANYWHERE, "17", 3390, 65535),
            # Fragmentation needed: without it, path MTU discovery fails silently.
            {**_entry(940, ANYWHERE, "1"), "icmp_type": 3, "icmp_code": 4},
        ]
        front_door = [_entry(800, ANYWHERE, "6", 443, 443)]
        rules: Mapping[Tier, tuple[list[Any], list[Any]]] = {
            "public": ([*inside, *front_door, *answers], everything),
            "private": ([*inside, *answers], everything),
            "pods": ([*inside, *answers], everything),
            "data": (joined, joined),
            "transit": (joined, joined),
        }
        for tier, (ingress, egress) in rules.items():
            ec2.NetworkAcl(
                f"{name}-{tier}",
                vpc_id=self.vpc_id,
                subnet_ids=self.subnet_ids[tier],
                ingress=ingress,
                egress=egress,
                opts=self.child(),
            )

    def _flow_logs(self, name: str, settings: NetworkSettings, log_key_arn: pulumi.Input[str]) -> None:
        group = log_group(self, f"{name}-flows", retention_days=settings.flow_log_retention_days, key_arn=log_key_arn)
        writer = role(
            f"{name}-flows",
            service_trust("vpc-flow-logs.amazonaws.com", self.scope.account_id),
            self,
            description="Writes the VPC's flow logs",
            inline={
                "write": [
                    allow(
                        ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                        [group.arn, pulumi.Output.concat(group.arn, ":*")],
                    )
                ]
            },
        )
        ec2.FlowLog(
            f"{name}-flows",
            vpc_id=self.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=writer.arn,
            log_format=" ".join(f"${{{field}}}" for field in FLOW_LOG_FIELDS),
            max_aggregation_interval=60,
            opts=self.child(),
        )


def _entry(
    number: int, cidr: str, protocol: str = "-1", first: int = 0, last: int = 0
) -> ec2.NetworkAclIngressArgsDict:
    """An allow entry; `protocol` is an IANA number or -1 for all, whose ports must be 0."""
    return {
        "rule_no": number,
        "action": "allow",
        "protocol": protocol,
        "cidr_block": cidr,
        "from_port": first,
        "to_port": last,
    }
