"""What Argo CD applies: projects that bound it, and an application a workload beside the shared bundle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions

from components.kubernetes.argo_cd import API, NAMESPACE
from components.kubernetes.component import KubernetesComponent, Scope
from settings.kubernetes.delivery import DeliverySettings, SyncWindow

HERE = "https://kubernetes.default.svc"
"""The cluster that Argo CD runs in."""

SHARED_NAMESPACE = "default"
"""Where the shared bundle has objects."""

# https://argo-cd.readthedocs.io/en/stable/user-guide/app_deletion/
CASCADE = "resources-finalizer.argocd.argoproj.io"

Kind = dict[str, str]

WORKLOAD_KINDS: Sequence[tuple[str, str]] = (
    ("", "Service"),
    ("", "ServiceAccount"),
    ("apps", "Deployment"),
    ("argoproj.io", "AnalysisTemplate"),
    ("argoproj.io", "Rollout"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("external-secrets.io", "ExternalSecret"),
    ("policy", "PodDisruptionBudget"),
)
"""What charts/service consists of."""

SHARED_KINDS: Sequence[tuple[str, str]] = (
    ("", "ResourceQuota"),
    ("", "ServiceAccount"),
    ("networking.k8s.io", "NetworkPolicy"),
)
"""What bundles/shared consists of."""


@dataclass(frozen=True)
class Delivery:
    """A workload that is delivered."""

    namespace: pulumi.Input[str]
    values: Mapping[str, Any]
    """Of its chart."""


class ArgoApplications(KubernetesComponent):
    """The applications, each in a project that can reach no further than it must.

    Workloads' applications take one chart, into workloads' namespaces alone, and nothing that belongs to the whole
    cluster. The project `default`, which Argo CD makes itself and opens to everything, is closed. What is changed by
    hand is put back, and what leaves the chart or the settings is deleted.
    """

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
        super().__init__("ArgoApplications", name, scope, "internal", opts)
        self._name, self._after = name, after
        chart = pulumi.Output.concat("oci://", registry[settings.chart])
        bundle = pulumi.Output.concat("oci://", registry[settings.bundle])
        self._project("default", description="Closed: applications have projects of their own")
        project = self._project(
            "workloads",
            description="The workloads",
            source=chart,
            namespaces=[workload.namespace for workload in workloads.values()],
            kinds=WORKLOAD_KINDS,
            windows=settings.sync_windows,
        )
        for workload_name, workload in workloads.items():
            self._application(
                workload_name,
                project,
                namespace=workload.namespace,
                source={
                    "repoURL": chart,
                    "targetRevision": settings.chart_digest,
                    "path": ".",
                    "helm": {"releaseName": workload_name, "valuesObject": workload.values},
                },
                # Argo Rollouts points each Service at the pods of one revision.
                ignored=[{"kind": "Service", "jsonPointers": ["/spec/selector/rollouts-pod-template-hash"]}],
            )
        if settings.bundle_digest:
            self._application(
                "shared",
                self._project(
                    "platform",
                    description="What both clusters share",
                    source=bundle,
                    namespaces=[SHARED_NAMESPACE],
                    kinds=SHARED_KINDS,
                ),
                namespace=SHARED_NAMESPACE,
                source={"repoURL": bundle, "targetRevision": settings.bundle_digest, "path": "."},
            )
        self.register_outputs({})

    def _project(
        self,
        project: str,
        *,
        description: str,
        source: pulumi.Input[str] | None = None,
        namespaces: Sequence[pulumi.Input[str]] = (),
        kinds: Sequence[tuple[str, str]] = (),
        windows: Sequence[SyncWindow] = (),
    ) -> pulumi.Output[str]:
        """A project that takes one source into some namespaces, or nothing at all."""
        made = apiextensions.CustomResource(
            f"{self._name}-project-{project}",
            api_version=API,
            kind="AppProject",
            metadata={
                "name": project,
                "namespace": NAMESPACE,
                # Argo CD has made `default` by then, and holds its fields.
                "annotations": {"pulumi.com/patchForce": "true"},
            },
            spec={
                "description": description,
                "sourceRepos": [] if source is None else [source],
                "destinations": [{"server": HERE, "namespace": namespace} for namespace in namespaces],
                "clusterResourceWhitelist": [],
                "namespaceResourceWhitelist": _kinds(kinds),
                "syncWindows": [_window(window) for window in windows],
            },
            opts=self.child(depends_on=[self._after]),
        )
        return made.id.apply(lambda _: project)

    def _application(
        self,
        application: str,
        project: pulumi.Output[str],
        *,
        namespace: pulumi.Input[str],
        source: Mapping[str, Any],
        ignored: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        apiextensions.CustomResource(
            f"{self._name}-{application}",
            api_version=API,
            kind="Application",
            metadata={"name": application, "namespace": NAMESPACE, "finalizers": [CASCADE]},
            spec={
                "project": project,
                "source": source,
                "destination": {"server": HERE, "namespace": namespace},
                "ignoreDifferences": ignored,
                "revisionHistoryLimit": 10,
                "syncPolicy": {
                    "automated": {"prune": True, "selfHeal": True},
                    "retry": {"limit": 5, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "5m"}},
                    "syncOptions": [
                        "ServerSideApply=true",
                        "RespectIgnoreDifferences=true",
                        "PruneLast=true",
                        "FailOnSharedResource=true",
                    ],
                },
            },
            opts=self.child(depends_on=[self._after]),
        )


def _kinds(kinds: Sequence[tuple[str, str]]) -> list[Kind]:
    return [{"group": group, "kind": kind} for group, kind in kinds]


def _window(window: SyncWindow) -> dict[str, Any]:
    """https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/."""
    return {
        "kind": window.kind,
        "schedule": window.schedule,
        "duration": f"{window.hours}h",
        "timeZone": window.time_zone,
        "applications": ["*"],
        "manualSync": window.manual,
    }
