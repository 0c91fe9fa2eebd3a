"""Where pods may run, what they ask for and what they may not do: of charts, and of jobs of our own."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes import core

CONTAINER: Mapping[str, Any] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}
"""What a container must not do, under the restricted standard and beyond it."""

POD: Mapping[str, Any] = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
"""The same of a pod."""


def spread(
    pods: Mapping[str, str] | None = None, *, over: str = "topology.kubernetes.io/zone", strictly: bool = False
) -> list[dict[str, Any]]:
    """Pods with these labels run in different zones (or `over` other parts) as far as there is room, or `strictly`.

    Without labels it is for charts that put in their own.
    """
    return [
        {
            "maxSkew": 1,
            "topologyKey": over,
            "whenUnsatisfiable": "DoNotSchedule" if strictly else "ScheduleAnyway",
            **({"labelSelector": {"matchLabels": dict(pods)}} if pods else {}),
        }
    ]


def resources(cpu_millicores: int, memory_mib: int) -> core.v1.ResourceRequirementsArgsDict:
    """What a container asks for; it may use more CPU while its node has some, and no more memory.

    Autopilot takes no less than 50 millicores and 52 MiB, and raises what has no request.
    """
    memory = f"{memory_mib}Mi"
    return {"requests": {"cpu": f"{cpu_millicores}m", "memory": memory}, "limits": {"memory": memory}}


def task(
    container: core.v1.ContainerArgsDict,
    *,
    account: pulumi.Input[str],
    priority: pulumi.Input[str],
    user: int,
    volumes: Sequence[core.v1.VolumeArgsDict] = (),
) -> core.v1.PodSpecArgsDict:
    """A pod that does one thing, mostly at the API server, as a service account, and ends."""
    return {
        "service_account_name": account,
        "priority_class_name": priority,
        "automount_service_account_token": True,
        "enable_service_links": False,
        "restart_policy": "Never",
        "security_context": {
            "run_as_non_root": True,
            "run_as_user": user,
            "run_as_group": user,
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                **container,
                "security_context": {
                    "allow_privilege_escalation": False,
                    "capabilities": {"drop": ["ALL"]},
                    "read_only_root_filesystem": True,
                },
            }
        ],
        **({"volumes": [*volumes]} if volumes else {}),
    }
