"""What Google asks of a packet: where an address is, what the firewall says, and what a peering knows."""

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import Literal

from analysis.reachability.hops import Hop, Resources, holds, needing
from preview.graph import Document, Node

NETWORK = "gcp:compute/network:Network"
SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"
GLOBAL_ADDRESS = "gcp:compute/globalAddress:GlobalAddress"
PRODUCERS = "gcp:servicenetworking/connection:Connection"
PEERING_ROUTES = "gcp:compute/networkPeeringRoutesConfig:NetworkPeeringRoutesConfig"
ASSOCIATION = "gcp:compute/networkFirewallPolicyAssociation:NetworkFirewallPolicyAssociation"
POLICY = "gcp:compute/networkFirewallPolicy:NetworkFirewallPolicy"
RULE = "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule"
SERVICE_POLICY = "gcp:networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy"
KAFKA = "gcp:managedkafka/cluster:Cluster"

# Each would change what passes.
UNREAD = (
    "gcp:compute/firewall:Firewall",
    "gcp:compute/firewallPolicyAssociation:FirewallPolicyAssociation",
    "gcp:compute/regionNetworkFirewallPolicyAssociation:RegionNetworkFirewallPolicyAssociation",
    "gcp:compute/route:Route",
)
MATCHED = {"srcIpRanges", "destIpRanges", "layer4Configs"}

FIRST = "BEFORE_CLASSIC_FIREWALL"

Direction = Literal["INGRESS", "EGRESS"]


