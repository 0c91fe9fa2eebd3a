"""Providers of clusters: whose tokens they use, and what they do when a cluster does not answer."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from preview.graph import Graph, Node

PROVIDER = "pulumi:providers:kubernetes"
FILE_OF_THE_MACHINE = ("~", ".kube", "KUBECONFIG")


def provider(graph: Graph) -> Node:
    [found] = graph.of_type(PROVIDER)
    return found


def login(graph: Graph) -> dict[str, Any]:
    [user] = json.loads(provider(graph).inputs["kubeconfig"])["users"]
    return user["user"]["exec"]


def test_each_stack_reaches_the_one_cluster_that_it_may(graphs: dict[str, Graph]) -> None:
    servers = {
        stack: json.loads(provider(graph).inputs["kubeconfig"])["clusters"][0]["cluster"]["server"]
        for stack, graph in graphs.items()
    }
    assert servers["prod"] == servers["interconnect"] == graphs["prod"].document["outputs"]["cluster"]["endpoint"]
    assert servers["dr"] == f"https://{graphs['dr'].document['outputs']['cluster']['endpoint']}"
    assert not graphs["prod"].of_type("pulumi:providers:gcp")
    assert not graphs["dr"].of_type("pulumi:providers:aws")


@pytest.mark.parametrize("stack", ["prod", "interconnect"])
def test_aws_makes_the_tokens_for_its_cluster(stack: str, graphs: dict[str, Graph]) -> None:
    found = login(graphs[stack])
    assert found["apiVersion"] == "client.authentication.k8s.io/v1"
    assert [found["command"], *found["args"]] == [
        "aws", "--region", "us-west-2", "eks", "get-token", "--output", "json",
        "--cluster-name", "platform-production",
    ]  # fmt: skip


def test_the_primarys_api_is_known_by_its_own_authority(prod: Graph) -> None:
    [cluster] = json.loads(provider(prod).inputs["kubeconfig"])["clusters"]
    assert (
        cluster["cluster"]["certificate-authority-data"] == prod.document["outputs"]["cluster"]["certificateAuthority"]
    )


def test_google_makes_the_tokens_for_its_cluster(dr: Graph) -> None:
    assert login(dr)["command"] == "gke-gcloud-auth-plugin"
    [cluster] = json.loads(provider(dr).inputs["kubeconfig"])["clusters"]
    assert cluster["cluster"].keys() == {"server"}


@pytest.mark.parametrize("stack", ["prod", "dr", "interconnect"])
def test_no_provider_reads_a_file_or_skips_what_it_cannot_reach(stack: str, graphs: dict[str, Graph]) -> None:
    inputs = provider(graphs[stack]).inputs
    assert not any(text in inputs["kubeconfig"] for text in FILE_OF_THE_MACHINE)
    assert inputs["enableServerSideApply"] == "true"
    assert inputs["skipUpdateUnreachable"] == "false"
    assert inputs["deleteUnreachable"] == "false"
    [cluster] = json.loads(inputs["kubeconfig"])["clusters"]
    assert inputs["clusterIdentifier"] == cluster["cluster"]["server"]


def test_a_throw_away_environment_forgets_what_was_in_a_lost_cluster(sample: Callable[[str], Graph]) -> None:
    graph = sample('access.provider("inside", access.GKE, endpoint="https://sample", protect=False)')
    assert provider(graph).inputs["deleteUnreachable"] == "true"


def test_nothing_is_installed_before_administrators_get_in_and_nodes_are_there(prod: Graph) -> None:
    needed = {prod.nodes[urn].type for urn in provider(prod).state["propertyDependencies"]["kubeconfig"]}
    assert {
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "aws:eks/cluster:Cluster",
        "aws:eks/nodeGroup:NodeGroup",
    } <= needed
