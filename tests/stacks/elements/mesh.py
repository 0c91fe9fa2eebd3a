"""Who can talk to whom, and how it is encrypted, routed and let in."""

from tests.stacks.elements.model import (
    ABSENT,
    PINNED,
    WORKLOADS,
    Element,
    Objects,
    Output,
    at_least,
    both,
    having,
    like,
    one,
)

RUN_BY_GOOGLE = "Google runs the mesh by the fleet"
TLS = {"spec servers * tls mode": "SIMPLE", "spec servers * tls minProtocolVersion": "TLSV1_2"}
GATEWAY = one(
    "Release",
    "istio-ingress/istio-ingress",
    {
        "autoscaling minReplicas": at_least(2),
        "service type": "ClusterIP",
        "securityContext runAsNonRoot": True,
        "priorityClassName": "platform-critical",
    },
)
SERVICES = tuple(f"{workload}/{workload}" for workload in WORKLOADS)
# Who may ask whom, as `called/allow-from-caller`.
FLOWS = {
    "api-gateway/allow-from-istio-ingress": "istio-ingress/sa/istio-ingress",
    "auth/allow-from-api-gateway": "api-gateway/sa/api-gateway",
    "auth/allow-from-core": "core/sa/core",
    "auxiliary/allow-from-core": "core/sa/core",
    "core/allow-from-api-gateway": "api-gateway/sa/api-gateway",
    "core/allow-from-auth": "auth/sa/auth",
    "core/allow-from-auxiliary": "auxiliary/sa/auxiliary",
}


def _authorised(trust_domain: str) -> tuple[Objects, ...]:
    return (
        one("AuthorizationPolicy", "istio-system/default-deny", {"spec": {}}),
        *(
            one(
                "AuthorizationPolicy",
                name,
                {
                    "spec action": "ALLOW",
                    "spec rules * from * source principals": [f"{trust_domain}/ns/{caller}"],
                    "spec selector matchLabels app.kubernetes.io/name": name.partition("/")[0],
                },
            )
            for name, caller in FLOWS.items()
        ),
    )


