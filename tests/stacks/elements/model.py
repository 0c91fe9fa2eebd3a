"""How the table of elements is written: objects by kind and name, their fields that decide, or why there are none."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from preview.graph import Graph, Node

Stack = Literal["prod", "dr"]
STACKS: Mapping[Stack, str] = {"prod": "EKS", "dr": "GKE"}
"""The stacks with a cluster, and what documentation calls it."""

WORKLOADS = ("api-gateway", "auth", "auxiliary", "core")
_NONE: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Is:
    """What is expected of a value where one value alone would say too much."""

    words: str
    holds: Callable[[Any], bool]


def at_least(number: float) -> Is:
    """A number, or text that is one, that is not smaller."""
    return Is(f"at least {number}", lambda value: float(value) >= number)


def like(pattern: str) -> Is:
    """Text in which a regular expression is found."""
    return Is(f"like {pattern}", lambda value: re.search(pattern, str(value)) is not None)


def having(*parts: object) -> Is:
    """A list or text in which all parts are."""
    return Is(f"having {parts}", lambda value: all(part in value for part in parts))


ABSENT = Is("absent", lambda _: False)
FILLED = Is("filled", bool)
PINNED = like(r"sha256:[0-9a-f]{64}$")
"""A reference to an image or an artifact by its digest."""

SPREAD = Is("spread over zones", lambda value: "topology.kubernetes.io/zone" in str(value))


@dataclass(frozen=True)
class Output:
    """What another resource of the stack gives: its type, name and output; `id` is its identifier."""

    type: str
    name: str
    key: str


@dataclass(frozen=True)
class Objects:
    """Objects of a kind that are all there, and what each says.

    `kind` is Kubernetes' own, or the token of a cloud's resource. Objects of a cluster are named `namespace/name`, or
    `name` if they have none; a cloud's by the program's name. Keys of a field's path are parted by blanks, `*` is each
    item of a list, and JSON within text is read. Paths of a `Release` are those of its values.
    """

    kind: str
    names: tuple[str, ...]
    fields: Mapping[str, object]

    def faults(self, graph: Graph) -> Iterator[str]:
        """What of it does not hold in a graph."""
        nodes = {name_of(node): node for node in graph.nodes.values() if _is(node, self.kind)}
        for name in self.names:
            if name not in nodes:
                yield f"there is no {self.kind} {name}"
                continue
            tree = nodes[name].inputs.get("values", {}) if self.kind == "Release" else nodes[name].inputs
            for path, expected in self.fields.items():
                yield from (f"{self.kind} {name}: {path} {fault}" for fault in _faults(tree, path, expected, graph))


@dataclass(frozen=True)
class Element:
    """Something that both clusters have, or of which one says why not."""

    name: str
    row: str
    """Where docs/architecture.md describes it: the first column of the table of what is in the clusters."""

    objects: Mapping[Stack, tuple[Objects, ...]] = field(default_factory=lambda: _NONE)
    without: Mapping[Stack, Mapping[str, str]] = field(default_factory=lambda: _NONE)
    """What of it a cluster has not, or has otherwise, and the reason."""

    off: Mapping[Stack, str] = field(default_factory=lambda: _NONE)
    """Why the shipped settings leave it out; it is looked for with the settings of `switched_on`."""


def one(kind: str, name: str, fields: Mapping[str, object]) -> Objects:
    """One object."""
    return Objects(kind, (name,), fields)


def both(*objects: Objects) -> Mapping[Stack, tuple[Objects, ...]]:
    """Objects that are the same in both clusters."""
    return {"prod": objects, "dr": objects}


def name_of(node: Node) -> str:
    """How the table names a resource."""
    if not node.type.startswith("kubernetes:"):
        return node.name
    place = node.inputs if node.type.endswith(":Release") else node.inputs.get("metadata", {})
    return "/".join(part for part in (place.get("namespace"), place.get("name")) if part)


def values_at(tree: Any, path: str) -> list[Any]:
    """Every value that a path leads to."""
    found = [tree]
    for key in path.split():
        found = [inner for value in found for inner in _inner(value, key)]
    return found


def _inner(value: Any, key: str) -> list[Any]:
    if isinstance(value, str):
        value = json.loads(value)
    if isinstance(value, list):
        return value if key == "*" else value[int(key) : int(key) + 1]
    return [value[key]] if isinstance(value, Mapping) and key in value else []


def _is(node: Node, kind: str) -> bool:
    return node.type == kind or (node.type.startswith("kubernetes:") and node.type.rpartition(":")[2] == kind)


def _faults(tree: Any, path: str, expected: object, graph: Graph) -> Iterator[str]:
    found = values_at(tree, path)
    if expected is ABSENT:
        yield from (f"is {value!r}, not absent" for value in found)
        return
    if not found:
        yield "is missing"
    if isinstance(expected, Output):
        expected = _output(graph, expected)
    for value in found:
        if isinstance(expected, Is):
            if not expected.holds(value):
                yield f"is {value!r}, not {expected.words}"
        elif value != expected:
            yield f"is {value!r}, not {expected!r}"


def _output(graph: Graph, wanted: Output) -> object:
    [node] = [node for node in graph.of_type(wanted.type) if node.name == wanted.name]
    return node.state["id"] if wanted.key == "id" else node.outputs[wanted.key]
