"""Kyverno in each cluster, and what its policies ask of the workloads' pods."""

import re
from typing import Any

import pytest

from components.kubernetes.admission_policies import EXEMPT_IMAGES, images, signed
from preview.graph import Graph, Node
from settings.vendor import IMAGES

POLICY, IMAGE_POLICY = (
    f"kubernetes:policies.kyverno.io/v1:{kind}" for kind in ("ValidatingPolicy", "ImageValidatingPolicy")
)
KEY = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"
HOSTS = {
    "prod": "111122223333.dkr.ecr.us-west-2.amazonaws.com/platform-production/",
    "dr": "us-central1-docker.pkg.dev/example-standby/",
}


def policies(graph: Graph) -> dict[str, dict[str, Any]]:
    return {node.inputs["metadata"]["name"]: node.inputs["spec"] for node in graph.of_type(POLICY, IMAGE_POLICY)}


def release(graph: Graph) -> Node:
    (found,) = [node for node in graph.of_type("kubernetes:helm.sh/v3:Release") if node.inputs["name"] == "kyverno"]
    return found


@pytest.mark.parametrize("stack", ["prod", "dr"])
class TestPolicies:
    def test_each_is_there(self, graphs: dict[str, Graph], stack: str) -> None:
        both = {"workloads-images", "workloads-pod-security", "workloads-runnable", "workloads-probes"}
        both |= {"workloads-closed-network"}
        # Binary Authorization judges signatures on GKE.
        assert set(policies(graphs[stack])) == both | ({"workloads-signatures"} if stack == "prod" else set())

    def test_each_refuses_and_is_judged_again_in_the_background(self, graphs: dict[str, Graph], stack: str) -> None:
        for spec in policies(graphs[stack]).values():
            assert spec["validationActions"] == ["Deny"]
            assert spec["failurePolicy"] == "Fail"
            assert spec["evaluation"]["background"]["enabled"]
            assert all(
                {"CREATE", "UPDATE"} == set(rule["operations"]) for rule in spec["matchConstraints"]["resourceRules"]
            )

    def test_each_is_about_the_workloads_namespaces_alone(self, graphs: dict[str, Graph], stack: str) -> None:
        for spec in policies(graphs[stack]).values():
            (selector,) = spec["matchConstraints"]["namespaceSelector"]["matchExpressions"]
            assert selector["operator"] == "In"
            assert sorted(selector["values"]) == ["api-gateway", "auth", "auxiliary", "core"]

    def test_images_are_of_our_registry(self, graphs: dict[str, Graph], stack: str) -> None:
        (rule,) = policies(graphs[stack])["workloads-images"]["validations"]
        assert f"image.startsWith('{HOSTS[stack]}')" in rule["expression"]

    def test_containers_that_debug_are_judged_too(self, graphs: dict[str, Graph], stack: str) -> None:
        for name in ("workloads-images", "workloads-pod-security"):
            spec = policies(graphs[stack])[name]
            resources = {each for rule in spec["matchConstraints"]["resourceRules"] for each in rule["resources"]}
            assert resources == {"pods", "pods/ephemeralcontainers"}
            assert "ephemeralContainers" in spec["variables"][0]["expression"]

    def test_each_waits_for_the_chart_that_defines_it(self, graphs: dict[str, Graph], stack: str) -> None:
        urn = release(graphs[stack]).urn
        for node in graphs[stack].of_type(POLICY, IMAGE_POLICY):
            assert urn in node.state["dependencies"]

    def test_every_variable_that_is_used_is_given(self, graphs: dict[str, Graph], stack: str) -> None:
        for name, spec in policies(graphs[stack]).items():
            given = {variable["name"] for variable in spec.get("variables", ())}
            used = {
                found for rule in spec["validations"] for found in re.findall(r"variables\.(\w+)", rule["expression"])
            }
            assert used == given, name


