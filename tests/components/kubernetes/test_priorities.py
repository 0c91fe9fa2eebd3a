"""Classes of priority: the same in both clusters, and in the order that a shortage of nodes asks for."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from preview.graph import Graph
from tests.kubernetes.charts import chart_of, values_of
from tests.kubernetes.manifests import RELEASE, priority_classes
from tests.stacks.elements.table import SWITCHED_ON
from tests.stacks.variants import update

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


# Charts that make no pod, name a class of themselves, or have no value for it.
WITHOUT = {"base", "cni", "jaeger", "karpenter-crd"}
KEYS = {"priorityClassName", "priority_class_name"}


@BOTH
def test_every_release_names_classes_that_its_cluster_has(stack: str) -> None:
    graph = update(stack, SWITCHED_ON)
    known = priority_classes(graph)
    for release in graph.of_type(RELEASE):
        named = set(_named(values_of(release)))
        assert named <= known, chart_of(release)
        assert bool(named) == (chart_of(release) not in WITHOUT), chart_of(release)


@pytest.mark.parametrize(
    ("chart", "classes"),
    [
        # Workloads cannot start without their secrets, and while nobody admits them.
        ("external-secrets", {"platform-critical"}),
        ("vault", {"platform-critical"}),
        ("kyverno", {"platform-critical", "platform"}),
        ("argo-cd", {"platform"}),
        ("argo-rollouts", {"platform"}),
        ("flux2", {"platform"}),
        ("kube-prometheus-stack", {"platform", "system-node-critical"}),
        ("opentelemetry-collector", {"platform"}),
        # They give way to whatever users wait for.
        ("sonarqube", {"batch"}),
        ("trivy-operator", {"batch"}),
    ],
)
def test_a_release_is_as_important_as_what_waits_for_it(
    chart: str, classes: set[str], graphs: dict[str, Graph]
) -> None:
    releases = [
        release for stack in ("prod", "dr") for release in graphs[stack].of_type(RELEASE) if chart_of(release) == chart
    ]
    assert releases
    for release in releases:
        assert set(_named(values_of(release))) == classes


def test_programs_beside_vault_outlive_workloads_and_a_scan_gives_way(prod: Graph, dr: Graph) -> None:
    for graph in (prod, dr):
        for job in graph.of_type("kubernetes:batch/v1:CronJob"):
            pod = job.inputs["spec"]["jobTemplate"]["spec"]["template"]["spec"]
            wanted = {"vault": "platform", "zap": "batch"}[job.inputs["metadata"]["namespace"]]
            assert pod["priorityClassName"] == wanted


def _named(values: Any) -> Iterator[str]:
    if isinstance(values, Mapping):
        for key, value in values.items():
            if key in KEYS:
                yield value
            else:
                yield from _named(value)
