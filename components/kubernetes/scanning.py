"""Trivy's operator: what in the cluster is configured in a way that invites trouble."""

from typing import Any

import pulumi

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace
from components.kubernetes.pods import POD

NAMESPACE = "trivy-system"

METRICS_PORT = 8080


class Scanning(KubernetesComponent):
    """Reports on workloads, services, roles and network policies, of every namespace, as objects beside them.

    `kubectl get configauditreports,rbacassessmentreports,clusterrbacassessmentreports -A` shows them, and metrics count
    them. Everything is judged within the operator's one pod, by checks that its image holds: no job, no database from
    elsewhere, nothing of the nodes, so that it is the same on Autopilot; it waits for nobody, so one pod suffices.
    Images are not looked into here: the registries scan them again when a vulnerability becomes known, and CI scans
    them for secrets before it signs. The control plane and the nodes are the clouds'. It may read no secret.
    """

    def __init__(
        self, name: str, scope: Scope, *, priority: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install it; `priority` is the name of a class."""
        super().__init__("Scanning", name, scope, "internal", opts)
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, opts=self.child())
        place.let_out_to_api_server()
        place.admit_monitoring([METRICS_PORT])
        vendor = scope.vendor
        scanners: dict[str, Any] = {
            "configAuditScannerEnabled": True,
            "rbacAssessmentScannerEnabled": True,
            "vulnerabilityScannerEnabled": False,
            "exposedSecretScannerEnabled": False,
            "sbomGenerationEnabled": False,
            "infraAssessmentScannerEnabled": False,
            "clusterComplianceEnabled": False,
        }
        vendor.release(
            f"{name}-release",
            "trivy-operator",
            namespace=place.namespace,
            values={
                "image": {
                    "registry": vendor.host,
                    "repository": vendor.path("trivy-operator"),
                    "tag": vendor.tag("trivy-operator"),
                },
                "operator": {**scanners, "accessGlobalSecretsAndServiceAccount": False},
                "priorityClassName": priority,
                "podSecurityContext": dict(POD),
                "resources": {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "512Mi"}},
            },
            opts=self.child(),
        )
        self.register_outputs({})
