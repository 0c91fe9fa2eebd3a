"""Classes of priority: the same in both clusters, and in the order that a shortage of nodes asks for."""

import pytest

from preview.graph import Graph

CLASS = "kubernetes:scheduling.k8s.io/v1:PriorityClass"
ORDER = ["batch", "service", "service-high", "platform", "platform-critical"]
BOTH = pytest.mark.parametrize("stack", ["prod", "dr"])


@BOTH
def test_what_carries_others_goes_first(stack: str, graphs: dict[str, Graph]) -> None:
    found = {node.inputs["metadata"]["name"]: node.inputs["value"] for node in graphs[stack].of_type(CLASS)}
    assert sorted(found, key=lambda name: found[name]) == ORDER
    # Kubernetes keeps what is above for itself; GKE starts no node for what is below.
    assert all(-10 <= value <= 1_000_000_000 for value in found.values())


@BOTH
def test_jobs_push_nobody_out(stack: str, graphs: dict[str, Graph]) -> None:
    policies = {
        node.inputs["metadata"]["name"]: node.inputs["preemptionPolicy"] for node in graphs[stack].of_type(CLASS)
    }
    assert policies.pop("batch") == "Never"
    assert set(policies.values()) == {"PreemptLowerPriority"}


@BOTH
def test_who_names_no_class_is_a_workload(stack: str, graphs: dict[str, Graph]) -> None:
    assert [
        node.inputs["metadata"]["name"] for node in graphs[stack].of_type(CLASS) if node.inputs["globalDefault"]
    ] == ["service"]
