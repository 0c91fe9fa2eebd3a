"""Experiments with faults in the clusters: all kinds on EKS, on Autopilot those that need no privilege."""

from components.kubernetes.chaos_mesh import ChaosMesh
from components.kubernetes.litmus import Litmus, burn_probe, reachable_probe
from components.kubernetes.metrics import PROMETHEUS
from components.kubernetes.slo import all_slos
from stacks.platform.site import OnAws, Site


def install(site: Site) -> None:
    """Install what makes faults, where faults are wanted."""
    settings = site.settings.platform
    if not settings.chaos.enabled:
        return
    experiments = settings.chaos.experiments
    slos = {slo.name: slo for slo in all_slos(list(site.settings.workloads), settings.objectives)}
    deleting = {name: each for name, each in experiments.items() if each.fault == "pod-kill"}
    if isinstance(site.here, OnAws):
        ChaosMesh(
            "chaos-mesh",
            site.scope,
            experiments=experiments,
            objectives=slos,
            prometheus=PROMETHEUS,
            opts=site.opts,
        )
        probes = {
            name: burn_probe(each, slos[f"{each.slo.workload}-{each.slo.promise}"], PROMETHEUS)
            for name, each in deleting.items()
        }
    else:
        # Its objectives are Cloud Monitoring's, which no probe can read: users' way in is asked instead.
        door = site.settings.front_door
        [host, *_] = door.names(f"gcp.{site.settings.domain}").values()
        probes = dict.fromkeys(deleting, reachable_probe(f"https://{host}{door.health_path}"))
    rollouts = {name for name, each in site.settings.workloads.items() if each.canary and site.region.rollouts}
    Litmus("litmus", site.scope, experiments=deleting, probes=probes, rollouts=rollouts, opts=site.opts)
