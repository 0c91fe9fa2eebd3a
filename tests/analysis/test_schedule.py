"""A simulated deployment starts what it can, waits for what it must, and names what decides its length."""

from collections.abc import Callable

import pytest

from analysis import edges
from analysis.schedule import CHANGE_MINUTES, MINUTES, OTHERWISE, critical_path, minutes_of_change, simulate
from bench import schedule
from preview.graph import Graph
from stacks.ordering import REASONS
from tests.analysis.conftest import CLUSTER, resource, urn

BRIEF, LONG = OTHERWISE.mode, MINUTES[CLUSTER].mode


class TestSimulation:
    def test_what_is_independent_is_made_at_once(self, graph: Callable[..., Graph]) -> None:
        found = graph(resource("a", CLUSTER), resource("b", CLUSTER))
        assert simulate(found, edges.all_of).minutes == LONG

    def test_a_worker_makes_one_at_a_time(self, graph: Callable[..., Graph]) -> None:
        found = graph(*(resource(name) for name in "abc"))
        assert simulate(found, edges.all_of, workers=2).minutes == pytest.approx(2 * BRIEF)

    @pytest.mark.parametrize(
        "later",
        [
            resource("b", uses={"id": ["a"]}),
            resource("b", waits_for=["a"]),
            resource("b", parent="a"),
            resource("b", provider="a"),
        ],
        ids=["data", "depends_on", "parent", "provider"],
    )
    def test_a_resource_waits_for(self, later: dict, graph: Callable[..., Graph]) -> None:
        found = graph(resource("a", CLUSTER), later)
        assert simulate(found, edges.all_of).minutes == pytest.approx(LONG + BRIEF)

    def test_components_and_providers_take_no_time(self, graph: Callable[..., Graph]) -> None:
        found = graph(resource("a", component=True), resource("b", "pulumi:providers:aws"))
        assert simulate(found, edges.all_of).minutes == 0

    def test_a_distribution_that_nobody_waits_for_is_brief(self, graph: Callable[..., Graph]) -> None:
        found = graph(resource("a", "aws:cloudfront/distribution:Distribution", inputs={"waitForDeployment": False}))
        assert simulate(found, edges.all_of).minutes == BRIEF

    def test_the_longest_chain_is_told(self, graph: Callable[..., Graph]) -> None:
        found = graph(resource("a"), resource("b", CLUSTER), resource("c", uses={"arn": ["a", "b"]}))
        assert simulate(found, edges.all_of).path == (urn("stack"), urn("b"), urn("c"))

    def test_the_critical_path_ignores_workers_and_other_edges(self, graph: Callable[..., Graph]) -> None:
        found = graph(*(resource(f"a{number}") for number in range(40)), resource("b", waits_for=["a0"]))
        assert critical_path(found, edges.data).minutes == BRIEF


class TestChange:
    def test_what_stays_takes_nothing_and_what_changes_its_own_time(self, graph: Callable[..., Graph]) -> None:
        kept, sized = resource("a", CLUSTER), "gcp:sql/databaseInstance:DatabaseInstance"
        old = graph(kept, resource("b", sized, inputs={"tier": "small"}))
        new = graph(kept, resource("b", sized, inputs={"tier": "large"}))
        assert simulate(new, edges.all_of, durations=minutes_of_change(old)).minutes == CHANGE_MINUTES[sized].mode
        assert simulate(old, edges.all_of, durations=minutes_of_change(old)).minutes == 0

    def test_what_is_new_is_made(self, graph: Callable[..., Graph]) -> None:
        durations = minutes_of_change(graph())
        assert simulate(graph(resource("a", CLUSTER)), edges.all_of, durations=durations).minutes == LONG


class TestRegions:
    @pytest.mark.parametrize("stack", ["prod", "dr"])
    def test_its_order_costs_next_to_nothing(self, stack: str, graphs: dict[str, Graph]) -> None:
        assert schedule.ratio(graphs[stack]) <= schedule.BOUND

    def test_every_depends_on_has_a_reason(self, graphs: dict[str, Graph]) -> None:
        unexplained = [edges.reasons(graph, REASONS).get(("", ""), []) for graph in graphs.values()]
        assert not any(unexplained), "add a row to stacks/ordering.py, or use an output of what is waited for"

    def test_every_reason_explains_an_edge(self, graphs: dict[str, Graph]) -> None:
        assert {row for graph in graphs.values() for row in edges.reasons(graph, REASONS)} == REASONS.keys()
