"""What users and callers may expect of the standby, and how fast the margin for faults is used up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import monitoring

from components.burn_rates import BURNS, DAY, Burn
from components.gcp.alarms import LEVELS, MISSING, documentation, series
from components.gcp.component import GcpComponent, Scope
from components.gcp.watch import edge, mesh
from settings.kubernetes.objectives import ObjectiveSettings, ServiceObjectives
from settings.observability import Severity
from settings.types import Mode

FRONT_DOOR = "front-door"

SILENT_SECONDS = 600
"""Seconds without a request after which a service counts as without traffic."""

# Alert policies evaluate no more than about a day: the slowest burn is the primary's alone.
JUDGED = [burn for burn in BURNS if burn.long <= DAY]


@dataclass(frozen=True)
class Counted:
    """Where a service's requests are counted: monitoring filters of all, and of its errors; a filter of latencies."""

    requests: pulumi.Input[str]
    errors: pulumi.Input[str]
    latencies: pulumi.Input[str]


def by_load_balancer(url_map_name: pulumi.Input[str]) -> Counted:
    """As users see it: faults of the cluster count, and users' own do not."""
    [door] = edge.load_balancer(url_map_name)
    requests = series(door, f"{edge.HTTPS}/request_count", {})
    errors = pulumi.Output.concat(requests, ' AND metric.labels.response_code_class = "500"')
    return Counted(requests, errors, series(door, f"{edge.HTTPS}/total_latencies", {}))


def by_callers(cluster_name: pulumi.Input[str], workload: str) -> Counted:
    """As the proxies of a workload's callers see it."""
    watched, to = mesh.requests(cluster_name, workload), mesh.destination(workload)
    requests = series(watched, mesh.REQUESTS, to)
    errors = pulumi.Output.concat(requests, " AND metric.labels.response_code >= 500")
    return Counted(requests, errors, series(watched, mesh.LATENCIES, to))


class Objectives(GcpComponent):
    """Availability and latency of the front door and of each workload, with alarms on burn rates and on silence.

    The promises are those of the primary (components/kubernetes/objectives.py). Cloud Monitoring judges them, and so
    does without the cluster that it judges. It differs from Prometheus in two ways: it compares by more than, not by at
    least, and looks back for a day at most. In a region that waits nobody is served, and the alarms are off; the
    objectives stay, as does their history.
    """

    objective_names: dict[str, pulumi.Output[str]]
    """projects/<number>/services/<id>/serviceLevelObjectives/<id> by service and what is promised (core-latency)."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: ObjectiveSettings,
        *,
        mode: Mode,
        cluster_name: pulumi.Input[str],
        workloads: Sequence[str],
        url_map_name: pulumi.Input[str] | None,
        channel_names: Mapping[Severity, Sequence[pulumi.Input[str]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make services, objectives and alarms of workloads, and of the load balancer with a URL map."""
        super().__init__("Objectives", name, scope, "internal", opts)
        self._name, self._mode, self._channel_names = name, mode, channel_names
        self._days = settings.time_window_days
        self.objective_names = {}
        if url_map_name is not None:
            self._service(FRONT_DOOR, settings.front_door, by_load_balancer(url_map_name))
        for workload in workloads:
            self._service(workload, settings.of(workload), by_callers(cluster_name, workload))
        self.register_outputs({"objectiveNames": self.objective_names})

    def _service(self, service: str, promised: ServiceObjectives, counted: Counted) -> None:
        title = service.replace("-", " ")
        made = monitoring.CustomService(
            f"{self._name}-{service}",
            display_name=f"{self.scope.tags.service} {title}",
            opts=self.child(),
        )
        availability, latency = promised.availability, promised.latency
        self._promise(
            service,
            "availability",
            made.service_id,
            availability.target_percent,
            f"{availability.target_percent:g} % of requests without a server error",
            {
                "good_total_ratio": {
                    "bad_service_filter": counted.errors,
                    "total_service_filter": counted.requests,
                }
            },
        )
        self._promise(
            service,
            "latency",
            made.service_id,
            latency.target_percent,
            f"{latency.target_percent:g} % of answers within {latency.threshold_milliseconds} ms",
            {
                "distribution_cut": {
                    "distribution_filter": counted.latencies,
                    "range": {"max": latency.threshold_milliseconds},
                }
            },
        )
        if promised.expects_traffic:
            self._silence(service, title, counted)

    def _promise(
        self,
        service: str,
        promise: str,
        service_id: pulumi.Input[str],
        percent: float,
        title: str,
        indicator: monitoring.SloRequestBasedSliArgsDict,
    ) -> None:
        objective = monitoring.Slo(
            f"{self._name}-{service}-{promise}",
            service=service_id,
            display_name=title,
            goal=round(percent / 100, 6),
            rolling_period_days=self._days,
            request_based_sli=indicator,
            opts=self.child(),
        )
        self.objective_names[f"{service}-{promise}"] = objective.name
        for burn in JUDGED:
            self._burn(service, promise, objective.name, burn)

    def _burn(self, service: str, promise: str, objective: pulumi.Output[str], burn: Burn) -> None:
        title = f"{service.replace('-', ' ')} {promise} burns {burn.speed}"
        conditions: list[monitoring.AlertPolicyConditionArgsDict] = [
            {
                "display_name": f"more than {burn.times:g} times as fast as planned, over {seconds // 60} minutes",
                "condition_threshold": {
                    "filter": pulumi.Output.concat('select_slo_burn_rate("', objective, f'", "{seconds}s")'),
                    "comparison": "COMPARISON_GT",
                    "threshold_value": burn.times,
                    "duration": "0s",
                },
            }
            for seconds in (burn.long, burn.short)
        ]
        first = "See on the dashboard which part of the platform began to fail then; undo the last change."
        self._alarm(f"{service}-{promise}-{burn.speed}", title, burn.severity, conditions, burn.why, first)

    def _silence(self, service: str, title: str, counted: Counted) -> None:
        conditions: list[monitoring.AlertPolicyConditionArgsDict] = [
            {
                "display_name": f"no request for {SILENT_SECONDS // 60} minutes",
                # Less than one request in the time, or no series at all.
                "condition_threshold": {
                    "filter": counted.requests,
                    "comparison": "COMPARISON_LT",
                    "threshold_value": 1 / SILENT_SECONDS,
                    "duration": f"{SILENT_SECONDS}s",
                    "evaluation_missing_data": MISSING["active"],
                    "aggregations": [
                        {
                            "alignment_period": "60s",
                            "per_series_aligner": "ALIGN_RATE",
                            "cross_series_reducer": "REDUCE_SUM",
                        }
                    ],
                },
            }
        ]
        meaning = "No request arrives, or none is counted, and its objectives say nothing meanwhile."
        first = "Ask for the front door's health path from outside; then look at the proxies of the callers."
        self._alarm(f"{service}-no-traffic", f"{title} without traffic", "page", conditions, meaning, first)

    def _alarm(
        self,
        name: str,
        title: str,
        severity: Severity,
        conditions: list[monitoring.AlertPolicyConditionArgsDict],
        meaning: str,
        first: str,
    ) -> None:
        monitoring.AlertPolicy(
            f"{self._name}-{name}",
            display_name=title,
            combiner="AND",
            conditions=conditions,
            enabled=self._mode == "active",
            severity=LEVELS[severity],
            notification_channels=list(self._channel_names[severity]),
            documentation=documentation(title, severity, meaning, first, "Edge"),
            alert_strategy={"auto_close": "86400s"},
            opts=self.child(),
        )