class Google:
    """The VPC network of the graphs.

    Its firewall is asked about everything that leaves a subnet: a machine's or pod's packets, and those of a Private
    Service Connect interface, the end of a network attachment, which a service uses to call into the network.
    https://docs.cloud.google.com/vpc/docs/configure-security-network-attachments
    What enters is asked about only where it comes to such an interface: not at an endpoint of Private Service Connect,
    which is a forwarding rule to somebody else's network, nor behind a peering, whose network has rules of its own.
    https://docs.cloud.google.com/vpc/docs/private-service-connect-security
    https://docs.cloud.google.com/vpc/docs/vpc-peering
    Answers to what was let pass need no rule.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        resources.only_read(UNREAD)

    def has(self, address: IPv4Address) -> bool:
        """Whether an address is in a subnet, or behind private services access."""
        return bool(self._subnets(address) or self._reserved(address))

    def holding(self, address: IPv4Address) -> Hop:
        """Where an address is: in a subnet, or in the range of private services access."""
        name, reserved = f"range of {address}", self._reserved(address)
        if self._subnets(address) or not reserved:
            return needing(name, "no network has a subnet with it", self._subnets(address))
        return needing(name, "no peering with Google's services has it", reserved, self._producers(address))

    def firewall(self, direction: Direction, source: IPv4Address, destination: IPv4Address, port: int) -> Hop:
        """What the policy of a network says at the source's end or the destination's."""
        here = source if direction == "EGRESS" else destination
        name = f"firewall of {here}, {direction.lower()}"
        subnets = self._subnets(here)
        if not subnets or (direction == "INGRESS" and self._endpoints(subnets)):
            return Hop(name)
        [network] = {node.inputs["network"] for node in subnets}
        associations, policies, rules = self._policy(network)
        for rule in rules:
            if _matches(rule, direction, source, destination, port):
                allows = rule.inputs["action"] == "allow"
                lacks = f"{rule.name} does not let tcp/{port} from {source} to {destination} pass"
                # Without a policy, Google lets everything out and nothing in.
                held = [associations, policies] if direction == "INGRESS" else []
                return needing(name, lacks, [rule] if allows else [], *held)
        entering = direction == "INGRESS"
        return Hop(name, lacks="no rule lets it in, and Google lets in nothing of itself" if entering else "")

    def knows(self, address: IPv4Address, network: str, region: str) -> bool:
        """Whether routes that come to a region of a network serve an address in it."""
        [found] = self._resources.with_id(NETWORK, network) or [None]
        if found is None:
            return False
        near = [node for node in self._subnets(address) if node.inputs["network"] == network]
        return found.inputs.get("routingMode") == "GLOBAL" or any(
            f"/regions/{region}/" in node.state["id"] for node in near
        )

    def in_subnet(self, address: IPv4Address) -> bool:
        """Whether an address is in a subnet: a peering hands on routes to those, and to nothing behind another."""
        return bool(self._subnets(address))

    def answers(self, address: IPv4Address) -> Hop:
        """Whether what is behind a peering learns of the routes that a link brings."""
        name = f"peering of {address}, custom routes"
        if self._subnets(address):
            return Hop(name)
        exporting = [
            config
            for producer in self._producers(address)
            for config in self._resources.of(PEERING_ROUTES, peering=producer.outputs["peering"])
            if config.inputs.get("exportCustomRoutes")
            and producer.inputs["network"].rpartition("/")[2] == config.inputs["network"]
        ]
        return needing(name, "it exports none, so that nothing behind it can answer AWS", exporting)

    def _subnets(self, address: IPv4Address) -> list[Node]:
        return [node for node in self._resources.of(SUBNETWORK) if holds(_ranges(node), address)]

    def _reserved(self, address: IPv4Address) -> list[Node]:
        return [
            node
            for node in self._resources.of(GLOBAL_ADDRESS, purpose="VPC_PEERING")
            if holds([f"{node.inputs['address']}/{node.inputs['prefixLength']}"], address)
        ]

    def _producers(self, address: IPv4Address) -> list[Node]:
        names = {node.outputs["name"] for node in self._reserved(address)}
        return [node for node in self._resources.of(PRODUCERS) if names & set(node.inputs["reservedPeeringRanges"])]

    def _endpoints(self, subnets: list[Node]) -> bool:
        """Whether services have their endpoints in a subnet."""
        taken = {
            subnet
            for node in self._resources.of(SERVICE_POLICY)
            for subnet in node.inputs.get("pscConfig", {}).get("subnetworks", ())
        } | {
            config["subnet"]
            for node in self._resources.of(KAFKA)
            for config in node.inputs["gcpConfig"]["accessConfig"]["networkConfigs"]
        }
        return any(node.state["id"] in taken for node in subnets)

    def _policy(self, network: str) -> tuple[list[Node], list[Node], list[Node]]:
        """What associates a network with a policy, the policy, and its rules, the first to decide first."""
        for node in self._resources.with_id(NETWORK, network):
            if node.inputs.get("networkFirewallPolicyEnforcementOrder") != FIRST:
                raise ValueError(f"{node.urn} asks rules first that are in no graph: those that GKE makes")
        associations = self._resources.of(ASSOCIATION, attachmentTarget=network)
        names = {node.inputs["firewallPolicy"] for node in associations}
        policies = [node for name in names for node in self._resources.named(POLICY, name)]
        rules = [
            rule
            for policy in policies
            for rule in self._resources.of(RULE, firewallPolicy=policy.outputs["name"])
            if not rule.inputs.get("disabled")
        ]
        return associations, policies, sorted(rules, key=lambda node: node.inputs["priority"])


def _ranges(subnet: Node) -> list[str]:
    return [
        subnet.inputs["ipCidrRange"],
        *(entry["ipCidrRange"] for entry in subnet.inputs.get("secondaryIpRanges") or ()),
    ]


def _matches(rule: Node, direction: Direction, source: IPv4Address, destination: IPv4Address, port: int) -> bool:
    given: Document = rule.inputs["match"]
    if set(given) - MATCHED or rule.inputs.get("targetServiceAccounts") or rule.inputs.get("targetSecureTags"):
        raise ValueError(f"{rule.urn} matches by more than ranges and ports, and nothing here reads that")
    return (
        rule.inputs["direction"] == direction
        and holds(given.get("srcIpRanges") or ["0.0.0.0/0"], source)
        and holds(given.get("destIpRanges") or ["0.0.0.0/0"], destination)
        and any(
            config["ipProtocol"] in ("all", "tcp") and _holds_port(config.get("ports") or (), port)
            for config in given["layer4Configs"]
        )
    )


def _holds_port(ports: Sequence[str], port: int) -> bool:
    """Whether one of some ports and ranges of ports is a port; none at all is every port."""
    spans = [span.partition("-") for span in ports]
    return not spans or any(int(first) <= port <= int(last or first) for first, _, last in spans)
