"""Alarms of what is watched, each with somebody to tell, and one that says whether the region does its work."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import cloudwatch

from components.aws.component import AwsComponent, Scope
from components.aws.watch.rows import Alarm, Signal, Watched
from settings.observability import Severity

BAND = 3
"""Standard deviations around the normal course that are still normal: wide, because nobody reads noisy alarms."""

BOTH_SIDES = "LessThanLowerOrGreaterThanUpperThreshold"

# Composite alarms take 100 alarms and 10,240 characters.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
MOST_VITAL = 100


class Alarms(AwsComponent):
    """An alarm for each row of what is watched, and a composite one over the vital rows of each region.

    Alarms tell when they are raised and when they are over, which closes the incident. The composite one is the signal
    to think of a failover: it moves nothing by itself, since a sick region alone must never move DNS.
    """

    arns: dict[str, pulumi.Output[str]]
    """ARN by the alarm's logical name."""

    degraded_arns: dict[str, pulumi.Output[str]]
    """ARN of the composite alarm by region."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        watched: Sequence[Watched],
        *,
        topic_arns: Mapping[str, Mapping[Severity, pulumi.Input[str]]],
        anomaly_detection: bool,
        composite_prefix: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the alarms; `topic_arns` are topics by region and severity, `composite_prefix` starts chosen names."""
        super().__init__("Alarms", name, scope, "internal", opts)
        self._topic_arns = topic_arns
        self.arns = {}
        vital: dict[str, list[pulumi.Output[str]]] = {}
        for each in watched:
            for row in each.alarms:
                logical = f"{name}-{each.name}-{row.name}"
                made = self._alarm(logical, each, row)
                self.arns[logical] = made.arn
                if row.vital:
                    vital.setdefault(each.region or scope.region, []).append(made.name)
            for signal in each.signals if anomaly_detection else ():
                logical = f"{name}-{each.name}-{signal.kind}"
                self.arns[logical] = self._anomaly(logical, each, signal).arn
        self.degraded_arns = {
            region: self._degraded(f"{name}-degraded-{region}", f"{composite_prefix}-degraded-{region}", region, names)
            for region, names in vital.items()
        }
        self.register_outputs({"arns": self.arns, "degradedArns": self.degraded_arns})

    def _alarm(self, name: str, each: Watched, row: Alarm) -> cloudwatch.MetricAlarm:
        terms = metrics(each, row)
        math = len(terms) > 1
        metric, dimensions = (None, None) if math else terms[0]
        percentile = row.statistic.startswith("p")
        topics = self._topics(each.region, row.severity)
        return cloudwatch.MetricAlarm(
            name,
            alarm_description=f"{row.why} ({each.section})",
            namespace=None if math else each.namespace,
            metric_name=metric,
            dimensions=dimensions,
            statistic=None if math or percentile else row.statistic,
            extended_statistic=row.statistic if percentile and not math else None,
            period=None if math else row.period,
            metric_queries=_math(each, row) if math else None,
            comparison_operator="LessThanThreshold" if row.below else "GreaterThanThreshold",
            threshold=row.threshold,
            evaluation_periods=row.periods,
            datapoints_to_alarm=row.periods,
            treat_missing_data=row.missing,
            alarm_actions=topics,
            ok_actions=topics,
            region=each.region,
            opts=self.child(),
        )

    def _anomaly(self, name: str, each: Watched, signal: Signal) -> cloudwatch.MetricAlarm:
        topics = self._topics(each.region, "ticket")
        return cloudwatch.MetricAlarm(
            name,
            alarm_description=f"{signal.kind.capitalize()} is unusual for this time of the week. ({each.section})",
            comparison_operator=BOTH_SIDES if signal.both_sides else "GreaterThanUpperThreshold",
            threshold_metric_id="band",
            evaluation_periods=3,
            datapoints_to_alarm=3,
            treat_missing_data="ignore",
            metric_queries=[
                {
                    "id": "m0",
                    "metric": {
                        "namespace": each.namespace,
                        "metric_name": signal.metric,
                        "dimensions": each.dimensions,
                        "period": signal.period,
                        "stat": signal.statistic,
                    },
                    "return_data": True,
                },
                {
                    "id": "band",
                    "expression": f"ANOMALY_DETECTION_BAND(m0, {BAND})",
                    "label": "normal",
                    "return_data": True,
                },
            ],
            alarm_actions=topics,
            ok_actions=topics,
            region=each.region,
            opts=self.child(),
        )

    def _degraded(
        self, name: str, alarm_name: str, region: str, names: Sequence[pulumi.Output[str]]
    ) -> pulumi.Output[str]:
        if len(names) > MOST_VITAL:
            raise ValueError(f"{len(names)} vital alarms in {region}: a composite alarm takes {MOST_VITAL}")
        topics = self._topics(region, "page")
        return cloudwatch.CompositeAlarm(
            name,
            alarm_name=alarm_name,
            alarm_description="The region no longer does part of its work: decide whether to fail over.",
            alarm_rule=pulumi.Output.all(*names).apply(
                lambda found: " OR ".join(f'ALARM("{each}")' for each in sorted(found))
            ),
            region=None if region == self.scope.region else region,
            alarm_actions=topics,
            ok_actions=topics,
            opts=self.child(),
        ).arn

    def _topics(self, region: str | None, severity: Severity) -> list[pulumi.Input[str]]:
        return [self._topic_arns[region or self.scope.region][severity]]


def metrics(each: Watched, row: Alarm) -> list[tuple[str, Mapping[str, pulumi.Input[str]]]]:
    """The metrics of a row with their dimensions."""
    if row.over is None:
        return [(metric, each.dimensions) for metric in row.metrics]
    dimension, values = row.over
    return [(metric, {**each.dimensions, dimension: value}) for metric in row.metrics for value in values]


def _math(each: Watched, row: Alarm) -> list[cloudwatch.MetricAlarmMetricQueryArgsDict]:
    """Metric math over a row's metrics; a metric without a value counts as none of it."""
    queries: list[cloudwatch.MetricAlarmMetricQueryArgsDict] = [
        {
            "id": f"m{index}",
            "metric": {
                "namespace": each.namespace,
                "metric_name": metric,
                "dimensions": dimensions,
                "period": row.period,
                "stat": row.statistic,
            },
        }
        for index, (metric, dimensions) in enumerate(metrics(each, row))
    ]
    expression = row.expression or "SUM(METRICS())"
    return [*queries, {"id": "value", "expression": expression, "label": row.name, "return_data": True}]
