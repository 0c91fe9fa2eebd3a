"""External Secrets: the same in both clusters, from the cloud's own registry, and readable where it is meant to be."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from preview.graph import Graph, Node
from settings.vendor import CHARTS

DIGEST = "sha256:" + "0" * 64
RELEASE = "kubernetes:helm.sh/v3:Release"
STORE = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
DEPLOYMENTS = ("", "webhook", "certController")
BOTH = pytest.mark.parametrize("stack", ["prod", "dr"])


def only(graph: Graph, token: str) -> Node:
    [found] = graph.of_type(token)
    return found


def release(graph: Graph) -> Node:
    [found] = [node for node in graph.of_type(RELEASE) if node.inputs["name"] == "external-secrets"]
    return found


def values(graph: Graph) -> Mapping[str, Any]:
    return release(graph).inputs["values"]


def vendor_url(graph: Graph) -> str:
    [registry] = [node for node in graph.nodes.values() if node.type.endswith(":Registry") and node.name == "registry"]
    return registry.outputs["vendorUrl"]


class TestRelease:
    @BOTH
    def test_chart_and_image_come_from_the_clouds_own_registry(self, stack: str, graphs: dict[str, Graph]) -> None:
        vendor = vendor_url(graphs[stack])
        found = release(graphs[stack])
        assert found.inputs["chart"] == f"oci://{vendor}/charts/external-secrets"
        assert found.inputs["version"] == CHARTS["external-secrets"].version
        assert "repositoryOpts" not in found.inputs
        assert values(graphs[stack])["global"]["repository"] == f"{vendor}/external-secrets"

    @BOTH
    def test_every_image_is_named_by_its_digest(self, stack: str, graphs: dict[str, Graph]) -> None:
        for deployment in DEPLOYMENTS:
            part = values(graphs[stack])[deployment] if deployment else values(graphs[stack])
            assert part["image"]["tag"] == f"v2.9.0@{DIGEST}"

    @BOTH
    def test_every_part_outlives_a_zone_and_a_drained_node(self, stack: str, graphs: dict[str, Graph]) -> None:
        [spread] = values(graphs[stack])["global"]["topologySpreadConstraints"]
        assert spread["topologyKey"] == "topology.kubernetes.io/zone"
        assert values(graphs[stack])["leaderElect"] is True
        for deployment in DEPLOYMENTS:
            part = values(graphs[stack])[deployment] if deployment else values(graphs[stack])
            assert part["replicaCount"] == 2
            assert part["podDisruptionBudget"] == {"enabled": True, "minAvailable": 1}
            assert part["resources"]["requests"].keys() == {"cpu", "memory"}
            assert "memory" in part["resources"]["limits"]

    @BOTH
    def test_a_release_is_whole_or_not_there(self, stack: str, graphs: dict[str, Graph]) -> None:
        assert release(graphs[stack]).inputs["atomic"] is True
        assert "skipAwait" not in release(graphs[stack]).inputs

    @BOTH
    def test_the_controller_may_make_tokens_of_nobody(self, stack: str, graphs: dict[str, Graph]) -> None:
        assert values(graphs[stack])["rbac"]["serviceAccountTokenCreate"] is False

    def test_both_clusters_run_the_same(self, prod: Graph, dr: Graph) -> None:
        ours, theirs = dict(values(prod)), dict(values(dr))
        for each in (ours, theirs):
            each["global"] = {**each["global"], "repository": ""}
            each["commonLabels"] = {**each["commonLabels"], "dr-role": ""}
        assert ours == theirs


def test_nothing_is_installed_before_the_registries_hold_it(project_copy: Path, preview: Callable[..., Any]) -> None:
    file = project_copy / "Pulumi.yaml"
    project = yaml.safe_load(file.read_text())
    project["config"]["platform"] = {"type": "object", "value": {"installed": False}}
    file.write_text(yaml.safe_dump(project))
    result = preview("--json", "--pass", "update", "--project", str(project_copy))
    assert result.returncode == 0, result.stderr
    kinds = {node.type for line in result.stdout.splitlines() for node in Graph(json.loads(line)).nodes.values()}
    assert kinds
    assert not [kind for kind in kinds if kind.startswith(("kubernetes:", "pulumi:providers:kubernetes"))]


class TestNamespace:
    @BOTH
    def test_admits_only_restricted_pods(self, stack: str, graphs: dict[str, Graph]) -> None:
        found = [node.inputs["metadata"] for node in graphs[stack].of_type("kubernetes:core/v1:Namespace")]
        [labels] = [metadata["labels"] for metadata in found if metadata["name"] == "external-secrets"]
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
        assert labels["app.kubernetes.io/part-of"] == labels["service"] == "platform"
        assert labels["data-class"] == "restricted"


class TestIdentity:
    def test_aws_knows_the_controller_by_its_namespace_and_service_account(self, prod: Graph) -> None:
        known = [
            node.inputs
            for node in prod.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
            if node.name == "controllers-external-secrets"
        ]
        assert [(each["namespace"], each["serviceAccount"]) for each in known] == [
            (release(prod).inputs["namespace"], values(prod)["serviceAccount"]["name"])
        ]

    def test_its_pods_start_once_they_have_their_role(self, prod: Graph) -> None:
        waited = {prod.nodes[urn].name for urn in release(prod).state["propertyDependencies"]["values"]}
        assert "controllers-external-secrets" in waited

    def test_google_knows_the_controller_by_its_namespace_and_service_account(self, dr: Graph) -> None:
        subject = f"/ns/{release(dr).inputs['namespace']}/sa/{values(dr)['serviceAccount']['name']}"
        members = {
            node.inputs["member"]
            for node in dr.of_type("gcp:secretmanager/secretIamMember:SecretIamMember")
            if node.name.startswith("controllers-external-secrets")
        }
        assert members
        assert all(member.endswith(subject) for member in members)


class TestStore:
    def test_each_cluster_reads_its_own_cloud_without_a_key(self, prod: Graph, dr: Graph) -> None:
        assert only(prod, STORE).inputs["spec"]["provider"] == {
            "aws": {"service": "SecretsManager", "region": "us-west-2"}
        }
        assert only(dr, STORE).inputs["spec"]["provider"] == {"gcpsm": {"projectID": "example-standby"}}

    @BOTH
    def test_only_namespaces_that_say_so_read_it(self, stack: str, graphs: dict[str, Graph]) -> None:
        assert only(graphs[stack], STORE).inputs["spec"]["conditions"] == [
            {"namespaceSelector": {"matchLabels": {"secret-store": "platform"}}}
        ]

    @BOTH
    def test_it_is_made_after_the_chart_that_defines_it(self, stack: str, graphs: dict[str, Graph]) -> None:
        assert release(graphs[stack]).urn in only(graphs[stack], STORE).state["dependencies"]
