"""What the charts make of our values: every key is read, every object has its shape, every image is ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.kubernetes import scrapes
from preview.graph import Graph, Node
from settings.vendor import CHARTS
from tests.kubernetes.charts import chart_of, folder, read, rendered, unknown_values, values_of
from tests.kubernetes.manifests import (
    RELEASE,
    Manifest,
    containers,
    has_pods,
    manifest,
    pod_spec,
    priority_class,
    priority_classes,
    raw,
    refused_by_autopilot,
    title,
    without_requests,
)
from tests.kubernetes.pod_security import beyond
from tests.kubernetes.schemas import built_in, custom_problems, definitions, problems

NAMESPACE = "kubernetes:core/v1:Namespace"
CLUSTERS = ("prod", "dr")

# Groups whose definitions come with the cluster, or with what its cloud installs in it.
GIVEN = frozenset(
    {
        "autoscaling.gke.io",
        "configsync.gke.io",
        "hub.gke.io",
        "monitoring.googleapis.com",
        "networking.gke.io",
        # On EKS an add-on brings it: snapshot-controller.
        "snapshot.storage.k8s.io",
    }
)


# Istio's injection puts the proxy's image of its own settings here, on Google's mesh the one that Google runs.
INJECTED = "auto"

# Of the cluster, which holds its own agents to no standard; the program makes every other namespace.
SYSTEM = "kube-system"


# Pods to which their chart gives no class, whatever its values: the cluster's default, `service`, is theirs.
HOOK = "runs before or after a change of the release alone, which waits for it and can be tried again"
CLASSLESS: Mapping[str, Mapping[str, str]] = {
    "flux2": {"Job flux-system/flux-flux-check": HOOK},
    "jaeger": {"Deployment observability/jaeger": "shows traces that are kept elsewhere; two run, and come back"},
    "kyverno": {f"Job kyverno/kyverno-{job}": HOOK for job in ("migrate-resources", "rm-webhooks", "scale-to-zero")},
    "sonarqube": {"Job sonarqube/sonarqube-change-admin-password-hook": HOOK},
}


@dataclass(frozen=True)
class Releases:
    """The releases of one chart in one cluster."""

    stack: str
    chart: Path
    nodes: list[Node]

    def objects(self, version: str) -> list[Manifest]:
        """All that they make."""
        return [thing for node in self.nodes for thing in rendered(node, version)]


@pytest.fixture(params=[(stack, chart) for stack in CLUSTERS for chart in CHARTS], ids=":".join)
def releases(request: pytest.FixtureRequest, graphs: Mapping[str, Graph]) -> Releases:
    """Each chart's releases in each cluster that has one."""
    stack, chart = request.param
    found = [node for node in graphs[stack].of_type(RELEASE) if chart_of(node) == chart]
    if not found:
        pytest.skip(f"{stack} does not run {chart}")
    return Releases(stack, folder(chart), found)


@pytest.fixture(scope="session")
def version(prod: Graph) -> str:
    (cluster,) = prod.of_type("aws:eks/cluster:Cluster")
    return f"{cluster.inputs['version']}.0"


@pytest.mark.real
def test_a_chart_is_of_the_version_that_is_installed(releases: Releases) -> None:
    found = str(read(releases.chart / "Chart.yaml")["version"])
    for node in releases.nodes:
        assert found.removeprefix("v") == str(node.inputs["version"]).removeprefix("v")


@pytest.mark.real
def test_a_chart_knows_every_value_it_is_given(releases: Releases) -> None:
    for node in releases.nodes:
        assert not unknown_values(releases.chart, values_of(node))


@pytest.mark.real
def test_every_object_of_a_release_has_its_shape(releases: Releases, version: str) -> None:
    wrong = {
        title(thing): found
        for thing in releases.objects(version)
        if built_in(thing) and thing["kind"] != "CustomResourceDefinition" and (found := problems(thing, version))
    }
    assert not wrong


@pytest.mark.real
def test_autopilot_admits_every_object_of_a_release(releases: Releases, version: str) -> None:
    if releases.stack != "dr":
        pytest.skip("the primary's nodes are not Autopilot's")
    refused = {
        title(thing): found
        for thing in releases.objects(version)
        if (found := [*refused_by_autopilot(thing), *without_requests(thing)])
    }
    assert not refused


@pytest.mark.real
def test_every_image_of_a_release_is_a_copy_of_ours_by_digest(releases: Releases, version: str) -> None:
    ours = str(releases.nodes[0].inputs["chart"]).removeprefix("oci://").rpartition("/charts/")[0]
    images = {
        f"{title(thing)} {container['name']}": str(container.get("image"))
        for thing in releases.objects(version)
        for container in containers(pod_spec(thing) or {})
    }
    others = {
        at: image
        for at, image in images.items()
        if image != INJECTED and not (image.startswith(f"{ours}/") and "@sha256:" in image)
    }
    assert not others


