"""A Mermaid drawing of a stack: its components, and which one uses what another makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from analysis import edges
from preview.graph import Graph, Node


def drawing(graph: Graph) -> str:
    """The drawing, as text for a `mermaid` block; an arrow leads from what is made to what uses it.

    A component within another counts as a part of it, and so do its resources.
    """
    components = _components(graph)
    sizes = Counter(components.values())
    arrows = {
        (components[other], components[urn])
        for urn, node in graph.nodes.items()
        for other in edges.data(graph, node)
        if urn in components and other in components and components[urn] != components[other]
    }
    lines = ["flowchart LR"]
    lines += [f'    {_key(name)}["{name}<br/>{_count(sizes[name])}"]' for name in sorted(sizes)]
    lines += [f"    {_key(start)} --> {_key(end)}" for start, end in sorted(arrows)]
    return "\n".join(lines) + "\n"


def _components(graph: Graph) -> dict[str, str]:
    """The name of the outermost component of each resource that is in one, by the resource's URN."""
    found: dict[str, str] = {}
    for node in graph.nodes.values():
        outermost = [other for other in _lineage(graph, node) if other.is_component and other is not graph.root]
        if outermost and not node.is_component:
            found[node.urn] = outermost[-1].name
    return found


def _lineage(graph: Graph, node: Node) -> Iterator[Node]:
    """A resource's parent, its parent's parent, and so on."""
    while (parent := graph.nodes.get(node.parent)) is not None:
        yield parent
        node = parent


def _count(resources: int) -> str:
    return "1 resource" if resources == 1 else f"{resources} resources"


def _key(name: str) -> str:
    """A name as Mermaid takes it for a node; `end` alone would end a block."""
    return f"c_{name.replace('-', '_')}"
