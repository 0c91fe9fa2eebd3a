"""Whom the primary's Alertmanager tells; the standby's alarms are Cloud Monitoring's."""

from typing import Any

import pulumi

from components.kubernetes.alert_routes import SECRET, AlertReceivers, alertmanager_config, secret_keys
from components.kubernetes.external_secrets import STORE, ExternalSecrets
from components.kubernetes.metrics import NOBODY, Routes
from stacks.platform.site import OnAws, Site

REMOTE = "alert-receivers"
"""The secret of the cloud's store, below the platform's path."""


def config(site: Site) -> dict[str, Any]:
    """Alertmanager's configuration."""
    workloads = site.settings.workloads
    return alertmanager_config(
        site.settings.receivers,
        site.settings.platform.alerting,
        entrances=[name for name, workload in workloads.items() if workload.public],
    )


def install(site: Site, secrets: ExternalSecrets, namespace: pulumi.Input[str]) -> Routes:
    """Put the receivers' keys where Alertmanager is, and say whom it tells; the standby has Cloud Monitoring."""
    if not isinstance(site.here, OnAws):
        return NOBODY
    keys = secret_keys(site.settings.receivers, site.settings.platform.alerting)
    if keys:
        owner = site.settings.ownership
        AlertReceivers(
            "alert-receivers",
            site.scope,
            keys=keys,
            remote=f"{owner.service}-{owner.environment}/{REMOTE}",
            namespace=namespace,
            store=secrets.store.id.apply(lambda _: STORE),
            opts=site.opts,
        )
    return Routes(config(site), [SECRET] if keys else [])
