"""Flux: applies to the standby's cluster the same chart with the same values, from the standby's own registry."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions, core, meta, rbac

from components.kubernetes.argo_applications import Delivery
from components.kubernetes.component import KubernetesComponent, Scope, name_of
from components.kubernetes.namespace import Namespace, address_peer, namespace_peer
from settings.kubernetes.delivery import DeliverySettings

NAMESPACE = "flux-system"
SOURCE_API, HELM_API = "source.toolkit.fluxcd.io/v1", "helm.toolkit.fluxcd.io/v2"

DELIVERER = "flux"
"""The service account in each workload's namespace that Flux acts as there."""

CONTROLLERS: Mapping[str, str] = {
    "helmController": "flux-helm-controller",
    "notificationController": "flux-notification-controller",
    "sourceController": "flux-source-controller",
}
"""The chart's keys of what runs, and its image."""

# Config Sync applies what is no chart, and new images come by the settings, not by a look at the registry.
LEFT_OUT = ("imageAutomationController", "imageReflectionController", "kustomizeController", "sourceWatcher")

ARTIFACTS_PORT, EVENTS_PORT, METRICS_PORT = 9090, 9090, 8080

# What charts/service consists of, and what Helm keeps its own record in.
WRITTEN: Mapping[str, Sequence[str]] = {
    "": ("secrets", "serviceaccounts", "services"),
    "apps": ("deployments",),
    "autoscaling": ("horizontalpodautoscalers",),
    "external-secrets.io": ("externalsecrets",),
    "policy": ("poddisruptionbudgets",),
}
# What tells whether it runs.
WATCHED: Mapping[str, Sequence[str]] = {"": ("events", "pods"), "apps": ("replicasets",)}

READ = ["get", "list", "watch"]
WRITE = [*READ, "create", "delete", "patch", "update"]


