"""Litmus: experiments that need no privilege, and so run on Autopilot too, when somebody starts them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions, core, meta, rbac

from components.kubernetes.component import KubernetesComponent, Scope, name_of
from components.kubernetes.namespace import Namespace, address_peer, namespace_peer
from components.kubernetes.slo import Slo, ratio_series
from settings.kubernetes.chaos import ExperimentSettings

API = "litmuschaos.io/v1alpha1"
NAMESPACE = "litmus"
ACCOUNT = "pod-delete"
"""The service account of the experiments' pods."""

# What the runner and the experiment do in Litmus' own namespace, and what they do to their target.
OWN_RULES: Sequence[rbac.v1.PolicyRuleArgsDict] = [
    {"api_groups": [""], "resources": ["pods", "events"], "verbs": ["create", "get", "list", "patch", "update"]},
    {"api_groups": [""], "resources": ["pods"], "verbs": ["delete", "deletecollection"]},
    {"api_groups": [""], "resources": ["pods/log", "configmaps"], "verbs": ["get", "list"]},
    {"api_groups": ["batch"], "resources": ["jobs"], "verbs": ["create", "delete", "deletecollection", "get", "list"]},
    {
        "api_groups": ["litmuschaos.io"],
        "resources": ["chaosengines", "chaosexperiments", "chaosresults"],
        "verbs": ["create", "get", "list", "patch", "update"],
    },
    {"api_groups": ["litmuschaos.io"], "resources": ["chaosengines/finalizers"], "verbs": ["update"]},
]
TARGET_RULES: Sequence[rbac.v1.PolicyRuleArgsDict] = [
    {"api_groups": [""], "resources": ["pods"], "verbs": ["delete", "get", "list"]},
    {"api_groups": ["apps"], "resources": ["deployments", "replicasets"], "verbs": ["get", "list"]},
    {"api_groups": ["argoproj.io"], "resources": ["rollouts"], "verbs": ["get", "list"]},
]


class Litmus(KubernetesComponent):
    """The operator in a namespace of its own, and the experiments that delete pods, stopped until somebody starts them.

    It sees its own namespace alone; the experiments' pods may delete pods in the namespaces of their targets, and
    nothing else there. Neither the chart nor the operator gives its pods a security context: the namespace keeps to the
    baseline, not to the restricted standard.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        experiments: Mapping[str, ExperimentSettings],
        probes: Mapping[str, Mapping[str, Any]],
        rollouts: Collection[str] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it; `probes` end the experiments of these names, and `rollouts` are targets that canaries lead in."""
        super().__init__("Litmus", name, scope, "internal", opts)
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, pod_security="baseline", opts=self.child())
        place.let_out_to_api_server()
        place.let_out("to-prometheus", [namespace_peer("observability")], [9090])
        # The front door has public addresses.
        place.let_out("to-front-door", [address_peer("0.0.0.0/0")], [443])
        vendor = scope.vendor
        installed = vendor.release(
            f"{name}-release",
            "litmus-core",
            namespace=place.namespace,
            values={
                "operatorMode": "namespaced",
                "customLabels": scope.tags.of("internal"),
                "operator": {"image": _image(scope, "litmus-operator")},
                "runner": {"image": _image(scope, "litmus-runner")},
                "policies": {"monitoring": {"disabled": True}},
                "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "128Mi"}},
            },
            opts=self.child(),
        )
        account = core.v1.ServiceAccount(
            f"{name}-account", metadata={"name": ACCOUNT, "namespace": place.namespace}, opts=self.child()
        )
        self._grant(f"{name}-own", place.namespace, OWN_RULES, account)
        for target in sorted({experiment.target for experiment in experiments.values()}):
            self._grant(f"{name}-{target}", target, TARGET_RULES, account)
        apiextensions.CustomResource(
            f"{name}-pod-delete",
            api_version=API,
            kind="ChaosExperiment",
            metadata={"name": "pod-delete", "namespace": place.namespace},
            spec={
                "definition": {
                    "scope": "Namespaced",
                    "image": vendor.reference("litmus-experiments"),
                    "imagePullPolicy": "IfNotPresent",
                    "command": ["/bin/bash"],
                    "args": ["-c", "./experiments -name pod-delete"],
                    "env": _environment({"FORCE": "false", "SEQUENCE": "parallel", "CHAOS_INTERVAL": "60"}),
                    "labels": {"name": "pod-delete", "app.kubernetes.io/part-of": "litmus"},
                    "securityContext": {
                        "containerSecurityContext": {
                            "allowPrivilegeEscalation": False,
                            "capabilities": {"drop": ["ALL"]},
                        }
                    },
                }
            },
            opts=self.child(depends_on=[installed]),
        )
        for experiment, settings in experiments.items():
            apiextensions.CustomResource(
                f"{name}-{experiment}",
                api_version=API,
                kind="ChaosEngine",
                metadata={
                    "name": experiment,
                    "namespace": place.namespace,
                    "annotations": {"hypothesis": settings.hypothesis},
                },
                spec=engine(settings, probes[experiment], rollout=settings.target in rollouts),
                # Whoever starts an experiment sets its state.
                opts=self.child(depends_on=[installed], ignore_changes=["spec.engineState"]),
            )
        self.register_outputs({})

    def _grant(
        self,
        name: str,
        namespace: pulumi.Input[str],
        rules: Sequence[rbac.v1.PolicyRuleArgsDict],
        account: core.v1.ServiceAccount,
    ) -> None:
        metadata: meta.v1.ObjectMetaArgsDict = {"name": "litmus-pod-delete", "namespace": namespace}
        role = rbac.v1.Role(f"{name}-role", metadata=metadata, rules=list(rules), opts=self.child())
        rbac.v1.RoleBinding(
            f"{name}-binding",
            metadata=metadata,
            role_ref={
                "api_group": "rbac.authorization.k8s.io",
                "kind": "Role",
                "name": name_of(role.metadata),
            },
            subjects=[
                {
                    "kind": "ServiceAccount",
                    "name": name_of(account.metadata),
                    "namespace": NAMESPACE,
                }
            ],
            opts=self.child(),
        )


