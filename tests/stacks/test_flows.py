"""Who talks to whom is what the settings say, in both clusters: no more, no less, and each policy is needed for it.

Three fences stand behind one another: the network lets a connection out and in, the target's proxy asks who it is and
what it wants, and on EKS the caller's proxy knows no other places than those that it uses.
"""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

import pytest

from analysis.flows import NETWORK_POLICY, Cluster, Place, Pod, Request
from preview.graph import Graph, Node
from settings.workloads import WorkloadSettings
from tests.stacks.variants import load, shipped

BOTH = pytest.mark.parametrize("stack", ["prod", "dr"])
SETTINGS = {stack: load(stack, shipped(stack)) for stack in ("prod", "dr")}
TRUST_DOMAINS = {"prod": "cluster.local", "dr": "example-standby.svc.id.goog"}
INTERNET = IPv4Address("203.0.113.9")

GATEWAY = Pod("istio-ingress", {"app": "istio-ingress", "istio": "ingress"}, "istio-ingress")
STRANGER = Pod("argocd", {"app.kubernetes.io/name": "argocd-server"}, "argocd-server")
NEWCOMER = Pod("newcomer", {"app.kubernetes.io/name": "newcomer"}, "newcomer")
"""Somebody's first pod in the mesh, for whom nobody has made a policy."""

COLLECTORS = {
    "prod": Pod("observability", {"app.kubernetes.io/name": "prometheus"}, "prometheus"),
    "dr": Pod("gke-gmp-system", {"app.kubernetes.io/name": "collector"}, "collector"),
}
"""What reads metrics: our Prometheus, and Google's."""

Flow = tuple[str, str]


def pod(workload: str) -> Pod:
    return Pod(workload, {"app.kubernetes.io/name": workload}, workload)


def within(network: IPv4Network) -> IPv4Address:
    return network[10]


@dataclass(frozen=True)
class Outside:
    """Somewhere that workloads connect to, and which of them may."""

    place: Place
    used: Callable[[WorkloadSettings], bool]


def anything_kept(workload: WorkloadSettings) -> bool:
    uses = workload.uses
    return uses.database or bool(uses.tables or uses.topics or uses.buckets)


def outside(stack: str) -> dict[str, Outside]:
    """Every place that any workload may connect to in a region, and one that none may."""
    settings = SETTINGS[stack]
    found = {
        "nobody's port": Outside(Place("example.net", INTERNET, 22), lambda _: False),
        "internet": Outside(Place("example.net", INTERNET, 443), lambda workload: workload.internet),
    }
    if stack == "prod":
        store, region = within(settings.plan.aws.tiers["data"][0]), settings.regions.aws
        return found | {
            "database": Outside(Place("database", store, 5432), lambda workload: workload.uses.database),
            "cache": Outside(Place("cache", store, 6379), lambda workload: workload.uses.cache),
            "topics": Outside(Place("broker", store, 9098), lambda workload: bool(workload.uses.topics)),
            "search": Outside(Place("search", store, 443), lambda _: False),
            "tables": Outside(
                Place(f"dynamodb.{region}.amazonaws.com", INTERNET, 443),
                lambda workload: workload.internet or bool(workload.uses.tables),
            ),
            "buckets": Outside(
                Place(f"assets.s3.{region}.amazonaws.com", INTERNET, 443),
                lambda workload: workload.internet or bool(workload.uses.buckets),
            ),
            "switch": Outside(
                Place("storage.googleapis.com", INTERNET, 443),
                lambda workload: workload.internet or anything_kept(workload),
            ),
            "nodes": Outside(Place("node", within(settings.plan.aws.tiers["private"][0]), 443), lambda _: False),
        }
    ranges = settings.plan.gcp
    return found | {
        "database": Outside(Place("database", within(ranges.private_services), 5432), lambda w: w.uses.database),
        "cache": Outside(Place("cache", within(ranges.memorystore), 6379), lambda w: w.uses.cache),
        "topics": Outside(Place("broker", within(ranges.kafka), 9092), lambda w: bool(w.uses.topics)),
        # The mesh's own control plane is one of them.
        "Google's APIs": Outside(Place("storage.googleapis.com", within(ranges.google_apis), 443), lambda _: True),
        "nodes": Outside(Place("node", within(ranges.nodes), 443), lambda _: False),
    }


