"""CloudFront distributions and their origins."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import each, present, together
from guardrails.model import Finding, NodeCheck, ResourceRule, StackRule
from guardrails.subject import Node, Resource, Stack

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
VPC_ORIGIN = "aws:cloudfront/vpcOrigin:VpcOrigin"
LOG_SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource"

STRONG = ("TLSv1.2", "TLSv1.3")


def _every_behaviour(check: NodeCheck) -> NodeCheck:
    return together(each("defaultCacheBehavior", check), each("orderedCacheBehaviors", check))


def _viewer_tls(distribution: Node) -> Iterator[Finding]:
    if not distribution.text("viewerCertificate.minimumProtocolVersion", "TLSv1").startswith(STRONG):
        yield Finding("viewerCertificate.minimumProtocolVersion", "admits TLS below 1.2")


def _https(behaviour: Node) -> Iterator[Finding]:
    if behaviour.text("viewerProtocolPolicy") == "allow-all":
        yield Finding(behaviour.at("viewerProtocolPolicy"), "admits plain HTTP")


def _logged(stack: Stack) -> Iterator[Finding]:
    logged = {urn for source in stack.of_type(LOG_SOURCE) for urn in source.references("resourceArn")}
    for distribution in stack.of_type(DISTRIBUTION):
        if distribution.urn not in logged and not distribution.has("loggingConfig"):
            yield Finding("", "logs no requests", distribution)


def _closed_bucket(origin: Node) -> Iterator[Finding]:
    others = ("customOriginConfig", "vpcOriginConfig", "originAccessControlId")
    if not any(origin.has(path) for path in others):
        yield Finding(origin.at("originAccessControlId"), "is not set for an origin in S3")


def _origin_tls(resource: Resource) -> Iterator[Finding]:
    if resource.type == VPC_ORIGIN:
        yield from _encrypted(resource, "vpcOriginEndpointConfig", "originSslProtocols.items")
        return
    for origin in resource.items("origins"):
        if origin.has("customOriginConfig"):
            yield from _encrypted(origin, "customOriginConfig", "originSslProtocols")


def _encrypted(node: Node, config: str, protocols: str) -> Iterator[Finding]:
    if node.text(f"{config}.originProtocolPolicy") != "https-only":
        yield Finding(node.at(f"{config}.originProtocolPolicy"), "admits plain HTTP to the origin")
    for at, protocol in node.known_texts(f"{config}.{protocols}"):
        if not protocol.startswith(STRONG):
            yield Finding(at, "admits TLS below 1.2 to the origin")


RULES = (
    ResourceRule(
        id="aws-cloudfront-viewer-tls",
        types=(DISTRIBUTION,),
        severity=Severity.HIGH,
        description="Distributions accept TLS 1.2 and newer from viewers.",
        why="Older versions have ciphers that can be broken, and browsers gave them up years ago.",
        remedy='Use a certificate of your own, and set minimum_protocol_version="TLSv1.2_2021" or newer.',
        check=_viewer_tls,
    ),
    ResourceRule(
        id="aws-cloudfront-https-only",
        types=(DISTRIBUTION,),
        severity=Severity.HIGH,
        description="Distributions answer over HTTPS only.",
        why="What is sent in the clear can be read and changed on the way, the login cookie first.",
        remedy='Set viewer_protocol_policy="redirect-to-https" in every cache behavior.',
        check=_every_behaviour(_https),
    ),
    ResourceRule(
        id="aws-cloudfront-web-acl",
        types=(DISTRIBUTION,),
        severity=Severity.HIGH,
        description="Distributions stand behind a web ACL.",
        why="Otherwise every exploit that a scanner knows reaches the application.",
        remedy="Set web_acl_id to the ARN of a WAFv2 web ACL with scope CLOUDFRONT.",
        check=present("webAclId"),
    ),
    StackRule(
        id="aws-cloudfront-access-log",
        types=(DISTRIBUTION, LOG_SOURCE),
        severity=Severity.MEDIUM,
        description="Distributions log requests.",
        why="Neither an attack nor an outage at the edge can be understood without them.",
        remedy="Add a cloudwatch.LogDeliverySource for the distribution with a destination, or set logging_config.",
        check=_logged,
    ),
    ResourceRule(
        id="aws-cloudfront-origin-access-control",
        types=(DISTRIBUTION,),
        severity=Severity.MEDIUM,
        description="Origins in S3 are reached with origin access control.",
        why="A bucket that CloudFront reads without it must be open to everyone.",
        remedy="Set origin_access_control_id, and admit the distribution in the bucket's policy.",
        check=each("origins", _closed_bucket),
    ),
    ResourceRule(
        id="aws-cloudfront-origin-tls",
        types=(DISTRIBUTION, VPC_ORIGIN),
        severity=Severity.HIGH,
        description="CloudFront speaks TLS 1.2 or newer to origins.",
        why="The viewer sees a padlock, while the second half of the way lies open.",
        remedy='Set origin_protocol_policy="https-only" and ["TLSv1.2"] as the origin\'s protocols.',
        check=_origin_tls,
    ),
    ResourceRule(
        id="aws-cloudfront-security-headers",
        types=(DISTRIBUTION,),
        severity=Severity.MEDIUM,
        description="Distributions add security headers to every answer.",
        why="One application that forgets HSTS or its content policy weakens all that share the domain.",
        remedy="Set response_headers_policy_id in every cache behavior.",
        check=_every_behaviour(present("responseHeadersPolicyId")),
    ),
)
