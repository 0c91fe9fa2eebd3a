"""What is promised, when a promise is in danger, and who is told."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.stacks.elements.model import ABSENT, STACKS, WORKLOADS, Element, Is, Objects, at_least, having, like, one
from tests.stacks.elements.observability import STACK

ALERTS = "alertmanager config receivers"
KEYS = "/etc/alertmanager/secrets/alertmanager-receivers"
PROMISES = tuple(f"{workload}-{promise}" for workload in WORKLOADS for promise in ("availability", "latency"))
RULES = tuple(f"observability/objectives-{workload}" for workload in WORKLOADS)
SLO = Objects(
    "gcp:monitoring/slo:Slo",
    tuple(f"observability-objectives-{promise}" for promise in (*PROMISES, "front-door-availability")),
    {"goal": at_least(0.99), "rollingPeriodDays": 30},
)


def _records(*series: str) -> Is:
    return Is(f"recording {series}", lambda groups: all(f"'record': '{each}'" in str(groups) for each in series))


def _burns(factor: float, severity: str, promise: str, rate: str) -> Is:
    """An alert that fires when both windows burn so many times as fast as planned."""

    def fires(rule: Mapping[str, Any]) -> bool:
        return (
            rule.get("alert") == "ErrorBudgetBurn"
            and rule["labels"]["severity"] == severity
            and rule["expr"].count(f'slo="{promise}"') == rule["expr"].count(f">= {factor}") == 2
            and rate in rule["expr"]
        )

    def holds(groups: Iterable[Mapping[str, Any]]) -> bool:
        return any(fires(rule) for group in groups for rule in group["rules"])

    return Is(f"burning {factor} of {promise} over {rate}, a {severity}", holds)


OBJECTIVES = (
    Element(
        "SLOs",
        "Objectives",
        {
            "prod": (
                Objects(
                    "PrometheusRule",
                    RULES,
                    {
                        "spec groups": _records(
                            *("slo:sli_requests:rate5m", "slo:sli_errors:rate5m", "slo:sli_error:ratio_rate5m"),
                            *("slo:sli_error:ratio_rate1h", "slo:sli_error:ratio_rate3d"),
                        )
                    },
                ),
            ),
            "dr": (SLO,),
        },
    ),
    Element(
        "error budgets",
        "Objectives",
        {
            "prod": (Objects("PrometheusRule", RULES, {"spec groups": _records("slo:error_budget_remaining:ratio")}),),
            "dr": (SLO,),
        },
        without={"dr": {"rules for what is left of an error budget": "Cloud Monitoring counts it for each SLO"}},
    ),
    Element(
        "burn-rate alerts",
        "Objectives",
        {
            "prod": tuple(
                Objects("PrometheusRule", RULES, {"spec groups": _burns(factor, severity, "availability", rate)})
                for factor, severity, rate in (
                    (0.0144, "page", "ratio_rate1h"),
                    (0.006, "page", "ratio_rate30m"),
                    (0.003, "ticket", "ratio_rate1d"),
                    (0.001, "ticket", "ratio_rate3d"),
                )
            ),
            "dr": tuple(
                Objects(
                    "gcp:monitoring/alertPolicy:AlertPolicy",
                    tuple(f"observability-objectives-{promise}-{speed}" for promise in PROMISES),
                    {
                        "enabled": True,
                        "combiner": "AND",
                        "severity": severity,
                        "conditions * conditionThreshold thresholdValue": factor,
                        "conditions * conditionThreshold filter": like(
                            rf"^select_slo_burn_rate\(.*, \"({windows})s\"\)$"
                        ),
                    },
                )
                for speed, factor, severity, windows in (
                    ("fast", 14.4, "CRITICAL", "3600|300"),
                    ("slow", 6, "CRITICAL", "21600|1800"),
                    ("creeping", 3, "WARNING", "86400|7200"),
                )
            ),
        },
        without={"dr": {"the burn rate over three days": "alert policies look back a day at most"}},
        off={"dr": "until `mode: active` nobody is served, and its alerts on objectives are silent"},
    ),
    Element(
        "receivers",
        "Alert routes",
        {
            "prod": (
                one(
                    "Release",
                    STACK,
                    {
                        f"{ALERTS} * webhook_configs * url_file": f"{KEYS}/heartbeat_url",
                        f"{ALERTS} * pagerduty_configs * routing_key_file": f"{KEYS}/pagerduty_routing_key",
                        f"{ALERTS} * pagerduty_configs * routing_key": ABSENT,
                        f"{ALERTS} * pagerduty_configs * details runbook": having("runbook_url"),
                        f"{ALERTS} * opsgenie_configs * api_key": ABSENT,
                        f"{ALERTS} * opsgenie_configs * api_key_file": like(
                            rf"^{KEYS}/(jira_service_management|opsgenie)_api_key$"
                        ),
                        "alertmanager config route routes 0 receiver": "heartbeat",
                        "alertmanager config route routes 1 receiver": "page",
                        "alertmanager config route routes 2 receiver": "ticket",
                        "alertmanager alertmanagerSpec secrets": ["alertmanager-receivers"],
                    },
                ),
                one("ExternalSecret", "observability/alertmanager-receivers", {"spec secretStoreRef name": "platform"}),
            ),
            "dr": (
                one(
                    "gcp:monitoring/notificationChannel:NotificationChannel",
                    "observability-notifications-pagerduty",
                    {"type": "pagerduty", "sensitiveLabels serviceKey": "[secret]"},
                ),
                Objects(
                    "gcp:monitoring/notificationChannel:NotificationChannel",
                    ("observability-notifications-jira_service_management", "observability-notifications-opsgenie"),
                    {"labels url": "[secret]"},
                ),
                one(
                    "gcp:monitoring/alertPolicy:AlertPolicy",
                    "observability-objectives-core-availability-fast",
                    {"notificationChannels": Is("three channels", lambda channels: len(channels) == 3)},
                ),
            ),
        },
        off=dict.fromkeys(STACKS, "without `receivers` in the settings, whose keys are secrets of each cloud"),
    ),
)
