"""The rows that say what is watched."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi

from settings.observability import Severity

GIB = 1024**3

Missing = Literal["missing", "notBreaching", "breaching", "ignore"]


@dataclass(frozen=True)
class Alarm:
    """A value of a metric that is a fault if it lasts."""

    name: str
    metrics: tuple[str, ...]
    """One metric, or several that are added up unless `expression` says otherwise."""

    statistic: str
    threshold: float
    severity: Severity
    why: str
    """What it means, for whoever is told."""

    below: bool = False
    """A fault below the threshold instead of above it."""

    period: int = 60
    """Seconds that one value stands for."""

    periods: int = 5
    """How many values in a row must be faults."""

    missing: Missing = "missing"
    """What no value means: notBreaching for metrics that are only sent when something happens."""

    expression: str | None = None
    """Metric math over the metrics, as m0, m1 …"""

    over: tuple[str, tuple[str, ...]] | None = None
    """A further dimension, and its values to add up."""

    vital: bool = False
    """Whether the region no longer does its work: such alarms raise the composite one."""


@dataclass(frozen=True)
class Signal:
    """A metric whose normal course is learned: one of the four golden signals."""

    kind: Literal["traffic", "errors", "latency", "saturation"]
    metric: str
    statistic: str
    period: int = 300

    @property
    def both_sides(self) -> bool:
        """Whether too little is as strange as too much."""
        return self.kind == "traffic"


@dataclass(frozen=True)
class Watched:
    """One resource, its place on the dashboard, and what is watched of it."""

    name: str
    section: str
    namespace: str
    dimensions: Mapping[str, pulumi.Input[str]]
    alarms: tuple[Alarm, ...]
    signals: tuple[Signal, ...] = ()
    region: str | None = None
    """Where its metrics are, if not in the stack's region."""
