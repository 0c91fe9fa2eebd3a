"""OpenTelemetry's operator: traces from workloads whose code makes none, by what it puts into their pods."""

import pulumi

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace
from components.kubernetes.pods import resources, spread

NAMESPACE = "opentelemetry-operator"

CHART = "opentelemetry-operator"

WEBHOOK_PORT, METRICS_PORT = 9443, 8443


class Instrumentation(KubernetesComponent):
    """The operator alone: an `Instrumentation` object and an annotation ask it for what goes into a pod.

    Collectors are releases of their own, which need no operator to run. cert-manager keeps the certificate of its
    webhooks, so it comes after. It names no images by itself: each object names one of ours. Metrics are served
    to the monitoring. Left out on GKE, where nothing uses it and a failover waits for nothing more.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        priority: pulumi.Input[str],
        certificates: pulumi.Resource,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it once `certificates`, cert-manager's release, is there."""
        super().__init__("Instrumentation", name, scope, "internal", opts)
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, opts=self.child())
        place.admit_api_server([WEBHOOK_PORT])
        place.let_out_to_api_server()
        place.admit_monitoring([METRICS_PORT])
        # The chart makes a label of the tag, and labels take neither an @ nor a colon: the digest is split before them.
        algorithm, _, digest = scope.vendor.digests[CHART].partition(":")
        repository = pulumi.Output.concat(scope.vendor.repository(CHART), f":{scope.vendor.version(CHART)}@{algorithm}")
        scope.vendor.release(
            f"{name}-release",
            CHART,
            namespace=place.namespace,
            values={
                "additionalLabels": scope.tags.of("internal"),
                "replicaCount": 2,
                "pdb": {"create": True, "minAvailable": 1},
                "priorityClassName": priority,
                "topologySpreadConstraints": spread(
                    {"app.kubernetes.io/name": CHART, "app.kubernetes.io/instance": CHART}
                ),
                "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
                "admissionWebhooks": {"autoGenerateCert": {"enabled": False}},
                "manager": {
                    "image": {"repository": repository, "tag": digest},
                    "collectorImage": {"repository": "", "tag": ""},
                    # Else each reader would need a token; the network lets the monitoring alone read.
                    "metrics": {"secure": False},
                    "resources": resources(100, 256),
                    "securityContext": {"readOnlyRootFilesystem": True},
                },
            },
            opts=self.child(depends_on=[certificates]),
        )
        self.register_outputs({})
