"""Load balancers: what they accept, where they lead, and what they tell of it."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import present
from guardrails.model import Finding, ResourceRule, StackRule
from guardrails.subject import Node, Stack

TLS_POLICY = "gcp:compute/sSLPolicy:SSLPolicy"
HTTPS_PROXY = "gcp:compute/targetHttpsProxy:TargetHttpsProxy"
HTTP_PROXY = "gcp:compute/targetHttpProxy:TargetHttpProxy"
URL_MAP = "gcp:compute/uRLMap:URLMap"
SERVICE = "gcp:compute/backendService:BackendService"
BUCKET = "gcp:compute/backendBucket:BackendBucket"
ATTACHMENT = "gcp:compute/serviceAttachment:ServiceAttachment"

STRONG_VERSIONS = ("TLS_1_2", "TLS_1_3")
STRONG_PROFILES = ("MODERN", "RESTRICTED")
EXTERNAL = ("EXTERNAL", "EXTERNAL_MANAGED")
WEB = ("HTTP", "HTTPS", "HTTP2", "H2C")


def _faces_users(service: Node) -> bool:
    """Whether it answers requests from the internet."""
    return (
        service.text("loadBalancingScheme", "EXTERNAL_MANAGED") in EXTERNAL and service.text("protocol", "HTTP") in WEB
    )


def _strong_tls(policy: Node) -> Iterator[Finding]:
    if policy.text("minTlsVersion", "TLS_1_0") not in STRONG_VERSIONS:
        yield Finding("minTlsVersion", "admits TLS below 1.2")
    if policy.text("profile", "COMPATIBLE") not in STRONG_PROFILES:
        yield Finding("profile", "admits ciphers without forward secrecy")


def _only_redirects(urls: Node) -> bool:
    return urls.flag("defaultUrlRedirect.httpsRedirect") and not any(
        urls.has(path) for path in ("pathMatchers", "defaultService", "defaultRouteAction")
    )


def _redirects(stack: Stack) -> Iterator[Finding]:
    serving = {urls.urn for urls in stack.of_type(URL_MAP) if not _only_redirects(urls)}
    for proxy in stack.of_type(HTTP_PROXY):
        if proxy.references("urlMap") & serving:
            yield Finding("urlMap", "answers plain HTTP by something else than a redirect", proxy)


def _encrypted_to_backend(service: Node) -> Iterator[Finding]:
    if _faces_users(service) and service.text("protocol", "HTTP") not in ("HTTPS", "HTTP2"):
        yield Finding("protocol", "is not encrypted")


def _logged(service: Node) -> Iterator[Finding]:
    if not _faces_users(service):
        return
    if not service.flag("logConfig.enable"):
        yield Finding("logConfig.enable", "is off")
    elif service.number("logConfig.sampleRate", 1) < service.limit("leastShare"):
        yield Finding("logConfig.sampleRate", "leaves requests out")


def _protected(service: Node) -> Iterator[Finding]:
    if _faces_users(service) and not service.has("securityPolicy"):
        yield Finding("securityPolicy", "is not set")


def _accepted_by_name(attachment: Node) -> Iterator[Finding]:
    if attachment.text("connectionPreference") != "ACCEPT_MANUAL":
        yield Finding("connectionPreference", "lets in whoever asks")


RULES = (
    ResourceRule(
        id="gcp-lb-tls-policy-strong",
        types=(TLS_POLICY,),
        severity=Severity.HIGH,
        description="TLS policies admit TLS 1.2 and newer, with forward secrecy.",
        why="Older versions have ciphers that can be broken, and what was recorded today is read once a key leaks.",
        remedy='Set min_tls_version="TLS_1_2" and profile="RESTRICTED" or "MODERN".',
        check=_strong_tls,
    ),
    ResourceRule(
        id="gcp-lb-tls-policy",
        types=(HTTPS_PROXY,),
        severity=Severity.HIGH,
        description="HTTPS proxies name a TLS policy.",
        why="Google's default is made for old clients, and admits TLS 1.0.",
        remedy="Set ssl_policy to the id of a compute.SSLPolicy.",
        check=present("sslPolicy"),
    ),
    StackRule(
        id="gcp-lb-https-only",
        types=(HTTP_PROXY, URL_MAP),
        severity=Severity.HIGH,
        description="Plain HTTP is answered by a redirect to HTTPS alone.",
        why="What is sent in the clear can be read and changed on the way, the login cookie first.",
        remedy='Give the proxy a URL map with nothing but default_url_redirect={"https_redirect": True, …}.',
        check=_redirects,
    ),
    ResourceRule(
        id="gcp-lb-backend-tls",
        types=(SERVICE,),
        severity=Severity.HIGH,
        description="Load balancers speak TLS to what answers for them.",
        why="TLS that ends at the edge leaves passwords readable to whoever reaches the network behind it.",
        remedy='Set protocol="HTTPS" or "HTTP2".',
        check=_encrypted_to_backend,
    ),
    ResourceRule(
        id="gcp-lb-request-log",
        types=(SERVICE,),
        severity=Severity.MEDIUM,
        description="Load balancers log every request.",
        why="The log also holds the firewall's decisions: without it no attack can be told from an error.",
        remedy='Set log_config={"enable": True, "sample_rate": 1.0}.',
        settings={
            "leastShare": {
                "type": "number",
                "minimum": 0,
                "default": 1,
                "description": "Share of requests to be logged, from 0 to 1.",
            }
        },
        check=_logged,
    ),
    ResourceRule(
        id="gcp-lb-firewall",
        types=(SERVICE,),
        severity=Severity.HIGH,
        description="What answers the internet stands behind Cloud Armor.",
        why="Otherwise every exploit that a scanner knows reaches the application.",
        remedy="Set security_policy to the id of a compute.SecurityPolicy.",
        check=_protected,
    ),
    ResourceRule(
        id="gcp-lb-bucket-firewall",
        types=(BUCKET,),
        severity=Severity.MEDIUM,
        description="Buckets that a load balancer serves stand behind Cloud Armor.",
        why="Whoever floods the cache runs up the bill, and nothing could shut them out.",
        remedy="Set edge_security_policy to the id of a compute.SecurityPolicy of type CLOUD_ARMOR_EDGE.",
        check=present("edgeSecurityPolicy"),
    ),
    ResourceRule(
        id="gcp-psc-accepted-by-name",
        types=(ATTACHMENT,),
        severity=Severity.HIGH,
        description="Private Service Connect lets in named projects, and others only when a person agrees.",
        why="Anyone in Google Cloud who learns the attachment's name could connect to the platform from within.",
        remedy='Set connection_preference="ACCEPT_MANUAL", and name partners in consumer_accept_lists.',
        check=_accepted_by_name,
    ),
)