def cluster(stack: str, graph: Graph) -> Cluster:
    return Cluster(graph, trust_domain=TRUST_DOMAINS[stack])


def expected(stack: str) -> set[Flow]:
    """The flows that the settings name."""
    workloads = SETTINGS[stack].workloads
    flows = {(caller, called) for caller, workload in workloads.items() for called in workload.calls}
    flows |= {("gateway", name) for name, workload in workloads.items() if workload.public}
    flows |= {("metrics by the proxy", name) for name in [*workloads, "gateway"]}
    flows |= {(name, "traces") for name in [*workloads, "gateway"]} | {
        (name, "names") for name in [*workloads, "gateway"]
    }
    flows |= {(name, "control plane") for name in [*workloads, "gateway"]}
    flows |= {
        (name, place)
        for place, found in outside(stack).items()
        for name, workload in workloads.items()
        if found.used(workload)
    }
    if stack == "dr":
        flows.add(("gateway", "Google's APIs"))
    return flows | {("load balancers", "gateway")}


def found(stack: str, graph: Graph) -> set[Flow]:
    """The flows that policies let pass, of all that could be."""
    return set(_inside(stack, graph)) | set(_platform(stack, graph)) | set(_out(stack, graph))


def _inside(stack: str, graph: Graph) -> Iterator[Flow]:
    """Among workloads, the gateway, a stranger and a newcomer."""
    seen, workloads = cluster(stack, graph), SETTINGS[stack].workloads
    targets = {name: (pod(name), workload.port) for name, workload in workloads.items()}
    targets["newcomer"] = (NEWCOMER, 8080)
    callers = {**{name: pod(name) for name in workloads}, "gateway": GATEWAY, "stranger": STRANGER}
    for caller, source in callers.items():
        for called, (target, port) in targets.items():
            if caller != called and all(
                (
                    seen.leaves(source, target, port) if source is not STRANGER else True,
                    seen.enters(source, target, port),
                    seen.admits(source, target, Request(port)),
                )
            ):
                yield caller, called


def _platform(stack: str, graph: Graph) -> Iterator[Flow]:
    """Between workloads and what serves them; the far side's policies are its own matter."""
    seen, settings = cluster(stack, graph), SETTINGS[stack]
    collector = COLLECTORS[stack]
    traces, names = Pod("observability"), Pod("kube-system", {"k8s-app": "kube-dns"})
    for name in [*settings.workloads, "gateway"]:
        source = GATEWAY if name == "gateway" else pod(name)
        if seen.leaves(source, traces, 4317):
            yield name, "traces"
        if seen.leaves(source, names, 53, "UDP"):
            yield name, "names"
        control_plane = (
            Pod("istio-system", {"app": "istiod"}) if stack == "prod" else within(settings.plan.gcp.google_apis)
        )
        if seen.leaves(source, control_plane, 15012 if stack == "prod" else 443) and (
            stack == "dr" or seen.enters(source, Pod("istio-system", {"app": "istiod"}), 15012)
        ):
            yield name, "control plane"
    for name, workload in settings.workloads.items():
        port = workload.metrics_port or workload.port
        scrape = Request(port, "GET", "/metrics")
        if seen.enters(collector, pod(name), 15020):
            yield "metrics by the proxy", name
        if seen.enters(collector, pod(name), port):
            yield "a collector past the proxy", name
        if seen.admits(collector, pod(name), scrape) or seen.admits(collector, pod(name), Request(port)):
            yield "a collector that the proxy answers", name
        if seen.admits(GATEWAY, pod(name), scrape) and workload.public:
            yield "outside", f"{name}'s metrics"
        if seen.admits(None, pod(name), Request(workload.port)):
            yield "nobody", name
    if seen.enters(collector, GATEWAY, 15020):
        yield "metrics by the proxy", "gateway"
    door = within(settings.plan.aws.tiers["private"][0]) if stack == "prod" else IPv4Address("35.191.0.9")
    host = settings.domain
    for source, address in {"load balancers": door, "internet": INTERNET}.items():
        if seen.enters(address, GATEWAY, 443) and seen.admits(None, GATEWAY, Request(443, host=host)):
            yield source, "gateway"


