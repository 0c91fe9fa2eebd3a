"""Service-level objectives, the same in both clusters, in OpenSLO's words (https://github.com/openslo/openslo)."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from settings.types import Model, between, one_of
from settings.workloads import WorkloadName

# Istio's default buckets of istio_request_duration_milliseconds that a user may wait for: between two of them a
# histogram cannot tell who was answered in time. https://istio.io/latest/docs/reference/config/metrics/
BUCKETS = (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000)

Percent = Annotated[
    float,
    *between(
        95,
        99.99,
        "Cloud Monitoring takes no objective above 99.99 %, and below 95 % the fastest burn that wakes people would "
        "come near all requests",
    ),
]
"""Share of requests, in percent."""


class AvailabilityObjective(Model):
    """Ratio of the requests that are answered without a server error."""

    target_percent: Percent = 99.9
    """Share of requests, in percent."""


class LatencyObjective(Model):
    """Ratio of the requests that are answered within a threshold: 99 % is a promise of the 99th percentile."""

    target_percent: Percent = 99.0
    """Share of requests, in percent."""

    threshold_milliseconds: Annotated[
        int,
        *one_of(
            BUCKETS,
            "the mesh counts answers between two bounds of its histogram, and this is none of them",
            f"use one of {', '.join(map(str, BUCKETS))}",
        ),
    ] = 500
    """What counts as a quick answer, in milliseconds: an upper bound of Istio's histogram."""


class ServiceObjectives(Model):
    """What callers may expect of a service."""

    availability: AvailabilityObjective = AvailabilityObjective()
    """Answers without a server error."""

    latency: LatencyObjective = LatencyObjective()
    """Answers in time."""

    expects_traffic: bool = True
    """Whether a serving region always has requests for it, so that none at all is a fault; false for what is asked
    only now and then."""


FRONT_DOOR = ServiceObjectives(latency=LatencyObjective(target_percent=95.0, threshold_milliseconds=1000))


class ObjectiveSettings(Model):
    """Objectives and the time over which they hold."""

    time_window_days: Literal[28, 30] = 30
    """Days of the rolling window: with 30 the burn rates use up just the shares of the SRE workbook, with 28 each
    window has as many weekends."""

    budgeting_method: Literal["Occurrences"] = "Occurrences"
    """What the error budget is made of: requests. A fault at night costs less of it than one at noon."""

    every_workload: ServiceObjectives = ServiceObjectives()
    """Of each workload that `workloads` does not name."""

    workloads: Annotated[Mapping[WorkloadName, ServiceObjectives], Field(default_factory=dict)]
    """Of workloads that promise something else, each whole."""

    front_door: ServiceObjectives = FRONT_DOOR
    """Of the standby's load balancer as users see it: cold answers from far away, and all workloads behind it."""

    def of(self, workload: str) -> ServiceObjectives:
        """What a workload promises."""
        return self.workloads.get(workload, self.every_workload)
