"""A workload's place in a cluster: its namespace, what all its pods may take, and whom they may talk to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_kubernetes import core

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.external_secrets import READS_STORE
from components.kubernetes.istio import IN_MESH
from components.kubernetes.namespace import Namespace, Peer, Port, namespace_peer
from components.kubernetes.workload_values import writes
from settings.workloads import WorkloadSettings

Outside = Literal["buckets", "cache", "database", "internet", "mesh", "switch", "tables", "topics"]
"""What pods reach that is no workload."""

GATEWAY = "istio-ingress"
OBSERVABILITY = "observability"

METRICS_PORT = 15020
"""Where a pod's proxy serves its metrics, and the application's merged with them."""

TRACES_PORTS = (4317, 4318)

# What Istio asks for its proxy, and the most that it lets it take.
PROXY_CPU_MILLICORES, PROXY_MEMORY_MIB, PROXY_MEMORY_LIMIT_MIB = 100, 128, 1024


@dataclass(frozen=True)
class Place:
    """Where pods reach something."""

    peers: Sequence[Peer]
    ports: Sequence[Port]


class Workload(KubernetesComponent):
    """A workload's namespace under the `restricted` standard, in the mesh, with exactly the ways that settings name.

    Its pods are asked by its callers, by the gateway if it is public, and by who reads metrics; they ask whom it calls
    and what it uses. The mesh says the same of users and paths; this holds where a proxy is bypassed. Quotas are for
    twice its most pods, since a canary or a new revision runs beside the old. What runs there comes by delivery.
    """

    namespace: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        workload_name: str,
        workloads: Mapping[str, WorkloadSettings],
        places: Mapping[Outside, Place],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the namespace of one of `workloads`; `places` are what the region has outside of them."""
        super().__init__("Workload", name, scope, "confidential", opts)
        workload = workloads[workload_name]
        self._name, self._workloads = name, workloads
        self._place = Namespace(
            f"{name}-namespace",
            scope,
            workload_name,
            data_class="confidential",
            labels={**IN_MESH, **(READS_STORE if workload.uses.secrets else {})},
            quota=quota(workload, most_pods(workload, scope)),
            opts=self.child(),
        )
        self.namespace = self._place.namespace
        self._limits(workload)
        self._ways_in(workload_name, workload)
        self._ways_out(workload)
        for outside in reached(workload):
            if outside in places:
                self._place.let_out(f"to-{outside}", places[outside].peers, places[outside].ports)
        self.register_outputs({"namespace": self.namespace})

    def _ways_in(self, workload_name: str, workload: WorkloadSettings) -> None:
        pods, ports = labels(workload_name), [workload.port]
        for caller, other in self._workloads.items():
            if workload_name in other.calls:
                self._place.admit(f"from-{caller}", [namespace_peer(caller, labels(caller))], ports, pods=pods)
        if workload.public:
            self._place.admit(f"from-{GATEWAY}", [namespace_peer(GATEWAY)], ports, pods=pods)
        self._place.admit_monitoring([METRICS_PORT])

    def _ways_out(self, workload: WorkloadSettings) -> None:
        for called in workload.calls:
            peers = [namespace_peer(called, labels(called))]
            self._place.let_out(f"to-{called}", peers, [self._workloads[called].port])
        self._place.let_out(f"to-{OBSERVABILITY}", [namespace_peer(OBSERVABILITY)], TRACES_PORTS)

    def _limits(self, workload: WorkloadSettings) -> None:
        """What a container gets that asks for nothing, and the most that one may ask for."""
        core.v1.LimitRange(
            f"{self._name}-limits",
            metadata={"name": "limits", "namespace": self.namespace},
            spec={
                "limits": [
                    {
                        "type": "Container",
                        "default_request": {"cpu": "50m", "memory": "64Mi"},
                        "default": {"memory": "256Mi"},
                        "max": {"memory": f"{max(workload.resources.memory_mib, PROXY_MEMORY_LIMIT_MIB)}Mi"},
                    }
                ]
            },
            opts=self.child(),
        )


def labels(workload_name: str) -> dict[str, str]:
    """By which a workload's pods are found; charts/service gives them to them."""
    return {"app.kubernetes.io/name": workload_name}


def reached(workload: WorkloadSettings) -> list[Outside]:
    """What a workload's pods reach that is no workload: the mesh's control plane, and what they use."""
    uses = workload.uses
    told: dict[Outside, bool] = {
        "buckets": bool(uses.buckets),
        "cache": uses.cache,
        "database": uses.database,
        "internet": workload.internet,
        "mesh": True,
        "switch": writes(workload),
        "tables": bool(uses.tables),
        "topics": bool(uses.topics),
    }
    return [outside for outside, is_reached in told.items() if is_reached]


def most_pods(workload: WorkloadSettings, scope: Scope) -> int:
    """Twice the most that run, and one to test with."""
    return 2 * workload.replica_range(scope.mode).maximum + 1


def quota(workload: WorkloadSettings, pods: int) -> dict[str, str]:
    """What so many pods with their proxies may ask for; nothing of the namespace may be reached but by the mesh."""
    resources = workload.resources
    return {
        "pods": str(pods),
        "requests.cpu": f"{pods * (resources.cpu_millicores + PROXY_CPU_MILLICORES)}m",
        "requests.memory": f"{pods * (resources.memory_mib + PROXY_MEMORY_MIB)}Mi",
        "limits.memory": f"{pods * (resources.memory_mib + PROXY_MEMORY_LIMIT_MIB)}Mi",
        "persistentvolumeclaims": "0",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