def engine(experiment: ExperimentSettings, probe: Mapping[str, Any], *, rollout: bool) -> dict[str, Any]:
    """The experiment as a ChaosEngine that waits to be started.

    Litmus hits pods whose owner is of the kind that is named: those of a `rollout` have no deployment.
    """
    seconds = experiment.duration_minutes * 60
    environment = {"TOTAL_CHAOS_DURATION": str(seconds), "PODS_AFFECTED_PERC": str(experiment.max_pods_percent)}
    return {
        "engineState": "stop",
        "appinfo": {
            "appns": experiment.target,
            "applabel": f"app.kubernetes.io/name={experiment.target}",
            "appkind": "rollout" if rollout else "deployment",
        },
        "chaosServiceAccount": ACCOUNT,
        "defaultHealthCheck": True,
        "jobCleanUpPolicy": "delete",
        "terminationGracePeriodSeconds": 30,
        "experiments": [
            {
                "name": "pod-delete",
                "spec": {"components": {"env": _environment(environment)}, "probe": [dict(probe)]},
            }
        ],
    }


def burn_probe(experiment: ExperimentSettings, slo: Slo, prometheus: str) -> dict[str, Any]:
    """Ends an experiment whose objective's error budget burns too fast, or that nobody counts."""
    ratio, limit = ratio_series(slo), round(experiment.abort_burn_rate * (1 - slo.target), 9)
    return {
        "name": slo.name,
        "type": "promProbe",
        "mode": "Continuous",
        "promProbe/inputs": {
            "endpoint": prometheus,
            "query": f"max(({ratio} >= bool {limit:g}) or absent({ratio}))",
            "comparator": {"criteria": "==", "value": "0"},
        },
        "runProperties": _RUN,
    }


def reachable_probe(url: str) -> dict[str, Any]:
    """Ends an experiment while which an address does not answer well."""
    return {
        "name": "front-door",
        "type": "httpProbe",
        "mode": "Continuous",
        "httpProbe/inputs": {"url": url, "method": {"get": {"criteria": "==", "responseCode": "200"}}},
        "runProperties": _RUN,
    }


_RUN = {"probeTimeout": "5s", "interval": "5s", "probePollingInterval": "10s", "attempt": 2, "stopOnFailure": True}


def _image(scope: Scope, image: str) -> dict[str, Any]:
    repository, tag = scope.vendor.repository(image), scope.vendor.tag(image)
    return {"repository": repository, "tag": tag, "pullPolicy": "IfNotPresent"}


def _environment(variables: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in variables.items()]
