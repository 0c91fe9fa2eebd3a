"""Every element of the platform is in both clusters, and right in what decides; or its absence has a reason."""

import re
from functools import cache
from pathlib import Path

import pytest

from preview.graph import Graph
from tests.stacks.elements.model import STACKS, Element, Stack, name_of
from tests.stacks.elements.table import ELEMENTS, SWITCHED_ON
from tests.stacks.variants import update

# In the order in which the platform is described to its users.
NAMES = (
    *("namespaces under Pod Security restricted", "default-deny network policies", "quotas", "disruption budgets"),
    *("autoscalers", "cloud identity", "storage classes", "volume snapshots", "priority classes", "node autoscaling"),
    *("metrics server", "node-local DNS", "Argo CD", "Flux", "projects", "workload chart", "canaries"),
    *("Config Sync and the shared bundle", "cert-manager", "issuers", "ExternalDNS", "External Secrets", "Vault"),
    *(
        "Vault's configuration, snapshots and copies",
        "workloads' secrets in Vault",
        "what is collected",
        "alerts",
        "consoles' secrets",
    ),
    *("Istio base", "Istio CNI", "istiod", "gateways", "managed mesh", "portable manifests", "mTLS STRICT"),
    *("authorisation policies", "load balancers' targets", "Kiali", "Jaeger v2", "OpenTelemetry", "ADOT"),
    *("Cloud Trace", "container logs", "Prometheus", "Grafana", "dashboards", "SLOs", "error budgets"),
    *("burn-rate alerts", "receivers", "Chaos Mesh", "faults of requests", "Litmus", "SonarQube", "DAST"),
    *("image scanning",),
    *("policy at admission", "signed images"),
)

EACH = pytest.mark.parametrize(
    ("element", "stack"),
    [pytest.param(element, stack, id=f"{element.name}-{stack}") for element in ELEMENTS for stack in STACKS],
)


@cache
def switched_on(stack: Stack) -> Graph:
    """A stack with what the shipped settings leave out."""
    return update(stack, SWITCHED_ON)


@EACH
def test_each_element_is_there_and_right(element: Element, stack: Stack, graphs: dict[str, Graph]) -> None:
    graph = switched_on(stack) if stack in element.off else graphs[stack]
    faults = [fault for objects in element.objects.get(stack, ()) for fault in objects.faults(graph)]
    assert not faults, "\n".join(faults)


@EACH
def test_what_a_cluster_has_not_has_a_reason(element: Element, stack: Stack) -> None:
    assert element.objects.get(stack) or element.without.get(stack)
    assert all(element.without.get(stack, {}).values())


@pytest.mark.parametrize("element", [element for element in ELEMENTS if element.off], ids=lambda element: element.name)
def test_what_is_off_is_off(element: Element, graphs: dict[str, Graph]) -> None:
    for stack in element.off.keys() & element.objects.keys():
        assert [fault for objects in element.objects[stack] for fault in objects.faults(graphs[stack])]


def test_every_element_has_its_row() -> None:
    assert sorted(element.name for element in ELEMENTS) == sorted(NAMES)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("kind", ["Release", "Namespace"])
def test_nothing_is_installed_that_is_no_elements(kind: str, stack: Stack) -> None:
    objects = [found for element in ELEMENTS for found in element.objects.get(stack, ()) if found.kind == kind]
    installed = {
        name_of(node)
        for node in switched_on(stack).nodes.values()
        if node.type.startswith("kubernetes:") and node.type.endswith(f":{kind}")
    }
    assert installed == {name for found in objects for name in found.names}


def test_the_documentation_has_the_same_elements(root: Path) -> None:
    text = (root / "docs/architecture.md").read_text()
    table = text.split("| element | component | EKS | GKE Autopilot |\n|---|---|---|---|\n")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)) == {element.row for element in ELEMENTS}
