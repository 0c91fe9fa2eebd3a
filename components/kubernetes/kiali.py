"""Kiali: the mesh of the primary's cluster as people see it."""

from typing import Any

import pulumi

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace, address_peer, namespace_peer
from components.kubernetes.observed import PODS, join
from components.kubernetes.pods import resources, spread
from components.kubernetes.traces import JAEGER, JAEGER_QUERY
from settings.kubernetes.observability import SignOnSettings

CHART = "kiali-server"


class Kiali(KubernetesComponent):
    """Kiali's server, which shows and changes nothing: neither its console nor its role in the cluster can write.

    Not on GKE, whose managed control plane it cannot ask.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        place: Namespace,
        prometheus: str,
        grafana: str,
        secret: pulumi.Input[str],
        sign_on: SignOnSettings | None,
        priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it in `place`; `secret` holds `oidc-secret`, its client's, `priority` is the name of a class."""
        super().__init__("Kiali", name, scope, "internal", opts)
        join(place, "kiali", "prometheus", [9090])
        join(place, "kiali", "grafana", [3000])
        join(place, "kiali", "jaeger", [JAEGER_QUERY])
        place.let_out_to_api_server("kiali", pods=PODS["kiali"])
        place.let_out("kiali-to-istiod", [namespace_peer("istio-system")], [8080, 15014], pods=PODS["kiali"])
        if sign_on:
            place.let_out("kiali-to-https", [address_peer("0.0.0.0/0")], [443], pods=PODS["kiali"])
        vendor = scope.vendor
        scope.vendor.release(
            f"{name}-release",
            CHART,
            namespace=place.namespace,
            values={
                "auth": _auth(sign_on),
                "deployment": {
                    "image_name": vendor.repository("kiali"),
                    # The chart joins name and version by a colon: the digest goes with the version.
                    "image_version": vendor.tag("kiali"),
                    "version_label": vendor.version("kiali"),
                    "image_pull_policy": "IfNotPresent",
                    "extra_labels": scope.tags.of("internal"),
                    "secret_name": secret,
                    "view_only_mode": True,
                    "network_policy": {"enabled": False},
                    "replicas": 2,
                    "priority_class_name": priority,
                    "pod_disruption_budget": {"spec": {"minAvailable": 1}},
                    "topology_spread_constraints": spread(PODS["kiali"]),
                    "resources": resources(50, 512),
                },
                "external_services": {
                    "prometheus": {"url": prometheus},
                    "grafana": {
                        "enabled": True,
                        "internal_url": grafana,
                        "external_url": sign_on.grafana_url if sign_on else "",
                    },
                    "tracing": {
                        "enabled": True,
                        "provider": "jaeger",
                        "internal_url": f"http://{JAEGER}.observability:{JAEGER_QUERY}",
                        "use_grpc": False,
                    },
                },
                "server": {"web_root": "/", **_address(sign_on)},
            },
            opts=self.child(),
        )
        self.register_outputs({})


def _auth(sign_on: SignOnSettings | None) -> dict[str, Any]:
    """Single sign-on by which everybody sees the same, or a token of the cluster."""
    if sign_on is None:
        return {"strategy": "token"}
    return {
        "strategy": "openid",
        "openid": {
            "issuer_uri": sign_on.issuer,
            "client_id": sign_on.kiali_client_id,
            # The cluster's API does not know the provider: rights are Kiali's own, which only look.
            "disable_rbac": True,
            "scopes": ["openid", "profile", "email"],
            "username_claim": "email",
        },
    }


def _address(sign_on: SignOnSettings | None) -> dict[str, str]:
    """Where the provider sends people back to."""
    if sign_on is None:
        return {}
    host = sign_on.kiali_url.removeprefix("https://").split("/")[0]
    return {"web_fqdn": host, "web_port": "443", "web_schema": "https"}
