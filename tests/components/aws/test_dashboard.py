"""The dashboard: one valid page that shows every metric an alarm watches, and nothing that does not exist."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from preview.graph import Graph
from tests.components.aws.test_alarms import exists, watched_by

Widget = dict[str, Any]


@pytest.fixture
def widgets(prod: Graph) -> list[Widget]:
    [dashboard] = prod.of_type("aws:cloudwatch/dashboard:Dashboard")
    return json.loads(dashboard.inputs["dashboardBody"])["widgets"]


def series(widgets: list[Widget]) -> Iterator[tuple[str, str, dict[str, str]]]:
    for widget in widgets:
        for namespace, metric, *rest in widget["properties"].get("metrics", []):
            yield namespace, metric, dict(zip(rest[::2], rest[1::2], strict=True))


class TestDashboard:
    def test_each_metric_exists(self, widgets: list[Widget]) -> None:
        found = list(series(widgets))
        assert found
        for namespace, metric, dimensions in found:
            assert exists(namespace, metric, dimensions), (namespace, metric, dimensions)

    def test_it_shows_what_alarms_watch(self, prod: Graph, widgets: list[Widget]) -> None:
        def key(namespace: str, metric: str, dimensions: dict[str, str]) -> tuple[object, ...]:
            return (namespace, metric, *sorted(dimensions.items()))

        shown = {key(*each) for each in series(widgets)}
        for alarm in prod.of_type("aws:cloudwatch/metricAlarm:MetricAlarm"):
            for metric in watched_by(alarm):
                assert key(metric["namespace"], metric["metricName"], metric.get("dimensions", {})) in shown, alarm.urn

    def test_the_composite_alarms_stand_at_the_top(self, prod: Graph, widgets: list[Widget]) -> None:
        composites = {node.outputs["arn"] for node in prod.of_type("aws:cloudwatch/compositeAlarm:CompositeAlarm")}
        assert widgets[0]["y"] == 0
        assert set(widgets[0]["properties"]["alarms"]) == composites

    def test_widgets_fit_the_page_and_do_not_overlap(self, widgets: list[Widget]) -> None:
        for widget in widgets:
            assert widget["x"] + widget["width"] <= 24
        for left, right in pairwise(sorted(widgets, key=lambda widget: (widget["y"], widget["x"]))):
            beside = left["y"] == right["y"] and left["x"] + left["width"] <= right["x"]
            assert beside or left["y"] + left["height"] <= right["y"]

    def test_it_keeps_within_cloudwatchs_limits(self, widgets: list[Widget]) -> None:
        assert len(widgets) <= 500
        assert len(list(series(widgets))) <= 2500
        assert all(len(widget["properties"].get("metrics", [])) <= 500 for widget in widgets)
