"""Faults of the mesh: requests to a workload that wait or fail, in either cluster, without privilege."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pulumi
from pulumi_kubernetes import batch, core, rbac

from components.kubernetes.component import KubernetesComponent, Scope, name_of
from components.kubernetes.namespace import Namespace, address_peer, namespace_peer
from components.kubernetes.pods import resources, task
from settings.kubernetes.chaos import ExperimentSettings, Fault

NAMESPACE = ACCOUNT = "mesh-faults"

SWEEP = "lost-faults"
"""The CronJob that takes back what nobody looks after."""

PROGRAM = Path(__file__).with_name("mesh_fault_job.py")
FOLDER = "/opt/mesh-faults"

USER = 65532

SPARE_SECONDS = 120
"""Beyond an experiment's time, for the pod to start and to take the fault back."""

# https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection
FAULTS: Mapping[Fault, tuple[str, dict[str, Any]]] = {
    "http-delay": ("delay", {"fixedDelay": "0.5s"}),
    "http-abort": ("abort", {"httpStatus": 503}),
}
"""Of each fault: its name in a route, and how it is made."""


@dataclass(frozen=True)
class Experiment:
    """One experiment as the mesh makes it."""

    settings: ExperimentSettings
    judge: pulumi.Input[Mapping[str, Any]]
    """What says whether the objective holds: see `keeps_to_its_objective`."""


class MeshFaults(KubernetesComponent):
    """A CronJob for each experiment, which puts a fault into the target's own route, and one that takes back lost ones.

    A mesh applies one route to a host, so that a fault cannot be an object of its own whose deletion ends it. Instead
    it has a lease of a minute, which its job renews and the sweep, every minute, enforces. When the experiments leave
    the settings their jobs go first, and their pods with them, while the right to take a fault back still stands.
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
        """Install it with the experiments by name, none of which starts while `resting`; `priority` names a class.

        The sweep never rests: a fault may stand when the region takes over.
        """
        super().__init__("MeshFaults", name, scope, "internal", opts)
        self._name, self._priority = name, priority
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, opts=self.child())
        place.let_out_to_api_server()
        if scope.cloud == "aws":
            place.let_out("to-prometheus", [namespace_peer("observability")], [9090])
        else:
            # The front door and Cloud Monitoring have public addresses.
            place.let_out("to-probed", [address_peer("0.0.0.0/0")], [443])
        self._place = place.namespace
        targets = sorted({experiment.settings.target for experiment in experiments.values()})
        self._account = self._allowed(targets)
        code = core.v1.ConfigMap(
            f"{name}-code",
            metadata={"name": "code", "namespace": self._place},
            data={PROGRAM.name: PROGRAM.read_text()},
            opts=self.child(),
        )
        self._code = name_of(code.metadata)
        swept = self._job(SWEEP, "* * * * *", {"targets": targets}, command="sweep", seconds=50)
        # It is there before the first fault, and until the last job that makes one has gone.
        self._place = pulumi.Output.all(self._place, swept.id).apply(lambda known: str(known[0]))
        for experiment, found in experiments.items():
            settings = found.settings
            self._job(
                experiment,
                settings.cron,
                pulumi.Output.from_input(found.judge).apply(
                    lambda judge, settings=settings: {
                        "target": settings.target,
                        "seconds": settings.duration_minutes * 60,
                        "fault": route_fault(settings),
                        "judge": judge,
                    }
                ),
                command="run",
                seconds=settings.duration_minutes * 60 + SPARE_SECONDS,
                suspend=resting,
            )
        self.register_outputs({})

    def _allowed(self, targets: list[str]) -> pulumi.Output[str]:
        """The service account of all jobs, known once it may change the targets' routes, and no others."""
        account = core.v1.ServiceAccount(
            f"{self._name}-account", metadata={"name": ACCOUNT, "namespace": self._place}, opts=self.child()
        )
        bound: list[pulumi.Output[Any]] = []
        for target in targets:
            role = rbac.v1.Role(
                f"{self._name}-{target}-role",
                metadata={"name": ACCOUNT, "namespace": target},
                rules=[
                    {
                        "api_groups": ["networking.istio.io"],
                        "resources": ["virtualservices"],
                        "resource_names": [target],
                        "verbs": ["get", "patch"],
                    }
                ],
                opts=self.child(),
            )
            binding = rbac.v1.RoleBinding(
                f"{self._name}-{target}-binding",
                metadata={"name": ACCOUNT, "namespace": target},
                role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": name_of(role.metadata)},
                subjects=[{"kind": "ServiceAccount", "name": name_of(account.metadata), "namespace": NAMESPACE}],
                opts=self.child(),
            )
            bound.append(binding.id)
        return pulumi.Output.all(name_of(account.metadata), *bound).apply(lambda known: str(known[0]))

    def _job(
        self,
        job: str,
        schedule: str,
        settings: pulumi.Input[Mapping[str, Any]],
        *,
        command: Literal["run", "sweep"],
        seconds: int,
        suspend: bool = False,
    ) -> batch.v1.CronJob:
        """Run a command of the program by schedule, for so many seconds at most."""
        told = core.v1.ConfigMap(
            f"{self._name}-{job}-settings",
            metadata={"name": job, "namespace": self._place},
            data={"settings.json": pulumi.Output.json_dumps(settings)},
            opts=self.child(),
        )
        volume: core.v1.VolumeArgsDict = {
            "name": "program",
            "projected": {
                "sources": [
                    {"config_map": {"name": self._code}},
                    {"config_map": {"name": name_of(told.metadata)}},
                ]
            },
        }
        return batch.v1.CronJob(
            f"{self._name}-{job}",
            metadata={
                "name": job,
                "namespace": self._place,
                # Its pods have ended, and taken their faults back, before anything that they need goes.
                "annotations": {"pulumi.com/deletionPropagationPolicy": "foreground"},
            },
            spec={
                "schedule": schedule,
                "time_zone": "Etc/UTC",
                "suspend": suspend,
                "concurrency_policy": "Forbid",
                "starting_deadline_seconds": 60,
                "successful_jobs_history_limit": 1,
                "failed_jobs_history_limit": 3,
                "job_template": {
                    "spec": {
                        "active_deadline_seconds": seconds,
                        # A second try would run on outside of the window.
                        "backoff_limit": 0,
                        "template": {
                            "metadata": {"labels": {"app.kubernetes.io/name": NAMESPACE}},
                            "spec": task(
                                {
                                    "name": NAMESPACE,
                                    "image": self.scope.vendor.reference("python"),
                                    "command": ["python3", f"{FOLDER}/{PROGRAM.name}"],
                                    "args": [command, f"{FOLDER}/settings.json"],
                                    "resources": resources(50, 64),
                                    "volume_mounts": [{"name": "program", "mount_path": FOLDER, "read_only": True}],
                                },
                                account=self._account,
                                priority=self._priority,
                                user=USER,
                                volumes=[volume],
                            ),
                        },
                    }
                },
            },
            opts=self.child(),
        )


def route_fault(experiment: ExperimentSettings) -> dict[str, Any]:
    """The fault as a route has it, in as large a share of requests as pods may be hit."""
    kind, made = FAULTS[experiment.fault]
    return {kind: {"percentage": {"value": experiment.max_pods_percent}, **made}}
