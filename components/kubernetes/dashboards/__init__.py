"""Dashboards of the primary's Grafana, as data: each module is one, and says what it shows."""

from components.kubernetes.dashboards import failover, platform, replication, stores, workloads
from components.kubernetes.dashboards.model import text


def dashboards(region: str) -> dict[str, str]:
    """Their JSON by name; `region` is the one that CloudWatch is asked about."""
    return {
        "workloads": text("workloads", "Workloads", workloads.ROWS, variable=workloads.VARIABLE),
        "platform": text("platform", "Platform", platform.ROWS),
        "stores": text("stores", "Data stores", stores.rows(region)),
        "replication": text("replication", "Replication", replication.rows(region)),
        "failover": text("failover", "Failover", failover.rows(region)),
    }
