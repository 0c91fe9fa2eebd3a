"""The rows that say what is watched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pulumi

from settings.observability import Severity

Aligner = Literal[
    "ALIGN_COUNT_TRUE",
    "ALIGN_DELTA",
    "ALIGN_MAX",
    "ALIGN_MEAN",
    "ALIGN_MIN",
    "ALIGN_NEXT_OLDER",
    "ALIGN_PERCENTILE_05",
    "ALIGN_PERCENTILE_95",
    "ALIGN_PERCENTILE_99",
    "ALIGN_RATE",
]
"""How the points of one series within a period become one value."""

Reducer = Literal["REDUCE_COUNT_FALSE", "REDUCE_MAX", "REDUCE_MEAN", "REDUCE_MIN", "REDUCE_PERCENTILE_05", "REDUCE_SUM"]
"""How the values of several series become one."""

Missing = Literal["inactive", "active", "as before"]
"""What no value means, once there have been some: no fault, a fault, or what the last one meant."""


@dataclass(frozen=True)
class Alarm:
    """A value of a metric that is a fault if it lasts."""

    name: str
    metric: str
    """The metric's type, such as pubsub.googleapis.com/subscription/oldest_unacked_message_age."""

    aligner: Aligner
    threshold: float
    severity: Severity
    why: str
    """What it means, for whoever is told."""

    remedy: str
    """What to do first, for the same person."""

    below: bool = False
    """A fault below the threshold instead of above it."""

    period: int = 60
    """Seconds that one value stands for."""

    minutes: int = 5
    """How long values must be faults; 0 where one is enough."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels of the metric that a series must have, beside those of the resource."""

    total: Mapping[str, str] | None = None
    """Makes a share of it: labels of the same metric's series by whose sum the first are divided."""

    reducer: Reducer | None = "REDUCE_MAX"
    """Joins the series that are left; None judges each by itself."""

    by: tuple[str, ...] = ()
    """Labels that keep series apart, such as resource.label.host."""

    missing: Missing = "inactive"

    vital: bool = False
    """Whether the region could not take over, or no longer does its work: pages in either role."""

    traffic: bool = False
    """Whether it says something only while users are served; it is off in a waiting region."""


@dataclass(frozen=True)
class Query:
    """A PromQL expression that is a fault while it has a result.

    For metrics that Prometheus collects in clusters, and where silence is a fault from the beginning.
    """

    name: str
    query: pulumi.Input[str]
    severity: Severity
    why: str
    remedy: str
    minutes: int = 5
    vital: bool = False
    traffic: bool = False


def none_ended_well(job_name: pulumi.Input[str], time: str) -> pulumi.Output[str]:
    """PromQL that has a result while no run of a Cloud Run job has ended well for a time, such as 8d, nor ever.

    https://docs.cloud.google.com/monitoring/api/metrics_gcp_p_z
    """
    ended_well = pulumi.Output.concat(
        'run_googleapis_com:job_completed_execution_count{monitored_resource="cloud_run_job",result="succeeded",'
        'job_name="', job_name, '"}',
    )  # fmt: skip
    # Without any run there is no series at all.
    return pulumi.Output.concat("(sum(increase(", ended_well, f"[{time}])) or vector(0)) < 1")


@dataclass(frozen=True)
class Event:
    """Log entries of which one is a fault."""

    name: str
    filter: str
    """In Cloud Logging's query language."""

    severity: Severity
    why: str
    remedy: str


@dataclass(frozen=True)
class Signal:
    """A metric that shows how a resource fares: one of the four golden signals, drawn and not judged.

    Cloud Monitoring learns no normal course of a metric, as CloudWatch does.
    """

    kind: Literal["traffic", "errors", "latency", "saturation"]
    metric: str
    aligner: Aligner
    labels: Mapping[str, str] = field(default_factory=dict)
    period: int = 300
    reducer: Reducer | None = None
    """Joins the series into one; None draws each."""


@dataclass(frozen=True)
class Watched:
    """One resource, its place on the dashboard, and what is watched of it."""

    name: str
    section: str
    resource: str
    """The monitored resource's type, such as cloudsql_database; empty where rows say themselves what they are about."""

    resource_labels: Mapping[str, pulumi.Input[str]]
    alarms: tuple[Alarm, ...] = ()
    signals: tuple[Signal, ...] = ()
    queries: tuple[Query, ...] = ()
    events: tuple[Event, ...] = ()
