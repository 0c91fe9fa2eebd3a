"""The mesh's gateway: where requests from outside end their TLS and enter the mesh, the same on both clouds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.istio import IN_MESH, TRACES_PORT, Issuer
from components.kubernetes.namespace import Namespace, Peer, Port, namespace_peer
from components.kubernetes.pods import spread
from settings.workloads import ReplicaRange

NAMESPACE = "istio-ingress"
SERVICE_ACCOUNT = RELEASE = "istio-ingress"
"""The chart names pods, Service and service account after the release."""

PODS = {"istio": "ingress"}
"""The label by which the mesh finds the gateway's pods."""

NAME = "public"
"""Of the mesh's Gateway, to which routes are bound, and of those routes."""

HTTPS = 443

# https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio
HEALTH_PORT = 15021
METRICS_PORT = 15020
"""Of the proxy's own metrics."""

CERTIFICATE = "gateway-certificate"

DRAIN_SECONDS = 60
"""As long as the load balancers keep sending on connections that are open."""


@dataclass(frozen=True)
class Entrance:
    """How a cloud's load balancers reach the gateway."""

    sources: Sequence[Peer]
    """Addresses that they and their health checks come from."""

    trusted_hops: int
    """How many of the last addresses in X-Forwarded-For the cloud has written, rather than the client."""

    server_names: Sequence[str]
    """Names that callers give in the TLS handshake; `*` where they give none."""

    annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Of the Service."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """Of the namespace."""

    target_groups: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """ARNs of target groups that the gateway's pods are put into, by name."""

    ready: Sequence[pulumi.Resource] = ()
    """What must exist before pods are put into target groups."""


class Gateway(KubernetesComponent):
    """Pods of the gateway in several zones, their certificate, and their way into the load balancers.

    The pods are of Istio's own chart on both clouds: each mesh puts its own proxy into them. TLS ends here, 1.2 and
    newer; the certificate is a public CA's, which CloudFront insists on, and cert-manager renews it without a restart.
    A pod that is told to stop finishes what it has begun. Who asks is read from X-Forwarded-For, of which only the
    cloud's own entries are believed; partners, who come past the cloud's edge, may write what they like there.
    """

    namespace: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        replicas: ReplicaRange,
        entrance: Entrance,
        certificate_names: Sequence[str],
        issuer: Issuer,
        control_plane: Sequence[tuple[str, Sequence[Peer], Sequence[Port]]],
        backends: Mapping[str, int],
        priority: pulumi.Input[str],
        mesh_ready: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make it.

        `certificate_names` are what `issuer` can prove; `control_plane` is where proxies get their configuration from:
        name, peers and ports; `backends` are ports of the workloads behind the gateway, by namespace; `priority` is the
        name of a class.
        """
        super().__init__("Gateway", name, scope, "confidential", opts)
        place = Namespace(
            f"{name}-namespace",
            scope,
            NAMESPACE,
            data_class="confidential",
            labels={**IN_MESH, **entrance.labels},
            opts=self.child(),
        )
        self.namespace = place.namespace
        place.admit("from-load-balancers", entrance.sources, [HTTPS, HEALTH_PORT], pods=PODS)
        place.admit_monitoring([METRICS_PORT])
        place.let_out("to-observability", [namespace_peer("observability")], [TRACES_PORT])
        for way, peers, ports in control_plane:
            place.let_out(f"to-{way}", peers, ports)
        for backend, port in backends.items():
            pods = {"app.kubernetes.io/name": backend}
            place.let_out(f"to-{backend}", [namespace_peer(backend, pods)], [port], pods=PODS)
        certificate = self._certificate(name, certificate_names, issuer)
        release = scope.vendor.release(
            f"{name}-release",
            "gateway",
            release_name=RELEASE,
            namespace=self.namespace,
            values=_values(replicas, entrance, priority),
            # The mesh puts the proxy into pods as they are made.
            opts=self.child(depends_on=[*mesh_ready, certificate]),
        )
        self._servers(name, entrance, mesh_ready)
        for group, arn in entrance.target_groups.items():
            apiextensions.CustomResource(
                f"{name}-{group}",
                api_version="elbv2.k8s.aws/v1beta1",
                kind="TargetGroupBinding",
                metadata={"name": group, "namespace": self.namespace},
                # The security groups of balancer and pods have their rules already.
                spec={
                    "serviceRef": {"name": RELEASE, "port": HTTPS},
                    "targetGroupARN": arn,
                    "targetType": "ip",
                    "ipAddressType": "ipv4",
                },
                opts=self.child(depends_on=[release, *entrance.ready]),
            )
        self.register_outputs({"namespace": self.namespace})

    def _certificate(self, name: str, names: Sequence[str], issuer: Issuer) -> apiextensions.CustomResource:
        return apiextensions.CustomResource(
            f"{name}-certificate",
            api_version="cert-manager.io/v1",
            kind="Certificate",
            metadata={"name": CERTIFICATE, "namespace": self.namespace},
            spec={
                "secretName": CERTIFICATE,
                "dnsNames": list(names),
                "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
                "usages": ["digital signature", "server auth"],
                "issuerRef": {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": issuer.name},
            },
            opts=self.child(depends_on=list(issuer.ready)),
        )

    def _servers(self, name: str, entrance: Entrance, mesh_ready: Sequence[pulumi.Resource]) -> None:
        apiextensions.CustomResource(
            f"{name}-servers",
            api_version="networking.istio.io/v1",
            kind="Gateway",
            metadata={"name": NAME, "namespace": self.namespace},
            spec={
                "selector": PODS,
                "servers": [
                    {
                        "port": {"number": HTTPS, "name": "https", "protocol": "HTTPS"},
                        # Of this namespace's routes alone: no workload can lead a public name to itself.
                        "hosts": [f"./{server}" for server in entrance.server_names],
                        "tls": {
                            "mode": "SIMPLE",
                            "credentialName": CERTIFICATE,
                            "minProtocolVersion": "TLSV1_2",
                        },
                    }
                ],
            },
            opts=self.child(depends_on=list(mesh_ready)),
        )


def _values(replicas: ReplicaRange, entrance: Entrance, priority: pulumi.Input[str]) -> dict[str, Any]:
    proxy = {
        "gatewayTopology": {"numTrustedProxies": entrance.trusted_hops},
        "terminationDrainDuration": f"{DRAIN_SECONDS}s",
    }
    return {
        "autoscaling": {
            "enabled": True,
            "minReplicas": replicas.minimum,
            "maxReplicas": replicas.maximum,
            "targetCPUUtilizationPercentage": 60,
        },
        "podDisruptionBudget": {"maxUnavailable": "34%"},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "34%", "maxUnavailable": 0}},
        "topologySpreadConstraints": [*spread(PODS), *spread(PODS, over="kubernetes.io/hostname")],
        "terminationGracePeriodSeconds": DRAIN_SECONDS + 30,
        "podAnnotations": {"proxy.istio.io/config": json.dumps(proxy, sort_keys=True)},
        "resources": {"requests": {"cpu": "500m", "memory": "512Mi"}, "limits": {"memory": "1Gi"}},
        "securityContext": {
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
            # Load balancers send to the port that they know it by, and it is nobody's but root's otherwise.
            "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}],
        },
        "service": {
            "type": "ClusterIP",
            "annotations": dict(entrance.annotations),
            "ports": [
                {"name": "status-port", "port": HEALTH_PORT, "targetPort": HEALTH_PORT, "protocol": "TCP"},
                {"name": "https", "port": HTTPS, "targetPort": HTTPS, "protocol": "TCP"},
            ],
        },
        "priorityClassName": priority,
    }
