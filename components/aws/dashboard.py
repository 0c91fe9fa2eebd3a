"""The region's dashboard, drawn from what is watched."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import pulumi
from pulumi_aws import cloudwatch

from components.aws.alarms import metrics
from components.aws.component import AwsComponent, Scope
from components.aws.watch.rows import Alarm, Signal, Watched

# A dashboard is 24 columns wide.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
COLUMNS, WIDTH, HEIGHT = 24, 8, 6

Widget = dict[str, Any]
Series = tuple[Watched, str, Mapping[str, pulumi.Input[str]]]


class Dashboard(AwsComponent):
    """One page: the composite alarms, the golden signals, then a graph with its limit for each alarm, by section.

    Resources of a kind share a graph. It is drawn from the same rows as the alarms, so each of them can be seen here.
    """

    dashboard_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        watched: Sequence[Watched],
        *,
        dashboard_name: str,
        alarm_arns: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Draw the dashboard; `alarm_arns` are shown by their state at its top."""
        super().__init__("Dashboard", name, scope, "internal", opts)
        made = cloudwatch.Dashboard(
            f"{name}-region",
            dashboard_name=dashboard_name,
            dashboard_body=pulumi.Output.json_dumps(body(watched, alarm_arns, scope.region), sort_keys=True),
            opts=self.child(),
        )
        self.dashboard_name = made.dashboard_name
        self.register_outputs({"dashboardName": self.dashboard_name})


def body(watched: Sequence[Watched], alarm_arns: Sequence[pulumi.Input[str]], region: str) -> dict[str, Any]:
    """The dashboard's content, before the identifiers in it are known."""
    widgets: list[Widget] = [
        {"type": "alarm", "width": COLUMNS, "height": 2, "properties": {"title": "Region", "alarms": list(alarm_arns)}}
    ]
    signals = [(each, signal) for each in watched for signal in each.signals]
    widgets += _section("Golden signals", _graphs_of_signals(signals, region))
    sections = dict.fromkeys(each.section for each in watched)
    for section in sections:
        rows = [(each, row) for each in watched if each.section == section for row in each.alarms]
        widgets += _section(section, _graphs_of_alarms(rows, region))
    return {"widgets": _placed(widgets)}


def _section(title: str, graphs: list[Widget]) -> list[Widget]:
    heading = {"type": "text", "width": COLUMNS, "height": 1, "properties": {"markdown": f"## {title}"}}
    return [heading, *graphs] if graphs else []


def _graphs_of_signals(signals: Sequence[tuple[Watched, Signal]], region: str) -> list[Widget]:
    def kind(pair: tuple[Watched, Signal]) -> tuple[str, ...]:
        each, signal = pair
        return (each.section, signal.kind, each.namespace, signal.metric, signal.statistic, each.region or region)

    graphs = []
    for (section, what, *_, place), group in groupby(sorted(signals, key=kind), key=kind):
        pairs = list(group)
        series = [(each, signal.metric, each.dimensions) for each, signal in pairs]
        signal = pairs[0][1]
        graphs.append(_graph(f"{section}: {what}", series, signal.statistic, signal.period, place))
    return graphs


def _graphs_of_alarms(rows: Sequence[tuple[Watched, Alarm]], region: str) -> list[Widget]:
    def kind(pair: tuple[Watched, Alarm]) -> tuple[Any, ...]:
        each, row = pair
        return (row.name, each.namespace, row.metrics, row.statistic, row.period, row.threshold, each.region or region)

    graphs = []
    for (name, *_, place), group in groupby(sorted(rows, key=kind), key=kind):
        pairs = list(group)
        series = [(each, metric, dimensions) for each, row in pairs for metric, dimensions in metrics(each, row)]
        row = pairs[0][1]
        graph = _graph(name.replace("-", " "), series, row.statistic, row.period, place)
        # Where metrics are set off against each other, the limit is not one of theirs.
        if row.expression is None:
            limit = {"value": row.threshold, "label": row.severity, "fill": "below" if row.below else "above"}
            graph["properties"]["annotations"] = {"horizontal": [limit]}
        graphs.append(graph)
    return graphs


def _graph(title: str, series: Sequence[Series], statistic: str, period: int, region: str) -> Widget:
    return {
        "type": "metric",
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": title,
            "view": "timeSeries",
            "region": region,
            "stat": statistic,
            "period": period,
            "metrics": [
                [each.namespace, metric, *(part for pair in dimensions.items() for part in pair)]
                for each, metric, dimensions in series
            ],
        },
    }


def _placed(widgets: Sequence[Widget]) -> list[Widget]:
    """The widgets in rows, from left to right."""
    x = y = height = 0
    placed = []
    for widget in widgets:
        if x + widget["width"] > COLUMNS:
            x, y, height = 0, y + height, 0
        placed.append({**widget, "x": x, "y": y})
        x, height = x + widget["width"], max(height, widget["height"])
    return placed
