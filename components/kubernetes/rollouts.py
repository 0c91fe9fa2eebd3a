"""Argo Rollouts: a new revision takes over step by step, as long as the mesh's metrics say that it answers well."""

from typing import Any

import pulumi

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace, namespace_peer
from components.kubernetes.pods import POD, spread

NAMESPACE = "argo-rollouts"
METRICS_PORT, PROMETHEUS_PORT = 8090, 9090

# The one way of ours to send a share of requests; the chart would grant rights for each that it knows.
MESHES = (
    "ambassador", "apisix", "awsAppMesh", "awsLoadBalancerController", "contour", "gatewayAPI", "glooPlatform",
    "istio", "smi", "traefik",
)  # fmt: skip


class ArgoRollouts(KubernetesComponent):
    """The controller of canaries, on the primary alone.

    A canary is judged by what users get: the standby has none, and takes at once what the primary has proven. Two run,
    of which one works. What makes a canary good is in the chart of the workloads, as the objectives are each one's own.
    """

    def __init__(
        self, name: str, scope: Scope, *, priority: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install it; `priority` is the name of a class."""
        super().__init__("ArgoRollouts", name, scope, "internal", opts)
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, opts=self.child())
        place.admit_monitoring([METRICS_PORT])
        place.let_out("to-prometheus", [namespace_peer("observability")], [PROMETHEUS_PORT])
        place.let_out_to_api_server()
        scope.vendor.release(
            f"{name}-release",
            "argo-rollouts",
            namespace=place.namespace,
            values=_values(scope, priority),
            opts=self.child(),
        )
        self.register_outputs({})


def _values(scope: Scope, priority: pulumi.Input[str]) -> dict[str, Any]:
    vendor = scope.vendor
    return {
        "controller": {
            "replicas": 2,
            "priorityClassName": priority,
            "image": {
                "registry": vendor.host,
                "repository": vendor.path("argo-rollouts"),
                "tag": vendor.tag("argo-rollouts"),
            },
            "deploymentLabels": scope.tags.of("internal"),
            "logging": {"format": "json"},
            "resources": {"requests": {"cpu": "50m", "memory": "256Mi"}, "limits": {"memory": "256Mi"}},
            "pdb": {"enabled": True, "minAvailable": 1},
            "topologySpreadConstraints": spread({"app.kubernetes.io/component": "rollouts-controller"}),
        },
        "podSecurityContext": dict(POD),
        "providerRBAC": {"providers": {mesh: mesh == "istio" for mesh in MESHES}},
    }
