"""The dashboard: one valid page that shows every metric an alarm watches, and nothing that does not exist."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from preview.graph import Graph
from tests.components.gcp.test_alarms import POLICY, assert_exists, thresholds

Tile = dict[str, Any]


@pytest.fixture(params=["dr", "waiting"])
def graph(request: pytest.FixtureRequest) -> Graph:
    return request.getfixturevalue(request.param)


@pytest.fixture
def tiles(graph: Graph) -> list[Tile]:
    [dashboard] = graph.of_type("gcp:monitoring/dashboard:Dashboard")
    return json.loads(dashboard.inputs["dashboardJson"])["mosaicLayout"]["tiles"]


def filters(tiles: list[Tile]) -> Iterator[tuple[str, str]]:
    """Each filter on the page with its aligner."""
    for tile in tiles:
        for data in tile["widget"].get("xyChart", {}).get("dataSets", []):
            query = data["timeSeriesQuery"]
            ratio = query.get("timeSeriesFilterRatio", {})
            for found in (query.get("timeSeriesFilter"), ratio.get("numerator"), ratio.get("denominator")):
                if found:
                    yield found["filter"], found["aggregation"]["perSeriesAligner"]


class TestDashboard:
    def test_each_metric_exists(self, tiles: list[Tile]) -> None:
        found = list(filters(tiles))
        assert found
        for text, aligner in found:
            assert_exists(text, aligner)

    def test_it_shows_what_alarms_watch(self, graph: Graph, tiles: list[Tile]) -> None:
        shown = {text for text, _ in filters(tiles)}
        for policy in graph.of_type(POLICY):
            for condition in thresholds(policy):
                assert condition["filter"] in shown, policy.urn

    def test_it_shows_the_course_of_each_event(self, graph: Graph, tiles: list[Tile]) -> None:
        text = " ".join(shown for shown, _ in filters(tiles))
        metrics = graph.of_type("gcp:logging/metric:Metric")
        assert metrics
        assert all(f'"logging.googleapis.com/user/{node.inputs["name"]}"' in text for node in metrics)

    def test_incidents_of_what_is_vital_stand_at_the_top(self, graph: Graph, tiles: list[Tile]) -> None:
        names = {policy.outputs["name"] for policy in graph.of_type(POLICY)}
        listed = tiles[0]["widget"]["incidentList"]["policyNames"]
        assert tiles[0]["yPos"] == 0
        assert listed
        assert set(listed) <= names

    def test_tiles_fit_the_page_and_do_not_overlap(self, tiles: list[Tile]) -> None:
        assert all(tile["xPos"] + tile["width"] <= 48 for tile in tiles)
        for left, right in pairwise(sorted(tiles, key=lambda tile: (tile["yPos"], tile["xPos"]))):
            beside = left["yPos"] == right["yPos"] and left["xPos"] + left["width"] <= right["xPos"]
            assert beside or left["yPos"] + left["height"] <= right["yPos"]

    def test_it_keeps_within_cloud_monitorings_limits(self, tiles: list[Tile]) -> None:
        # https://docs.cloud.google.com/monitoring/quotas
        assert len(tiles) <= 100
        assert all(len(tile["widget"].get("xyChart", {}).get("dataSets", [])) <= 50 for tile in tiles)
