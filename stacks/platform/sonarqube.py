"""What analyses of the code found, in the primary's cluster."""

import pulumi

from components.kubernetes.external_secrets import ExternalSecrets
from components.kubernetes.sonarqube import SonarQube
from stacks.platform.site import OnAws, Site


def install(site: Site, priority: pulumi.Input[str], secrets: ExternalSecrets) -> None:
    """Install SonarQube; on GKE nothing, as whoever is served in a failover does without it."""
    settings = site.settings.platform.sonarqube
    if not isinstance(site.here, OnAws) or not settings.installed:
        return
    SonarQube(
        "sonarqube",
        site.scope,
        settings,
        store=secrets.store,
        secrets=dict(site.here.sonarqube_secrets),
        database_endpoint=site.here.database_endpoint,
        database_ranges=[str(cidr) for cidr in site.settings.plan.aws.tiers["data"]],
        priority=priority,
        opts=site.opts,
    )
