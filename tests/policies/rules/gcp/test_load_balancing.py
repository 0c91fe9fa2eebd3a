from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

TLS = Subject("gcp:compute/sSLPolicy:SSLPolicy", {"minTlsVersion": "TLS_1_2", "profile": "RESTRICTED"}, stack="dr")
HTTPS = Subject("gcp:compute/targetHttpsProxy:TargetHttpsProxy", {"urlMap": "m", "sslPolicy": "p"}, stack="dr")
REDIRECT = Subject("gcp:compute/uRLMap:URLMap", {"defaultUrlRedirect": {"httpsRedirect": True}}, "redirect", stack="dr")
SERVING = REDIRECT.set("pathMatchers", [{"name": "platform", "defaultService": "gateway"}])
SERVICE = Subject(
    "gcp:compute/backendService:BackendService",
    {
        "loadBalancingScheme": "EXTERNAL_MANAGED",
        "protocol": "HTTPS",
        "securityPolicy": "policy",
        "logConfig": {"enable": True, "sampleRate": 1},
    },
    stack="dr",
)
INTERNAL = SERVICE.set("loadBalancingScheme", "INTERNAL_SELF_MANAGED").set("protocol", "HTTP")
BUCKET = Subject(
    "gcp:compute/backendBucket:BackendBucket", {"bucketName": "assets", "edgeSecurityPolicy": "policy"}, stack="dr"
)
ATTACHMENT = Subject(
    "gcp:compute/serviceAttachment:ServiceAttachment", {"connectionPreference": "ACCEPT_MANUAL"}, stack="dr"
)


def plain(urls: Subject) -> list[Subject]:
    """A proxy for plain HTTP, and the URL map it names."""
    proxy = Subject(
        "gcp:compute/targetHttpProxy:TargetHttpProxy", {"urlMap": "m"}, "http", stack="dr", refs={"urlMap": urls}
    )
    return [urls, proxy]


CASES = {
    "gcp-lb-tls-policy-strong": Cases(
        passes=[TLS, TLS.set("profile", "MODERN"), TLS.set("minTlsVersion", "TLS_1_3")],
        fails=[
            (TLS.unset("minTlsVersion"), "minTlsVersion"),
            (TLS.set("minTlsVersion", "TLS_1_1"), "minTlsVersion"),
            (TLS.unset("profile"), "profile"),
        ],
        unknown=[TLS.set("minTlsVersion", UNKNOWN)],
    ),
    "gcp-lb-tls-policy": Cases(
        passes=[HTTPS],
        fails=[(HTTPS.unset("sslPolicy"), "sslPolicy")],
        unknown=[HTTPS.set("sslPolicy", UNKNOWN)],
    ),
    "gcp-lb-https-only": Cases(
        passes=[plain(REDIRECT), [SERVING]],
        fails=[
            (plain(SERVING), "urlMap"),
            (plain(REDIRECT.set("defaultUrlRedirect.httpsRedirect", False)), "urlMap"),
            (plain(REDIRECT.set("defaultService", "gateway")), "urlMap"),
        ],
        unknown=[plain(REDIRECT.set("defaultUrlRedirect.httpsRedirect", UNKNOWN))],
    ),
    "gcp-lb-backend-tls": Cases(
        passes=[SERVICE, SERVICE.set("protocol", "HTTP2"), SERVICE.set("protocol", "TCP"), INTERNAL],
        fails=[(SERVICE.set("protocol", "HTTP"), "protocol"), (SERVICE.unset("protocol"), "protocol")],
        unknown=[SERVICE.set("protocol", UNKNOWN)],
    ),
    "gcp-lb-request-log": Cases(
        passes=[SERVICE, SERVICE.unset("logConfig.sampleRate"), INTERNAL.unset("logConfig")],
        fails=[
            (SERVICE.unset("logConfig"), "logConfig.enable"),
            (SERVICE.set("logConfig.sampleRate", 0.5), "logConfig.sampleRate"),
        ],
        unknown=[SERVICE.set("logConfig.enable", UNKNOWN)],
    ),
    "gcp-lb-firewall": Cases(
        passes=[SERVICE, INTERNAL.unset("securityPolicy")],
        fails=[(SERVICE.unset("securityPolicy"), "securityPolicy")],
        unknown=[SERVICE.set("securityPolicy", UNKNOWN)],
    ),
    "gcp-lb-bucket-firewall": Cases(
        passes=[BUCKET],
        fails=[(BUCKET.unset("edgeSecurityPolicy"), "edgeSecurityPolicy")],
        unknown=[BUCKET.set("edgeSecurityPolicy", UNKNOWN)],
    ),
    "gcp-psc-accepted-by-name": Cases(
        passes=[ATTACHMENT],
        fails=[(ATTACHMENT.set("connectionPreference", "ACCEPT_AUTOMATIC"), "connectionPreference")],
        unknown=[ATTACHMENT.set("connectionPreference", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
