"""What users may expect of the front door, and how fast the margin for faults is used up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import monitoring

from components.gcp.alarms import LEVELS, documentation
from components.gcp.component import GcpComponent, Scope
from components.gcp.watch.edge import HTTPS
from settings.gcp.observability import ObjectiveSettings
from settings.observability import Severity
from settings.types import Mode

PERIOD_DAYS = 28
"""Four weeks, so that each period has as many weekends."""


@dataclass(frozen=True)
class Burn:
    """A speed at which the error budget burns: 1 uses it up just at the period's end."""

    times: float
    long: int
    """Seconds for which it must have burnt so fast to matter."""

    short: int
    """Seconds for which it must still do so: the alarm ends soon after the fault."""

    severity: Severity
    why: str


# Google's SRE workbook, chapter 5, table 5-8; the last row looks back one day where that has three (and burns three
# times as fast): alert policies evaluate no more than about a day. https://sre.google/workbook/alerting-on-slos/
BURNS: Mapping[str, Burn] = {
    "fast": Burn(14.4, 3600, 300, "page", "An hour of it uses up 2 % of four weeks' margin for faults."),
    "slow": Burn(6, 6 * 3600, 1800, "page", "Six hours of it use up 5 % of four weeks' margin for faults."),
    "creeping": Burn(3, 24 * 3600, 7200, "ticket", "A day of it uses up 10 % of four weeks' margin for faults."),
}


class Objectives(GcpComponent):
    """Availability and latency of the front door as objectives of a service, with alarms on burn rates.

    They are judged by the load balancer's own count, so that faults of the cluster count and users' own do not. In a
    region that waits nobody is served, and the alarms are off; the objectives stay, as does their history.
    """

    service_name: pulumi.Output[str]
    objective_names: dict[str, pulumi.Output[str]]
    """projects/<number>/services/<id>/serviceLevelObjectives/<id> by what is promised."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: ObjectiveSettings,
        *,
        mode: Mode,
        url_map_name: pulumi.Input[str],
        channel_names: Mapping[Severity, Sequence[pulumi.Input[str]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make service, objectives and alarms of the load balancer with a URL map."""
        super().__init__("Objectives", name, scope, "internal", opts)
        service = monitoring.CustomService(
            f"{name}-front-door", display_name=f"{scope.tags.service} front door", opts=self.child()
        )
        self.service_name = service.name

        def requests(metric: str, more: str = "") -> pulumi.Output[str]:
            return pulumi.Output.concat(
                f'metric.type="{HTTPS}/{metric}" resource.type="https_lb_rule" resource.labels.url_map_name="',
                url_map_name,
                f'"{more}',
            )

        availability = monitoring.Slo(
            f"{name}-availability",
            service=service.service_id,
            display_name=f"{settings.availability_percent:g} % of requests without a server error",
            goal=round(settings.availability_percent / 100, 6),
            rolling_period_days=PERIOD_DAYS,
            request_based_sli={
                "good_total_ratio": {
                    "bad_service_filter": requests("request_count", ' metric.labels.response_code_class="500"'),
                    "total_service_filter": requests("request_count"),
                }
            },
            opts=self.child(),
        )
        latency = monitoring.Slo(
            f"{name}-latency",
            service=service.service_id,
            display_name=f"{settings.latency_percent:g} % of answers within {settings.latency_milliseconds} ms",
            goal=round(settings.latency_percent / 100, 6),
            rolling_period_days=PERIOD_DAYS,
            request_based_sli={
                "distribution_cut": {
                    "distribution_filter": requests("total_latencies"),
                    "range": {"max": settings.latency_milliseconds},
                }
            },
            opts=self.child(),
        )
        self.objective_names = {"availability": availability.name, "latency": latency.name}
        for promise, objective in self.objective_names.items():
            for speed, burn in BURNS.items():
                self._burn(name, promise, objective, speed, burn, mode, channel_names)
        self.register_outputs({"serviceName": self.service_name, "objectiveNames": self.objective_names})

    def _burn(
        self,
        name: str,
        promise: str,
        objective: pulumi.Output[str],
        speed: str,
        burn: Burn,
        mode: Mode,
        channel_names: Mapping[Severity, Sequence[pulumi.Input[str]]],
    ) -> None:
        title = f"{promise} burns {speed}"
        monitoring.AlertPolicy(
            f"{name}-{promise}-{speed}",
            display_name=title,
            combiner="AND",
            conditions=[
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
            ],
            enabled=mode == "active",
            severity=LEVELS[burn.severity],
            notification_channels=list(channel_names[burn.severity]),
            documentation=documentation(
                title,
                burn.severity,
                burn.why,
                "See on the dashboard which part of the platform began to fail then; undo the last change.",
                "Edge",
            ),
            alert_strategy={"auto_close": "86400s"},
            opts=self.child(),
        )
