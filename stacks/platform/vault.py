"""Vault in the cluster."""

from collections.abc import Mapping, Sequence

import pulumi

from components.kubernetes.external_secrets import ExternalSecrets
from components.kubernetes.priorities import Priority
from components.kubernetes.storage import Class
from components.kubernetes.vault import Exports, Vault
from components.kubernetes.vault_readers import VaultReaders
from stacks.platform.site import OnAws, Site


def install(
    site: Site,
    priorities: Mapping[Priority, pulumi.Input[str]],
    volumes: Mapping[Class, pulumi.Input[str]],
    secrets: ExternalSecrets,
    after: Sequence[pulumi.Resource] = (),
) -> Vault:
    """Install Vault, which exports its secrets from the primary and imports them in the standby.

    `secrets` reads there for the workloads that have some.
    `after` is what defines certificates: cert-manager's release.
    """
    federation, accounts = site.settings.federation, site.settings.accounts
    pool = federation.pool_name(accounts.gcp_project_number)
    workloads = [name for name, workload in site.settings.workloads.items() if workload.uses.vault]
    vault = Vault(
        "vault",
        site.scope,
        site.settings.platform.vault,
        workloads=workloads,
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
    if workloads:
        VaultReaders("vault-readers", site.scope, workloads, vault=vault, secrets=secrets, opts=site.opts)
    return vault
