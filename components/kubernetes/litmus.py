"""Litmus: pods are deleted on purpose, on a schedule, without privilege and so on Autopilot too."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pulumi
from pulumi_kubernetes import apiextensions, batch, core, meta, rbac

from components.kubernetes.burn_probes import Probe
from components.kubernetes.component import KubernetesComponent, Scope, name_of
from components.kubernetes.namespace import Namespace, address_peer, namespace_peer
from components.kubernetes.pods import resources, task
from settings.kubernetes.chaos import ExperimentSettings

API = "litmuschaos.io/v1alpha1"
NAMESPACE = "litmus"
ACCOUNT = "pod-delete"
"""The service account of the experiments' pods."""

STARTER = "starter"
"""The service account of what starts experiments."""

USER = 2000
"""The user of Litmus' image of experiments, which names it by a word that Kubernetes cannot tell from root."""

START_SECONDS = 120
"""What has not started by then waits for the next week: the window is for those who watch."""

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


@dataclass(frozen=True)
class Experiment:
    """One experiment as Litmus runs it."""

    settings: ExperimentSettings
    kind: Literal["deployment", "rollout"]
    """What keeps the target's pods: Litmus hits no others."""

    probes: Sequence[pulumi.Input[Probe]]
    """The first one that fails ends it."""


class Litmus(KubernetesComponent):
    """The operator in a namespace of its own, and experiments that delete pods, started by a CronJob each.

    It sees its own namespace alone; the experiments' pods may delete pods in the namespaces of their targets, and
    nothing else there; what starts them may change these engines and nothing else at all. Neither the chart nor the
    operator gives its pods a security context: the namespace keeps to the baseline, not to the restricted standard.

    Litmus has a scheduler of its own, of which the chart knows nothing and which was not released since 2024.
    An engine that is done waits until it is started again.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        experiments: Mapping[str, Experiment],
        resting: bool,
        priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it with the experiments by name, none of which starts while `resting`; `priority` names a class."""
        super().__init__("Litmus", name, scope, "internal", opts)
        self._name, self._resting, self._priority = name, resting, priority
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, pod_security="baseline", opts=self.child())
        place.let_out_to_api_server()
        if scope.cloud == "aws":
            place.let_out("to-prometheus", [namespace_peer("observability")], [9090])
        else:
            # The front door and Cloud Monitoring have public addresses.
            place.let_out("to-probed", [address_peer("0.0.0.0/0")], [443])
        vendor = scope.vendor
        installed = vendor.release(
            f"{name}-release",
            "litmus-core",
            namespace=place.namespace,
            values={
                "operatorMode": "namespaced",
                "priorityClassName": priority,
                "customLabels": scope.tags.of("internal"),
                "operator": {"image": _image(scope, "litmus-operator")},
                "runner": {"image": _image(scope, "litmus-runner")},
                "policies": {"monitoring": {"disabled": True}},
                "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "128Mi"}},
            },
            opts=self.child(),
        )
        account = self._account(ACCOUNT, place.namespace)
        self._grant(f"{name}-own", place.namespace, OWN_RULES, account)
        for target in sorted({experiment.settings.target for experiment in experiments.values()}):
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
        if experiments:
            starter = self._account(STARTER, place.namespace)
            self._grant(f"{name}-starter", place.namespace, _may_start(list(experiments)), starter)
            for experiment, found in experiments.items():
                made = self._engine(experiment, found, place.namespace, installed)
                self._schedule(experiment, found.settings, made, starter)
        self.register_outputs({})

    def _engine(
        self, experiment: str, found: Experiment, namespace: pulumi.Input[str], installed: pulumi.Resource
    ) -> apiextensions.CustomResource:
        return apiextensions.CustomResource(
            f"{self._name}-{experiment}",
            api_version=API,
            kind="ChaosEngine",
            metadata={
                "name": experiment,
                "namespace": namespace,
                "annotations": {"hypothesis": found.settings.hypothesis},
            },
            spec=engine(found),
            # Whoever starts or stops an experiment sets its state, which the operator then keeps.
            opts=self.child(depends_on=[installed], ignore_changes=["spec.engineState"]),
        )

    def _schedule(
        self,
        experiment: str,
        settings: ExperimentSettings,
        made: apiextensions.CustomResource,
        starter: core.v1.ServiceAccount,
    ) -> None:
        """Start an engine in its minute of each week; the engine ends by itself."""
        active = json.dumps({"spec": {"engineState": "active"}})
        named = made.id.apply(lambda _: experiment)
        batch.v1.CronJob(
            f"{self._name}-{experiment}-start",
            metadata={"name": experiment, "namespace": NAMESPACE},
            spec={
                "schedule": settings.cron,
                "time_zone": "Etc/UTC",
                "suspend": self._resting,
                "concurrency_policy": "Forbid",
                "starting_deadline_seconds": 60,
                "successful_jobs_history_limit": 1,
                "failed_jobs_history_limit": 3,
                "job_template": {
                    "spec": {
                        "active_deadline_seconds": START_SECONDS,
                        "backoff_limit": 2,
                        "template": {
                            "metadata": {"labels": {"app.kubernetes.io/name": STARTER}},
                            "spec": task(
                                {
                                    "name": STARTER,
                                    "image": self.scope.vendor.reference("litmus-experiments"),
                                    "command": ["kubectl", "patch", "chaosengines.litmuschaos.io", named],
                                    "args": [f"--namespace={NAMESPACE}", "--type=merge", f"--patch={active}"],
                                    "resources": resources(50, 128),
                                },
                                account=name_of(starter.metadata),
                                priority=self._priority,
                                user=USER,
                            ),
                        },
                    }
                },
            },
            opts=self.child(),
        )

    def _account(self, account: str, namespace: pulumi.Input[str]) -> core.v1.ServiceAccount:
        logical = f"{self._name}-account" if account == ACCOUNT else f"{self._name}-{account}-account"
        return core.v1.ServiceAccount(logical, metadata={"name": account, "namespace": namespace}, opts=self.child())

    def _grant(
        self,
        name: str,
        namespace: pulumi.Input[str],
        rules: Sequence[rbac.v1.PolicyRuleArgsDict],
        account: core.v1.ServiceAccount,
    ) -> None:
        metadata: meta.v1.ObjectMetaArgsDict = {
            "name": name_of(account.metadata).apply(lambda account: f"litmus-{account}"),
            "namespace": namespace,
        }
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


