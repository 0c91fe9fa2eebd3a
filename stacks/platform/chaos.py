"""Experiments with faults in the primary's cluster."""

from components.kubernetes.chaos_mesh import ChaosMesh
from components.kubernetes.slo import all_slos
from stacks.platform.objectives import NAMESPACE, RELEASE
from stacks.platform.site import OnAws, Site

PROMETHEUS = f"http://{RELEASE}-prometheus.{NAMESPACE}.svc:9090"


def install(site: Site) -> None:
    """Install Chaos Mesh where faults are wanted; Autopilot admits none of what makes them."""
    settings = site.settings.platform
    if settings.chaos.enabled and isinstance(site.here, OnAws):
        ChaosMesh(
            "chaos-mesh",
            site.scope,
            experiments=settings.chaos.experiments,
            objectives={slo.name: slo for slo in all_slos(list(site.settings.workloads), settings.objectives)},
            prometheus=PROMETHEUS,
            opts=site.opts,
        )