MESH = (
    Element(
        "Istio base",
        "Mesh: control plane",
        {"prod": (one("Release", "istio-system/istio-base", {"defaultRevision": "default"}),)},
        without={"dr": {"Istio's control plane": RUN_BY_GOOGLE}},
    ),
    Element(
        "Istio CNI",
        "Mesh: control plane",
        {
            "prod": (
                one("Release", "kube-system/istio-cni", {"chained": True, "image": PINNED}),
                one("Release", "istio-system/istiod", {"cni enabled": True}),
            )
        },
        without={"dr": {"Istio's control plane": RUN_BY_GOOGLE}},
    ),
    Element(
        "istiod",
        "Mesh: control plane",
        {
            "prod": (
                one(
                    "Release",
                    "istio-system/istiod",
                    {
                        "autoscaleMin": at_least(2),
                        "image": PINNED,
                        "global proxy image": PINNED,
                        "global priorityClassName": "platform-critical",
                        "meshConfig trustDomain": "cluster.local",
                        "meshConfig meshMTLS minProtocolVersion": "TLSV1_3",
                        "meshConfig outboundTrafficPolicy mode": "REGISTRY_ONLY",
                        "meshConfig pathNormalization normalization": "DECODE_AND_MERGE_SLASHES",
                    },
                ),
                one(
                    "Certificate",
                    "istio-system/istiod-authority",
                    {
                        "spec isCA": True,
                        "spec secretName": "cacerts",
                        "spec issuerRef name": "mesh-ca",
                        "spec privateKey rotationPolicy": "Always",
                    },
                ),
            )
        },
        without={"dr": {"Istio's control plane": RUN_BY_GOOGLE}},
    ),
    Element(
        "managed mesh",
        "Mesh: control plane",
        {
            "dr": (
                one(
                    "gcp:gkehub/featureMembership:FeatureMembership",
                    "fleet-servicemesh-cluster",
                    {
                        "feature": "servicemesh",
                        "mesh management": "MANAGEMENT_AUTOMATIC",
                        "membership": "platform-production",
                    },
                ),
                Objects("Namespace", WORKLOADS, {"metadata labels istio-injection": "enabled"}),
            )
        },
        without={"prod": {"Cloud Service Mesh": "it is Google's; Istio's own charts do its work"}},
    ),
    Element(
        "gateways",
        "Mesh: gateway",
        {
            "prod": (
                GATEWAY,
                one(
                    "Gateway",
                    "istio-ingress/public",
                    {**TLS, "spec servers * hosts": having("./example.com", "./www.example.com", "./api.example.com")},
                ),
                one(
                    "Certificate",
                    "istio-ingress/gateway-certificate",
                    {
                        "spec issuerRef name": "letsencrypt",
                        "spec dnsNames": having("example.com", "www.example.com", "api.example.com"),
                    },
                ),
            ),
            "dr": (
                GATEWAY,
                one("Gateway", "istio-ingress/public", TLS),
                one(
                    "Certificate",
                    "istio-ingress/gateway-certificate",
                    {"spec issuerRef name": "letsencrypt", "spec dnsNames *": like(r"gcp\.example\.com$")},
                ),
            ),
        },
    ),
    Element(
        "load balancers' targets",
        "Load balancers' targets",
        {
            "prod": (
                one(
                    "TargetGroupBinding",
                    "istio-ingress/gateway",
                    {
                        "spec targetGroupARN": Output("aws:lb/targetGroup:TargetGroup", "edge-internal-mesh", "arn"),
                        "spec serviceRef": {"name": "istio-ingress", "port": 443},
                        "spec targetType": "ip",
                    },
                ),
                one(
                    "Release",
                    "load-balancing/aws-load-balancer-controller",
                    {
                        "replicaCount": at_least(2),
                        "image tag": PINNED,
                        "enableServiceMutatorWebhook": False,
                        "createIngressClassResource": False,
                    },
                ),
            ),
            "dr": (
                one(
                    "Release",
                    "istio-ingress/istio-ingress",
                    {
                        "service annotations controller.autoneg.dev/neg": having("backend_services"),
                        "service annotations cloud.google.com/neg": having("exposed_ports"),
                    },
                ),
                one(
                    "Deployment",
                    "autoneg-system/autoneg",
                    {
                        "spec replicas": at_least(2),
                        "spec template spec containers * image": PINNED,
                        "spec template spec securityContext runAsNonRoot": True,
                    },
                ),
            ),
        },
        without={
            "dr": {"autoneg's chart": "it selects nodes by a label that Autopilot refuses, and takes no priority"}
        },
    ),
    Element(
        "mTLS STRICT",
        "Mesh: policies",
        both(
            one("PeerAuthentication", "istio-system/default", {"spec mtls mode": "STRICT", "spec selector": ABSENT}),
            Objects("DestinationRule", SERVICES, {"spec trafficPolicy tls mode": "ISTIO_MUTUAL"}),
        ),
    ),
    Element(
        "authorisation policies",
        "Mesh: policies",
        {"prod": _authorised("cluster.local"), "dr": _authorised("example-standby.svc.id.goog")},
    ),
    Element(
        "portable manifests",
        "Mesh: policies",
        both(
            Objects(
                "Sidecar",
                tuple(f"{workload}/default" for workload in WORKLOADS),
                {"spec egress 0 hosts": having("./*")},
            ),
            Objects(
                "VirtualService",
                SERVICES,
                {"spec http * timeout": like(r"^\d+s$"), "spec http * retries attempts": at_least(1)},
            ),
            Objects(
                "DestinationRule", SERVICES, {"spec trafficPolicy outlierDetection consecutive5xxErrors": at_least(1)}
            ),
            one("Telemetry", "istio-system/default", {"spec accessLogging * disabled": False}),
        ),
    ),
)
