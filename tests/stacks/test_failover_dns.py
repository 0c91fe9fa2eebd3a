"""DNS moves if and only if the switch object can be read: every state of the world, by the graphs' own settings.

The link's records stand with those of both regions; the regions' alone are what is left if there is no link.
"""

import copy
from collections.abc import Iterable, Iterator
from itertools import chain, combinations, product

import pytest

from analysis.failover_dns import PublicDns, Side, World
from preview.graph import Graph, Node

SWITCH = "example-failover-switch/active"
PUBLIC = tuple(product(("example.com", "www.example.com", "api.example.com"), ("A", "AAAA")))
SIDES: tuple[Side, ...] = ("aws", "gcp")


def subsets(of: Iterable[Side]) -> Iterator[frozenset[Side]]:
    found = tuple(of)
    sizes = range(len(found) + 1)
    return map(frozenset, chain.from_iterable(combinations(found, size) for size in sizes))


WORLDS = [
    World(down=down, sick=sick, objects=frozenset(objects))
    for down in subsets(SIDES)
    for sick in subsets(SIDES)
    for objects in ((), (SWITCH,))
]
"""Each cloud up or down, each front door well or sick, the switch object there or not."""


def moved(world: World) -> bool:
    """Whether users should be at the standby."""
    return SWITCH in world.objects and "gcp" not in world.down


def departures(dns: PublicDns) -> list[tuple[str, str, World]]:
    """Where DNS does otherwise than it should."""
    return [
        (name, kind, world)
        for name, kind in PUBLIC
        for world in WORLDS
        if dns.answer(name, kind, world) != ("gcp" if moved(world) else "aws")
    ]


@pytest.fixture(scope="module")
def whole(graphs: dict[str, Graph]) -> list[Graph]:
    return list(graphs.values())


def test_dns_moves_if_and_only_if_the_switch_object_can_be_read(whole: list[Graph]) -> None:
    assert len(WORLDS) == 32
    assert not departures(PublicDns(whole))


def test_nothing_but_the_public_names_ever_moves(whole: list[Graph]) -> None:
    dns = PublicDns(whole)
    assert dns.failing_over() == set(PUBLIC)
    for world in WORLDS:
        for kind in ("A", "AAAA"):
            assert dns.answer("primary.example.com", kind, world) == "aws"
            assert dns.answer("standby.example.com", kind, world) == "gcp"


def test_another_object_in_the_bucket_moves_nothing(whole: list[Graph]) -> None:
    world = World(objects=frozenset({"example-failover-switch/other", "another-bucket/active"}))
    dns = PublicDns(whole)
    assert {dns.answer(name, kind, world) for name, kind in PUBLIC} == {"aws"}


def test_without_the_link_the_public_names_stay_with_the_primary(prod: Graph, dr: Graph) -> None:
    dns = PublicDns([prod, dr])
    assert {dns.answer(name, kind, world) for name, kind in PUBLIC for world in WORLDS} == {"aws"}


# Slips in the settings that the table must see: type and part of the logical name, and inputs that differ.
SLIPS = {
    "the switch is not inverted": ("healthCheck:HealthCheck", "door-switch", {"invertHealthcheck": False}),
    "the switch is turned off": ("healthCheck:HealthCheck", "door-switch", {"disabled": True}),
    "the switch asks for the primary": (
        "healthCheck:HealthCheck",
        "door-switch",
        {"fqdn": "primary.example.com", "resourcePath": "/healthz", "invertHealthcheck": False},
    ),
    "the switch asks for another object": (
        "healthCheck:HealthCheck",
        "door-switch",
        {"resourcePath": "/example-failover-switch/activated"},
    ),
    "the switch object cannot be read": ("bucketIAMMember:BucketIAMMember", "edge-switch-readers", {"member": "none"}),
    "the bucket refuses the public": (
        "bucket:Bucket",
        "edge-switch-bucket",
        {"publicAccessPrevention": "enforced"},
    ),
    "a sick primary moves users": (
        "record:Record",
        "edge-door-www-a",
        {
            "aliases": [{"name": "{distribution}", "evaluateTargetHealth": True}],
        },
    ),
    "a primary record has no check": ("record:Record", "edge-door-api-aaaa", {"healthCheckId": None}),
    "a secondary record is checked": ("record:Record", "dns-apex-a", {"healthCheckId": "{standby check}"}),
    "a secondary record is missing": ("record:Record", "dns-www-aaaa", {"name": "w3.example.com"}),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_the_table_sees(slip: str, whole: list[Graph]) -> None:
    kind, name, inputs = SLIPS[slip]
    graphs = [_with(graph, kind, name, _filled(inputs, whole)) for graph in whole]
    assert graphs != whole
    assert departures(PublicDns(graphs))


def test_a_check_of_a_name_that_fails_over_is_refused(whole: list[Graph]) -> None:
    changed = [_with(graph, "HealthCheck", "door-switch", {"fqdn": "www.example.com"}) for graph in whole]
    with pytest.raises(ValueError, match=r"edge-door-switch asks for www\.example\.com"):
        departures(PublicDns(changed))


def _filled(inputs: dict, graphs: list[Graph]) -> dict:
    """Inputs with what only the graphs know."""

    def fill(value: object) -> object:
        match value:
            case "{distribution}":
                return _only(graphs, "distribution:Distribution").outputs["domainName"]
            case "{standby check}":
                return _only(graphs, "healthCheck:HealthCheck", "dns-standby").state["id"]
            case list():
                return [fill(each) for each in value]
            case dict():
                return {key: fill(each) for key, each in value.items()}
        return value

    return {key: fill(value) for key, value in inputs.items()}


def _only(graphs: list[Graph], kind: str, name: str = "") -> Node:
    [found] = [
        node for graph in graphs for node in graph.nodes.values() if node.type.endswith(kind) and name in node.name
    ]
    return found


def _with(graph: Graph, kind: str, name: str, inputs: dict) -> Graph:
    """The graph with a resource's inputs changed; itself if it has no such resource."""
    if not any(node.type.endswith(kind) and node.name.endswith(name) for node in graph.nodes.values()):
        return graph
    document = copy.deepcopy(graph.document)
    for step in document["steps"]:
        state = step["newState"]
        if state["type"].endswith(kind) and state["urn"].endswith(name):
            state["inputs"].update(inputs)
    return Graph(document)
