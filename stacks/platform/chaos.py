"""Experiments with faults: of pods and requests in both clusters, what takes privilege on nodes on EKS alone."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.kubernetes import burn_probes, chaos_mesh, litmus, mesh_faults
from components.kubernetes.metrics import PROMETHEUS
from components.kubernetes.slo import Slo, all_slos
from settings.kubernetes.chaos import ExperimentSettings
from stacks.platform.site import OnAws, Site


def install(site: Site, priority: pulumi.Input[str]) -> None:
    """Install what makes faults, where faults are wanted."""
    chaos, workloads = site.settings.platform.chaos, site.settings.workloads
    if not chaos.enabled:
        return
    experiments = chaos.experiments
    # A standby that serves has taken over, and no other region is left: people alone may start one there.
    resting = site.region.role == "standby" and site.scope.mode == "active"
    slos = {slo.name: slo for slo in all_slos(list(workloads), site.settings.platform.objectives)}
    if isinstance(site.here, OnAws):
        chaos_mesh.ChaosMesh(
            "chaos-mesh",
            site.scope,
            experiments={name: each for name, each in experiments.items() if each.fault in chaos_mesh.FAULTS},
            objectives=slos,
            prometheus=PROMETHEUS,
            priority=priority,
            opts=site.opts,
        )
    deleting = {
        name: litmus.Experiment(
            each,
            "rollout" if workloads[each.target].canary and site.region.rollouts else "deployment",
            _probes(site, each, _slo(slos, each)),
        )
        for name, each in experiments.items()
        # Litmus hits one pod at least: of the few in a region that waits that could be more than was agreed.
        if each.fault == "pod-kill" and each.pods_hit(workloads[each.target].replica_range(site.scope.mode).minimum)
    }
    litmus.Litmus("litmus", site.scope, experiments=deleting, resting=resting, priority=priority, opts=site.opts)
    of_requests = {
        name: mesh_faults.Experiment(each, _judge(site, each, _slo(slos, each)))
        for name, each in experiments.items()
        if each.fault in mesh_faults.FAULTS
    }
    if of_requests:
        mesh_faults.MeshFaults(
            "mesh-faults", site.scope, experiments=of_requests, resting=resting, priority=priority, opts=site.opts
        )


def _slo(slos: Mapping[str, Slo], experiment: ExperimentSettings) -> Slo:
    return slos[f"{experiment.slo.workload}-{experiment.slo.promise}"]


def _probes(site: Site, experiment: ExperimentSettings, slo: Slo) -> list[pulumi.Input[burn_probes.Probe]]:
    """What ends an experiment of Litmus."""
    here = site.here
    if isinstance(here, OnAws):
        return [burn_probes.by_prometheus(experiment, slo, PROMETHEUS)]
    promised = site.settings.platform.objectives.of(slo.service)
    return [
        pulumi.Output.from_input(here.cluster_name).apply(
            lambda cluster: burn_probes.by_google(experiment, slo, promised, project=here.project, cluster_name=cluster)
        ),
        burn_probes.by_front_door(_front_door(site)),
    ]


def _judge(site: Site, experiment: ExperimentSettings, slo: Slo) -> pulumi.Input[Mapping[str, Any]]:
    """What ends one of the mesh: the same, in the words of its program."""
    here = site.here
    if isinstance(here, OnAws):
        return {"prometheus": PROMETHEUS, "query": burn_probes.prometheus_query(experiment, slo)}
    promised = site.settings.platform.objectives.of(slo.service)
    return pulumi.Output.from_input(here.cluster_name).apply(
        lambda cluster: {
            "google": True,
            "prometheus": burn_probes.google_address(here.project),
            "query": burn_probes.google_query(experiment, slo, promised, cluster),
            "addresses": [_front_door(site)],
        }
    )


def _front_door(site: Site) -> str:
    """A URL of the standby's that answers while users are served."""
    door = site.settings.front_door
    [host, *_] = door.names(f"gcp.{site.settings.domain}").values()
    return f"https://{host}{door.health_path}"
