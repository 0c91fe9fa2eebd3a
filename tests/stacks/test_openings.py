"""No opening leads nowhere: whom one namespace lets in another lets out, and the other way round.

A policy that has no counterpart is a mistake: either something cannot reach what it needs, or a door stands open for
nobody. Compared are policies of namespaces that the program makes; what others make is not ours to say.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import pytest

from analysis.flows import NAMESPACE, NETWORK_POLICY
from preview.graph import Graph
from tests.stacks.elements.model import STACKS, Stack
from tests.stacks.elements.table import SWITCHED_ON
from tests.stacks.variants import update

Labels = Mapping[str, str]


@dataclass(frozen=True)
class End:
    """Pods: those in a namespace with all these labels, of both."""

    namespace: str
    pods: tuple[tuple[str, str], ...]

    def may_meet(self, other: "End") -> bool:
        """Whether a pod could be in both."""
        ours, theirs = dict(self.pods), dict(other.pods)
        return self.namespace == other.namespace and all(
            ours[label] == theirs[label] for label in ours.keys() & theirs.keys()
        )


@dataclass(frozen=True)
class Ports:
    """Some of a protocol in a row."""

    protocol: str
    first: int
    last: int


@dataclass(frozen=True)
class Way:
    """What a policy lets pass: from whom, to whom and on which ports, or on all."""

    said: str
    """By which policy, for which peer and ports."""

    source: End
    target: End
    ports: Ports | None

    def may_meet(self, other: "Way") -> bool:
        """Whether a connection could be of both."""
        ours, theirs = self.ports, other.ports
        return (
            self.source.may_meet(other.source)
            and self.target.may_meet(other.target)
            and (
                ours is None
                or theirs is None
                or (ours.protocol == theirs.protocol and ours.first <= theirs.last and theirs.first <= ours.last)
            )
        )


@cache
def namespaces(stack: Stack) -> dict[str, Labels]:
    """Labels of the namespaces that the program makes, by name."""
    found = (node.inputs["metadata"] for node in graph(stack).of_type(NAMESPACE))
    return {each["name"]: {"kubernetes.io/metadata.name": each["name"], **each.get("labels", {})} for each in found}


@cache
def graph(stack: Stack) -> Graph:
    return update(stack, SWITCHED_ON)


def ways(stack: Stack, direction: str) -> Iterator[Way]:
    """Each peer and port of each rule, in a namespace of ours."""
    end = "from" if direction == "Ingress" else "to"
    for node in graph(stack).of_type(NETWORK_POLICY):
        metadata, spec = node.inputs["metadata"], node.inputs["spec"]
        here = End(metadata["namespace"], _labels(spec.get("podSelector", {})))
        for rule in spec.get(direction.lower()) or ():
            for peer, ports in product(rule.get(end) or (), _ports(rule)):
                said = f"{metadata['namespace']}/{metadata['name']} {json.dumps(peer, sort_keys=True)} {ports}"
                for there in _ends(stack, peer, metadata["namespace"]):
                    source, target = (there, here) if direction == "Ingress" else (here, there)
                    yield Way(said, source, target, ports)


def _ports(rule: Mapping[str, Any]) -> list[Ports | None]:
    return [
        Ports(port.get("protocol", "TCP"), port["port"], port.get("endPort", port["port"]))
        for port in rule.get("ports") or ()
    ] or [None]


def _ends(stack: Stack, peer: Mapping[str, Any], here: str) -> Iterator[End]:
    if "ipBlock" in peer:
        return
    pods = _labels(peer.get("podSelector", {}))
    where = peer.get("namespaceSelector")
    for name, labels in namespaces(stack).items():
        if name == here if where is None else dict(_labels(where)).items() <= labels.items():
            yield End(name, pods)


def _labels(selector: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    assert not selector.get("matchExpressions"), "this reads labels alone"
    return tuple(sorted((selector.get("matchLabels") or {}).items()))


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize(("direction", "other"), [("Ingress", "Egress"), ("Egress", "Ingress")])
def test_every_way_that_one_end_opens_the_other_opens_too(direction: str, other: str, stack: Stack) -> None:
    counterparts = list(ways(stack, other))
    led: dict[str, bool] = {}
    for way in ways(stack, direction):
        # A peer that stands for more than one namespace need not find all of them open.
        led[way.said] = led.get(way.said, False) or any(way.may_meet(found) for found in counterparts)
    assert led
    assert not [said for said, leads in led.items() if not leads]
