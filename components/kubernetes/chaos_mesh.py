"""Chaos Mesh: faults on purpose, on a schedule, taken back as soon as they cost more than was agreed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pulumi
from pulumi_kubernetes import apiextensions

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace, namespace_peer
from components.kubernetes.slo import Slo, ratio_series
from settings.kubernetes.chaos import ExperimentSettings, Fault

API = "chaos-mesh.org/v1alpha1"
NAMESPACE = "chaos-mesh"

INJECTABLE = {"chaos-mesh.org/inject": "enabled"}
"""The annotation of a namespace whose pods may be hit; in all others Chaos Mesh refuses to."""

WEBHOOK_PORT, METRICS_PORT, DAEMON_PORT, DAEMON_METRICS_PORT = 10250, 10080, 31767, 31766

CHECK_SECONDS, CHECK_FAILURES = 10, 2

FAULTS: Mapping[Fault, tuple[str, str, Mapping[str, Any]]] = {
    "network-delay": (
        "NetworkChaos",
        "networkChaos",
        {"action": "delay", "direction": "to", "delay": {"latency": "200ms", "jitter": "50ms", "correlation": "50"}},
    ),
    "network-loss": (
        "NetworkChaos",
        "networkChaos",
        {"action": "loss", "direction": "to", "loss": {"loss": "10", "correlation": "50"}},
    ),
    "cpu-stress": ("StressChaos", "stressChaos", {"stressors": {"cpu": {"workers": 1, "load": 80}}}),
}
"""Of each fault: Chaos Mesh's kind, where it stands in a workflow, and how it is made; pods are deleted by Litmus."""


class ChaosMesh(KubernetesComponent):
    """Chaos Mesh and the experiments, in a cluster whose nodes are ours.

    Its daemon enters other pods' namespaces, for which it needs a node's processes and most capabilities: its namespace
    is privileged, the only one of the platform with the node agents'. Autopilot admits none of that, and has no Chaos
    Mesh. Only pods of namespaces with the annotation INJECTABLE can be hit. There is no dashboard:
    experiments come from the settings alone, and their results from Prometheus and the cluster's events.

    Each experiment runs beside a check of the error budget of its objective, every ten seconds; the second one in a row
    that fails ends the experiment and takes the fault back. No answer of Prometheus counts as a failure.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        experiments: Mapping[str, ExperimentSettings],
        objectives: Mapping[str, Slo],
        prometheus: str,
        priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it; `objectives` are the workloads' by name, and `prometheus` is the address of its API.

        `priority` is the name of a class: whoever makes faults must be there to take them back.
        """
        super().__init__("ChaosMesh", name, scope, "internal", opts)
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, pod_security="privileged", opts=self.child())
        place.admit_api_server([WEBHOOK_PORT])
        place.let_out_to_api_server()
        place.admit("from-controller", [namespace_peer(NAMESPACE)], [DAEMON_PORT])
        place.let_out("to-daemons", [namespace_peer(NAMESPACE)], [DAEMON_PORT])
        place.let_out("to-prometheus", [namespace_peer("observability")], [9090])
        place.admit_monitoring([METRICS_PORT, DAEMON_METRICS_PORT])
        installed = scope.vendor.release(
            f"{name}-release",
            "chaos-mesh",
            namespace=place.namespace,
            values=_values(scope, priority),
            opts=self.child(),
        )
        for experiment, settings in experiments.items():
            slo = objectives[f"{settings.slo.workload}-{settings.slo.promise}"]
            apiextensions.CustomResource(
                f"{name}-{experiment}",
                api_version=API,
                kind="Schedule",
                metadata={
                    "name": experiment,
                    "namespace": place.namespace,
                    "annotations": {"hypothesis": settings.hypothesis, "objective": slo.name},
                },
                spec=schedule(settings, slo, prometheus),
                opts=self.child(depends_on=[installed]),
            )
        self.register_outputs({})


def schedule(experiment: ExperimentSettings, slo: Slo, prometheus: str) -> dict[str, Any]:
    """The experiment as a Schedule of a workflow: the fault, and beside it the check that ends it."""
    duration = f"{experiment.duration_minutes}m"
    kind, place, fault = FAULTS[experiment.fault]
    return {
        "schedule": experiment.cron,
        "concurrencyPolicy": "Forbid",
        "historyLimit": 5,
        # What was missed is not made up for outside of the window.
        "startingDeadlineSeconds": 60,
        "type": "Workflow",
        "workflow": {
            "entry": "experiment",
            "templates": [
                {
                    "name": "experiment",
                    "templateType": "Parallel",
                    "deadline": duration,
                    "children": ["fault", "abort"],
                },
                {
                    "name": "fault",
                    "templateType": kind,
                    "deadline": duration,
                    place: {
                        **fault,
                        "mode": "fixed-percent",
                        "value": str(experiment.max_pods_percent),
                        "selector": {
                            "namespaces": [experiment.target],
                            "labelSelectors": {"app.kubernetes.io/name": experiment.target},
                        },
                    },
                },
                {
                    "name": "abort",
                    "templateType": "StatusCheck",
                    "deadline": duration,
                    "abortWithStatusCheck": True,
                    "statusCheck": {
                        "mode": "Continuous",
                        "type": "HTTP",
                        "intervalSeconds": CHECK_SECONDS,
                        "timeoutSeconds": 5,
                        "failureThreshold": CHECK_FAILURES,
                        "http": {
                            "url": f"{prometheus}/api/v1/query?{urlencode({'query': abort_query(experiment, slo)})}",
                            "method": "GET",
                            "criteria": {"statusCode": "200"},
                        },
                    },
                },
            ],
        },
    }


def abort_query(experiment: ExperimentSettings, slo: Slo) -> str:
    """A query that Prometheus refuses (422) when the budget burns too fast or nobody counts, and else answers (200).

    A status check sees nothing but the status: a vector with two members matches no single one, which is an error.
    """
    ratio, limit = ratio_series(slo), round(experiment.abort_burn_rate * (1 - slo.target), 9)
    return f"vector(0) + on () (vector(0) or ({ratio} >= {limit:g}) or absent({ratio}))"


def _values(scope: Scope, priority: pulumi.Input[str]) -> dict[str, Any]:
    vendor = scope.vendor
    return {
        "images": {"registry": vendor.host},
        "customLabels": scope.tags.of("internal"),
        "enableProfiling": False,
        "controllerManager": {
            "image": {"repository": vendor.path("chaos-mesh"), "tag": vendor.tag("chaos-mesh")},
            "replicaCount": 2,
            "priorityClassName": priority,
            "enableFilterNamespace": True,
            "chaosdSecurityMode": False,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "resources": {"requests": {"cpu": "50m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
            "affinity": {
                "podAntiAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {
                            "weight": 100,
                            "podAffinityTerm": {
                                "topologyKey": "topology.kubernetes.io/zone",
                                "labelSelector": {"matchLabels": {"app.kubernetes.io/component": "controller-manager"}},
                            },
                        }
                    ]
                }
            },
        },
        "chaosDaemon": {
            "image": {"repository": vendor.path("chaos-daemon"), "tag": vendor.tag("chaos-daemon")},
            "runtime": "containerd",
            "socketPath": "/run/containerd/containerd.sock",
            "privileged": False,
            "priorityClassName": priority,
            "resources": {"requests": {"cpu": "25m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        },
        "dashboard": {"create": False},
        "dnsServer": {"create": False},
    }
