"""The firewall of the VPC network: what may enter and leave, and that nothing else does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Literal

import pulumi
from pulumi_gcp import compute

from components.gcp.component import GcpComponent, Scope
from settings.addresses import GcpPlan
from settings.flows import Flow
from settings.types import RFC_1918

ANYWHERE = (IPv4Network("0.0.0.0/0"),)

# Where Google's load balancers and their health checks come from.
# https://docs.cloud.google.com/load-balancing/docs/health-checks#firewall_rules
LOAD_BALANCERS = (IPv4Network("35.191.0.0/16"), IPv4Network("130.211.0.0/22"))

# Addresses that no public host has: RFC 1918's, and those that carriers share (RFC 6598).
PRIVATE = (*RFC_1918, IPv4Network("100.64.0.0/10"))

STORES: Mapping[str, tuple[str, ...]] = {
    # PostgreSQL, and Cloud SQL's own connectors.
    "private_services": ("5432", "3307"),
    "kafka": ("9092",),
    # Discovery, and the nodes. https://docs.cloud.google.com/memorystore/docs/valkey/connect-instance
    "memorystore": ("6379", "11000-13047"),
    # A rehearsal's copy of the database, which jobs reach by an endpoint beside them.
    "serverless": ("3307",),
}
"""TCP ports of the managed stores, by the range of the address plan that they answer in."""


Direction = Literal["INGRESS", "EGRESS"]
INGRESS: Direction = "INGRESS"
EGRESS: Direction = "EGRESS"


@dataclass(frozen=True)
class Rule:
    """One rule; of several that match, the one with the lowest priority decides.

    Google knows a policy's rules by their priorities: no two have the same, whatever their direction.
    """

    priority: int
    direction: Direction
    description: str
    sources: Sequence[IPv4Network] = ()
    destinations: Sequence[IPv4Network] = ()
    protocol: Literal["all", "tcp"] = "tcp"
    ports: tuple[str, ...] = ()
    """Ports and ranges of ports; none is all of them."""

    action: Literal["allow", "deny"] = "allow"


def rules(own: GcpPlan, entering: Mapping[str, Flow], leaving: Mapping[str, Flow]) -> dict[str, Rule]:
    """Every rule of the network by name."""
    cluster = (own.nodes, own.pods)
    return {
        **_ingress(own, cluster),
        **_egress(own, cluster),
        **{
            f"in-peer-{_name(flow)}": _crossing(1100 + 10 * at, "INGRESS", entering[flow])
            for at, flow in enumerate(entering)
        },
        **{
            f"out-peer-{_name(flow)}": _crossing(2200 + 10 * at, "EGRESS", leaving[flow])
            for at, flow in enumerate(leaving)
        },
        "in-rest": Rule(9000, "INGRESS", "Everything else", sources=ANYWHERE, protocol="all", action="deny"),
        "out-rest": Rule(9010, "EGRESS", "Everything else", destinations=ANYWHERE, protocol="all", action="deny"),
    }


def _crossing(priority: int, direction: Direction, flow: Flow) -> Rule:
    return Rule(
        priority,
        direction,
        flow.purpose,
        sources=flow.sources,
        destinations=flow.destinations,
        ports=(str(flow.port),),
    )


def _ingress(own: GcpPlan, cluster: Sequence[IPv4Network]) -> dict[str, Rule]:
    return {
        "in-cluster": Rule(1000, "INGRESS", "Nodes and pods among each other", sources=cluster, protocol="all"),
        # Webhooks serve on ports of their own.
        "in-control-plane": Rule(1010, "INGRESS", "The control plane to nodes and pods", sources=[own.control_plane]),
        # Which ports backends serve on is the cluster's choice; nothing but Google's front ends has these addresses.
        "in-load-balancers": Rule(1020, "INGRESS", "Load balancers and health checks", sources=LOAD_BALANCERS),
        "in-proxies": Rule(1030, "INGRESS", "Regional proxies to their backends", sources=[own.proxy_only]),
        "in-partners": Rule(1040, "INGRESS", "Partners to the published service", sources=[own.psc], ports=("443",)),
    }


def _egress(own: GcpPlan, cluster: Sequence[IPv4Network]) -> dict[str, Rule]:
    return {
        "out-cluster": Rule(2000, "EGRESS", "Nodes and pods among each other", destinations=cluster, protocol="all"),
        # The API server, and the tunnel by which the control plane reaches nodes (Konnectivity).
        "out-control-plane": Rule(
            2010,
            "EGRESS",
            "Nodes and pods to the control plane",
            destinations=[own.control_plane],
            ports=("443", "8132"),
        ),
        "out-google-apis": Rule(2020, "EGRESS", "Google's APIs", destinations=[own.google_apis], ports=("443",)),
        **{
            f"out-{_name(store)}": Rule(
                2100 + 10 * index,
                "EGRESS",
                f"Workloads to {_name(store)}",
                destinations=[getattr(own, store)],
                ports=ports,
            )
            for index, (store, ports) in enumerate(STORES.items())
        },
        "out-private": Rule(
            3000, "EGRESS", "Every other private network", destinations=PRIVATE, protocol="all", action="deny"
        ),
        # Payment and mail services, partners and receivers of alerts have addresses that change: what may be asked
        # for there is for the mesh to say, by name.
        "out-internet": Rule(3010, "EGRESS", "HTTPS to the internet, by NAT", destinations=ANYWHERE, ports=("443",)),
    }


def _name(store: str) -> str:
    return store.replace("_", "-")


class Firewall(GcpComponent):
    """A global network firewall policy that denies both ways what it does not name, and logs each connection.

    The network asks this policy before the VPC firewall rules, and it decides about every packet. So it allows what
    GKE's own rules allow between nodes, pods, control plane and load balancers; those are made all the same, and never
    asked. Nor is the rule that a Service of type LoadBalancer makes for its clients, from anywhere if it names none:
    who can make a Service cannot open the network.

    DNS, NTP and the metadata server need no rule: they answer on 169.254.169.254, which no firewall stands before.
    Services' addresses need none either: GKE's data plane turns them into pods' before a packet leaves its node.
    Administrators get in by no port: there is none for SSH, nor for Identity-Aware Proxy.

    The stores that peers reach are endpoints and a peering, no machines of this network; Google asks a network's
    rules for those only where traffic leaves. The rules for what peers send say what is meant, and hold for what else
    gets an address there. https://docs.cloud.google.com/firewall/docs/firewall-policies-rule-eval-order
    """

    policy_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        network_id: pulumi.Input[str],
        ranges: GcpPlan,
        entering: Mapping[str, Flow],
        leaving: Mapping[str, Flow],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the policy of a network; `entering` and `leaving` are what crosses its private links, by name."""
        super().__init__("Firewall", name, scope, "internal", opts)
        policy = compute.NetworkFirewallPolicy(
            f"{name}-policy", description="What may enter and leave the standby region", opts=self.child()
        )
        self.policy_id = policy.id
        for rule_name, rule in rules(ranges, entering, leaving).items():
            compute.NetworkFirewallPolicyRule(
                f"{name}-{rule_name}",
                firewall_policy=policy.name,
                rule_name=rule_name,
                priority=rule.priority,
                direction=rule.direction,
                action=rule.action,
                description=rule.description,
                enable_logging=True,
                match={
                    "src_ip_ranges": [str(source) for source in rule.sources],
                    "dest_ip_ranges": [str(destination) for destination in rule.destinations],
                    "layer4_configs": [{"ip_protocol": rule.protocol, "ports": list(rule.ports)}],
                },
                opts=self.child(),
            )
        compute.NetworkFirewallPolicyAssociation(
            f"{name}-network", firewall_policy=policy.name, attachment_target=network_id, opts=self.child()
        )
        self.register_outputs({"policyId": self.policy_id})
