"""What a walk is made of: the places that traffic passes, and the resources that let it pass there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv4Network

from preview.graph import Graph, Node


@dataclass(frozen=True)
class End:
    """One end of a connection."""

    address: IPv4Address
    groups: frozenset[str] = frozenset()
    """Ids of the security groups of an interface in AWS."""


@dataclass(frozen=True)
class Hop:
    """A place that traffic must pass."""

    name: str
    """The place by the flow's addresses, never by what happens to be there: it is the same where nothing is."""

    by: tuple[tuple[Node, ...], ...] = ()
    """Sets of resources: one of each set lets traffic pass, and without any of a set none passes."""

    lacks: str = ""
    """What is missing; nothing where traffic passes."""


def needing(name: str, lacks: str, *sets: Iterable[Node]) -> Hop:
    """A hop that needs one resource of each set, and lacks `lacks` otherwise."""
    by = tuple(tuple(each) for each in sets)
    return Hop(name, by, "" if all(by) else lacks)


@dataclass(frozen=True)
class Walk:
    """The hops of a connection, there and back, up to the first that is missing."""

    hops: tuple[Hop, ...]

    @property
    def gap(self) -> str:
        """The missing hop as a sentence; nothing where there is a path."""
        last = self.hops[-1]
        return f"{last.name}: {last.lacks}" if last.lacks else ""


class Resources:
    """The resources of several stacks."""

    def __init__(self, graphs: Iterable[Graph]) -> None:
        self._by_type: dict[str, list[Node]] = {}
        for graph in graphs:
            for node in graph.nodes.values():
                self._by_type.setdefault(node.type, []).append(node)

    def of(self, token: str, **inputs: object) -> list[Node]:
        """The resources of a type with these inputs."""
        return [node for node in self._by_type.get(token, ()) if inputs.items() <= _plain(node).items()]

    def with_id(self, token: str, found: object) -> list[Node]:
        """The resource of a type with an id, if there is one."""
        return [node for node in self.of(token) if node.state.get("id") == found]

    def named(self, token: str, name: object, **inputs: object) -> list[Node]:
        """The resources of a type with a cloud's name and these inputs."""
        return [node for node in self.of(token, **inputs) if node.outputs.get("name") == name]

    def only_read(self, unread: Sequence[str]) -> None:
        """Refuse types that would decide too, but that nothing here reads."""
        for token in unread:
            for node in self.of(token):
                raise ValueError(f"{node.urn} decides what passes, and nothing here reads it")


def _plain(node: Node) -> dict[str, object]:
    """The inputs that can be compared with a text or a number."""
    return {key: value for key, value in node.inputs.items() if isinstance(value, str | int)}


def holds(ranges: Iterable[str], address: IPv4Address) -> bool:
    """Whether one of the ranges holds an address."""
    return any(address in network(cidr) for cidr in ranges)


@cache
def network(cidr: str) -> IPv4Network:
    """A range, of the few that there are."""
    return IPv4Network(cidr)
