"""OpenTelemetry's operator: on EKS, after cert-manager, and with images of ours alone."""

from typing import Any

import pytest

from preview.graph import Graph, Node

RELEASE = "kubernetes:helm.sh/v3:Release"


def release(graph: Graph, name: str = "opentelemetry-operator") -> Node:
    [found] = [node for node in graph.of_type(RELEASE) if node.inputs["name"] == name]
    return found


@pytest.fixture
def values(prod: Graph) -> dict[str, Any]:
    return release(prod).inputs["values"]


def test_cert_manager_comes_first_and_keeps_its_certificate(values: dict[str, Any], prod: Graph) -> None:
    assert values["admissionWebhooks"]["autoGenerateCert"]["enabled"] is False
    assert release(prod, "cert-manager").urn in release(prod).state["dependencies"]


def test_its_image_is_the_clouds_own_copy_by_its_digest(values: dict[str, Any], prod: Graph) -> None:
    vendor = release(prod).inputs["chart"].removeprefix("oci://").removesuffix("/charts/opentelemetry-operator")
    image = values["manager"]["image"]
    assert f"{image['repository']}:{image['tag']}" == f"{vendor}/opentelemetry-operator:0.158.0@sha256:{'0' * 64}"


def test_it_brings_no_image_of_a_public_registry(values: dict[str, Any]) -> None:
    assert values["manager"]["collectorImage"] == {"repository": "", "tag": ""}


def test_it_outlives_a_zone_and_a_drained_node(values: dict[str, Any]) -> None:
    assert values["replicaCount"] == 2
    assert values["pdb"] == {"create": True, "minAvailable": 1}
    assert [each["topologyKey"] for each in values["topologySpreadConstraints"]] == ["topology.kubernetes.io/zone"]


def test_the_standby_has_none(dr: Graph) -> None:
    assert not [node for node in dr.of_type(RELEASE) if node.inputs["name"] == "opentelemetry-operator"]
