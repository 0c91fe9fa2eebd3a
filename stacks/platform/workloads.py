"""The workloads' namespaces, closed but for the ways that the settings name; what runs in them comes by delivery."""

from components.kubernetes.workloads import Workload
from stacks.platform.site import Site


def install(site: Site) -> dict[str, Workload]:
    """Make a place for each workload, by its name."""
    workloads = site.settings.workloads
    return {
        name: Workload(
            f"workload-{name}",
            site.scope,
            workload_name=name,
            workloads=workloads,
            places=site.places,
            opts=site.opts,
        )
        for name in workloads
    }
