"""What tests of metrics, traces and logs look up in a cluster."""

from collections.abc import Mapping
from typing import Any

import pytest

from preview.graph import Graph, Node

RELEASE = "kubernetes:helm.sh/v3:Release"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
RULES = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
GOOGLE_MONITOR = "kubernetes:monitoring.googleapis.com/v1:ClusterPodMonitoring"
OURS = ("observability", "observability-nodes")
BOTH = pytest.mark.parametrize("stack", ["prod", "dr"])


def releases(graph: Graph) -> dict[str, Node]:
    """Releases of this part by name."""
    return {node.inputs["name"]: node for node in graph.of_type(RELEASE) if node.inputs["namespace"] in OURS}


def values(graph: Graph, release: str) -> Mapping[str, Any]:
    return releases(graph)[release].inputs["values"]


def stack_values(prod: Graph) -> Mapping[str, Any]:
    return values(prod, "kube-prometheus-stack")
