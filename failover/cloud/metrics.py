"""What Cloud Monitoring measured."""

import time
from dataclasses import dataclass

from google.cloud import monitoring_v3

from failover.cloud.calls import Access, calling


@dataclass(frozen=True)
class Point:
    """The newest value of one time series."""

    labels: tuple[tuple[str, str], ...]
    """Of the metric and the resource, by name."""

    at: float
    """Seconds since 1970 at the end of its interval."""

    value: float


class Metrics:
    """Time series by their filters. https://docs.cloud.google.com/monitoring/api/v3/filters"""

    def __init__(self, access: Access) -> None:
        self._seconds = access.seconds
        self._client = access.grpc("monitoring", monitoring_v3.MetricServiceClient)

    def newest(self, project: str, filter_: str, minutes: float, now: float | None = None) -> list[Point]:
        """The newest value of each series within the last minutes; none where nothing was measured."""
        return self._list(project, filter_, minutes, now, None)

    def rates(self, project: str, filter_: str, minutes: float, now: float | None = None) -> list[Point]:
        """How often a second each series counted, on average over the last minutes."""
        aggregation = monitoring_v3.Aggregation(
            alignment_period={"seconds": int(minutes * 60)},
            per_series_aligner=monitoring_v3.Aggregation.Aligner.ALIGN_RATE,
        )
        return self._list(project, filter_, minutes, now, aggregation)

    def _list(
        self,
        project: str,
        filter_: str,
        minutes: float,
        now: float | None,
        aggregation: monitoring_v3.Aggregation | None,
    ) -> list[Point]:
        end = time.time() if now is None else now
        request = monitoring_v3.ListTimeSeriesRequest(
            name=f"projects/{project}",
            filter=filter_,
            interval=monitoring_v3.TimeInterval(
                start_time={"seconds": int(end - minutes * 60)}, end_time={"seconds": int(end)}
            ),
            aggregation=aggregation,
        )
        with calling(f"read metrics of {filter_}"):
            found = self._client.list_time_series(request, retry=None, timeout=self._seconds)
            return [_point(series) for series in found if series.points]


def _point(series: monitoring_v3.TimeSeries) -> Point:
    newest = max(series.points, key=lambda point: point.interval.end_time)
    labels = {**series.resource.labels, **series.metric.labels}
    return Point(tuple(sorted(labels.items())), newest.interval.end_time.timestamp(), _value(newest.value))


def _value(value: monitoring_v3.TypedValue) -> float:
    held = monitoring_v3.TypedValue.pb(value).WhichOneof("value")
    if held == "distribution_value":
        return value.distribution_value.mean
    return float(getattr(value, held))
