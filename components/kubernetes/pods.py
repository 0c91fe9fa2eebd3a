"""What charts are told about the pods that they make: where these may run and what they ask for."""

from collections.abc import Mapping
from typing import Any

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
