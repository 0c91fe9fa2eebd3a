"""Secrets of the cloud's store in the cluster."""

import pulumi

from components.kubernetes.external_secrets import SERVICE_ACCOUNT, ExternalSecrets
from stacks.platform.site import OnAws, Site


def install(site: Site, priority: pulumi.Input[str]) -> ExternalSecrets:
    """Install External Secrets with the cloud's own store."""
    if isinstance(site.here, OnAws):
        account = site.here.service_accounts["external-secrets"]
        return ExternalSecrets(
            "external-secrets",
            site.scope,
            service_account=account,
            provider={"aws": {"service": "SecretsManager", "region": site.here.region}},
            priority=priority,
            opts=site.opts,
        )
    return ExternalSecrets(
        "external-secrets",
        site.scope,
        service_account=SERVICE_ACCOUNT,
        provider={"gcpsm": {"projectID": site.here.project}},
        priority=priority,
        opts=site.opts,
    )
