"""External Secrets: the secrets of the cloud's own store, as Kubernetes secrets where a namespace asks for them."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace, address_peer
from components.kubernetes.pods import spread

API, PUSH_API = "external-secrets.io/v1", "external-secrets.io/v1alpha1"

NAMESPACE = "external-secrets"
SERVICE_ACCOUNT = "external-secrets"
"""The controller's, to which each cloud gives its rights by these names."""

STORE = "platform"
"""The store of the applications' secrets, by the same name in both clusters."""

READS_STORE = {"secret-store": STORE}
"""The label of namespaces that may read it."""

WEBHOOK_PORT, METRICS_PORT = 10250, 8080

REPLICAS = 2


class ExternalSecrets(KubernetesComponent):
    """The controller, its webhook, and the one store of the applications' secrets: the same on both clouds.

    The controller reads the cloud's store by the identity of its service account, without a key; only namespaces with
    the label `secret-store: platform` may read by way of it. Two of everything run in different zones, one of them
    always. The controller may make tokens of no service account: a store that needs one grants it that one. Stores
    for whole clusters of external secrets and pushes are left out, since they would reach into every namespace. Its
    metrics are served; scraping them, and alarms on what fails to be read or pushed, are the monitoring's.
    """

    ready: pulumi.Resource
    """What defines the kinds of external secrets."""

    store: apiextensions.CustomResource
    place: Namespace
    """Its namespace, for who has it read elsewhere."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        service_account: pulumi.Input[str] = SERVICE_ACCOUNT,
        provider: Mapping[str, Any],
        priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it; `provider` is the store's, such as `{"gcpsm": …}`, `priority` the name of a class.

        `service_account` is the controller's name, known once its pods get their rights.
        """
        super().__init__("ExternalSecrets", name, scope, "restricted", opts)
        place = self.place = Namespace(
            f"{name}-namespace", scope, NAMESPACE, data_class="restricted", opts=self.child()
        )
        place.admit_api_server([WEBHOOK_PORT])
        place.let_out_to_api_server()
        # The store's API has public addresses, or an endpoint in the network.
        place.let_out("to-https", [address_peer("0.0.0.0/0")], [443])
        place.admit_monitoring([METRICS_PORT])
        tag = scope.vendor.tag("external-secrets")
        self.ready = scope.vendor.release(
            f"{name}-release",
            "external-secrets",
            namespace=place.namespace,
            values={
                "global": {
                    "repository": scope.vendor.repository("external-secrets"),
                    "topologySpreadConstraints": spread(),
                },
                "commonLabels": scope.tags.of("restricted"),
                "serviceAccount": {"name": service_account},
                "leaderElect": True,
                "rbac": {"serviceAccountTokenCreate": False, "servicebindings": {"create": False}},
                "processClusterExternalSecret": False,
                "processClusterPushSecret": False,
                "crds": {"createClusterExternalSecret": False, "createClusterPushSecret": False},
                "readinessProbe": {"enabled": True},
                **_deployment(tag, priority),
                "webhook": _deployment(tag, priority),
                "certController": _deployment(tag, priority),
            },
            opts=self.child(),
        )
        self.store = apiextensions.CustomResource(
            f"{name}-store",
            api_version=API,
            kind="ClusterSecretStore",
            metadata={"name": STORE},
            spec={"provider": provider, "conditions": [{"namespaceSelector": {"matchLabels": READS_STORE}}]},
            opts=self.child(depends_on=[self.ready]),
        )
        self.register_outputs({})


def _deployment(tag: str, priority: pulumi.Input[str]) -> dict[str, Any]:
    """Values that each of the chart's three deployments takes; its own security contexts are the restricted ones."""
    return {
        "image": {"tag": tag},
        "replicaCount": REPLICAS,
        "priorityClassName": priority,
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
        "livenessProbe": {"enabled": True},
        "metrics": {"service": {"enabled": True}},
        # Autopilot takes no less, and raises what has no request.
        "resources": {"requests": {"cpu": "50m", "memory": "256Mi"}, "limits": {"memory": "256Mi"}},
    }
