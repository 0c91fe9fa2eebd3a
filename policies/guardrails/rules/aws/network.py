"""VPCs: default groups, security groups, access lists, subnets, flow logs, endpoints and Transit Gateways."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import absent, off, together
from guardrails.iam import statements
from guardrails.model import Finding, ResourceRule, StackRule
from guardrails.networks import ADMIN_PORTS, ALL_PORTS, SENSITIVE_PORTS, is_world
from guardrails.subject import Node, Resource, Stack

VPC = "aws:ec2/vpc:Vpc"
SUBNETS = ("aws:ec2/subnet:Subnet", "aws:ec2/defaultSubnet:DefaultSubnet")
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
TRANSIT_GATEWAY = "aws:ec2transitgateway/transitGateway:TransitGateway"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"

GROUP = "aws:ec2/securityGroup:SecurityGroup"
GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"

NETWORK_ACLS = ("aws:ec2/networkAcl:NetworkAcl", "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl")
NETWORK_ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule"


def ports(node: Node, protocol: str) -> range:
    """The TCP and UDP ports of an entry; empty for other protocols, whose "ports" are message types."""
    named = node.text(protocol).lower()
    if named in ("-1", "all"):
        return ALL_PORTS
    if named not in ("tcp", "udp", "6", "17"):
        return range(0)
    return range(int(node.number("fromPort")), int(node.number("toPort")) + 1)


def world_source(node: Node, *paths: str) -> str | None:
    """The path of the first source range that is the whole world."""
    return next((at for path in paths for at, cidr in node.known_texts(path) if is_world(cidr)), None)


def world_ingress(resource: Resource) -> Iterator[tuple[str, range]]:
    """What a security group lets in from everywhere: where it says so, and the ports; unknown entries are left out."""
    if resource.type == GROUP:
        for entry in resource.items("ingress"):
            yield from _world_entry(entry, "protocol", "cidrBlocks", "ipv6CidrBlocks")
    elif resource.type == INGRESS_RULE:
        yield from _world_entry(resource, "ipProtocol", "cidrIpv4", "cidrIpv6")
    elif resource.text("type") == "ingress":
        yield from _world_entry(resource, "protocol", "cidrBlocks", "ipv6CidrBlocks")


def _world_entry(entry: Node, protocol: str, *sources: str) -> Iterator[tuple[str, range]]:
    at = world_source(entry, *sources)
    if at is not None:
        yield at, ports(entry, protocol)


def _sensitive_ports(resource: Resource) -> Iterator[Finding]:
    for at, opened in world_ingress(resource):
        named = [f"{port} ({name})" for port, name in SENSITIVE_PORTS.items() if port in opened]
        if opened == ALL_PORTS:
            yield Finding(at, "opens every port to every address")
        elif named:
            yield Finding(at, f"opens port {', '.join(named)} to every address")


def _other_ports(resource: Resource) -> Iterator[Finding]:
    allowed = resource.choices("allowedPorts")
    for at, opened in world_ingress(resource):
        sensitive = any(port in opened for port in SENSITIVE_PORTS)
        if not sensitive and any(port not in allowed for port in opened):
            yield Finding(at, "opens a port that is not meant for the public to every address")


def _world_admin(resource: Resource) -> Iterator[Finding]:
    """Access lists take the first entry that matches, by number; a lone rule is judged as if it were the first."""
    if resource.type == NETWORK_ACL_RULE:
        if resource.flag("egress"):
            return
        entries: list[Node] = [resource]
    else:
        entries = sorted(resource.items("ingress"), key=lambda entry: entry.number("ruleNo"))
    action = "ruleAction" if resource.type == NETWORK_ACL_RULE else "action"
    for port, name in ADMIN_PORTS.items():
        for entry in entries:
            at = world_source(entry, "cidrBlock", "ipv6CidrBlock")
            if at is None or port not in ports(entry, "protocol"):
                continue
            if entry.text(action).lower() == "allow":
                yield Finding(at, f"admits every address to port {port} ({name})")
            break


def _adopted(stack: Stack) -> Iterator[Finding]:
    adopted = {urn for group in stack.of_type(DEFAULT_GROUP) for urn in group.references("vpcId")}
    for vpc in stack.of_type(VPC):
        if vpc.urn not in adopted:
            yield Finding("", "keeps AWS's default security group as it comes", vpc)


def _logged(stack: Stack) -> Iterator[Finding]:
    logged = {urn for log in stack.of_type(FLOW_LOG) for urn in log.references("vpcId")}
    for vpc in stack.of_type(VPC):
        if vpc.urn not in logged:
            yield Finding("", "has no flow log", vpc)


def _explicit_routing(gateway: Node) -> Iterator[Finding]:
    for path in ("defaultRouteTableAssociation", "defaultRouteTablePropagation"):
        if gateway.text(path, "enable") != "disable":
            yield Finding(path, "is on")


def _auto_accept(gateway: Node) -> Iterator[Finding]:
    if gateway.text("autoAcceptSharedAttachments", "disable") != "disable":
        yield Finding("autoAcceptSharedAttachments", "is on")


def _endpoint_policy(endpoint: Node) -> Iterator[Finding]:
    if not endpoint.has("policy"):
        yield Finding("policy", "is not set, so AWS's own lets everyone do everything")
        return
    for statement in statements(endpoint.text("policy")):
        open_to_all = statement.any_principal and not statement.conditions
        if statement.allows and open_to_all and statement.any_resource and "*" in statement.actions:
            yield Finding("policy", f"lets everyone do everything in statement {statement.index}")


RULES = (
    ResourceRule(
        id="aws-vpc-default-group-closed",
        types=(DEFAULT_GROUP,),
        severity=Severity.HIGH,
        description="Default security groups admit and send nothing.",
        why="Whatever is created without a group of its own falls into the default one and gets its openings.",
        remedy="Declare ec2.DefaultSecurityGroup with ingress=[] and egress=[].",
        check=together(absent("ingress", "has rules"), absent("egress", "has rules")),
    ),
    StackRule(
        id="aws-vpc-default-group-adopted",
        types=(VPC, DEFAULT_GROUP),
        severity=Severity.MEDIUM,
        description="Each VPC's default security group is adopted by the program.",
        why="AWS makes one that lets its members reach each other and the whole internet.",
        remedy="Declare ec2.DefaultSecurityGroup for the VPC with ingress=[] and egress=[].",
        check=_adopted,
    ),
    ResourceRule(
        id="aws-security-group-no-world-sensitive-ports",
        types=(GROUP, GROUP_RULE, INGRESS_RULE),
        severity=Severity.CRITICAL,
        description="Security groups open no administration or data port to every address.",
        why="Scanners find such a port within minutes, and one weak password or unpatched server is then enough.",
        remedy="Name the security group or the range that needs the port as the source.",
        check=_sensitive_ports,
    ),
    ResourceRule(
        id="aws-security-group-world-only-allowed-ports",
        types=(GROUP, GROUP_RULE, INGRESS_RULE),
        severity=Severity.HIGH,
        description="Security groups open only the allowed ports to every address.",
        why="Each further port that the internet reaches is a further server to keep unbreakable.",
        remedy="Narrow the source, or serve the public on an allowed port (443 unless configured otherwise).",
        settings={
            "allowedPorts": {
                "type": "array",
                "items": {"type": "number"},
                "default": [443],
                "description": "Ports that may be open to every address.",
            }
        },
        check=_other_ports,
    ),
    ResourceRule(
        id="aws-network-acl-no-world-admin",
        types=(*NETWORK_ACLS, NETWORK_ACL_RULE),
        severity=Severity.HIGH,
        description="Network access lists admit nobody to administration ports from every address.",
        why="The access list is what still holds when somebody opens a security group by mistake.",
        remedy="Leave ports 22 and 3389 out of the ranges that are open to 0.0.0.0/0 or ::/0.",
        check=_world_admin,
    ),
    ResourceRule(
        id="aws-subnet-no-automatic-public-ip",
        types=SUBNETS,
        severity=Severity.HIGH,
        description="Subnets give no public address by themselves.",
        why="An instance that lands in such a subnet is on the internet without anybody having asked for it.",
        remedy="Set map_public_ip_on_launch=False; front doors and NAT gateways ask for their own addresses.",
        check=off("mapPublicIpOnLaunch"),
    ),
    StackRule(
        id="aws-vpc-flow-logs",
        types=(VPC, FLOW_LOG),
        severity=Severity.MEDIUM,
        description="Each VPC has a flow log.",
        why="After an intrusion nothing else tells which machines spoke to whom.",
        remedy="Add an ec2.FlowLog with vpc_id set to the VPC.",
        check=_logged,
    ),
    ResourceRule(
        id="aws-vpc-endpoint-policy",
        types=(ENDPOINT,),
        severity=Severity.MEDIUM,
        description="VPC endpoints have a policy that narrows who may use them for what.",
        why="Through an open endpoint, stolen data leaves for a stranger's account without touching the internet.",
        remedy="Set policy to a document that admits this account's principals only (aws:PrincipalAccount).",
        check=_endpoint_policy,
    ),
    ResourceRule(
        id="aws-transit-gateway-no-auto-accept",
        types=(TRANSIT_GATEWAY,),
        severity=Severity.HIGH,
        description="Transit Gateways accept no shared attachment by themselves.",
        why="Any account that the gateway is shared with could join the network unseen.",
        remedy='Set auto_accept_shared_attachments="disable".',
        check=_auto_accept,
    ),
    ResourceRule(
        id="aws-transit-gateway-explicit-routing",
        types=(TRANSIT_GATEWAY,),
        severity=Severity.HIGH,
        description="Transit Gateways neither associate nor propagate by default.",
        why="With AWS's defaults each new attachment can reach all others at once.",
        remedy='Set default_route_table_association="disable" and default_route_table_propagation="disable".',
        check=_explicit_routing,
    ),
)
