"""Requests to workloads, as the mesh's proxies count them."""

from collections.abc import Mapping

import pulumi

from components.gcp.watch.rows import Signal, Watched

REQUESTS, LATENCIES = "istio.io/service/client/request_count", "istio.io/service/client/roundtrip_latencies"


def destination(workload: str) -> Mapping[str, str]:
    """Labels of requests to a workload."""
    return {"destination_service_name": workload, "destination_service_namespace": workload}


def requests(cluster_name: pulumi.Input[str], workload: str) -> Watched:
    """A workload by the proxies of its callers, which also count what no pod answered; objectives judge it.

    https://docs.cloud.google.com/monitoring/api/metrics_istio
    """
    to = destination(workload)
    signals = (
        Signal("traffic", REQUESTS, "ALIGN_RATE", to, reducer="REDUCE_SUM"),
        Signal("latency", LATENCIES, "ALIGN_PERCENTILE_95", to, reducer="REDUCE_MAX"),
    )
    return Watched(f"workload-{workload}", "Workloads", "k8s_pod", {"cluster_name": cluster_name}, signals=signals)
