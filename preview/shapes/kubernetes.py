"""Kubernetes: metadata, and what controllers write into a status."""

from __future__ import annotations

_UNNAMESPACED = (
    "admissionregistration.k8s.io/v1:MutatingWebhookConfiguration",
    "admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration",
    "apiextensions.k8s.io/v1:CustomResourceDefinition",
    "core/v1:Namespace",
    "core/v1:PersistentVolume",
    "networking.k8s.io/v1:IngressClass",
    "rbac.authorization.k8s.io/v1:ClusterRole",
    "rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    "scheduling.k8s.io/v1:PriorityClass",
    "storage.k8s.io/v1:StorageClass",
)

OBJECT: dict[str, str | None] = {
    "id": "{namespace}/{label}",
    "metadata.creationTimestamp": "2025-01-01T00:00:00Z",
    "metadata.name": "{auto}",
    "metadata.namespace": "default",
    "metadata.resourceVersion": "{digits:.6}",
    "metadata.uid": "{uuid}",
}
"""What every object has, custom ones too."""

_DETAILS: dict[str, dict[str, str | None]] = {
    "core/v1:Service": {
        "spec.clusterIP": "10.{octets}.{octet}",
        "status.loadBalancer.ingress.hostname": "{hex:.16}.elb.example.com",
        "status.loadBalancer.ingress.ip": "203.0.113.{octet}",
    },
    "helm.sh/v3:Release": {
        **dict.fromkeys(OBJECT),
        "id": "{namespace}/{label}",
        "name": "{auto}",
        "namespace": "default",
        "status.name": "{label}",
        "status.namespace": "{namespace}",
        "status.status": "deployed",
    },
}


def templates() -> dict[str, dict[str, str | None]]:
    """Return the templates of each type, without the package in its token."""
    return {kind: {"id": "{label}", "metadata.namespace": None} for kind in _UNNAMESPACED} | _DETAILS
