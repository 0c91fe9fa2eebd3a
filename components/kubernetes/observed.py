"""The namespace of what observes a cluster: who in it speaks to whom, and how its pods share out over zones."""

from collections.abc import Mapping, Sequence

from components.kubernetes.namespace import Namespace, Port, namespace_peer

NAMESPACE = "observability"
NODES_NAMESPACE = "observability-nodes"
"""Of agents that read the nodes they run on, which the first namespace's standard forbids."""

NAME = "app.kubernetes.io/name"

PODS: Mapping[str, Mapping[str, str]] = {
    "alertmanager": {NAME: "alertmanager"},
    "collector": {"app.kubernetes.io/instance": "opentelemetry-collector"},
    "grafana": {NAME: "grafana"},
    "jaeger": {NAME: "jaeger"},
    "kiali": {NAME: "kiali"},
    "prometheus": {NAME: "prometheus"},
    "sampler": {"app.kubernetes.io/instance": "opentelemetry-sampler"},
    "state": {NAME: "kube-state-metrics"},
    "operator": {"app": "kube-prometheus-stack-operator"},
}
"""Labels of the pods of each part, as their charts put them."""


def join(place: Namespace, source: str, target: str, ports: Sequence[Port]) -> None:
    """Let one part of the namespace connect to another."""
    place.let_out(f"{source}-to-{target}", [namespace_peer(NAMESPACE, PODS[target])], ports, pods=PODS[source])
    place.admit(f"{target}-from-{source}", [namespace_peer(NAMESPACE, PODS[source])], ports, pods=PODS[target])
