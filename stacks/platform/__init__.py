"""What runs in the clusters, the same in both as far as they allow; each section takes from those before it."""

import pulumi

from components.kubernetes.load_balancing import LoadBalancing
from stacks.platform import (
    alerting,
    certificates,
    chaos,
    dast,
    delivery,
    foundation,
    instrumentation,
    load_balancing,
    mesh,
    names,
    objectives,
    observability,
    secrets,
    sonarqube,
    supply,
    vault,
    workloads,
)
from stacks.platform.site import Site


def install(site: Site) -> pulumi.Output[list[str]] | None:
    """Install everything, in the order in which one thing needs another; see `delivery` for what it returns."""
    ranks, volumes = foundation.install(site)
    priorities = ranks.names
    critical, platform, batch = priorities["platform-critical"], priorities["platform"], priorities["batch"]
    issuers = certificates.install(site, critical)
    balancers = load_balancing.install(site, critical, issuers.release)
    instrumentation.install(site, platform, issuers.release)
    names.install(site, platform)
    stored = secrets.install(site, critical)
    namespaces = {workload: place.namespace for workload, place in workloads.install(site).items()}
    vault.install(site, priorities, volumes.classes, stored, after=[issuers.release])
    mesh.install(
        site,
        mesh.Foundation(
            certificates=(issuers.release,),
            balancers=(balancers.release,) if isinstance(balancers, LoadBalancing) else (),
            priority=critical,
            namespaces=namespaces,
        ),
    )
    observed = observability.namespace(site)
    routes = alerting.install(site, stored, observed.namespace)
    release = observability.install(site, platform, observed, stored, list(namespaces.values()), routes)
    objectives.install(site, namespace=observed.namespace, after=[release] if release else [])
    supply.install(site, priorities)
    told = delivery.install(site, priorities, namespaces, stored.ready)
    sonarqube.install(site, batch, stored)
    dast.install(site, batch)
    chaos.install(site, platform)
    return told
