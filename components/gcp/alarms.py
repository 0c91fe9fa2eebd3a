"""Alert policies of what is watched, each with its severity, what it means and what to do first."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_gcp import monitoring

from components.gcp.component import GcpComponent, Scope
from components.gcp.watch.rows import Alarm, Event, Missing, Query, Watched
from settings.observability import Severity
from settings.types import Mode

LEVELS: Mapping[Severity, str] = {"page": "CRITICAL", "ticket": "WARNING"}

MISSING: Mapping[Missing, str] = {
    "inactive": "EVALUATION_MISSING_DATA_INACTIVE",
    "active": "EVALUATION_MISSING_DATA_ACTIVE",
    "as before": "EVALUATION_MISSING_DATA_NO_OP",
}

AUTO_CLOSE = "86400s"
"""When an incident ends whose metric has gone: a day, so that the next one is told."""

EVENT_AUTO_CLOSE, EVENT_PAUSE = "1800s", "300s"
"""When the incident of a log entry ends, and for how long further entries tell nobody: the least that is allowed."""


class Alarms(GcpComponent):
    """A policy for each row of what is watched.

    A region that waits wakes people only for what would keep it from taking over (`vital` rows): its other pages are
    tickets, and what is about users' traffic is off. The role changes both in place. Cloud Monitoring has no composite
    alarm: the dashboard lists the incidents of vital policies at its top.
    """

    names: dict[str, pulumi.Output[str]]
    """projects/<project>/alertPolicies/<number> by the policy's logical name."""

    vital_names: list[pulumi.Output[str]]
    """The same of the vital ones."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        watched: Sequence[Watched],
        *,
        mode: Mode,
        channel_names: Mapping[Severity, pulumi.Input[Sequence[pulumi.Input[str]]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the policies; `channel_names` are notification channels by severity."""
        super().__init__("Alarms", name, scope, "internal", opts)
        self._name, self._mode, self._channel_names = name, mode, channel_names
        self.names, self.vital_names = {}, []
        for each in watched:
            for alarm in each.alarms:
                self._policy(each, alarm, condition_threshold=_threshold(each, alarm))
            for query in each.queries:
                self._policy(each, query, condition_prometheus_query_language=_prometheus(query))
            for event in each.events:
                self._policy(each, event, condition_matched_log={"filter": event.filter})
        self.register_outputs({"names": self.names})

    def _policy(
        self,
        each: Watched,
        row: Alarm | Query | Event,
        *,
        condition_threshold: monitoring.AlertPolicyConditionConditionThresholdArgsDict | None = None,
        condition_prometheus_query_language: (
            monitoring.AlertPolicyConditionConditionPrometheusQueryLanguageArgsDict | None
        ) = None,
        condition_matched_log: monitoring.AlertPolicyConditionConditionMatchedLogArgsDict | None = None,
    ) -> None:
        """A policy with one condition."""
        logical, title = f"{self._name}-{each.name}-{row.name}", f"{each.name} {row.name}".replace("-", " ")
        level = severity(row, self._mode)
        condition: monitoring.AlertPolicyConditionArgsDict = {"display_name": title}
        if condition_threshold:
            condition["condition_threshold"] = condition_threshold
        if condition_prometheus_query_language:
            condition["condition_prometheus_query_language"] = condition_prometheus_query_language
        if condition_matched_log:
            condition["condition_matched_log"] = condition_matched_log
        made = monitoring.AlertPolicy(
            logical,
            display_name=title,
            combiner="OR",
            conditions=[condition],
            enabled=not (row_is(row, "traffic") and self._mode == "standby"),
            severity=LEVELS[level],
            notification_channels=self._channel_names[level],
            documentation=documentation(title, level, row.why, row.remedy, each.section),
            alert_strategy={
                "auto_close": EVENT_AUTO_CLOSE,
                "notification_rate_limit": {"period": EVENT_PAUSE},
            }
            if condition_matched_log
            else {"auto_close": AUTO_CLOSE},
            opts=self.child(),
        )
        self.names[logical] = made.name
        if row_is(row, "vital"):
            self.vital_names.append(made.name)


def row_is(row: Alarm | Query | Event, mark: str) -> bool:
    """Whether a row is `vital`, or about `traffic`; events are neither."""
    return not isinstance(row, Event) and (row.vital if mark == "vital" else row.traffic)


def severity(row: Alarm | Query | Event, mode: Mode) -> Severity:
    """How urgent a row is in a role: what is no loss to anybody yet can wait for the morning."""
    waits = mode == "standby" and not isinstance(row, Event) and not row.vital
    return "ticket" if waits else row.severity


def documentation(
    title: str, level: Severity, why: str, remedy: str, section: str
) -> monitoring.AlertPolicyDocumentationArgsDict:
    """What a notification says."""
    return {
        "subject": f"[{level}] {title}",
        "content": f"{why}\n\nFirst: {remedy}\n\n({section})",
        "mime_type": "text/markdown",
    }


def series(each: Watched, metric: str, labels: Mapping[str, str], *, resource: bool = True) -> str | pulumi.Output[str]:
    """The monitoring filter that selects a metric's series of a resource.

    https://docs.cloud.google.com/monitoring/api/v3/filters
    """
    fixed = [f'metric.type = "{metric}"']
    if resource and each.resource:
        fixed.insert(0, f'resource.type = "{each.resource}"')
    fixed += [f'metric.labels.{label} = "{value}"' for label, value in labels.items()]
    found: str | pulumi.Output[str] = " AND ".join(fixed)
    for label, value in each.resource_labels.items():
        if isinstance(found, str) and isinstance(value, str):
            found = f'{found} AND resource.labels.{label} = "{value}"'
        else:
            found = pulumi.Output.concat(found, f' AND resource.labels.{label} = "', value, '"')
    return found


def _threshold(each: Watched, row: Alarm) -> monitoring.AlertPolicyConditionConditionThresholdArgsDict:
    condition: monitoring.AlertPolicyConditionConditionThresholdArgsDict = {
        "filter": series(each, row.metric, row.labels),
        "aggregations": [
            {
                "alignment_period": f"{row.period}s",
                "per_series_aligner": row.aligner,
                "cross_series_reducer": row.reducer or "REDUCE_NONE",
                "group_by_fields": list(row.by),
            }
        ],
        "comparison": "COMPARISON_LT" if row.below else "COMPARISON_GT",
        "threshold_value": row.threshold,
        "duration": f"{row.minutes * 60}s",
    }
    if row.minutes:
        # Without a duration one value decides, and Cloud Monitoring takes no word on absent ones.
        condition["evaluation_missing_data"] = MISSING[row.missing]
    if row.total is not None:
        condition["denominator_filter"] = series(each, row.metric, row.total)
        condition["denominator_aggregations"] = [
            {
                "alignment_period": f"{row.period}s",
                "per_series_aligner": row.aligner,
                "cross_series_reducer": row.reducer or "REDUCE_NONE",
                "group_by_fields": list(row.by),
            }
        ]
    return condition


def _prometheus(row: Query) -> monitoring.AlertPolicyConditionConditionPrometheusQueryLanguageArgsDict:
    return {
        "query": row.query,
        "duration": f"{row.minutes * 60}s",
        "evaluation_interval": "60s",
        # What sends the metric may run only after this is made.
        "disable_metric_validation": True,
    }