def _out(stack: str, graph: Graph) -> Iterator[Flow]:
    """To places outside of the cluster."""
    seen = cluster(stack, graph)
    sources = {**{name: pod(name) for name in SETTINGS[stack].workloads}, "gateway": GATEWAY}
    for name, source in sources.items():
        for place, there in outside(stack).items():
            target = there.place
            if seen.leaves(source, target.address, target.port) and seen.knows(source.namespace, target):
                yield name, place


def without(graph: Graph, removed: Collection[str]) -> Graph:
    """The graph without some resources."""
    left = Graph({})
    left.nodes = {urn: node for urn, node in graph.nodes.items() if urn not in removed}
    return left


def policies(stack: str, graph: Graph) -> list[list[Node]]:
    """What fences the ends of the matrix: each policy, with those that say the very same for another purpose.

    On EKS there are such: S3, DynamoDB, the switch and the internet have public addresses alike.
    """
    places = {*SETTINGS[stack].workloads, "istio-ingress"}
    found: dict[str, list[Node]] = {}
    for node in graph.nodes.values():
        fences = node.type == NETWORK_POLICY and node.inputs["metadata"]["namespace"] in places
        if fences or node.type.startswith("kubernetes:security.istio.io/"):
            said = [node.type, node.inputs["metadata"]["namespace"], node.inputs["spec"]]
            found.setdefault(json.dumps(said, sort_keys=True), []).append(node)
    return list(found.values())


def verdict(stack: str, graph: Graph) -> tuple[set[Flow], set[str], bool]:
    seen = cluster(stack, graph)
    return found(stack, graph), seen.closed, seen.strict


@BOTH
def test_exactly_the_flows_of_the_settings_pass(stack: str, graphs: dict[str, Graph]) -> None:
    assert found(stack, graphs[stack]) == expected(stack)


@BOTH
def test_each_fence_says_the_same_by_itself(stack: str, graphs: dict[str, Graph]) -> None:
    """A policy that lets in too much does not hide behind another that still refuses."""
    seen, workloads = cluster(stack, graphs[stack]), SETTINGS[stack].workloads
    callers = {**{name: pod(name) for name in workloads}, "gateway": GATEWAY}
    pairs = {(caller, called) for caller in callers for called in workloads if caller != called}
    wanted = pairs & expected(stack)
    fences: dict[str, Callable[[Pod, Pod, int], bool]] = {
        "the network lets it out": seen.leaves,
        "the network lets it in": seen.enters,
        "the proxy answers": lambda source, target, port: seen.admits(source, target, Request(port)),
    }
    for fence, passes in fences.items():
        let = {(a, b) for a, b in pairs if passes(callers[a], pod(b), workloads[b].port)}
        assert let == wanted, fence


@BOTH
def test_every_namespace_is_closed_and_nobody_can_claim_anothers_identity(stack: str, graphs: dict[str, Graph]) -> None:
    seen = cluster(stack, graphs[stack])
    assert {*SETTINGS[stack].workloads, "istio-ingress", "istio-system"} <= seen.closed
    assert seen.strict


@BOTH
def test_without_any_one_policy_the_matrix_is_another(stack: str, graphs: dict[str, Graph]) -> None:
    whole = verdict(stack, graphs[stack])
    fences = policies(stack, graphs[stack])
    # Each workload has at least a way in and a way out in the network, and a caller in the mesh.
    assert len(fences) > 4 * len(SETTINGS[stack].workloads)
    needless = [
        [node.name for node in alike]
        for alike in fences
        if verdict(stack, without(graphs[stack], {node.urn for node in alike})) == whole
    ]
    assert needless == []
