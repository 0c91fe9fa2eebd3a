"""Istio's control plane, where no cloud runs one for us: certificates, configuration and proxies of every pod."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions, helm

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace, Peer, namespace_peer
from components.kubernetes.pods import spread
from settings.kubernetes.mesh import MeshSettings

NAMESPACE = "istio-system"
"""Of the control plane, and of what holds for the whole mesh."""

IN_MESH = {"istio-injection": "enabled"}
"""The label of namespaces whose pods get a proxy, in either mesh: Istio's default revision, and the managed one's.

https://docs.cloud.google.com/service-mesh/docs/onboarding/provision-control-plane
"""

# https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio
XDS_PORT, WEBHOOK_PORT, METRICS_PORT, DEBUG_PORT = 15012, 15017, 15014, 8080

TRACES_PORT = 4317
"""OTLP by gRPC."""

TRACING = "otel"
"""The name by which Telemetry finds the collector of traces."""

DNS = 53

# The agent that gives pods their identity answers on the node itself, which no registry of the mesh knows.
# https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-config.html
NODE_ADDRESSES = "169.254.170.23/32"

IN_MESH_PEER: Peer = {"namespace_selector": {"match_labels": IN_MESH}}


@dataclass(frozen=True)
class Issuer:
    """The ClusterIssuer of cert-manager that signs the mesh's CA, and what must exist before it can."""

    name: str
    ready: Sequence[pulumi.Resource] = ()


class Istio(KubernetesComponent):
    """istiod in two zones at least, proxies by the CNI plug-in, and a CA that cert-manager renews.

    istiod signs pods' certificates with a CA of its own, below the private root that cert-manager keeps
    (https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/). cert-manager replaces it after two
    thirds of its life; istiod reads the new one within a minute, pods get new certificates within their day, and both
    are trusted meanwhile, since the root stays. istiod must not start without it: it would make a root of its own.

    Proxies are set up by the CNI plug-in, chained after the VPC's, so that no workload needs a right over its network.
    The plug-in is a part of the node: it runs in kube-system, privileged. It logs warnings alone: on Bottlerocket it
    repeats itself without end (https://github.com/istio/istio/issues/56569).
    """

    namespace: pulumi.Output[str]
    ready: list[pulumi.Resource]
    """What must exist before the cluster takes objects of the mesh's kinds."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: MeshSettings,
        *,
        issuer: Issuer,
        trust_domain: str,
        collector: str,
        priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it; `collector` is the host in the cluster that takes traces, `priority` the name of a class."""
        super().__init__("Istio", name, scope, "restricted", opts)
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, data_class="restricted", opts=self.child())
        place.admit_api_server([WEBHOOK_PORT])
        place.let_out_to_api_server()
        place.admit("from-mesh", [IN_MESH_PEER], [XDS_PORT])
        place.admit_monitoring([METRICS_PORT])
        # Kiali asks what the registry holds.
        place.admit("from-kiali", [namespace_peer("observability", {"app.kubernetes.io/name": "kiali"})], [DEBUG_PORT])
        authority = self._authority(name, place.namespace, settings, issuer)
        kinds = self._release(f"{name}-base", "base", "istio-base", place.namespace, {"defaultRevision": "default"})
        plugin = self._release(f"{name}-cni", "cni", "istio-cni", "kube-system", self._cni())
        control_plane = self._release(
            f"{name}-istiod",
            "istiod",
            "istiod",
            place.namespace,
            self._istiod(settings, trust_domain, collector, priority),
            # Proxies that are set up before the plug-in runs are bypassed.
            after=[authority, kinds, plugin],
        )
        self.namespace = place.namespace
        self.ready = [control_plane]
        self.register_outputs({"namespace": self.namespace})

    def _release(
        self,
        name: str,
        chart: str,
        release_name: str,
        namespace: pulumi.Input[str],
        values: Mapping[str, Any],
        *,
        after: Sequence[pulumi.Resource] = (),
    ) -> helm.v3.Release:
        return self.scope.vendor.release(
            name,
            chart,
            release_name=release_name,
            namespace=namespace,
            values=values,
            opts=self.child(depends_on=list(after)),
        )

    def _authority(
        self, name: str, namespace: pulumi.Input[str], settings: MeshSettings, issuer: Issuer
    ) -> apiextensions.CustomResource:
        days = settings.certificate_days
        return apiextensions.CustomResource(
            f"{name}-authority",
            api_version="cert-manager.io/v1",
            kind="Certificate",
            metadata={
                "name": "istiod-authority",
                "namespace": namespace,
                "annotations": {"pulumi.com/waitFor": "condition=Ready"},
            },
            spec={
                "secretName": "cacerts",
                "isCA": True,
                "commonName": "istiod",
                "duration": f"{days * 24}h",
                "renewBefore": f"{days * 8}h",
                "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
                "usages": ["cert sign", "crl sign", "digital signature"],
                "issuerRef": {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": issuer.name},
            },
            opts=self.child(depends_on=list(issuer.ready)),
        )

    def _cni(self) -> dict[str, Any]:
        return {
            "image": self.scope.vendor.reference("istio-install-cni"),
            "chained": True,
            "logging": {"level": "default:warn"},
            "global": {"logAsJson": True},
            "seccompProfile": {"type": "RuntimeDefault"},
            "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        }

    def _istiod(
        self, settings: MeshSettings, trust_domain: str, collector: str, priority: pulumi.Input[str]
    ) -> dict[str, Any]:
        vendor, confined = self.scope.vendor, {"type": "RuntimeDefault"}
        proxy = vendor.reference("istio-proxyv2")
        return {
            "image": vendor.reference("istio-pilot"),
            "autoscaleMin": settings.control_plane.minimum,
            "autoscaleMax": settings.control_plane.maximum,
            "resources": {"requests": {"cpu": "500m", "memory": "2Gi"}, "limits": {"memory": "2Gi"}},
            "seccompProfile": confined,
            "topologySpreadConstraints": spread({"app": "istiod"}),
            "cni": {"enabled": True},
            "meshConfig": {
                "trustDomain": trust_domain,
                "accessLogEncoding": "JSON",
                "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
                # What policies match is what the application will see.
                "pathNormalization": {"normalization": "DECODE_AND_MERGE_SLASHES"},
                "meshMTLS": {"minProtocolVersion": "TLSV1_3"},
                "tlsDefaults": {"minProtocolVersion": "TLSV1_2"},
                "enablePrometheusMerge": True,
                "defaultConfig": {"holdApplicationUntilProxyStarts": True},
                "extensionProviders": [{"name": TRACING, "opentelemetry": {"service": collector, "port": TRACES_PORT}}],
            },
            "gateways": {"seccompProfile": confined},
            "global": {
                "logAsJson": True,
                "priorityClassName": priority,
                "proxy_init": {"image": proxy},
                "proxy": {
                    "image": proxy,
                    "excludeIPRanges": NODE_ADDRESSES,
                    # Names that take TCP, since their answers are long: proxies know no resolver, and would refuse it.
                    "excludeOutboundPorts": str(DNS),
                    "seccompProfile": confined,
                    "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "1Gi"}},
                },
            },
        }
