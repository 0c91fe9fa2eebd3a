"""What a dashboard is made of, and its JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from components.kubernetes.grafana import CLOUDWATCH

Unit = Literal["bytes", "Bps", "ms", "none", "percent", "percentunit", "reqps", "s", "short"]
"""Grafana's words for units."""

WIDTH, HEIGHT = 24, 8
"""Of Grafana's grid, and of a panel in it."""


@dataclass(frozen=True)
class Promql:
    """Series of the cluster's own Prometheus."""

    expression: str
    legend: str = ""

    def target(self) -> dict[str, Any]:
        """The query as Grafana writes it."""
        return {"expr": self.expression, "legendFormat": self.legend or "__auto"}


@dataclass(frozen=True)
class CloudWatch:
    """All series of a metric of a managed service: a search, so that nothing is named that may be replaced."""

    namespace: str
    dimensions: tuple[str, ...]
    metric: str
    statistic: Literal["Average", "Maximum", "Minimum", "Sum", "p99"]
    region: str
    seconds: int = 300

    def target(self) -> dict[str, Any]:
        """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html"""
        names = (f'"{name}"' if " " in name else name for name in self.dimensions)
        schema = ",".join((self.namespace, *names))
        return {
            "region": self.region,
            "namespace": self.namespace,
            "queryMode": "Metrics",
            "metricQueryType": 0,
            "metricEditorMode": 1,
            "expression": (f"SEARCH('{{{schema}}} MetricName=\"{self.metric}\"', '{self.statistic}', {self.seconds})"),
            "period": str(self.seconds),
        }


@dataclass(frozen=True)
class Panel:
    """A chart; all its queries go to one data source."""

    title: str
    queries: Sequence[Promql] | Sequence[CloudWatch]
    unit: Unit = "short"
    limit: float | None = None
    """Above it, the line is red."""


@dataclass(frozen=True)
class Row:
    """Panels side by side under a title."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Variable:
    """What a reader chooses at the top."""

    name: str
    query: str


def text(uid: str, title: str, rows: Sequence[Row], *, variable: Variable | None = None) -> str:
    """The dashboard's JSON, the same bytes each time."""
    panels: list[dict[str, Any]] = []
    top = 0
    for row in rows:
        panels.append(
            {
                "id": len(panels) + 1,
                "type": "row",
                "title": row.title,
                "collapsed": False,
                "gridPos": {"x": 0, "y": top, "w": WIDTH, "h": 1},
                "panels": [],
            }
        )
        top += 1
        width = WIDTH // len(row.panels)
        for column, panel in enumerate(row.panels):
            place = {"x": column * width, "y": top, "w": width, "h": HEIGHT}
            panels.append(_panel(len(panels) + 1, panel, place))
        top += HEIGHT
    return json.dumps(
        {
            "uid": f"multicloud-{uid}",
            "title": title,
            "tags": ["multicloud"],
            "timezone": "utc",
            "editable": False,
            "refresh": "1m",
            "schemaVersion": 39,
            "time": {"from": "now-6h", "to": "now"},
            "templating": {"list": [_variable(variable)] if variable else []},
            "panels": panels,
        },
        sort_keys=True,
    )


def _source(panel: Panel) -> dict[str, str]:
    if isinstance(panel.queries[0], CloudWatch):
        return {"type": "cloudwatch", "uid": CLOUDWATCH}
    return {"type": "prometheus", "uid": "prometheus"}


def _panel(number: int, panel: Panel, place: Mapping[str, int]) -> dict[str, Any]:
    source = _source(panel)
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.limit is not None:
        steps.append({"color": "red", "value": panel.limit})
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "datasource": source,
        "gridPos": dict(place),
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "thresholds": {"mode": "absolute", "steps": steps},
                "custom": {"thresholdsStyle": {"mode": "line" if panel.limit is not None else "off"}},
            },
            "overrides": [],
        },
        "targets": [
            {"refId": chr(ord("A") + position), "datasource": source, **query.target()}
            for position, query in enumerate(panel.queries)
        ],
    }


def _variable(variable: Variable) -> dict[str, Any]:
    return {
        "name": variable.name,
        "type": "query",
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "query": {"query": variable.query, "refId": "variable"},
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "current": {"text": ["All"], "value": ["$__all"]},
    }
