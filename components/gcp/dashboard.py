"""The region's dashboard, drawn from what is watched."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import pulumi
from pulumi_gcp import monitoring

from components.gcp.alarms import series
from components.gcp.component import GcpComponent, Scope
from components.gcp.watch.rows import Alarm, Signal, Watched

# The mosaic is 48 columns wide. https://docs.cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards
COLUMNS, WIDTH, HEIGHT = 48, 16, 16

Tile = dict[str, Any]


class Dashboard(GcpComponent):
    """One page: open incidents of what is vital, the golden signals, then a graph with its limit for each alarm.

    Resources of a kind share a graph. It is drawn from the same rows as the alarms, so each of them can be seen here.
    """

    dashboard_id: pulumi.Output[str]
    """projects/<number>/dashboards/<id>."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        watched: Sequence[Watched],
        *,
        display_name: str,
        vital_names: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Draw the dashboard; open incidents of the policies `vital_names` are listed at its top."""
        super().__init__("Dashboard", name, scope, "internal", opts)
        made = monitoring.Dashboard(
            f"{name}-region",
            dashboard_json=pulumi.Output.json_dumps(body(watched, vital_names, display_name), sort_keys=True),
            opts=self.child(),
        )
        self.dashboard_id = made.id
        self.register_outputs({"dashboardId": self.dashboard_id})


def body(watched: Sequence[Watched], vital_names: Sequence[pulumi.Input[str]], display_name: str) -> dict[str, Any]:
    """The dashboard's content, before the identifiers in it are known."""
    incidents = {"title": "The region could not take over", "incidentList": {"policyNames": list(vital_names)}}
    tiles: list[Tile] = [{"width": COLUMNS, "height": 12, "widget": incidents}]
    signals = [(each, signal) for each in watched for signal in each.signals]
    tiles += _section("Golden signals", _graphs_of_signals(signals))
    for section in dict.fromkeys(each.section for each in watched):
        rows = [(each, row) for each in watched if each.section == section for row in each.alarms]
        queries = [
            _graph(query.name.replace("-", " "), [{"timeSeriesQuery": {"prometheusQuery": _left(query.query)}}])
            for each in watched
            if each.section == section
            for query in each.queries
        ]
        tiles += _section(section, [*_graphs_of_alarms(rows), *queries])
    return {"displayName": display_name, "mosaicLayout": {"columns": COLUMNS, "tiles": _placed(tiles)}}


def _section(title: str, graphs: list[Tile]) -> list[Tile]:
    heading = {"width": COLUMNS, "height": 4, "widget": {"title": title, "sectionHeader": {"dividerBelow": True}}}
    return [heading, *graphs] if graphs else []


def _graphs_of_signals(signals: Sequence[tuple[Watched, Signal]]) -> list[Tile]:
    def kind(pair: tuple[Watched, Signal]) -> tuple[Any, ...]:
        each, signal = pair
        return (each.section, signal.kind, signal.aligner, signal.period)

    graphs = []
    for (section, what, *_), group in groupby(sorted(signals, key=kind), key=kind):
        sets = [
            _set(
                each,
                signal.metric,
                signal.labels,
                signal.aligner,
                signal.period,
                signal.reducer or "REDUCE_NONE",
                [],
            )
            for each, signal in group
        ]
        graphs.append(_graph(f"{section}: {what}", sets))
    return graphs


def _graphs_of_alarms(rows: Sequence[tuple[Watched, Alarm]]) -> list[Tile]:
    def kind(pair: tuple[Watched, Alarm]) -> tuple[Any, ...]:
        each, row = pair
        return (row.name, each.resource, row.metric, row.aligner, row.period, row.threshold)

    graphs = []
    for (name, *_), group in groupby(sorted(rows, key=kind), key=kind):
        pairs = list(group)
        sets = [
            _share(each, row)
            if row.total is not None
            else _set(each, row.metric, row.labels, row.aligner, row.period, row.reducer or "REDUCE_NONE", list(row.by))
            for each, row in pairs
        ]
        graph = _graph(name.replace("-", " "), sets)
        graph["widget"]["xyChart"]["thresholds"] = [{"value": pairs[0][1].threshold}]
        graphs.append(graph)
    return graphs


def _set(
    each: Watched, metric: str, labels: Any, aligner: str, period: int, reducer: str, by: list[str]
) -> dict[str, Any]:
    """One data set of a chart."""
    return {
        "timeSeriesQuery": {
            "timeSeriesFilter": {
                "filter": series(each, metric, labels),
                "aggregation": _aggregation(aligner, period, reducer, by),
            }
        }
    }


def _share(each: Watched, row: Alarm) -> dict[str, Any]:
    aggregation = _aggregation(row.aligner, row.period, row.reducer or "REDUCE_NONE", list(row.by))
    return {
        "timeSeriesQuery": {
            "timeSeriesFilterRatio": {
                "numerator": {"filter": series(each, row.metric, row.labels), "aggregation": aggregation},
                "denominator": {"filter": series(each, row.metric, row.total or {}), "aggregation": aggregation},
            }
        }
    }


def _aggregation(aligner: str, period: int, reducer: str, by: list[str]) -> dict[str, Any]:
    return {
        "alignmentPeriod": f"{period}s",
        "perSeriesAligner": aligner,
        "crossSeriesReducer": reducer,
        "groupByFields": by,
    }


def _left(query: pulumi.Input[str]) -> pulumi.Output[str]:
    """What a query compares, without the limit."""
    return pulumi.Output.from_input(query).apply(lambda text: text.rsplit(" > ", 1)[0])


def _graph(title: str, sets: list[dict[str, Any]]) -> Tile:
    data = [{**each, "plotType": "LINE"} for each in sets]
    return {"width": WIDTH, "height": HEIGHT, "widget": {"title": title, "xyChart": {"dataSets": data}}}


def _placed(tiles: Sequence[Tile]) -> list[Tile]:
    """The tiles in rows, from left to right."""
    x = y = height = 0
    placed = []
    for tile in tiles:
        if x + tile["width"] > COLUMNS:
            x, y, height = 0, y + height, 0
        placed.append({**tile, "xPos": x, "yPos": y})
        x, height = x + tile["width"], max(height, tile["height"])
    return placed
