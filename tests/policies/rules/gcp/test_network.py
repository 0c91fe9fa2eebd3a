from dataclasses import replace

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

NETWORK = Subject(
    "gcp:compute/network:Network", {"name": "network-vpc", "autoCreateSubnetworks": False}, "vpc", stack="dr"
)
SUBNET = Subject(
    "gcp:compute/subnetwork:Subnetwork",
    {"purpose": "PRIVATE", "privateIpGoogleAccess": True, "logConfig": {"flowSampling": 0.5}},
    "nodes",
    stack="dr",
)
PROXIES = Subject("gcp:compute/subnetwork:Subnetwork", {"purpose": "REGIONAL_MANAGED_PROXY"}, "proxies", stack="dr")
NAT = Subject("gcp:compute/routerNat:RouterNat", {"logConfig": {"enable": True}}, "nat", stack="dr")

VPC_RULE = Subject(
    "gcp:compute/firewall:Firewall",
    {
        "direction": "INGRESS",
        "sourceRanges": ["35.191.0.0/16"],
        "allows": [{"protocol": "tcp", "ports": ["22", "8000-9000"]}],
        "logConfig": {"metadata": "INCLUDE_ALL_METADATA"},
    },
    "vpc-rule",
    stack="dr",
)
RULE = Subject(
    "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule",
    {
        "direction": "INGRESS",
        "action": "allow",
        "enableLogging": True,
        "match": {"srcIpRanges": ["10.0.0.0/8"], "layer4Configs": [{"ipProtocol": "tcp", "ports": ["443"]}]},
    },
    "rule",
    stack="dr",
)
WORLD = RULE.set("match.srcIpRanges", ["0.0.0.0/0"])
WHOLE = Subject(
    "gcp:compute/networkFirewallPolicyWithRules:NetworkFirewallPolicyWithRules",
    {"rules": [dict(RULE.inputs)]},
    "whole",
    stack="dr",
)


def elsewhere(rule: Subject) -> list[Subject]:
    """A policy's rule in every resource that can hold it: judged alike, whatever the policy is attached to."""
    single = ("NetworkFirewallPolicyRule", "FirewallPolicyRule", "RegionNetworkFirewallPolicyRule")
    whole = ("NetworkFirewallPolicyWithRules", "FirewallPolicyWithRules", "RegionNetworkFirewallPolicyWithRules")
    return [
        *(replace(rule, type=token(kind)) for kind in single),
        *(replace(WHOLE, type=token(kind)).set("rules", [dict(rule.inputs)]) for kind in whole),
    ]


def token(kind: str) -> str:
    return f"gcp:compute/{kind[0].lower()}{kind[1:]}:{kind}"


def failing(rule: Subject, path: str) -> list[tuple[Subject, str]]:
    """A rule that is refused in every resource that can hold it."""
    return [(each, f"rules[0].{path}" if "rules" in each.inputs else path) for each in elsewhere(rule)]


POLICY = Subject("gcp:compute/networkFirewallPolicy:NetworkFirewallPolicy", {}, "policy", stack="dr")
ASSOCIATION = Subject(
    "gcp:compute/networkFirewallPolicyAssociation:NetworkFirewallPolicyAssociation",
    {"attachmentTarget": "network", "firewallPolicy": "policy"},
    "association",
    stack="dr",
    refs={"attachmentTarget": NETWORK, "firewallPolicy": POLICY},
)
DENY_IN = Subject(
    RULE.type,
    {
        "direction": "INGRESS",
        "action": "deny",
        "match": {"srcIpRanges": ["0.0.0.0/0"], "layer4Configs": [{"ipProtocol": "all"}]},
    },
    "deny-in",
    stack="dr",
    refs={"firewallPolicy": POLICY},
)
DENY_OUT = Subject(
    RULE.type,
    {
        "direction": "EGRESS",
        "action": "deny",
        "match": {"destIpRanges": ["0.0.0.0/0"], "layer4Configs": [{"ipProtocol": "all"}]},
    },
    "deny-out",
    stack="dr",
    refs={"firewallPolicy": POLICY},
)
CLOSED = WHOLE.set("rules", [dict(DENY_IN.inputs), dict(DENY_OUT.inputs)])
CLOSES = replace(ASSOCIATION, refs={"attachmentTarget": NETWORK, "firewallPolicy": CLOSED})

DNS = Subject(
    "gcp:dns/policy:Policy",
    {"enableLogging": True, "networks": [{"networkUrl": "network"}]},
    "dns",
    stack="dr",
    refs={"networks": NETWORK},
)

