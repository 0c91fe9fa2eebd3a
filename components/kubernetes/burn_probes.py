"""What ends an experiment of Litmus: probes of an objective's error budget, and of users' way in."""

from collections.abc import Mapping
from typing import Any

from components.kubernetes.slo import Slo, ratio_series
from settings.kubernetes.chaos import ExperimentSettings
from settings.kubernetes.objectives import ServiceObjectives

Probe = Mapping[str, Any]

# Two bad answers in a row stop the engine.
RUN = {"probeTimeout": "5s", "interval": "5s", "probePollingInterval": "10s", "attempt": 2, "stopOnFailure": True}

# Google shows a point of the mesh's metrics up to four minutes after it was counted.
# https://docs.cloud.google.com/monitoring/api/metrics_istio
LATE_MINUTES = 10

# The experiment's pod is its own principal, so that no key is needed; whatever is no number ends the experiment.
ASK_GOOGLE = """\
token=$(curl --silent --fail --header 'Metadata-Flavor: Google' \
'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token' \
| sed -nE 's/.*"access_token": ?"([^"]+)".*/\\1/p') && \
curl --silent --fail --header "Authorization: Bearer $token" --data-urlencode 'query={query}' \
'{address}/api/v1/query' \
| sed -nE 's/.*"value": ?\\[[^,]+, ?"([^"]+)".*/\\1/p'"""


def by_prometheus(experiment: ExperimentSettings, slo: Slo, address: str) -> Probe:
    """Fails while the budget burns too fast, or nobody counts, by the Prometheus at an `address`."""
    # Litmus puts the query between double quotes of a shell, which would take those of the query for its own.
    query = prometheus_query(experiment, slo).replace('"', "'")
    inputs = {"endpoint": address, "query": query, "comparator": {"criteria": "==", "value": "0"}}
    return {
        "name": slo.name,
        "type": "promProbe",
        "mode": "Continuous",
        "promProbe/inputs": inputs,
        "runProperties": RUN,
    }


def by_google(
    experiment: ExperimentSettings, slo: Slo, promised: ServiceObjectives, *, project: str, cluster_name: str
) -> Probe:
    """The same by Cloud Monitoring."""
    query = google_query(experiment, slo, promised, cluster_name)
    inputs = {
        "command": ASK_GOOGLE.replace("{query}", query).replace("{address}", google_address(project)),
        "comparator": {"type": "float", "criteria": "==", "value": "0"},
    }
    return {"name": slo.name, "type": "cmdProbe", "mode": "Continuous", "cmdProbe/inputs": inputs, "runProperties": RUN}


def by_front_door(url: str) -> Probe:
    """Fails while an address does not answer well, which shows minutes before Google has counted it."""
    inputs = {"url": url, "method": {"get": {"criteria": "==", "responseCode": "200"}}}
    return {
        "name": "front-door",
        "type": "httpProbe",
        "mode": "Continuous",
        "httpProbe/inputs": inputs,
        "runProperties": RUN,
    }


def prometheus_query(experiment: ExperimentSettings, slo: Slo) -> str:
    """1 while the budget burns too fast or nobody counts, else 0."""
    return _too_fast(ratio_series(slo), _limit(experiment, slo))


def google_query(experiment: ExperimentSettings, slo: Slo, promised: ServiceObjectives, cluster_name: str) -> str:
    """The same of what the managed mesh counts in a cluster, in Cloud Monitoring's names.

    Latencies come in Google's own ranges, not by ours: the share beyond a bound is too large when the quantile below
    it is beyond that bound.
    """
    to = (
        f'monitored_resource="k8s_pod",cluster_name="{cluster_name}",'
        f'destination_service_name="{slo.service}",destination_service_namespace="{slo.service}"'
    )
    limit = _limit(experiment, slo)
    if slo.promise == "latency":
        latencies = f"sum by (le) (rate(istio_io:service_client_roundtrip_latencies_bucket{{{to}}}[{LATE_MINUTES}m]))"
        quantile = f"histogram_quantile({round(1 - limit, 9):g}, {latencies})"
        return _too_fast(quantile, promised.latency.threshold_milliseconds)
    requests = f"sum(rate(istio_io:service_client_request_count{{{to}}}[{LATE_MINUTES}m]))"
    errors = f'sum(rate(istio_io:service_client_request_count{{{to},response_code=~"5.."}}[{LATE_MINUTES}m]))'
    return _too_fast(f"(({errors} or 0 * {requests}) / ({requests} > 0))", limit)


def google_address(project: str) -> str:
    """Where Cloud Monitoring answers as a Prometheus does, to whoever shows a token of Google's."""
    return f"https://monitoring.googleapis.com/v1/projects/{project}/location/global/prometheus"


def _limit(experiment: ExperimentSettings, slo: Slo) -> float:
    """The share of bad requests that ends the experiment."""
    return round(experiment.abort_burn_rate * (1 - slo.target), 9)


def _too_fast(series: str, limit: float) -> str:
    return f"max(({series} >= bool {limit:g}) or absent({series}))"
