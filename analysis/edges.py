"""Why one resource waits for another: the three kinds of edges in a previewed graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase

from preview.graph import Graph, Node

Edges = Callable[[Graph, Node], Iterable[str]]
"""What a resource waits for, by URN."""


def data(graph: Graph, node: Node) -> set[str]:
    """The resources whose outputs a resource uses, and its provider."""
    used = {urn for urns in node.state.get("propertyDependencies", {}).values() for urn in urns}
    return _present(graph, {*used, provider(node)})


def explicit(graph: Graph, node: Node) -> set[str]:
    """The resources that a resource waits for only because the program says so, by `depends_on`."""
    return _present(graph, node.state.get("dependencies", ())) - data(graph, node)


def all_of(graph: Graph, node: Node) -> set[str]:
    """Everything that the engine has ready before it makes a resource."""
    return data(graph, node) | explicit(graph, node) | _present(graph, [node.parent])


def reasons(graph: Graph, table: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The explicit edges by the row of a table that explains each; those that none explains are under `("", "")`.

    A row is the types of the two resources, with `*` for any text; the first that matches counts.
    """
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for urn, node in sorted(graph.nodes.items()):
        for other in sorted(explicit(graph, node)):
            types = (node.type, graph.nodes[other].type)
            row = next((row for row in table if all(map(fnmatchcase, types, row))), ("", ""))
            found.setdefault(row, []).append((urn, other))
    return found


def provider(node: Node) -> str:
    """The URN of a resource's provider; nothing for a component."""
    # A reference to a provider is `<urn>::<id>`.
    return node.state.get("provider", "").rpartition("::")[0]


def _present(graph: Graph, urns: Iterable[str]) -> set[str]:
    """Those that are steps of the document: a default provider is none."""
    return graph.nodes.keys() & set(urns)
