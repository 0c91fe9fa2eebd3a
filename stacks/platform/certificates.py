"""Certificates: public ones in both clusters, and the mesh's where the mesh is ours."""

from typing import Any

import pulumi

from components.kubernetes.certificates import SERVICE_ACCOUNT, Certificates
from stacks.platform.site import OnAws, Site


def install(site: Site, priority: pulumi.Input[str]) -> Certificates:
    """Install cert-manager with the issuers of the cluster."""
    here = site.here
    made = Certificates(
        "certificates",
        site.scope,
        site.settings.platform.certificates,
        contact=site.settings.front_door.contact(site.settings.domain),
        zone=site.zone,
        solver=_solver(site),
        priority=priority,
        service_account=here.service_accounts["cert-manager"] if isinstance(here, OnAws) else SERVICE_ACCOUNT,
        opts=site.opts,
    )
    if isinstance(here, OnAws):
        made.add_mesh_authority()
    return made


def _solver(site: Site) -> dict[str, Any]:
    """Who writes the challenges, as the controller's own identity."""
    if isinstance(site.here, OnAws):
        return {"route53": {"region": site.here.region, "hostedZoneID": site.here.zone_id}}
    return {"cloudDNS": {"project": site.here.project, "hostedZoneName": site.here.zone_name}}
