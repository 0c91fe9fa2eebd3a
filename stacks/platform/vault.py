"""Vault in the cluster."""

from collections.abc import Mapping, Sequence

import pulumi

from components.kubernetes.priorities import Priority
from components.kubernetes.storage import Class
from components.kubernetes.vault import Exports, Vault
from stacks.platform.site import OnAws, Site


def install(
    site: Site,
    priorities: Mapping[Priority, pulumi.Input[str]],
    volumes: Mapping[Class, pulumi.Input[str]],
    after: Sequence[pulumi.Resource] = (),
) -> Vault:
    """Install Vault, which exports its secrets from the primary and imports them in the standby.

    `after` is what defines certificates: cert-manager's release.
    """
    federation, accounts = site.settings.federation, site.settings.accounts
    pool = federation.pool_name(accounts.gcp_project_number)
    return Vault(
        "vault",
        site.scope,
        site.settings.platform.vault,
        workloads=list(site.settings.workloads),
        home=site.here.vault,
        # What the pool's provider expects in tokens unless it is told otherwise.
        copy=Exports(f"https://iam.googleapis.com/{pool}/providers/{federation.cluster_provider}")
        if isinstance(site.here, OnAws)
        else site.here.vault_copies,
        volumes=volumes,
        after=after,
        priority=priorities["platform-critical"],
        # How much a lost cloud takes with it hangs on when they last ran.
        jobs_priority=priorities["platform"],
        opts=site.opts,
    )