@pytest.mark.real
def test_every_pod_of_a_release_may_start_in_its_namespace(
    releases: Releases, version: str, graphs: Mapping[str, Graph]
) -> None:
    labels = {
        node.inputs["metadata"]["name"]: node.inputs["metadata"].get("labels") or {}
        for node in graphs[releases.stack].of_type(NAMESPACE)
    }
    refused = {
        title(thing): found
        for thing in releases.objects(version)
        if thing["metadata"]["namespace"] != SYSTEM
        for standard in [labels.get(thing["metadata"]["namespace"], {}).get("pod-security.kubernetes.io/enforce")]
        if (found := [*beyond(standard, thing)])
    }
    assert not refused


@pytest.mark.real
def test_every_pod_of_a_release_names_a_class_of_priority_that_its_cluster_has(
    releases: Releases, version: str, graphs: Mapping[str, Graph]
) -> None:
    known = priority_classes(graphs[releases.stack])
    wrong = {
        title(thing): name
        for thing in releases.objects(version)
        if has_pods(thing) and (name := priority_class(thing)) not in known
    }
    assert wrong == dict.fromkeys(CLASSLESS.get(releases.chart.name, {}))


@pytest.mark.real
@pytest.mark.parametrize("stack", [*CLUSTERS, "interconnect"])
def test_every_custom_resource_is_as_its_definition_says(stack: str, graphs: Mapping[str, Graph], version: str) -> None:
    """Definitions of both clusters' charts count together: Google's mesh brings those of Istio's base chart."""
    releases = [node for name in CLUSTERS for node in graphs[name].of_type(RELEASE)]
    made = {node.urn: [*_rendered_if_there(node, version)] for node in releases}
    known = definitions(thing for things in made.values() for thing in things)
    if not known:
        pytest.skip("no chart to be had brings a definition")
    things = [
        *(manifest(node) for node in raw(graphs[stack])),
        *(thing for urn, things in made.items() if urn.split(":")[2] == stack for thing in things),
    ]
    wrong: dict[str, list[str]] = {}
    for thing in things:
        if built_in(thing) or thing["apiVersion"].partition("/")[0] in GIVEN:
            continue
        if (thing["apiVersion"], thing["kind"]) not in known:
            wrong[title(thing)] = [f"no chart defines it in {thing['apiVersion']}"]
        elif found := [*custom_problems(thing, known)]:
            wrong[title(thing)] = found
    assert not wrong


@pytest.mark.real
@pytest.mark.parametrize("stack", CLUSTERS)
def test_every_collector_finds_the_port_that_it_names(stack: str, graphs: Mapping[str, Graph], version: str) -> None:
    """A label or a port that no pod has collects nothing, without a word."""
    pods = [
        (thing["metadata"]["namespace"], thing["spec"]["template"])
        for node in graphs[stack].of_type(RELEASE)
        for thing in _rendered_if_there(node, version)
        if thing["kind"] in ("DaemonSet", "Deployment", "StatefulSet")
    ]
    known = {namespace for namespace, _ in pods}
    if not known:
        pytest.skip("no chart is to be had")
    lost = [
        scrape.name
        for scrape in scrapes.of("aws" if stack == "prod" else "gcp")
        if scrape.namespace in known
        and not any(namespace == scrape.namespace and _tells(pod, scrape.pods, scrape.port) for namespace, pod in pods)
    ]
    assert not lost


def _tells(pod: Mapping[str, Any], labels: Mapping[str, str], port: str) -> bool:
    found = pod["metadata"]["labels"]
    named = {each.get("name") for container in pod["spec"]["containers"] for each in container.get("ports") or ()}
    return port in named and all(label in found and value in ("*", found[label]) for label, value in labels.items())


def _rendered_if_there(node: Node, version: str) -> Iterator[Manifest]:
    try:
        yield from rendered(node, version)
    except pytest.skip.Exception:
        return


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """A chart with one within it."""
    for path, text in {
        "Chart.yaml": "name: outer\nversion: 1.0.0\ndependencies: [{name: inner, version: 1.0.0}]\n",
        "values.yaml": "replicas: 1\nresources: {limits: {cpu: 1}}\nextra: {}\ninner: {deep: true}\n",
        "templates/all.yaml": "{{ .Values.unlisted.key }}",
        "charts/inner/Chart.yaml": "name: inner\nversion: 1.0.0\n",
        "charts/inner/values.yaml": "size: 1\n",
        "charts/inner/templates/all.yaml": "{{ .Values.hidden }}",
    }.items():
        file = tmp_path / "outer" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "outer"


@pytest.mark.parametrize(
    ("values", "unknown"),
    [
        ({"replicas": 2, "resources": {"requests": {"cpu": 1}}, "extra": {"any": 1}, "global": {"any": 1}}, []),
        ({"inner": {"size": 2, "deep": False, "hidden": 1, "enabled": True}, "unlisted": {"key": 1}}, []),
        ({"replica": 2}, ["replica"]),
        ({"inner": {"sizes": 2}}, ["inner.sizes"]),
    ],
)
def test_a_value_that_a_chart_does_not_read_is_seen(chart: Path, values: Mapping[str, Any], unknown: list[str]) -> None:
    assert unknown_values(chart, values) == unknown
