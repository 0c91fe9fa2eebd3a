"""Experiments with faults: deleted pods in both clusters, what takes privilege on nodes on EKS alone."""

from collections.abc import Sequence

import pulumi

from components.kubernetes import burn_probes
from components.kubernetes.chaos_mesh import ChaosMesh
from components.kubernetes.litmus import Experiment, Litmus
from components.kubernetes.metrics import PROMETHEUS
from components.kubernetes.slo import all_slos
from settings.kubernetes.chaos import ExperimentSettings
from stacks.platform.site import OnAws, Site


def install(site: Site) -> None:
    """Install what makes faults, where faults are wanted."""
    settings = site.settings.platform
    if not settings.chaos.enabled:
        return
    experiments, workloads = settings.chaos.experiments, site.settings.workloads
    slos = {slo.name: slo for slo in all_slos(list(workloads), settings.objectives)}
    if isinstance(site.here, OnAws):
        ChaosMesh(
            "chaos-mesh",
            site.scope,
            experiments={name: each for name, each in experiments.items() if each.fault != "pod-kill"},
            objectives=slos,
            prometheus=PROMETHEUS,
            opts=site.opts,
        )

    def probes(experiment: ExperimentSettings) -> Sequence[pulumi.Input[burn_probes.Probe]]:
        slo = slos[f"{experiment.slo.workload}-{experiment.slo.promise}"]
        here = site.here
        if isinstance(here, OnAws):
            return [burn_probes.by_prometheus(experiment, slo, PROMETHEUS)]
        door = site.settings.front_door
        [host, *_] = door.names(f"gcp.{site.settings.domain}").values()
        promised = settings.objectives.of(slo.service)
        return [
            pulumi.Output.from_input(here.cluster_name).apply(
                lambda cluster: burn_probes.by_google(
                    experiment, slo, promised, project=here.project, cluster_name=cluster
                )
            ),
            burn_probes.by_front_door(f"https://{host}{door.health_path}"),
        ]

    deleting = {
        name: Experiment(
            each,
            "rollout" if workloads[each.target].canary and site.region.rollouts else "deployment",
            probes(each),
        )
        for name, each in experiments.items()
        # Litmus hits one pod at least: of the few in a region that waits that could be more than was agreed.
        if each.fault == "pod-kill" and each.pods_hit(workloads[each.target].replica_range(site.scope.mode).minimum)
    }
    Litmus("litmus", site.scope, experiments=deleting, opts=site.opts)
