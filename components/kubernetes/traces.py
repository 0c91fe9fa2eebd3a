"""Traces: pods send them to the collectors, which keep those that say something and pass them to the cloud."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes import helm

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import MONITORING, Namespace, address_peer, namespace_peer
from components.kubernetes.observed import PODS, join
from components.kubernetes.pods import CONTAINER, POD, resources, spread
from settings.kubernetes.observability import TracingSettings

CHART = "opentelemetry-collector"
COLLECTOR, SAMPLER = "opentelemetry-collector", "opentelemetry-sampler"
ENDPOINT = f"{COLLECTOR}.observability"
"""Where pods send OTLP to: gRPC on 4317, HTTP on 4318."""

GRPC, HTTP, HEALTH, METRICS = 4317, 4318, 13133, 8888
REPLICAS = 2
MEMORY_MIB = 512

JAEGER = "jaeger"
JAEGER_QUERY = 16686


@dataclass(frozen=True)
class Exporters:
    """Where traces go, in the collector's words."""

    exporters: Mapping[str, Mapping[str, Any]]
    service_account: pulumi.Input[str]
    """The sampler's, which may write there."""


class Traces(KubernetesComponent):
    """Two tiers, the same in both clusters: what receives spans, and what decides on whole traces.

    All spans of a trace must meet in one pod, which decides once it is complete; so the first tier sends each trace by
    its id to one pod of the second. Only the second has rights in the cloud. No agents on the nodes: pods send over
    the network, and what is lost with a pod of the first tier is sent again.
    """

    sampler: helm.v3.Release

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: TracingSettings,
        *,
        place: Namespace,
        exporters: Exporters,
        priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install both tiers in `place`; `priority` is the name of a class."""
        super().__init__("Traces", name, scope, "internal", opts)
        place.admit("collector-from-pods", [{"namespace_selector": {}}], [GRPC, HTTP], pods=PODS["collector"])
        join(place, "collector", "sampler", [GRPC])
        place.let_out("sampler-to-https", [address_peer("0.0.0.0/0")], [443], pods=PODS["sampler"])
        if scope.cloud == "gcp":
            for part in ("collector", "sampler"):
                place.admit(f"{part}-from-monitoring", [namespace_peer(MONITORING["gcp"])], [METRICS], pods=PODS[part])
        self.sampler = self._tier(
            f"{name}-sampler",
            SAMPLER,
            place,
            service_account={"create": True, "name": exporters.service_account, "automountServiceAccountToken": False},
            config=_sampling(settings, exporters.exporters),
            # No address of its own: the name is that of every pod, which the first tier chooses from.
            service={"clusterIP": "None"},
            priority=priority,
        )
        self._tier(
            f"{name}-collector",
            COLLECTOR,
            place,
            service_account={"create": True, "automountServiceAccountToken": False},
            config=_receiving(),
            service={},
            priority=priority,
        )
        self.register_outputs({})

    def _tier(
        self,
        name: str,
        release: str,
        place: Namespace,
        *,
        service_account: Mapping[str, Any],
        config: Mapping[str, Any],
        service: Mapping[str, Any],
        priority: pulumi.Input[str],
    ) -> helm.v3.Release:
        vendor = self.scope.vendor
        unused = ("jaeger-compact", "jaeger-grpc", "jaeger-thrift", "zipkin")
        return vendor.release(
            name,
            CHART,
            release_name=release,
            namespace=place.namespace,
            values={
                "mode": "deployment",
                "fullnameOverride": release,
                "additionalLabels": self.scope.tags.of("internal"),
                "image": {
                    "repository": vendor.repository("opentelemetry-collector"),
                    "tag": vendor.version("opentelemetry-collector"),
                    "digest": vendor.digests["opentelemetry-collector"],
                },
                "command": {"name": "otelcol-contrib"},
                "replicaCount": REPLICAS,
                "priorityClassName": priority,
                "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
                "topologySpreadConstraints": spread({"app.kubernetes.io/instance": release}),
                "serviceAccount": dict(service_account),
                "podSecurityContext": {**POD, "runAsUser": 10001, "runAsGroup": 10001},
                "securityContext": dict(CONTAINER),
                "resources": resources(200, MEMORY_MIB),
                "ports": {
                    **{port: {"enabled": False} for port in unused},
                    "metrics": {"enabled": True},
                },
                "service": dict(service),
                "config": dict(config),
            },
            opts=self.child(),
        )


def _pipeline(
    exporters: Mapping[str, Any],
    processors: Mapping[str, Any],
    order: Sequence[str],
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A collector's configuration with one pipeline of traces; None removes what the chart has by itself."""
    return {
        "extensions": {"health_check": {"endpoint": f"${{env:MY_POD_IP}}:{HEALTH}"}, **(extra or {})},
        "receivers": {
            "jaeger": None,
            "prometheus": None,
            "zipkin": None,
            "otlp": {
                "protocols": {
                    "grpc": {"endpoint": f"${{env:MY_POD_IP}}:{GRPC}"},
                    "http": {"endpoint": f"${{env:MY_POD_IP}}:{HTTP}"},
                }
            },
        },
        "processors": {
            "memory_limiter": {"check_interval": "1s", "limit_percentage": 80, "spike_limit_percentage": 20},
            "batch": {},
            **processors,
        },
        "exporters": {"debug": None, **exporters},
        "service": {
            "extensions": ["health_check", *(extra or {})],
            "telemetry": {
                "metrics": {
                    "readers": [
                        {
                            "pull": {
                                "exporter": {
                                    "prometheus": {
                                        "host": "${env:MY_POD_IP}",
                                        "port": METRICS,
                                        # Counters end in _total, as the alerts name them.
                                        "without_type_suffix": False,
                                    }
                                }
                            }
                        }
                    ]
                }
            },
            "pipelines": {
                "logs": None,
                "metrics": None,
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["memory_limiter", *order],
                    "exporters": list(exporters),
                },
            },
        },
    }


def _receiving() -> dict[str, Any]:
    exporter = {
        "routing_key": "traceID",
        "resolver": {"dns": {"hostname": f"{SAMPLER}.observability.svc.cluster.local", "port": str(GRPC)}},
        # The mesh encrypts between nodes where both ends are in it; within the namespace the network policy decides.
        "protocol": {"otlp": {"timeout": "5s", "tls": {"insecure": True}}},
    }
    return _pipeline({"loadbalancing": exporter}, {}, [])


def _sampling(settings: TracingSettings, exporters: Mapping[str, Any]) -> dict[str, Any]:
    """Errors and slow ones whole, a share of the others."""
    policies: list[dict[str, Any]] = [
        {"name": "errors", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}},
        {"name": "slow", "type": "latency", "latency": {"threshold_ms": settings.slow_milliseconds}},
        {
            "name": "others",
            "type": "probabilistic",
            "probabilistic": {"sampling_percentage": settings.sampled_percent},
        },
    ]
    sampling = {"decision_wait": f"{settings.wait_seconds}s", "num_traces": 20000, "policies": policies}
    return _pipeline(exporters, {"tail_sampling": sampling}, ["tail_sampling", "batch"])
