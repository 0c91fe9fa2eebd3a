"""Kyverno: what may start in the workloads' namespaces, judged at admission and again in the background."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions, helm

from components.kubernetes import admission_policies as policies
from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace, address_peer
from components.kubernetes.pods import spread

API = "policies.kyverno.io/v1"

NAMESPACE = "kyverno"
ADMISSION_ACCOUNT, REPORTS_ACCOUNT = "kyverno-admission-controller", "kyverno-reports-controller"
"""Those that ask the registry for signatures, to which the cloud gives its rights by these names."""

WEBHOOK_PORT, METRICS_PORT = 9443, 8000

ADMISSION_REPLICAS, OTHER_REPLICAS = 3, 2
"""One zone may fail while another pod is replaced; the others elect a leader, and nothing waits for them."""


class PodAdmission(KubernetesComponent):
    """Kyverno and the policies that pods of the workloads must keep to: the same in both clusters but for signatures.

    Images come from our registry by digest, pods keep to the restricted standard, say what they need and how one
    knows that they work, and start only in a namespace that is closed. The policies are about the workloads'
    namespaces alone, and refuse while nobody answers: the platform's own pods, Kyverno's among them, and the cloud's
    start whatever state Kyverno is in. Signatures are judged where `signing_keys` are given: on GKE Binary
    Authorization does it before any webhook. What exists and breaks a rule is in reports (`kubectl get
    policyreports -A`). Exceptions are a table in the policies' module; those that somebody makes in the cluster are
    switched off.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        namespaces: Sequence[str],
        admission_account: pulumi.Input[str] = ADMISSION_ACCOUNT,
        reports_account: pulumi.Input[str] = REPORTS_ACCOUNT,
        signing_keys: Mapping[str, str] | None = None,
        priority: pulumi.Input[str],
        reports_priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it; `namespaces` are the workloads', `signing_keys` CI's public keys in PEM by name.

        `priority` is the class of the controller that pods wait for, `reports_priority` that of the others.
        """
        super().__init__("PodAdmission", name, scope, "internal", opts)
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, opts=self.child())
        place.admit_api_server([WEBHOOK_PORT])
        place.let_out_to_api_server()
        place.admit_monitoring([METRICS_PORT])
        if signing_keys is not None:
            # The registry has public addresses, or an endpoint in the network.
            place.let_out("to-https", [address_peer("0.0.0.0/0")], [443])
        accounts = (admission_account, reports_account)
        installed = self._release(name, place.namespace, accounts, priority, reports_priority)
        # The place of all our images: the one that others' copies are in, without its last part.
        registry = pulumi.Output.from_input(scope.vendor.url).apply(lambda url: f"{url.rpartition('/')[0]}/")
        exempt = tuple(policies.EXEMPT_IMAGES[scope.cloud])
        made: dict[str, pulumi.Input[dict[str, Any]]] = {
            "images": registry.apply(
                lambda known: policies.validating(
                    namespaces,
                    [policies.images(known, exempt)],
                    *policies.DEBUGGED_PODS,
                    variables=[policies.CONTAINERS],
                )
            ),
            "pod-security": policies.validating(
                namespaces, policies.POD_SECURITY, *policies.DEBUGGED_PODS, variables=[policies.CONTAINERS]
            ),
            "runnable": policies.validating(namespaces, policies.RUNNABLE, policies.PODS, variables=[policies.LASTING]),
            "probes": policies.validating(namespaces, policies.PROBED, *policies.SERVERS),
            "closed-network": policies.validating(namespaces, policies.CLOSED, policies.PODS),
        }
        for policy, spec in made.items():
            self._policy(name, "ValidatingPolicy", policy, spec, installed)
        if signing_keys is not None:
            keys = dict(signing_keys)
            spec = registry.apply(lambda known: policies.signed(namespaces, known, keys))
            self._policy(name, "ImageValidatingPolicy", "signatures", spec, installed)
        self.register_outputs({})

    def _policy(
        self, name: str, kind: str, policy: str, spec: pulumi.Input[dict[str, Any]], installed: helm.v3.Release
    ) -> None:
        apiextensions.CustomResource(
            f"{name}-{policy}",
            api_version=API,
            kind=kind,
            metadata={"name": f"workloads-{policy}"},
            spec=spec,
            opts=self.child(depends_on=[installed]),
        )

    def _release(
        self,
        name: str,
        namespace: pulumi.Output[str],
        accounts: tuple[pulumi.Input[str], pulumi.Input[str]],
        priority: pulumi.Input[str],
        reports_priority: pulumi.Input[str],
    ) -> helm.v3.Release:
        labels = self.scope.tags.of("internal")
        admission_account, reports_account = accounts
        return self.scope.vendor.release(
            f"{name}-release",
            "kyverno",
            namespace=namespace,
            values={
                "customLabels": labels,
                "global": {"priorityClassName": reports_priority},
                "admissionController": {
                    **_controller("admission-controller", ADMISSION_REPLICAS, least=2),
                    "priorityClassName": priority,
                    "rbac": {"serviceAccount": {"name": admission_account}},
                    "container": {"image": self._image("kyverno"), "resources": _resources("100m", "512Mi")},
                    "initContainer": {"image": self._image("kyverno-init"), "resources": _resources("50m", "256Mi")},
                },
                "backgroundController": {
                    **_controller("background-controller", OTHER_REPLICAS),
                    "image": self._image("kyverno-background"),
                    "resources": _resources("50m", "256Mi"),
                },
                "cleanupController": {
                    **_controller("cleanup-controller", OTHER_REPLICAS),
                    "image": self._image("kyverno-cleanup"),
                    "resources": _resources("50m", "256Mi"),
                },
                "reportsController": {
                    **_controller("reports-controller", OTHER_REPLICAS),
                    "rbac": {"serviceAccount": {"name": reports_account}},
                    "image": self._image("kyverno-reports"),
                    "resources": _resources("50m", "256Mi"),
                },
                "crds": {"migration": {"image": self._image("kyverno-cli")}},
                "webhooksCleanup": {"image": self._image("kyverno-readiness")},
                "test": {"image": self._image("kyverno-readiness")},
                # Nobody in the cluster excepts anything: exceptions are reviewed, in the table of the policies' module.
                "features": {"policyExceptions": {"enabled": False}},
            },
            opts=self.child(),
        )

    def _image(self, image: str) -> dict[str, pulumi.Input[str]]:
        vendor = self.scope.vendor
        return {"registry": vendor.host, "repository": vendor.path(image), "tag": vendor.tag(image)}


def _controller(component: str, replicas: int, *, least: int = 1) -> dict[str, Any]:
    """Values of each controller: pods in different zones, `least` of them always."""
    return {
        "replicas": replicas,
        "podDisruptionBudget": {"enabled": True, "minAvailable": least},
        "topologySpreadConstraints": spread({"app.kubernetes.io/component": component}),
    }


def _resources(cpu: str, memory: str) -> dict[str, Any]:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}}
