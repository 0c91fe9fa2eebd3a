"""A namespace is closed until it is said otherwise, in both clusters."""

from collections.abc import Mapping
from ipaddress import IPv4Network

import pytest
from guardrails.rules.kubernetes import namespaces

from preview.graph import Graph, Node

NAMESPACE, POLICY = "kubernetes:core/v1:Namespace", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
BOTH = pytest.mark.parametrize("stack", ["prod", "dr"])

# Where pods of each cloud get names and identities: without these nothing starts.
NODE_ADDRESSES = {
    "prod": {"169.254.170.23/32"},
    "dr": {"169.254.20.10/32", "169.254.169.252/32", "169.254.169.254/32"},
}
RESOLVERS = {"prod": {"kube-dns"}, "dr": {"kube-dns", "node-local-dns"}}


def policies(graph: Graph, name: str) -> dict[str, Node]:
    """Policies of that name by namespace."""
    found = [node for node in graph.of_type(POLICY) if node.inputs["metadata"]["name"] == name]
    return {node.inputs["metadata"]["namespace"]: node for node in found}


@BOTH
def test_every_namespace_denies_what_is_not_named(stack: str, graphs: dict[str, Graph]) -> None:
    graph = graphs[stack]
    names = {node.inputs["metadata"]["name"] for node in graph.of_type(NAMESPACE)}
    closed = policies(graph, "default-deny")
    assert closed.keys() == names
    for node in closed.values():
        spec = node.inputs["spec"]
        assert spec["policyTypes"] == ["Ingress", "Egress"]
        assert not spec["podSelector"].get("matchLabels")
        assert not spec.get("ingress")
        assert not spec.get("egress")


@BOTH
def test_pods_reach_names_and_identities_and_no_other_address_of_the_node(stack: str, graphs: dict[str, Graph]) -> None:
    for node in policies(graphs[stack], "allow-dns-and-identity").values():
        peers = [peer for rule in node.inputs["spec"]["egress"] for peer in rule["to"]]
        assert {peer["ipBlock"]["cidr"] for peer in peers if "ipBlock" in peer} == NODE_ADDRESSES[stack]
        answering = [peer for peer in peers if "ipBlock" not in peer]
        assert {peer["podSelector"]["matchLabels"]["k8s-app"] for peer in answering} == RESOLVERS[stack]
        assert all(rule["ports"] for rule in node.inputs["spec"]["egress"])


@BOTH
def test_every_namespace_keeps_to_a_pod_security_standard(stack: str, graphs: dict[str, Graph]) -> None:
    for node in graphs[stack].of_type(NAMESPACE):
        labels = node.inputs["metadata"]["labels"]
        assert len({labels[f"pod-security.kubernetes.io/{mode}"] for mode in ("audit", "enforce", "warn")}) == 1


@BOTH
def test_the_policy_pack_excuses_no_namespace_that_needs_no_excuse(stack: str, graphs: dict[str, Graph]) -> None:
    (rule,) = [rule for rule in namespaces.RULES if rule.id == "kubernetes-namespace-pod-security"]
    excused = rule.settings["privileged"]["default"]
    assert isinstance(excused, Mapping)
    for node in graphs[stack].of_type(NAMESPACE):
        if node.inputs["metadata"]["name"] in excused:
            assert node.inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "privileged"


def asked_servers(graph: Graph) -> list[set[str]]:
    """Where each policy for calls of the API server leads."""
    return [
        {peer["ipBlock"]["cidr"] for rule in node.inputs["spec"]["egress"] for peer in rule["to"]}
        for node in graph.of_type(POLICY)
        if node.inputs["metadata"]["name"].endswith("to-api-server")
    ]


def test_pods_reach_the_api_server_by_the_address_of_its_service(prod: Graph) -> None:
    """Amazon's policies are asked before that is translated, and its Service selects no pods by which they knew it."""
    (cluster,) = prod.of_type("aws:eks/cluster:Cluster")
    services = IPv4Network(cluster.inputs["kubernetesNetworkConfig"]["serviceIpv4Cidr"])
    asked = asked_servers(prod)
    assert asked
    for cidrs in asked:
        assert f"{services[1]}/32" in cidrs


def test_pods_reach_the_api_server_and_no_pod_beside_it(dr: Graph) -> None:
    (cluster,) = dr.of_type("gcp:container/cluster:Cluster")
    (nodes,) = [node for node in dr.of_type("gcp:compute/subnetwork:Subnetwork") if node.inputs["secondaryIpRanges"]]
    pods = {IPv4Network(found["ipCidrRange"]) for found in nodes.inputs["secondaryIpRanges"]}
    asked = asked_servers(dr)
    assert asked
    for cidrs in asked:
        assert cluster.inputs["privateClusterConfig"]["masterIpv4CidrBlock"] in cidrs
        assert not any(IPv4Network(cidr).overlaps(kept) for cidr in cidrs for kept in pods)
