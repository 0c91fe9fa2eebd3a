from dataclasses import replace

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

MODULES = ("lb", "alb", "applicationloadbalancing", "elasticloadbalancingv2")

BALANCER = Subject(
    "aws:lb/loadBalancer:LoadBalancer",
    {"loadBalancerType": "network", "securityGroups": ["sg-1"], "enableDeletionProtection": True},
)
PASSTHROUGH = Subject("aws:lb/listener:Listener", {"protocol": "TCP", "defaultActions": [{"type": "forward"}]})
TLS = PASSTHROUGH.set("protocol", "TLS").set("sslPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06")
HTTP = PASSTHROUGH.set("protocol", "HTTP").set("defaultActions", [{"type": "redirect"}])
SERVICE = Subject(
    "aws:ec2/vpcEndpointService:VpcEndpointService",
    {"acceptanceRequired": True, "allowedPrincipals": ["arn:aws:iam::111122223333:root"]},
)


def everywhere(subject: Subject, path: str) -> list[tuple[Subject, str]]:
    """The same fault under every token that the SDK has for the type."""
    module = subject.type.split("/")[0]
    return [(replace(subject, type=subject.type.replace(module, f"aws:{name}")), path) for name in MODULES]


CASES = {
    "aws-lb-deletion-protection": Cases(
        passes=[BALANCER],
        fails=[
            *everywhere(BALANCER.unset("enableDeletionProtection"), "enableDeletionProtection"),
            (BALANCER.set("enableDeletionProtection", False), "enableDeletionProtection"),
        ],
        unknown=[BALANCER.set("enableDeletionProtection", UNKNOWN)],
    ),
    "aws-lb-security-group": Cases(
        passes=[BALANCER, BALANCER.unset("securityGroups").set("loadBalancerType", "gateway")],
        fails=[
            *everywhere(BALANCER.unset("securityGroups"), "securityGroups"),
            (BALANCER.set("securityGroups", []).unset("loadBalancerType"), "securityGroups"),
        ],
        unknown=[BALANCER.set("securityGroups", UNKNOWN)],
    ),
    "aws-lb-listener-tls": Cases(
        passes=[PASSTHROUGH, TLS, HTTP],
        fails=[
            (HTTP.set("defaultActions", [{"type": "forward"}]), "protocol"),
            *everywhere(TLS.unset("sslPolicy"), "sslPolicy"),
            (TLS.set("protocol", "HTTPS").set("sslPolicy", "ELBSecurityPolicy-2016-08"), "sslPolicy"),
        ],
        unknown=[TLS.set("sslPolicy", UNKNOWN)],
    ),
    "aws-endpoint-service-acceptance": Cases(
        passes=[SERVICE, SERVICE.unset("allowedPrincipals")],
        fails=[
            (SERVICE.set("acceptanceRequired", False), "acceptanceRequired"),
            (SERVICE.set("allowedPrincipals", ["*"]), "allowedPrincipals[0]"),
        ],
        unknown=[SERVICE.set("allowedPrincipals", [UNKNOWN])],
    ),
}

test_verdicts = verdicts(CASES)
