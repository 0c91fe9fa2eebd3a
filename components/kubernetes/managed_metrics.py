"""Metrics on GKE: Google's own Prometheus collects there, and Cloud Monitoring keeps them and alerts."""

from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions

from components.kubernetes import scrapes
from components.kubernetes.component import KubernetesComponent, Scope


class ManagedMetrics(KubernetesComponent):
    """What Google's collectors read, beyond Kubernetes itself: their kinds are part of the cluster.

    They run, scale and keep metrics for two years without us; a Prometheus of our own on Autopilot would cost as much
    as the workloads of a waiting region. Alerts are policies of Cloud Monitoring from the same rows as the primary's
    rules: components/gcp/watch/platform.py. https://docs.cloud.google.com/stackdriver/docs/managed-prometheus/setup-managed
    """

    def __init__(self, name: str, scope: Scope, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ManagedMetrics", name, scope, "internal", opts)
        for scrape in scrapes.of(scope.cloud):
            apiextensions.CustomResource(
                f"{name}-scrape-{scrape.name}",
                api_version="monitoring.googleapis.com/v1",
                kind="ClusterPodMonitoring",
                metadata={"name": scrape.name},
                spec={
                    "selector": scrapes.selector(scrape.pods),
                    "endpoints": [_endpoint(scrape)],
                    # Else Google puts the teller's own labels over those of the metrics.
                    **({"targetLabels": {"metadata": []}} if scrape.about_others else {}),
                },
                opts=self.child(),
            )
        self.register_outputs({})


def _endpoint(scrape: scrapes.Scrape) -> dict[str, Any]:
    tls = {"scheme": "https", "tls": {"insecureSkipVerify": True}} if scrape.encrypted else {}
    dropped = {"metricRelabeling": [scrapes.drop(scrape.dropped)]} if scrape.dropped else {}
    return {
        "port": scrape.port if scrape.number is None else scrape.number,
        "path": scrape.path,
        "interval": scrapes.INTERVAL,
        **tls,
        **dropped,
    }
