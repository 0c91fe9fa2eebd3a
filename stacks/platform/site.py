"""What the clusters' contents are made from: the cluster, the settings, and what its cloud has made for them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.kubernetes.component import Scope
from components.kubernetes.vault import Home, Imports
from settings.shared import Shared


@dataclass(frozen=True)
class OnAws:
    """What EKS's contents need of the primary region."""

    region: str
    service_accounts: Mapping[str, pulumi.Output[str]]
    """Names of the controllers' service accounts, known once their pods get their rights."""

    vault: Home


@dataclass(frozen=True)
class OnGcp:
    """What GKE's contents need of the standby region."""

    project: str
    region: str
    vault: Home
    vault_copies: Imports


@dataclass(frozen=True)
class Site:
    """One cluster and what surrounds it."""

    scope: Scope
    settings: Shared
    here: OnAws | OnGcp
    opts: pulumi.ResourceOptions
    """With the cluster's provider."""