class Flux(KubernetesComponent):
    """Flux's controllers for charts: they fetch, apply and tell; each runs once, as its storage and locks are made for.

    They write nothing themselves but Flux's own kinds: they act as a service account of the namespace that they
    deliver to, and follow no reference into another one. The chart's one role, which it makes whole or not at all, lets
    them read every secret. Only the source controller asks the registry, as itself, by Workload Identity. Without them
    everything goes on running as it is.
    https://fluxcd.io/flux/installation/configuration/multitenancy/
    """

    ready: pulumi.Resource
    """What defines the kinds of sources and releases."""

    def __init__(
        self, name: str, scope: Scope, *, priority: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install it; `priority` is the name of a class."""
        super().__init__("Flux", name, scope, "internal", opts)
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, opts=self.child())
        own = sorted({ARTIFACTS_PORT, EVENTS_PORT})
        place.admit("from-itself", [namespace_peer(NAMESPACE)], own)
        place.let_out("to-itself", [namespace_peer(NAMESPACE)], own)
        place.admit_monitoring([METRICS_PORT])
        place.let_out_to_api_server()
        place.let_out("to-https", [address_peer("0.0.0.0/0")], [443], pods={"app": "source-controller"})
        self.ready = scope.vendor.release(
            f"{name}-release",
            "flux2",
            release_name="flux",
            namespace=place.namespace,
            values=_values(scope, priority),
            opts=self.child(),
        )
        self.register_outputs({})


class FluxReleases(KubernetesComponent):
    """A release a workload: the chart by its digest, from our registry, as an account that may do just that there.

    What is changed by hand is put back, a revision that does not come up is taken back, and nothing is suspended.
    """

    told: pulumi.Output[list[str]]
    """The workloads, known once Flux was told what each shall be."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: DeliverySettings,
        *,
        registry: Mapping[str, pulumi.Input[str]],
        workloads: Mapping[str, Delivery],
        after: pulumi.Resource,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make them `after` the release that defines their kinds; `registry` holds repositories by artifact."""
        super().__init__("FluxReleases", name, scope, "internal", opts)
        chart = pulumi.Output.concat("oci://", registry[settings.chart])
        releases: dict[str, pulumi.Output[str]] = {}
        for workload_name, workload in workloads.items():
            account = self._account(f"{name}-{workload_name}", workload.namespace)
            waits = self.child(depends_on=[after])
            apiextensions.CustomResource(
                f"{name}-{workload_name}-chart",
                api_version=SOURCE_API,
                kind="OCIRepository",
                metadata={"name": workload_name, "namespace": workload.namespace},
                spec={
                    "interval": "10m",
                    "provider": "gcp",
                    "url": chart,
                    "ref": {"digest": settings.chart_digest},
                    "layerSelector": {
                        "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
                        "operation": "copy",
                    },
                },
                opts=waits,
            )
            releases[workload_name] = apiextensions.CustomResource(
                f"{name}-{workload_name}",
                api_version=HELM_API,
                kind="HelmRelease",
                metadata={"name": workload_name, "namespace": workload.namespace},
                spec={
                    "chartRef": {"kind": "OCIRepository", "name": workload_name},
                    "releaseName": workload_name,
                    "serviceAccountName": account,
                    **_course(),
                    "values": workload.values,
                },
                opts=waits,
            ).id
        self.told = pulumi.Output.all(**releases).apply(sorted)
        self.register_outputs({"told": self.told})

    def _account(self, name: str, namespace: pulumi.Input[str]) -> pulumi.Output[str]:
        """Who Flux is in a namespace; known once it may do what it must."""
        metadata: meta.v1.ObjectMetaArgsDict = {"name": DELIVERER, "namespace": namespace}
        account = core.v1.ServiceAccount(
            f"{name}-account", metadata=metadata, automount_service_account_token=False, opts=self.child()
        )
        role = rbac.v1.Role(
            f"{name}-role",
            metadata=metadata,
            rules=[
                {"api_groups": [group], "resources": list(kinds), "verbs": verbs}
                for resources, verbs in ((WRITTEN, WRITE), (WATCHED, READ))
                for group, kinds in resources.items()
            ],
            opts=self.child(),
        )
        bound = rbac.v1.RoleBinding(
            f"{name}-binding",
            metadata=metadata,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": name_of(role.metadata)},
            subjects=[{"kind": "ServiceAccount", "name": name_of(account.metadata), "namespace": namespace}],
            opts=self.child(),
        )
        return name_of(bound.metadata)


def _course() -> dict[str, Any]:
    """How a release comes, fails and is kept."""
    return {
        "interval": "10m",
        "timeout": "10m",
        "maxHistory": 10,
        "driftDetection": {"mode": "enabled"},
        "install": {"remediation": {"retries": 3}},
        "upgrade": {
            "cleanupOnFail": True,
            "remediation": {"retries": 3, "remediateLastFailure": True, "strategy": "rollback"},
        },
        "rollback": {"cleanupOnFail": True},
    }


def _values(scope: Scope, priority: pulumi.Input[str]) -> dict[str, Any]:
    vendor = scope.vendor
    # Autopilot takes no less, and raises what has no request.
    resources = {
        "requests": {"cpu": "100m", "memory": "256Mi", "ephemeral-storage": "1Gi"},
        "limits": {"memory": "512Mi", "ephemeral-storage": "1Gi"},
    }
    return {
        "multitenancy": {"enabled": True, "privileged": False, "defaultServiceAccount": DELIVERER},
        "logLevel": "info",
        # The namespace is closed by us, and the chart's policies would open it.
        "policies": {"create": False},
        "cli": {
            "image": vendor.repository("flux-cli"),
            "tag": vendor.tag("flux-cli"),
            "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        },
        **{
            controller: {
                "create": True,
                "image": vendor.repository(image),
                "tag": vendor.tag(image),
                "labels": scope.tags.of("internal"),
                "priorityClassName": priority,
                "resources": resources,
            }
            for controller, image in CONTROLLERS.items()
        },
        **{controller: {"create": False} for controller in LEFT_OUT},
    }
