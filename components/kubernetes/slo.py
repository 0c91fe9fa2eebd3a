"""Service-level objectives as data for Prometheus and OpenSLO: pure functions, the same input gives the same rules.

Two series of each objective are recorded, all requests and those that broke the promise, both as rates over five
minutes. Every longer window is a quotient of their sums, so that each request weighs the same whenever it came
(OpenSLO's budgeting method Occurrences), and no query reads more than two series.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.burn_rates import BURNS, DAY, HOUR, MINUTE, Burn
from settings.kubernetes.objectives import ObjectiveSettings, ServiceObjectives

SILENT_MINUTES = 10
"""Minutes without a request after which a service counts as without traffic."""

BASE = 5 * MINUTE
REQUESTS, ERRORS = "slo:sli_requests:rate5m", "slo:sli_errors:rate5m"
REMAINING = "slo:error_budget_remaining:ratio"

WINDOWS = (BASE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY)
"""Seconds of the windows that alerts look back on."""

Rule = Mapping[str, Any]


@dataclass(frozen=True)
class Slo:
    """One promise of a service."""

    service: str
    """The workload, and its namespace."""

    promise: str
    """availability or latency."""

    target: float
    """Share of good requests, 0 to 1."""

    window_days: int
    description: str
    total: str
    """PromQL of the rate of all requests over five minutes."""

    bad: str
    """PromQL of the rate of those that broke the promise."""

    @property
    def name(self) -> str:
        """Its name, of which there is one in a cluster."""
        return f"{self.service}-{self.promise}"

    @property
    def labels(self) -> dict[str, str]:
        """Labels of all its series."""
        return {"service": self.service, "slo": self.promise}

    def series(self, metric: str) -> str:
        """PromQL of one of its series."""
        return f"{metric}{{{_matchers(self.labels)}}}"


def slos(service: str, objectives: ServiceObjectives, window_days: int) -> list[Slo]:
    """The promises of a service, as its callers' proxies count requests.

    A caller's proxy also counts what no pod answered, which a service's own proxy never sees. While a revision is led
    in, its share of requests goes to a Service of its own, and is as much the service's.
    https://istio.io/latest/docs/reference/config/metrics/
    """
    asked = (
        f'destination_service_name=~"{service}(-canary)?",destination_service_namespace="{service}",reporter="source"'
    )
    latency = objectives.latency
    # Prometheus 3 writes the bounds of histograms as floats.
    bound = f'le=~"{latency.threshold_milliseconds}(\\\\.0)?"'
    answered, failed = _rate("istio_requests_total", asked), f'{asked},response_code=~"5.."'
    count = _rate("istio_request_duration_milliseconds_count", asked)
    in_time = _rate("istio_request_duration_milliseconds_bucket", f"{asked},{bound}")
    return [
        Slo(
            service,
            "availability",
            _share(objectives.availability.target_percent),
            window_days,
            f"{objectives.availability.target_percent:g} % of requests are answered without a server error",
            total=answered,
            # Without a server error there is no such series, which is none at all rather than no value.
            bad=f"{_rate('istio_requests_total', failed)} or 0 * {answered}",
        ),
        Slo(
            service,
            "latency",
            _share(latency.target_percent),
            window_days,
            f"{latency.target_percent:g} % of requests are answered within {latency.threshold_milliseconds} ms",
            total=count,
            bad=f"{count} - {in_time}",
        ),
    ]


def all_slos(workloads: Sequence[str], settings: ObjectiveSettings) -> list[Slo]:
    """The promises of all workloads."""
    return [slo for name in workloads for slo in slos(name, settings.of(name), settings.time_window_days)]


def groups(service: str, objectives: ServiceObjectives, window_days: int, *, runbooks: str) -> list[dict[str, Any]]:
    """Groups of Prometheus rules of a service; `runbooks` is the address of docs/operations.md, to people."""
    promises = slos(service, objectives, window_days)
    found = []
    for slo in promises:
        rules = [*_recordings(slo), *(_burn_alert(slo, burn, runbooks) for burn in BURNS)]
        found.append({"name": f"slo-{slo.name}", "interval": "1m", "rules": rules})
        # A month of samples is read at once: every five minutes are often enough for what moves so slowly.
        found.append({"name": f"slo-{slo.name}-budget", "interval": "5m", "rules": list(_budget(slo))})
    if objectives.expects_traffic:
        silence = {"name": f"slo-{service}-traffic", "interval": "1m", "rules": [_silence(promises[0], runbooks)]}
        found.append(silence)
    return found


def open_slo(slo: Slo, method: str) -> dict[str, Any]:
    """The promise as an OpenSLO document."""
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {"name": slo.name},
        "spec": {
            "description": f"{slo.description}.",
            "service": slo.service,
            "indicator": {
                "metadata": {"name": slo.name},
                "spec": {
                    "ratioMetric": {
                        "counter": False,
                        "bad": _source(slo.bad),
                        "total": _source(slo.total),
                    }
                },
            },
            "timeWindow": [{"duration": f"{slo.window_days}d", "isRolling": True}],
            "budgetingMethod": method,
            "objectives": [{"displayName": slo.promise, "target": slo.target}],
        },
    }


def burn_threshold(slo: Slo, burn: Burn) -> float:
    """The share of bad requests from which the budget burns so fast."""
    return round(burn.times * (1 - slo.target), 9)


def ratio_series(slo: Slo) -> str:
    """PromQL of the share of bad requests over the last five minutes."""
    return slo.series(_ratio(BASE))


def duration(seconds: int) -> str:
    """A duration in Prometheus' words."""
    for unit, size in (("d", DAY), ("h", HOUR), ("m", MINUTE)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _recordings(slo: Slo) -> Iterator[Rule]:
    yield _record(slo, REQUESTS, slo.total)
    yield _record(slo, ERRORS, slo.bad)
    for window in WINDOWS:
        yield _record(slo, _ratio(window), _quotient(slo, window))


def _budget(slo: Slo) -> Iterator[Rule]:
    window = slo.window_days * DAY
    yield _record(slo, _ratio(window), _quotient(slo, window))
    yield _record(slo, REMAINING, f"1 - {slo.series(_ratio(window))} / {round(1 - slo.target, 9):g}")


def _quotient(slo: Slo, window: int) -> str:
    """The share of bad requests in a window; nothing where there were no requests."""
    errors, requests = slo.series(ERRORS), slo.series(REQUESTS)
    if window == BASE:
        return f"{errors} / ({requests} > 0)"
    over = duration(window)
    return f"sum_over_time({errors}[{over}]) / (sum_over_time({requests}[{over}]) > 0)"


def _burn_alert(slo: Slo, burn: Burn, runbooks: str) -> Rule:
    limit = f"{burn_threshold(slo, burn):g}"
    long, short = (slo.series(_ratio(window)) for window in (burn.long, burn.short))
    return {
        "alert": "ErrorBudgetBurn",
        "expr": f"{long} >= {limit} and {short} >= {limit}",
        "labels": {**slo.labels, "severity": burn.severity, "burn": burn.speed},
        "annotations": {
            "summary": f"{slo.service}: {slo.promise} burns {burn.speed}",
            "description": f"Promised: {slo.description}. In the last {duration(burn.long)} "
            f"{{{{ $value | humanizePercentage }}}} broke that. {burn.why}",
            "runbook_url": f"{runbooks}#error-budgets",
        },
    }


def _silence(slo: Slo, runbooks: str) -> Rule:
    requests = slo.series(REQUESTS)
    return {
        "alert": "NoTraffic",
        "expr": f"{requests} == 0 or absent({requests})",
        "for": f"{SILENT_MINUTES}m",
        "labels": {"service": slo.service, "severity": "page"},
        "annotations": {
            "summary": f"{slo.service}: nobody asks",
            "description": f"No request reached {slo.service}, or nobody counted one, for {SILENT_MINUTES} minutes: "
            "its objectives say nothing then.",
            "runbook_url": f"{runbooks}#no-traffic",
        },
    }


def _record(slo: Slo, metric: str, expression: str) -> Rule:
    return {"record": metric, "expr": expression, "labels": slo.labels}


def _ratio(window: int) -> str:
    return f"slo:sli_error:ratio_rate{duration(window)}"


def _rate(metric: str, matchers: str) -> str:
    return f"sum(rate({metric}{{{matchers}}}[{duration(BASE)}]))"


def _matchers(labels: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{value}"' for name, value in labels.items())


def _share(percent: float) -> float:
    return round(percent / 100, 6)


def _source(query: str) -> dict[str, Any]:
    return {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}
