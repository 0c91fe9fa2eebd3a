"""Workloads' namespaces in both clusters: closed, limited, and open to exactly what the settings name."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from components.kubernetes import chaos_mesh, litmus, mesh_faults
from preview.graph import Graph, Node
from settings.workloads import WorkloadName

POLICY, NAMESPACE = "kubernetes:networking.k8s.io/v1:NetworkPolicy", "kubernetes:core/v1:Namespace"

# What each asks for, by the settings of Pulumi.yaml; the gateway and the readers of metrics are no workloads.
WAYS_IN = {
    "api-gateway": {"istio-ingress", "monitoring"},
    "auth": {"api-gateway", "core", "monitoring"},
    "core": {"api-gateway", "auth", "auxiliary", "monitoring"},
    "auxiliary": {"core", "monitoring"},
}
WAYS_OUT = {
    "api-gateway": {"auth", "core", "cache"},
    "auth": {"core", "cache", "tables", "topics", "switch"},
    "core": {"auth", "auxiliary", "database", "cache", "tables", "topics", "buckets", "switch", "internet"},
    "auxiliary": {"core", "database", "topics", "buckets", "switch", "internet"},
}
EVERYWHERE = {"mesh", "observability"}
BY_GOOGLE_APIS = {"tables", "buckets", "switch"}
"""What the standby's pods reach by the endpoint of Google's APIs, as they do the mesh's control plane."""


@pytest.fixture(params=["prod", "dr"])
def cluster(request: pytest.FixtureRequest, graphs: dict[str, Graph]) -> tuple[str, Graph]:
    return request.param, graphs[request.param]


def policies(graph: Graph, workload: str) -> dict[str, Node]:
    found = graph.of_type(POLICY)
    return {node.inputs["metadata"]["name"]: node for node in found if workload == node.inputs["metadata"]["namespace"]}


def rules(node: Node) -> tuple[list[dict[str, Any]], list[int]]:
    """Peers and ports of the one rule of a way."""
    spec = node.inputs["spec"]
    [rule] = spec.get("ingress") or spec.get("egress")
    return rule.get("from") or rule["to"], [port["port"] for port in rule["ports"]]


@pytest.mark.parametrize("workload", WAYS_IN)
def test_ways_are_those_of_the_settings_and_no_others(cluster: tuple[str, Graph], workload: str) -> None:
    stack, graph = cluster
    out = (WAYS_OUT[workload] | EVERYWHERE) - (BY_GOOGLE_APIS if stack == "dr" else set())

    assert policies(graph, workload).keys() == {
        "default-deny",
        "allow-dns-and-identity",
        *(f"allow-from-{caller}" for caller in WAYS_IN[workload]),
        *(f"allow-to-{called}" for called in out),
    }


@pytest.mark.parametrize("workload", WAYS_IN)
def test_a_way_between_workloads_is_open_at_both_ends_for_one_port(cluster: tuple[str, Graph], workload: str) -> None:
    for caller in WAYS_IN[workload] & WAYS_IN.keys():
        into = policies(cluster[1], workload)[f"allow-from-{caller}"]
        out = policies(cluster[1], caller)[f"allow-to-{workload}"]
        for node, other in ((into, caller), (out, workload)):
            [peer], ports = rules(node)
            assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": other}
            assert peer["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": other}
            assert ports == [9898]
        assert into.inputs["spec"]["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": workload}


@pytest.mark.parametrize(
    ("stack", "way", "ranges", "ports"),
    [
        ("prod", "database", {"10.64.160.0/21"}, [5432]),
        ("prod", "cache", {"10.64.160.0/21"}, [6379]),
        ("prod", "topics", {"10.64.160.0/21"}, [9098]),
        ("dr", "database", {"private_services"}, [5432, 3307]),
        ("dr", "cache", {"memorystore"}, [6379, 11000]),
        ("dr", "topics", {"kafka"}, [9092]),
        ("dr", "mesh", {"google_apis"}, [443]),
    ],
)
def test_stores_are_reached_in_their_own_ranges(
    stack: str, way: str, ranges: set[str], ports: list[int], graphs: dict[str, Graph]
) -> None:
    root = graphs[stack].root
    assert root is not None
    planned = root.outputs["inventory"]["ranges"]
    peers, found = rules(policies(graphs[stack], "core")[f"allow-to-{way}"])

    assert {planned.get(name.replace("_", "-"), name) for name in ranges} <= {peer["ipBlock"]["cidr"] for peer in peers}
    assert found == ports


def test_public_addresses_are_reached_for_https_alone(cluster: tuple[str, Graph]) -> None:
    for node in cluster[1].of_type(POLICY):
        if node.inputs["metadata"]["namespace"] not in WAYS_IN:
            continue
        for rule in node.inputs["spec"].get("egress", ()):
            for peer in rule["to"]:
                if peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0":
                    assert {"10.0.0.0/8", "169.254.0.0/16"} <= set(peer["ipBlock"]["except"])
                    assert [port["port"] for port in rule["ports"]] == [443]


@pytest.mark.parametrize("workload", WAYS_IN)
def test_namespaces_are_restricted_in_the_mesh_and_read_only_secrets_that_they_use(
    cluster: tuple[str, Graph], workload: str
) -> None:
    found = cluster[1].of_type(NAMESPACE)
    [labels] = [node.inputs["metadata"]["labels"] for node in found if node.inputs["metadata"]["name"] == workload]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["istio-injection"] == "enabled"
    assert ("secret-store" in labels) == (workload in {"auth", "core"})


def test_quotas_hold_twice_the_most_pods_of_the_regions_role(graphs: dict[str, Graph]) -> None:
    for stack, most in (("prod", 12), ("dr", 2)):
        quotas = [
            node.inputs["spec"]["hard"]
            for node in graphs[stack].of_type("kubernetes:core/v1:ResourceQuota")
            if node.inputs["metadata"]["namespace"] in WAYS_IN
        ]
        assert len(quotas) == len(WAYS_IN)
        for quota in quotas:
            assert quota["pods"] == str(2 * most + 1)
            assert quota["requests.cpu"] == f"{(2 * most + 1) * (250 + 100)}m"
            assert quota["services.loadbalancers"] == quota["services.nodeports"] == "0"


def test_a_container_that_asks_for_nothing_gets_something_and_none_gets_all(cluster: tuple[str, Graph]) -> None:
    found = [
        node.inputs["spec"]["limits"]
        for node in cluster[1].of_type("kubernetes:core/v1:LimitRange")
        if node.inputs["metadata"]["namespace"] in WAYS_IN
    ]

    assert len(found) == len(WAYS_IN)
    for [limits] in found:
        assert limits["defaultRequest"].keys() == {"cpu", "memory"}
        assert limits["max"]["memory"] == "1024Mi"


def test_no_workload_may_have_the_name_of_another_namespace(graphs: dict[str, Graph]) -> None:
    made = {node.inputs["metadata"]["name"] for graph in graphs.values() for node in graph.of_type(NAMESPACE)}
    sometimes = {part.NAMESPACE for part in (chaos_mesh, litmus, mesh_faults)}
    for namespace in (made | sometimes) - WAYS_IN.keys():
        with pytest.raises(ValidationError):
            TypeAdapter(WorkloadName).validate_python(namespace)
