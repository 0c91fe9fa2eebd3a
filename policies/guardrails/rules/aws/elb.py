"""Load balancers, their listeners, and the endpoint services in front of them."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import on
from guardrails.model import Finding, ResourceRule
from guardrails.rules.aws.protection import THROW_AWAY, unless_throw_away
from guardrails.subject import Node

# The SDK registers each under all three modules.
MODULES = ("lb", "alb", "applicationloadbalancing", "elasticloadbalancingv2")
LOAD_BALANCERS = tuple(f"aws:{module}/loadBalancer:LoadBalancer" for module in MODULES)
LISTENERS = tuple(f"aws:{module}/listener:Listener" for module in MODULES)
ENDPOINT_SERVICE = "aws:ec2/vpcEndpointService:VpcEndpointService"


def _grouped(balancer: Node) -> Iterator[Finding]:
    if balancer.text("loadBalancerType", "application") != "gateway" and not balancer.has("securityGroups"):
        yield Finding("securityGroups", "is not set")


def _encrypted(listener: Node) -> Iterator[Finding]:
    protocol = listener.text("protocol")
    if protocol == "HTTP" and not all(
        action.text("type") == "redirect" for action in listener.items("defaultActions", whole=True)
    ):
        yield Finding("protocol", "is plain HTTP without a redirect")
    if protocol in ("HTTPS", "TLS") and "TLS13" not in listener.text("sslPolicy"):
        yield Finding("sslPolicy", "is not one with TLS 1.3")


def _narrow(service: Node) -> Iterator[Finding]:
    if not service.flag("acceptanceRequired"):
        yield Finding("acceptanceRequired", "is off")
    for at, principal in service.known_texts("allowedPrincipals"):
        if principal == "*":
            yield Finding(at, "is everyone")


RULES = (
    ResourceRule(
        id="aws-lb-deletion-protection",
        types=LOAD_BALANCERS,
        severity=Severity.HIGH,
        description="Load balancers can't be deleted by one call.",
        why="With a balancer go its name and addresses, which clients and partners have written down.",
        remedy="Set enable_deletion_protection=True.",
        settings=THROW_AWAY,
        check=unless_throw_away(on("enableDeletionProtection")),
    ),
    ResourceRule(
        id="aws-lb-security-group",
        types=LOAD_BALANCERS,
        severity=Severity.HIGH,
        description="Load balancers have a security group.",
        why="A network load balancer that was made without one admits every address, and can never get one.",
        remedy="Set security_groups.",
        check=_grouped,
    ),
    ResourceRule(
        id="aws-lb-listener-tls",
        types=LISTENERS,
        severity=Severity.HIGH,
        description="Listeners that speak HTTP redirect to HTTPS, and those that end TLS use a current policy.",
        why="Plain HTTP and old ciphers let whoever is on the way read what passes.",
        remedy='Redirect HTTP to HTTPS; set ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06" or newer.',
        check=_encrypted,
    ),
    ResourceRule(
        id="aws-endpoint-service-acceptance",
        types=(ENDPOINT_SERVICE,),
        severity=Severity.HIGH,
        description="PrivateLink services accept each connection by hand, from principals that are named.",
        why="Anyone with an AWS account could otherwise connect to what stands inside the VPC.",
        remedy="Set acceptance_required=True, and accounts or roles as allowed_principals.",
        check=_narrow,
    ),
)
