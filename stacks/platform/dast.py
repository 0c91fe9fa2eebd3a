"""Scans of the platform from outside, by the primary's cluster."""

import pulumi

from components.kubernetes.dast import DynamicScan
from stacks.platform.site import OnAws, Site


def install(site: Site, priority: pulumi.Input[str]) -> None:
    """Schedule the scan; on GKE nothing: from the primary it comes to the standby as anybody does."""
    settings = site.settings.platform.dast
    if not isinstance(site.here, OnAws) or not settings.installed:
        return
    DynamicScan(
        "dast",
        site.scope,
        settings,
        target=settings.url(site.settings.domain),
        service_account=site.here.service_accounts["dast"],
        reports=site.here.reports,
        priority=priority,
        opts=site.opts,
    )
