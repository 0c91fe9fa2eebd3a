"""What applies the workloads: Argo CD on the primary, Flux on the standby, from one map of the same values."""

from collections.abc import Mapping

import pulumi

from components.kubernetes.argo_applications import ArgoApplications, Delivery
from components.kubernetes.argo_cd import ArgoCd
from components.kubernetes.flux import Flux, FluxReleases
from components.kubernetes.priorities import Priority
from components.kubernetes.rollouts import ArgoRollouts
from components.kubernetes.workload_values import rank, values
from stacks.platform.site import OnAws, Site


def install(
    site: Site,
    priorities: Mapping[Priority, pulumi.Input[str]],
    namespaces: Mapping[str, pulumi.Input[str]],
    external_secrets: pulumi.Resource,
) -> pulumi.Output[list[str]] | None:
    """Install what delivers, and have it deliver each workload into its namespace.

    Returns their names, known once Flux was told what each shall be; Argo CD's are nobody's to wait for.

    `external_secrets` is the release that defines their kinds.
    """
    settings, registry = site.settings.platform.delivery, site.region.repositories
    ours, priority = site.settings.workloads, priorities["platform"]
    workloads = {
        name: Delivery(
            namespaces[name],
            values(name, workload, site.region, site.identities[name], priority=priorities[rank(name, ours)]),
        )
        for name, workload in ours.items()
    }
    if isinstance(site.here, OnAws):
        ArgoRollouts("argo-rollouts", site.scope, priority=priority, opts=site.opts)
        argo = ArgoCd(
            "argocd",
            site.scope,
            settings,
            region=site.here.region,
            registry=registry,
            secrets=site.region.secrets,
            after=external_secrets,
            priority=priority,
            opts=site.opts,
        )
        ArgoApplications(
            "applications",
            site.scope,
            settings,
            registry=registry,
            workloads=workloads,
            after=argo.ready,
            opts=site.opts,
        )
        return None
    flux = Flux("flux", site.scope, priority=priority, opts=site.opts)
    return FluxReleases(
        "releases", site.scope, settings, registry=registry, workloads=workloads, after=flux.ready, opts=site.opts
    ).told
