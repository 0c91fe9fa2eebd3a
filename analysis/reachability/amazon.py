"""What AWS asks of a packet: route tables, access lists, security groups, and the Transit Gateway's tables."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Literal

from analysis.reachability.hops import End, Hop, Resources, holds, needing
from preview.graph import Document, Node

SUBNET = "aws:ec2/subnet:Subnet"
SUBNET_GROUPS = ("aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup")
VPC = "aws:ec2/vpc:Vpc"
VPC_RANGE = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
TABLE_ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
ROUTE = "aws:ec2/route:Route"
ACCESS_LIST = "aws:ec2/networkAcl:NetworkAcl"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
CLUSTER = "aws:eks/cluster:Cluster"
GATEWAY = "aws:ec2transitgateway/transitGateway:TransitGateway"
VPC_ATTACHMENT = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
ASSOCIATION = "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation"
PROPAGATION = "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation"

# Each would change what passes.
UNREAD = (
    "aws:ec2/networkAclAssociation:NetworkAclAssociation",
    "aws:ec2/networkAclRule:NetworkAclRule",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:ec2transitgateway/route:Route",
)

ANSWERS = range(1024, 65536)
"""Ports that clients take for answers: which one is theirs to choose.

https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
"""

TCP = "6"

Direction = Literal["ingress", "egress"]


class Amazon:
    """The VPCs and the Transit Gateway of the graphs.

    The group that EKS makes for a cluster is no resource; it lets everything out, and in what is in it.
    https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        resources.only_read(UNREAD)
        for token, keys in ((GROUP, ("ingress", "egress")), ("aws:ec2/routeTable:RouteTable", ("routes",))):
            for node in resources.of(token):
                if any(node.inputs.get(key) for key in keys):
                    raise ValueError(f"{node.urn} holds rules of its own, and nothing here reads them")

    def has(self, address: IPv4Address) -> bool:
        """Whether a subnet holds an address."""
        return bool(self._subnets(address))

    def ends(self, store: Node) -> list[End]:
        """An end in each subnet of a store, with the store's groups."""
        given = {**store.inputs, **store.inputs.get("brokerNodeGroupInfo", {}), **store.inputs.get("vpcOptions", {})}
        groups = _first(given, "vpcSecurityGroupIds", "securityGroupIds", "securityGroups")
        named = _first(given, "dbSubnetGroupName", "subnetGroupName")
        subnets = [
            *_first(given, "subnetIds", "clientSubnets"),
            *(
                subnet
                for token in SUBNET_GROUPS
                for group in self._resources.named(token, named or None)
                for subnet in group.inputs["subnetIds"]
            ),
        ]
        return [
            End(IPv4Network(node.inputs["cidrBlock"])[10], frozenset(groups))
            for subnet in subnets
            for node in self._resources.with_id(SUBNET, subnet)
        ]

    def holding(self, end: End) -> Hop:
        """The subnet at an end."""
        return needing(f"range of {end.address}", "no VPC has a subnet with it", self._subnets(end.address))

    def group(self, direction: Direction, end: End, other: End, port: int) -> Hop:
        """A security group; it lets answers pass by itself."""
        name = f"security group of {end.address}, {direction}"
        if direction == "egress" and end.groups & self._groups_of_eks():
            return Hop(name)
        rules = [
            rule
            for rule in self._resources.of(INGRESS if direction == "ingress" else EGRESS)
            if rule.inputs["securityGroupId"] in end.groups and _admits(rule, other.address, port)
        ]
        groups = [node for group in end.groups for node in self._resources.with_id(GROUP, group)]
        shown = ", ".join(sorted(node.name for node in groups)) or "no group"
        verb = "admits" if direction == "ingress" else "lets out"
        return needing(name, f"no rule of {shown} {verb} tcp/{port} of {other.address}", rules, groups)

    def outwards(self, end: End, other: IPv4Address, ports: range) -> Iterator[Hop]:
        """From an address to the Transit Gateway."""
        [subnet] = self._subnets(end.address)
        yield self._listed(subnet, "egress", f"access list of {end.address}, egress", other, ports)
        # First: there is no route to a gateway that the VPC is not attached to.
        yield self.attached(end)
        yield self._route(subnet, end.address, other)
        _, doors = self._doors(subnet)
        # In the gateway's own subnet only the rules of its direction are asked, with the machine's address.
        # https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html
        yield self._listed(
            doors[0], "ingress", f"access list of {end.address}'s attachment, ingress", end.address, ports
        )

    def inwards(self, end: End, other: IPv4Address, ports: range) -> Iterator[Hop]:
        """From the Transit Gateway to an address."""
        [subnet] = self._subnets(end.address)
        _, doors = self._doors(subnet)
        yield self._listed(doors[0], "egress", f"access list of {end.address}'s attachment, egress", end.address, ports)
        yield self._listed(subnet, "ingress", f"access list of {end.address}, ingress", other, ports)

    def attached(self, end: End) -> Hop:
        """The attachment of the VPC: it reaches only those zones in which it has a subnet.

        https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html
        """
        attachments, doors = self._doors(self._subnets(end.address)[0])
        vpcs = [node for each in attachments for node in self._resources.with_id(VPC, each.inputs["vpcId"])]
        return needing(
            f"VPC attachment of {end.address}",
            "no Transit Gateway is attached to its VPC and has a subnet in its zone",
            attachments,
            doors,
            [
                node
                for each in attachments
                for node in self._resources.with_id(GATEWAY, each.inputs["transitGatewayId"])
            ],
            # What the attachment propagates.
            [node for vpc in vpcs for node in self._ranges(vpc) if holds([node.inputs["cidrBlock"]], end.address)],
        )

    def from_link(self, attachments: set[str], end: End) -> Hop:
        """The Transit Gateway's table for links: one that an attachment reads has the VPC's ranges."""
        into_vpc = {node.state["id"] for node in self._doors(self._subnets(end.address)[0])[0]}
        return needing(
            f"Transit Gateway, from the link to {end.address}",
            "no table that the link's attachment reads has the VPC's ranges",
            *self._passing(attachments, into_vpc),
        )

    def to_link(self, attachments: set[str], end: End, other: IPv4Address) -> Hop:
        """The Transit Gateway's table for the VPC: attachments that carry to `other`, and that it knows of."""
        from_vpc = {node.state["id"] for node in self._doors(self._subnets(end.address)[0])[0]}
        return needing(
            f"Transit Gateway, from {end.address} to {other}",
            f"no table that the VPC's attachment reads learns of {other} from the link",
            *self._passing(from_vpc, attachments),
        )

    def _passing(self, sources: set[str], destinations: set[str]) -> tuple[list[Node], list[Node]]:
        """Associations of sources and propagations of destinations that meet in a table."""
        key = "transitGatewayRouteTableId"
        into = [
            node
            for node in self._resources.of(PROPAGATION)
            if node.inputs["transitGatewayAttachmentId"] in destinations
        ]
        read = [
            node for node in self._resources.of(ASSOCIATION) if node.inputs["transitGatewayAttachmentId"] in sources
        ]
        common = {node.inputs[key] for node in into} & {node.inputs[key] for node in read}
        return [n for n in read if n.inputs[key] in common], [n for n in into if n.inputs[key] in common]

    def leaves_to_internet(self, end: End, other: IPv4Address) -> Hop:
        """Whether an address can answer one that no network of the graphs holds."""
        [subnet] = self._subnets(end.address)
        route = self._chosen(subnet, other)
        return needing(
            f"internet gateway, from {end.address} to {other}",
            f"the route table of {subnet.name} leads to no internet gateway",
            [route] if route and "gatewayId" in route.inputs else [],
        )

    def _subnets(self, address: IPv4Address) -> list[Node]:
        return [node for node in self._resources.of(SUBNET) if holds([node.inputs["cidrBlock"]], address)]

    def _route(self, subnet: Node, address: IPv4Address, other: IPv4Address) -> Hop:
        route = self._chosen(subnet, other)
        shown = f"{route.name} leads elsewhere" if route else "no route matches"
        gateways = {node.state["id"] for node in self._gateways(subnet)}
        leads = route is not None and route.inputs.get("transitGatewayId") in gateways
        return needing(
            f"route table of {address}, to {other}",
            f"the table of {subnet.name} leads to no Transit Gateway of its VPC: {shown}",
            [route] if route and leads else [],
            self._associations(subnet),
        )

    def _associations(self, subnet: Node) -> list[Node]:
        return self._resources.of(TABLE_ASSOCIATION, subnetId=subnet.state["id"])

    def _chosen(self, subnet: Node, other: IPv4Address) -> Node | None:
        """The narrowest route of a subnet's table; a subnet of no table has the VPC's main one, which has none."""
        routes = [
            route
            for table in self._associations(subnet)
            for route in self._resources.of(ROUTE, routeTableId=table.inputs["routeTableId"])
            if "destinationCidrBlock" in route.inputs and holds([route.inputs["destinationCidrBlock"]], other)
        ]
        return max(routes, key=lambda node: IPv4Network(node.inputs["destinationCidrBlock"]).prefixlen, default=None)

    def _gateways(self, subnet: Node) -> list[Node]:
        return [
            gateway
            for attachment in self._resources.of(VPC_ATTACHMENT, vpcId=subnet.inputs["vpcId"])
            for gateway in self._resources.with_id(GATEWAY, attachment.inputs["transitGatewayId"])
        ]

    def _doors(self, subnet: Node) -> tuple[list[Node], list[Node]]:
        """The attachments of a subnet's VPC, and their subnets in the zone."""
        attachments = self._resources.of(VPC_ATTACHMENT, vpcId=subnet.inputs["vpcId"])
        doors = [
            door
            for attachment in attachments
            for at in attachment.inputs["subnetIds"]
            for door in self._resources.with_id(SUBNET, at)
            if door.inputs["availabilityZone"] == subnet.inputs["availabilityZone"]
        ]
        return attachments, doors

    def _groups_of_eks(self) -> set[str]:
        return {node.outputs["vpcConfig"]["clusterSecurityGroupId"] for node in self._resources.of(CLUSTER)}

    def _ranges(self, vpc: Node) -> list[Node]:
        """The VPC and what else gives it a range."""
        return [vpc, *self._resources.of(VPC_RANGE, vpcId=vpc.state["id"])]

    def _listed(self, subnet: Node, direction: Direction, name: str, other: IPv4Address, ports: range) -> Hop:
        """An access list is stateless: the lowest number that matches decides about each port."""
        lists = [node for node in self._resources.of(ACCESS_LIST) if subnet.state["id"] in node.inputs["subnetIds"]]
        passing = [node for node in lists if not (_refused(node.inputs.get(direction, ()), other, ports))]
        shown = ", ".join(node.name for node in lists) or "the VPC's default list"
        span = f"{ports[0]}" if len(ports) == 1 else f"{ports[0]}-{ports[-1]}"
        return needing(name, f"{shown} of {subnet.name} does not let tcp/{span} of {other} pass", passing)


def _refused(entries: list[Document], other: IPv4Address, ports: range) -> set[int]:
    """The ports that a list does not let pass."""
    left = set(ports)
    refused: set[int] = set()
    for entry in sorted(entries, key=lambda entry: entry["ruleNo"]):
        if entry["protocol"] not in ("-1", TCP) or not holds([entry.get("cidrBlock", "0.0.0.0/32")], other):
            continue
        whole = entry["protocol"] == "-1"
        matched = left if whole else left & set(range(entry["fromPort"], entry["toPort"] + 1))
        refused |= matched if entry["action"] == "deny" else set()
        left = left - matched
    return refused | left


def _admits(rule: Node, other: IPv4Address, port: int) -> bool:
    """Whether a rule names an address and a port; one that names a group knows no address across a link."""
    given = rule.inputs
    if given["ipProtocol"] not in ("-1", "tcp") or "cidrIpv4" not in given:
        return False
    whole = given["ipProtocol"] == "-1"
    return holds([given["cidrIpv4"]], other) and (whole or given["fromPort"] <= port <= given["toPort"])


def _first(given: Document, *keys: str) -> Any:
    """The value of the first of some keys that is there; nothing if none is."""
    return next((given[key] for key in keys if given.get(key)), ())
