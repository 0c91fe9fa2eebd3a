"""Jaeger: traces of the primary's cluster to look at, kept in the region's search domain."""

from collections.abc import Sequence
from typing import Any

import pulumi

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace, address_peer
from components.kubernetes.observed import PODS, join
from components.kubernetes.pods import CONTAINER, POD, resources, spread
from components.kubernetes.traces import GRPC, JAEGER, JAEGER_QUERY

EXPORTER = {"endpoint": f"{JAEGER}.observability:{GRPC}", "tls": {"insecure": True}}
"""The collector's words for sending to it."""


class Jaeger(KubernetesComponent):
    """Jaeger v2, two pods without a state: the domain keeps the traces, and lets the pods' own role in.

    It takes requests that AWS's signature vouches for, and maps the role inside: docs/operations.md says how. Not on
    GKE, where Cloud Trace is both store and console.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        place: Namespace,
        service_account: pulumi.Input[str],
        region: str,
        search_endpoint: pulumi.Input[str],
        search_ranges: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it in `place`; `search_ranges` are the addresses of the domain's nodes."""
        super().__init__("Jaeger", name, scope, "internal", opts)
        join(place, "sampler", "jaeger", [GRPC])
        join(place, "grafana", "jaeger", [JAEGER_QUERY])
        place.let_out("jaeger-to-search", [address_peer(cidr) for cidr in search_ranges], [443], pods=PODS["jaeger"])
        vendor = scope.vendor
        scope.vendor.release(
            f"{name}-release",
            JAEGER,
            namespace=place.namespace,
            values={
                "commonLabels": scope.tags.of("internal"),
                # The service account has no name of its own in this chart.
                "fullnameOverride": service_account,
                "storage": {"type": "none"},
                "userconfig": _config(region, search_endpoint),
                "jaeger": {
                    "replicas": 2,
                    "strategy": {"type": "RollingUpdate"},
                    "image": {
                        "registry": vendor.host,
                        "repository": vendor.path("jaeger"),
                        "tag": vendor.version("jaeger"),
                        "digest": vendor.digests["jaeger"],
                    },
                    "serviceAccount": {"automountServiceAccountToken": False},
                    "podSecurityContext": {**POD, "runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001},
                    "securityContext": dict(CONTAINER),
                    "resources": resources(200, 512),
                    "topologySpreadConstraints": spread(PODS["jaeger"]),
                },
            },
            opts=self.child(),
        )
        self.register_outputs({})


def _config(region: str, search_endpoint: pulumi.Input[str]) -> dict[str, Any]:
    """https://www.jaegertracing.io/docs/2.0/configuration/"""
    store = {
        "opensearch": {
            "server_urls": [pulumi.Output.concat("https://", search_endpoint)],
            "auth": {"authenticator": "sigv4auth"},
            "indices": {kind: {"shards": 3, "replicas": 1} for kind in ("spans", "services", "dependencies")},
        }
    }
    address = "0.0.0.0"
    return {
        "service": {
            "extensions": ["healthcheckv2", "sigv4auth", "jaeger_storage", "jaeger_query"],
            "pipelines": {
                "traces": {"receivers": ["otlp"], "processors": ["batch"], "exporters": ["jaeger_storage_exporter"]}
            },
            "telemetry": {
                "metrics": {
                    "level": "normal",
                    "readers": [{"pull": {"exporter": {"prometheus": {"host": address, "port": 8888}}}}],
                }
            },
        },
        "extensions": {
            "healthcheckv2": {"use_v2": True, "http": {"endpoint": f"{address}:13133"}},
            "sigv4auth": {"region": region, "service": "es"},
            "jaeger_storage": {"backends": {"search": store}},
            "jaeger_query": {
                "storage": {"traces": "search"},
                "http": {"endpoint": f"{address}:{JAEGER_QUERY}"},
                "grpc": {"endpoint": f"{address}:16685"},
            },
        },
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": f"{address}:{GRPC}"}}}},
        "processors": {"batch": {}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": "search"}},
    }
