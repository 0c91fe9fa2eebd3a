"""What workloads' pods run, as a metric, where the cluster's own collectors do not tell."""

from collections.abc import Sequence

import pulumi

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import MONITORING, Namespace, namespace_peer
from components.kubernetes.observed import PODS
from components.kubernetes.pods import resources

METRICS = ("kube_pod_container_info", "kube_pod_status_phase")
"""What the alerts on revisions read: components/kubernetes/alerts.py."""

METRICS_PORT = 8080


class Revisions(KubernetesComponent):
    """kube-state-metrics for the pods of workloads alone: each container with the image that it was told to run.

    GKE's own knows pods and not their images. It may list pods in the workloads' namespaces, and nothing else in the
    cluster. It runs once: without it the alerts find nobody who tells, and say so.
    https://docs.cloud.google.com/kubernetes-engine/docs/how-to/kube-state-metrics
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        place: Namespace,
        namespaces: Sequence[pulumi.Input[str]],
        priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it in `place`, to look at the workloads' `namespaces`; `priority` is the name of a class."""
        super().__init__("Revisions", name, scope, "internal", opts)
        pods = PODS["state"]
        place.let_out_to_api_server("state", pods=pods)
        place.admit("state-from-monitoring", [namespace_peer(MONITORING[scope.cloud])], [METRICS_PORT], pods=pods)
        vendor = scope.vendor
        vendor.release(
            f"{name}-release",
            "kube-state-metrics",
            namespace=place.namespace,
            values={
                "image": {
                    "registry": vendor.host,
                    "repository": vendor.path("kube-state-metrics"),
                    "tag": vendor.tag("kube-state-metrics"),
                },
                "customLabels": scope.tags.of("internal"),
                "collectors": ["pods"],
                "metricAllowlist": list(METRICS),
                "namespaces": pulumi.Output.all(*namespaces).apply(",".join),
                "priorityClassName": priority,
                "rbac": {"useClusterRole": False},
                "resources": resources(50, 128),
            },
            opts=self.child(),
        )
        self.register_outputs({})
