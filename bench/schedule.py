"""How long the first deployment of the primary region takes, simulated from its graph, and what its order costs."""

from collections.abc import Iterator
from typing import get_args

from rich.table import Table

from analysis import edges
from analysis.schedule import Case, critical_path, minutes, simulate
from preview.graph import Graph
from stacks.ordering import REASONS

BOUND = 1.05


def ratio(graph: Graph, case: Case = "mode") -> float:
    """The deployment as the engine orders it ÷ the longest chain of data and of explained `depends_on`."""
    return simulate(graph, edges.all_of, case).minutes / critical_path(graph, _needed(graph), case).minutes


def tables(graph: Graph) -> Iterator[Table]:
    """The duration, the chain that decides it, and the `depends_on` edges with their reasons."""
    schedule = simulate(graph, edges.all_of)
    cases = "; ".join(f"{case} {simulate(graph, edges.all_of, case).minutes:.0f}" for case in get_args(Case))
    chain = Table("ready at", "takes", "resource", title=f"Deployment of prod, minutes: {cases}")
    for urn in schedule.path:
        if taken := minutes(graph.nodes[urn]):
            chain.add_row(f"{schedule.ready[urn]:.1f}", f"{taken:.1f}", graph.nodes[urn].name)
    yield chain

    found = edges.reasons(graph, REASONS)
    waits = Table("edges", "resource", "waits for", "because", title="depends_on")
    for row, reason in REASONS.items():
        waits.add_row(str(len(found.get(row, ()))), *row, reason)
    yield waits


def _needed(graph: Graph) -> edges.Edges:
    explained = {edge for row, found in edges.reasons(graph, REASONS).items() if any(row) for edge in found}
    return lambda graph, node: (
        edges.data(graph, node) | {other for other in edges.explicit(graph, node) if (node.urn, other) in explained}
    )
