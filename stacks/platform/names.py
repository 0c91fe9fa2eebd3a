"""Public names of what runs in the clusters."""

import pulumi

from components.kubernetes.external_dns import ExternalDns
from stacks.platform.site import OnAws, Site


def install(site: Site, priority: pulumi.Input[str]) -> ExternalDns:
    """Install ExternalDNS for the cluster's own zone."""
    here = site.here
    if isinstance(here, OnAws):
        return ExternalDns(
            "external-dns",
            site.scope,
            provider="aws",
            zone=site.zone,
            zone_id=here.zone_id,
            reserved_names=here.reserved_names,
            provider_arguments={"aws-zone-type": "public"},
            # Route 53 has none, and the client wants one for its token.
            environment={"AWS_REGION": here.region},
            priority=priority,
            service_account=here.service_accounts["external-dns"],
            opts=site.opts,
        )
    return ExternalDns(
        "external-dns",
        site.scope,
        provider="google",
        zone=site.zone,
        zone_id=here.zone_name,
        reserved_names=[name for name in here.reserved_names if name.endswith(f".{site.zone}")],
        provider_arguments={"google-project": here.project, "google-zone-visibility": "public"},
        priority=priority,
        opts=site.opts,
    )
