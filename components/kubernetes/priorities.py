"""Who goes first when nodes are short: the classes of priority, the same in both clusters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_kubernetes import scheduling

from components.kubernetes.component import KubernetesComponent, Scope, name_of

Priority = Literal["platform-critical", "platform", "service-high", "service", "batch"]


@dataclass(frozen=True)
class Rank:
    """A class of pods."""

    value: int
    """The higher goes first. Kubernetes keeps what is above 1,000,000,000 for itself; below -10 GKE starts no node."""

    purpose: str
    preempts: bool = True
    """Whether its pods may take the place of lesser ones."""


RANKS: Mapping[Priority, Rank] = {
    "platform-critical": Rank(100_000_000, "Without these nothing starts, resolves, or gets a certificate or a secret"),
    "platform": Rank(10_000_000, "What runs, watches and delivers the workloads"),
    "service-high": Rank(1_000_000, "Workloads that users wait for: the public ones, and whom those call"),
    "service": Rank(100_000, "Other workloads, and whoever names no class"),
    "batch": Rank(0, "What can wait: scans, reports, and who goes through them", preempts=False),
}
"""The classes, first to last."""

DEFAULT: Priority = "service"


class Priorities(KubernetesComponent):
    """Priority classes below Kubernetes' own two, which Google takes outside kube-system only with a quota."""

    names: dict[Priority, pulumi.Output[str]]
    """Names of the classes, known once they exist: a pod that names a missing one is refused."""

    def __init__(self, name: str, scope: Scope, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Priorities", name, scope, "internal", opts)
        self.names = {
            priority: name_of(
                scheduling.v1.PriorityClass(
                    f"{name}-{priority}",
                    metadata={"name": priority},
                    value=rank.value,
                    description=rank.purpose,
                    global_default=priority == DEFAULT,
                    preemption_policy="PreemptLowerPriority" if rank.preempts else "Never",
                    opts=self.child(),
                ).metadata
            )
            for priority, rank in RANKS.items()
        }
        self.register_outputs({"names": self.names})