CASES = {
    "gcp-network-custom-mode": Cases(
        passes=[NETWORK, NETWORK.unset("name")],
        fails=[
            (NETWORK.set("autoCreateSubnetworks", True), "autoCreateSubnetworks"),
            (NETWORK.unset("autoCreateSubnetworks"), "autoCreateSubnetworks"),
            (NETWORK.set("name", "default"), "name"),
        ],
        unknown=[NETWORK.set("autoCreateSubnetworks", UNKNOWN)],
    ),
    "gcp-network-denied-by-default": Cases(
        passes=[[NETWORK, POLICY, ASSOCIATION, DENY_IN, DENY_OUT], [NETWORK, CLOSED, CLOSES]],
        fails=[
            ([NETWORK, POLICY, ASSOCIATION, DENY_IN], ""),
            ([NETWORK, POLICY, ASSOCIATION, DENY_OUT], ""),
            ([NETWORK, POLICY, DENY_IN, DENY_OUT], ""),
            ([NETWORK, POLICY, ASSOCIATION, DENY_IN, DENY_OUT.set("match.destIpRanges", ["10.0.0.0/8"])], ""),
            ([NETWORK, POLICY, ASSOCIATION, DENY_IN, DENY_OUT.set("action", "allow")], ""),
            (
                [NETWORK, POLICY, ASSOCIATION, DENY_OUT, DENY_IN.set("match.layer4Configs.0.ipProtocol", "tcp")],
                "",
            ),
        ],
        unknown=[[NETWORK, POLICY, ASSOCIATION, DENY_IN, DENY_OUT.set("action", UNKNOWN)]],
    ),
    "gcp-firewall-no-world-sensitive-ports": Cases(
        passes=[
            VPC_RULE,
            RULE,
            WHOLE,
            WORLD,
            WORLD.set("match.layer4Configs", [{"ipProtocol": "icmp"}]),
            DENY_IN,
            WORLD.set("action", "goto_next").set("match.layer4Configs", [{"ipProtocol": "all"}]),
            WORLD.set("direction", "EGRESS").set("match.layer4Configs", [{"ipProtocol": "all"}]),
            VPC_RULE.unset("sourceRanges").set("sourceTags", ["bastion"]),
        ],
        fails=[
            (VPC_RULE.set("sourceRanges", ["10.0.0.0/8", "0.0.0.0/0"]), "sourceRanges[1]"),
            (VPC_RULE.unset("sourceRanges"), "sourceRanges"),
            (VPC_RULE.set("sourceRanges", ["::/0"]).set("allows", [{"protocol": "all"}]), "sourceRanges[0]"),
            (WORLD.set("match.layer4Configs.0.ports", ["20-30"]), "match.srcIpRanges[0]"),
            (WORLD.set("match.layer4Configs", [{"ipProtocol": "tcp"}]), "match.srcIpRanges[0]"),
            (WORLD.set("match.layer4Configs.0.ports", ["3389"]), "match.srcIpRanges[0]"),
            *failing(WORLD.set("match.layer4Configs.0.ports", ["22"]), "match.srcIpRanges[0]"),
        ],
        unknown=[WORLD.set("action", UNKNOWN), RULE.set("match.srcIpRanges", [UNKNOWN])],
    ),
    "gcp-firewall-world-only-allowed-ports": Cases(
        passes=[RULE, VPC_RULE, WORLD.set("match.layer4Configs.0.ports", ["22"])],
        fails=[
            (VPC_RULE.unset("sourceRanges").set("allows.0.ports", ["8443"]), "sourceRanges"),
            *failing(WORLD, "match.srcIpRanges[0]"),
        ],
        unknown=[WORLD.set("direction", UNKNOWN)],
    ),
    "gcp-firewall-logging": Cases(
        passes=[VPC_RULE, RULE, WHOLE, RULE.unset("enableLogging").set("action", "goto_next")],
        fails=[
            (VPC_RULE.unset("logConfig"), "logConfig"),
            *failing(RULE.set("enableLogging", False), "enableLogging"),
            (RULE.unset("enableLogging"), "enableLogging"),
        ],
        unknown=[RULE.set("enableLogging", UNKNOWN)],
    ),
    "gcp-subnet-flow-logs": Cases(
        passes=[SUBNET, PROXIES, SUBNET.unset("purpose")],
        fails=[(SUBNET.unset("logConfig"), "logConfig"), (SUBNET.unset("logConfig").unset("purpose"), "logConfig")],
        unknown=[SUBNET.set("purpose", UNKNOWN)],
    ),
    "gcp-subnet-private-google-access": Cases(
        passes=[SUBNET, PROXIES],
        fails=[
            (SUBNET.set("privateIpGoogleAccess", False), "privateIpGoogleAccess"),
            (SUBNET.unset("privateIpGoogleAccess"), "privateIpGoogleAccess"),
        ],
        unknown=[SUBNET.set("privateIpGoogleAccess", UNKNOWN)],
    ),
    "gcp-nat-logging": Cases(
        passes=[NAT],
        fails=[(NAT.set("logConfig.enable", False), "logConfig.enable"), (NAT.unset("logConfig"), "logConfig.enable")],
        unknown=[NAT.set("logConfig.enable", UNKNOWN)],
    ),
    "gcp-dns-policy-logging": Cases(
        passes=[DNS],
        fails=[
            (DNS.set("enableLogging", False), "enableLogging"),
            (DNS.unset("enableLogging"), "enableLogging"),
        ],
        unknown=[DNS.set("enableLogging", UNKNOWN)],
    ),
    "gcp-network-dns-policy": Cases(
        passes=[[NETWORK, DNS]],
        fails=[([NETWORK], ""), ([NETWORK, replace(DNS, refs={})], "")],
    ),
}

test_verdicts = verdicts(CASES)
