"""Experiments with faults."""

from collections.abc import Mapping

from tests.stacks.elements.model import PINNED, STACKS, Element, Objects, at_least, both, like, one

OFF = dict.fromkeys(STACKS, "unless `platform.chaos.enabled`: what makes faults is there for experiments alone")
ROUTES = {"apiGroups": ["networking.istio.io"], "resources": ["virtualservices"]}
LITMUS = (
    one(
        "Release",
        "litmus/litmus-core",
        {"operatorMode": "namespaced", "operator image tag": PINNED, "runner image tag": PINNED},
    ),
    one("Namespace", "litmus", {"metadata labels pod-security.kubernetes.io/enforce": "baseline"}),
    one(
        "ChaosExperiment",
        "litmus/pod-delete",
        {"spec definition scope": "Namespaced", "spec definition image": PINNED},
    ),
)


def _engine(owner: str, probe: Mapping[str, object]) -> Objects:
    return one(
        "ChaosEngine",
        "litmus/core-pods",
        {
            "spec engineState": "stop",
            "spec appinfo appns": "core",
            "spec appinfo appkind": owner,
            "spec experiments * spec components env 1": {"name": "PODS_AFFECTED_PERC", "value": "34"},
            "spec experiments * spec probe * mode": "Continuous",
            "spec experiments * spec probe * runProperties stopOnFailure": True,
            **{f"spec experiments * spec probe * {key}": value for key, value in probe.items()},
        },
    )


CHAOS = (
    Element(
        "Chaos Mesh",
        "Experiments with faults",
        {
            "prod": (
                one("Namespace", "chaos-mesh", {"metadata labels pod-security.kubernetes.io/enforce": "privileged"}),
                one(
                    "Release",
                    "chaos-mesh/chaos-mesh",
                    {
                        "controllerManager enableFilterNamespace": True,
                        "controllerManager replicaCount": at_least(2),
                        "controllerManager image tag": PINNED,
                        "chaosDaemon privileged": False,
                        "chaosDaemon image tag": PINNED,
                        "dashboard create": False,
                    },
                ),
                one(
                    "Schedule",
                    "chaos-mesh/core-network",
                    {
                        "metadata annotations objective": "core-availability",
                        "metadata annotations hypothesis": like("."),
                        "spec concurrencyPolicy": "Forbid",
                        "spec schedule": "35 10 * * 2",
                        "spec workflow templates * deadline": "10m",
                        "spec workflow templates * networkChaos mode": "fixed-percent",
                        "spec workflow templates * networkChaos value": "34",
                        "spec workflow templates * networkChaos selector namespaces": ["core"],
                        "spec workflow templates * abortWithStatusCheck": True,
                    },
                ),
            ),
        },
        without={
            "dr": {"Chaos Mesh": "its daemon enters other pods' namespaces, which Autopilot admits to nobody"},
        },
        off=OFF,
    ),
    Element(
        "faults of requests",
        "Faults of requests",
        both(
            one(
                "Namespace",
                "mesh-faults",
                {"metadata labels pod-security.kubernetes.io/enforce": "restricted"},
            ),
            one(
                "CronJob",
                "mesh-faults/core-requests",
                {
                    "spec schedule": "5 11 * * 2",
                    "spec concurrencyPolicy": "Forbid",
                    "spec jobTemplate spec activeDeadlineSeconds": 720,
                },
            ),
            one("CronJob", "mesh-faults/lost-faults", {"spec schedule": "* * * * *"}),
            one(
                "Role",
                "core/mesh-faults",
                {"rules": [{**ROUTES, "resourceNames": ["core"], "verbs": ["get", "patch"]}]},
            ),
        ),
        off=OFF,
    ),
    Element(
        "Litmus",
        "Experiments without privilege",
        {
            "prod": (*LITMUS, _engine("rollout", {"promProbe/inputs query": like("slo:sli_error:ratio_rate5m")})),
            "dr": (*LITMUS, _engine("deployment", {"httpProbe/inputs url": "https://gcp.example.com/healthz"})),
        },
        without={
            stack: {
                "`restricted` in `litmus`, which is `baseline`": "neither its chart nor its operator gives its pods a "
                "security context"
            }
            for stack in STACKS
        },
        off=OFF,
    ),
)
