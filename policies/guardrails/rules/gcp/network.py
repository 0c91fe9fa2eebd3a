"""VPC networks: subnets, firewalls, NAT, and the log of what machines ask DNS."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import isolated, off, on, together
from guardrails.model import Finding, NodeCheck, ResourceRule, StackRule
from guardrails.networks import ALL_PORTS, SENSITIVE_PORTS, is_world
from guardrails.subject import Node, Resource, Stack

NETWORK = "gcp:compute/network:Network"
SUBNET = "gcp:compute/subnetwork:Subnetwork"
NAT = "gcp:compute/routerNat:RouterNat"
DNS_POLICY = "gcp:dns/policy:Policy"

VPC_RULE = "gcp:compute/firewall:Firewall"
POLICY_RULE = "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule"
WHOLE_POLICY = "gcp:compute/networkFirewallPolicyWithRules:NetworkFirewallPolicyWithRules"
ASSOCIATION = "gcp:compute/networkFirewallPolicyAssociation:NetworkFirewallPolicyAssociation"
# Policies that come with all their rules.
WHOLE_POLICIES = (
    WHOLE_POLICY,
    "gcp:compute/firewallPolicyWithRules:FirewallPolicyWithRules",
    "gcp:compute/regionNetworkFirewallPolicyWithRules:RegionNetworkFirewallPolicyWithRules",
)
FIREWALLS = (
    VPC_RULE,
    POLICY_RULE,
    "gcp:compute/firewallPolicyRule:FirewallPolicyRule",
    "gcp:compute/regionNetworkFirewallPolicyRule:RegionNetworkFirewallPolicyRule",
    *WHOLE_POLICIES,
)


def ports(entry: Node, protocol: str) -> range | set[int]:
    """The TCP and UDP ports of an entry; empty for other protocols."""
    named = entry.text(protocol).lower()
    if named == "all":
        return ALL_PORTS
    if named not in ("tcp", "udp", "6", "17"):
        return set()
    if not entry.has("ports"):
        return ALL_PORTS
    ends = [written.partition("-") for written in entry.texts("ports")]
    return {port for first, _, last in ends for port in range(int(first), int(last or first) + 1)}


def policy_rules(resource: Resource) -> Iterator[Node]:
    """The rules of a firewall policy that a resource holds: one, or all of them."""
    if resource.type in WHOLE_POLICIES:
        yield from resource.items("rules")
    elif resource.type != VPC_RULE:
        yield resource


def world_ingress(resource: Resource) -> Iterator[tuple[str, range | set[int]]]:
    """What a firewall lets in from everywhere: where it says so, and the ports."""
    if resource.type == VPC_RULE:
        yield from _vpc_rule(resource)
    for rule in policy_rules(resource):
        if rule.text("direction", "INGRESS") != "INGRESS" or rule.text("action") in ("deny", "goto_next"):
            continue
        at = next((at for at, cidr in rule.known_texts("match.srcIpRanges") if is_world(cidr)), None)
        if at is not None:
            for entry in rule.items("match.layer4Configs"):
                yield at, ports(entry, "ipProtocol")


def _vpc_rule(rule: Resource) -> Iterator[tuple[str, range | set[int]]]:
    if rule.text("direction", "INGRESS") != "INGRESS":
        return
    at = next((at for at, cidr in rule.known_texts("sourceRanges") if is_world(cidr)), None)
    if at is None and not any(rule.has(path) for path in ("sourceRanges", "sourceTags", "sourceServiceAccounts")):
        at = "sourceRanges"  # Without any source Google takes every address.
    if at is not None:
        for entry in rule.items("allows"):
            yield at, ports(entry, "protocol")


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


def _logged(resource: Resource) -> Iterator[Finding]:
    if resource.type == VPC_RULE and not resource.has("logConfig"):
        yield Finding("logConfig", "is not set")
    for rule in policy_rules(resource):
        yield from isolated(_policy_rule_logged, rule)


def _policy_rule_logged(rule: Node) -> Iterator[Finding]:
    # Google logs no rule that only passes on to the next level.
    if rule.text("action") != "goto_next" and not rule.flag("enableLogging"):
        yield Finding(rule.at("enableLogging"), "is off")


def _denies_all(rule: Node, direction: str) -> bool:
    """Whether a rule denies every address and protocol in a direction."""
    ranges = "match.srcIpRanges" if direction == "INGRESS" else "match.destIpRanges"
    return (
        rule.text("direction", "INGRESS") == direction
        and rule.text("action") == "deny"
        and any(is_world(cidr) for _, cidr in rule.known_texts(ranges))
        and any(entry.text("ipProtocol") == "all" for entry in rule.items("match.layer4Configs"))
    )


def _denied_by_default(stack: Stack) -> Iterator[Finding]:
    policies: dict[str, set[str]] = {}
    for association in stack.of_type(ASSOCIATION):
        for network in association.references("attachmentTarget"):
            policies.setdefault(network, set()).update(association.references("firewallPolicy"))
    for network in stack.of_type(NETWORK):
        own = policies.get(network.urn, set())
        holders = [rule for rule in stack.of_type(POLICY_RULE) if rule.references("firewallPolicy") & own]
        holders += [policy for policy in stack.of_type(WHOLE_POLICY) if policy.urn in own]
        for direction, traffic in (("INGRESS", "in"), ("EGRESS", "out")):
            if not any(_denies_all(rule, direction) for holder in holders for rule in policy_rules(holder)):
                yield Finding("", f"has no firewall policy that denies the way {traffic} by default", network)


def _dns_logged(stack: Stack) -> Iterator[Finding]:
    served = {urn for policy in stack.of_type(DNS_POLICY) for urn in policy.references("networks")}
    for network in stack.of_type(NETWORK):
        if network.urn not in served:
            yield Finding("", "has no DNS policy", network)


def _not_the_default(network: Node) -> Iterator[Finding]:
    if network.text("name") == "default":
        yield Finding("name", "is that of the network which Google fills with open rules")


def _of_machines(check: NodeCheck) -> NodeCheck:
    """A check of subnets that machines are in: Google logs no flows of those that it reserves for itself."""
    return lambda subnet: check(subnet) if subnet.text("purpose", "PRIVATE") == "PRIVATE" else ()


def _flows(subnet: Node) -> Iterator[Finding]:
    if not subnet.has("logConfig"):
        yield Finding("logConfig", "is not set")


RULES = (
    ResourceRule(
        id="gcp-network-custom-mode",
        types=(NETWORK,),
        severity=Severity.HIGH,
        description="VPC networks have the subnets that the program declares, and none is the default network.",
        why="The default network and those in auto mode have a subnet in every region, all in ranges that others use.",
        remedy="Set auto_create_subnetworks=False, leave the name automatic, and declare the subnets.",
        check=together(off("autoCreateSubnetworks", default=True), _not_the_default),
    ),
    StackRule(
        id="gcp-network-denied-by-default",
        types=(NETWORK, ASSOCIATION, POLICY_RULE, WHOLE_POLICY),
        severity=Severity.HIGH,
        description="Each VPC network has a firewall policy that denies, both ways, what nobody has named.",
        why="Google lets everything out by default, so a machine that is taken over sends what it finds anywhere.",
        remedy="Associate a NetworkFirewallPolicy whose last rules deny 0.0.0.0/0 on all protocols in and out.",
        check=_denied_by_default,
    ),
    ResourceRule(
        id="gcp-firewall-no-world-sensitive-ports",
        types=FIREWALLS,
        severity=Severity.CRITICAL,
        description="Firewalls open no administration or data port to every address.",
        why="Scanners find such a port within minutes, and one weak password or unpatched server is then enough.",
        remedy="Name the ranges that need the port as the source.",
        check=_sensitive_ports,
    ),
    ResourceRule(
        id="gcp-firewall-world-only-allowed-ports",
        types=FIREWALLS,
        severity=Severity.HIGH,
        description="Firewalls open only the allowed ports to every address.",
        why="The public is served by Google's load balancers, which come from ranges of their own.",
        remedy="Narrow the source, such as to the load balancers' 35.191.0.0/16 and 130.211.0.0/22.",
        settings={
            "allowedPorts": {
                "type": "array",
                "items": {"type": "number"},
                "default": [],
                "description": "Ports that may be open to every address.",
            }
        },
        check=_other_ports,
    ),
    ResourceRule(
        id="gcp-firewall-logging",
        types=FIREWALLS,
        severity=Severity.MEDIUM,
        description="Every firewall rule logs the connections that it decides about.",
        why="After an intrusion nothing else tells what was let in, and what was tried.",
        remedy='Set enable_logging=True, or log_config={"metadata": "INCLUDE_ALL_METADATA"} on a VPC firewall rule.',
        check=_logged,
    ),
    ResourceRule(
        id="gcp-subnet-flow-logs",
        types=(SUBNET,),
        severity=Severity.MEDIUM,
        description="Each subnet that machines are in has flow logs.",
        why="After an intrusion nothing else tells which machines spoke to whom.",
        remedy="Set log_config on the subnet.",
        check=_of_machines(_flows),
    ),
    ResourceRule(
        id="gcp-subnet-private-google-access",
        types=(SUBNET,),
        severity=Severity.MEDIUM,
        description="Machines reach Google's APIs without a public address.",
        why="Without it a machine needs a public address, or NAT, to fetch an image or to read a secret.",
        remedy="Set private_ip_google_access=True.",
        check=_of_machines(on("privateIpGoogleAccess")),
    ),
    ResourceRule(
        id="gcp-nat-logging",
        types=(NAT,),
        severity=Severity.MEDIUM,
        description="Cloud NAT logs what it does, or what fails at least.",
        why="Connections that find no free port fail silently otherwise.",
        remedy='Set log_config={"enable": True, "filter": "ERRORS_ONLY"}.',
        check=on("logConfig.enable"),
    ),
    ResourceRule(
        id="gcp-dns-policy-logging",
        types=(DNS_POLICY,),
        severity=Severity.MEDIUM,
        description="DNS policies log what machines ask.",
        why="Much malware is first seen by the names that it asks for.",
        remedy="Set enable_logging=True.",
        check=on("enableLogging"),
    ),
    StackRule(
        id="gcp-network-dns-policy",
        types=(NETWORK, DNS_POLICY),
        severity=Severity.MEDIUM,
        description="Each VPC network has a DNS policy.",
        why="Google logs queries only of networks that a policy with logging names.",
        remedy="Add a dns.Policy with enable_logging=True that names the network.",
        check=_dns_logged,
    ),
)