@pytest.mark.parametrize("stack", ["prod", "dr"])
class TestKyverno:
    def test_three_decide_and_two_may_not_go_at_once(self, graphs: dict[str, Graph], stack: str) -> None:
        values = release(graphs[stack]).inputs["values"]
        assert values["admissionController"]["replicas"] == 3
        assert values["admissionController"]["podDisruptionBudget"] == {"enabled": True, "minAvailable": 2}
        for part in ("backgroundController", "cleanupController", "reportsController"):
            assert values[part]["replicas"] == 2
            assert values[part]["podDisruptionBudget"]["enabled"]

    def test_nobody_in_the_cluster_makes_exceptions(self, graphs: dict[str, Graph], stack: str) -> None:
        assert not release(graphs[stack]).inputs["values"]["features"]["policyExceptions"]["enabled"]

    def test_only_the_api_server_and_monitoring_reach_it(self, graphs: dict[str, Graph], stack: str) -> None:
        ways = {
            node.inputs["metadata"]["name"]
            for node in graphs[stack].of_type("kubernetes:networking.k8s.io/v1:NetworkPolicy")
            if node.inputs["metadata"]["namespace"] == "kyverno"
        }
        common = {"default-deny", "allow-dns-and-identity", "allow-from-api-server", "allow-to-api-server"}
        # Signatures lie in the registry.
        assert ways == common | {"allow-from-monitoring"} | ({"allow-to-https"} if stack == "prod" else set())


def test_exempt_images_are_explained_and_of_one_publisher() -> None:
    for exempt in EXEMPT_IMAGES.values():
        for beginning, reason in exempt.items():
            assert beginning.count("/") >= 2, "a whole registry is nobody's"
            assert beginning.endswith("/")
            assert reason


def test_no_image_is_exempt_unless_it_is_named() -> None:
    assert " || " not in images("registry.example.com/", []).expression
    assert "|| image.startsWith('gcr.io/x/')" in images("registry.example.com/", ["gcr.io/x/"]).expression


def test_one_of_the_keys_must_have_signed() -> None:
    spec = signed(["core"], "registry.example.com/", {"ci": KEY, "next": KEY})
    assert [attestor["cosign"]["key"]["data"] for attestor in spec["attestors"]] == [KEY, KEY]
    assert len(spec["validations"]) == 3
    for rule in spec["validations"]:
        assert "[attestors.ci, attestors.next]" in rule["expression"]


def test_without_keys_nothing_is_good() -> None:
    assert [rule["expression"] for rule in signed(["core"], "registry.example.com/", {})["validations"]] == ["false"]


def test_no_public_log_of_signatures_is_asked() -> None:
    """Kyverno asks neither for entries nor for the log's keys where it is to verify by a key and to ignore the log.

    From 1.19 on: before that it refused every image whose policy named no log.
    """
    [attestor] = signed(["core"], "registry.example.com/", {"ci": KEY})["attestors"]
    assert attestor["cosign"]["ctlog"] == {"insecureIgnoreTlog": True}
    major, minor, _ = IMAGES["kyverno"].rpartition(":v")[2].split(".")
    assert (int(major), int(minor)) >= (1, 19)


@pytest.mark.parametrize(
    ("identity", "controller"), [("kyverno", "admissionController"), ("kyverno-reports", "reportsController")]
)
def test_whoever_judges_signatures_reads_our_images_and_no_others(identity: str, controller: str, prod: Graph) -> None:
    (policy,) = [
        node for node in prod.of_type("aws:iam/rolePolicy:RolePolicy") if node.name == f"controllers-{identity}-rights"
    ]
    assert "repository/platform-production/*" in policy.inputs["policy"]
    assert not re.search(r"ecr:(Put|Upload|Initiate|Complete|Delete)", policy.inputs["policy"])
    (associated,) = [
        node.inputs["serviceAccount"]
        for node in prod.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        if node.name == f"controllers-{identity}"
    ]
    assert release(prod).inputs["values"][controller]["rbac"] == {"serviceAccount": {"name": associated}}
