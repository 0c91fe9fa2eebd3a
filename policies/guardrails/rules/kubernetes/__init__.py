"""Rules on what runs in clusters, of either cloud: one module a family.

They read objects that the program makes itself, and of releases what it tells their charts; what a chart then makes
is not in a plan.
"""

from guardrails.rules.kubernetes import (
    containers,
    mesh,
    namespaces,
    pods,
    provider,
    rbac,
    releases,
    services,
    stores,
)

FAMILIES = (containers, mesh, namespaces, pods, provider, rbac, releases, services, stores)
