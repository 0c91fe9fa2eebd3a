"""Between the clouds' load balancers, which the stacks make, and the gateways in the clusters."""

import pulumi

from components.kubernetes.autoneg import Autoneg
from components.kubernetes.load_balancing import LoadBalancing
from stacks.platform.site import OnAws, Site


def install(site: Site, priority: pulumi.Input[str], certificates: pulumi.Resource) -> LoadBalancing | Autoneg:
    """Install the controller of the cluster's cloud; `certificates` is cert-manager's release."""
    here = site.here
    if isinstance(here, OnAws):
        return LoadBalancing(
            "load-balancing",
            site.scope,
            region=here.region,
            cluster_name=here.machines.cluster_name,
            vpc_id=here.vpc_id,
            service_account=here.service_accounts["load-balancer"],
            priority=priority,
            certificates=certificates,
            opts=site.opts,
        )
    return Autoneg("autoneg", site.scope, priority=priority, opts=site.opts)