def engine(experiment: Experiment) -> dict[str, Any]:
    """The experiment as a ChaosEngine that waits to be started."""
    settings = experiment.settings
    seconds = settings.duration_minutes * 60
    environment = {"TOTAL_CHAOS_DURATION": str(seconds), "PODS_AFFECTED_PERC": str(settings.max_pods_percent)}
    return {
        "engineState": "stop",
        "appinfo": {
            "appns": settings.target,
            "applabel": f"app.kubernetes.io/name={settings.target}",
            "appkind": experiment.kind,
        },
        "chaosServiceAccount": ACCOUNT,
        "defaultHealthCheck": True,
        "jobCleanUpPolicy": "delete",
        "terminationGracePeriodSeconds": 30,
        "experiments": [
            {
                "name": "pod-delete",
                "spec": {"components": {"env": _environment(environment)}, "probe": list(experiment.probes)},
            }
        ],
    }


def _may_start(engines: Sequence[str]) -> list[rbac.v1.PolicyRuleArgsDict]:
    return [
        {
            "api_groups": ["litmuschaos.io"],
            "resources": ["chaosengines"],
            "resource_names": list(engines),
            "verbs": ["get", "patch"],
        }
    ]


def _image(scope: Scope, image: str) -> dict[str, Any]:
    repository, tag = scope.vendor.repository(image), scope.vendor.tag(image)
    return {"repository": repository, "tag": tag, "pullPolicy": "IfNotPresent"}


def _environment(variables: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in variables.items()]
