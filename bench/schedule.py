"""How long each region's first deployment and a failover take, simulated, and what the order of resources costs."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import get_args

from rich.table import Table

from analysis import edges
from analysis.schedule import Case, Durations, Schedule, critical_path, minutes, minutes_of_change, simulate
from preview.graph import Graph
from stacks.ordering import REASONS

BOUND = 1.05


def ratio(graph: Graph, case: Case = "mode") -> float:
    """The deployment as the engine orders it ÷ the longest chain of data and of explained `depends_on`."""
    return simulate(graph, edges.all_of, case).minutes / critical_path(graph, _needed(graph), case).minutes


def tables(graphs: Mapping[str, Graph], standby: Graph, active: Graph) -> Iterator[Table]:
    """The deployment of each stack, the standby's change to `active`, and the `depends_on` edges with their reasons."""
    for stack, graph in graphs.items():
        yield _chain(f"Deployment of {stack}", graph, minutes)
    yield _chain("Failover: dr from standby to active", active, minutes_of_change(standby))

    found: Counter[tuple[str, str]] = Counter()
    for graph in graphs.values():
        found.update({row: len(waiting) for row, waiting in edges.reasons(graph, REASONS).items()})
    waits = Table("edges", "resource", "waits for", "because", title="depends_on")
    for row, reason in REASONS.items():
        waits.add_row(str(found[row]), *row, reason)
    yield waits


def _chain(title: str, graph: Graph, durations: Durations) -> Table:
    """How long an update takes, and the chain of resources that decides it."""

    def schedule(case: Case) -> Schedule:
        return simulate(graph, edges.all_of, case, durations=durations)

    cases = "; ".join(f"{case} {schedule(case).minutes:.0f}" for case in get_args(Case))
    chain = Table("ready at", "takes", "resource", title=f"{title}, minutes: {cases}")
    found = schedule("mode")
    for urn in found.path:
        if taken := durations(graph.nodes[urn], "mode"):
            chain.add_row(f"{found.ready[urn]:.1f}", f"{taken:.1f}", graph.nodes[urn].name)
    return chain


def _needed(graph: Graph) -> edges.Edges:
    explained = {edge for row, found in edges.reasons(graph, REASONS).items() if any(row) for edge in found}
    return lambda graph, node: (
        edges.data(graph, node) | {other for other in edges.explicit(graph, node) if (node.urn, other) in explained}
    )
