"""Alarms on Route 53's metrics, which exist in one region only."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi
from pulumi_aws import cloudwatch

from components.aws.component import GLOBAL_REGION, AwsComponent


def dns_alarm(
    parent: AwsComponent,
    name: str,
    *,
    metric: str,
    dimensions: Mapping[str, pulumi.Input[str]],
    description: str,
    comparison: Literal["GreaterThanOrEqualToThreshold", "LessThanThreshold"],
    minutes: int,
    missing: Literal["breaching", "ignore", "missing"],
    topic_arns: Sequence[pulumi.Input[str]],
) -> None:
    """Alarm when a metric that is 0 or 1, or a count, reaches or falls below 1 for one period of `minutes`.

    `topic_arns` must be topics of `GLOBAL_REGION`: an alarm tells only topics of its own region.
    """
    cloudwatch.MetricAlarm(
        name,
        alarm_description=description,
        namespace="AWS/Route53",
        metric_name=metric,
        dimensions=dimensions,
        statistic="Maximum" if comparison == "GreaterThanOrEqualToThreshold" else "Minimum",
        comparison_operator=comparison,
        threshold=1,
        period=60 * minutes,
        evaluation_periods=1,
        treat_missing_data=missing,
        alarm_actions=list(topic_arns),
        ok_actions=list(topic_arns),
        region=GLOBAL_REGION,
        opts=parent.child(),
    )
