"""What the clusters' contents are made from: the cluster, the settings, and what its cloud has made for them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.kubernetes.component import Scope
from settings.shared import Shared


@dataclass(frozen=True)
class OnAws:
    """What EKS's contents need of the primary region."""

    region: str
    snapshot_driver: pulumi.Output[str]
    """The driver of volumes, known once the cluster knows what a snapshot is."""

    volumes_key_arn: pulumi.Output[str]
    service_accounts: Mapping[str, pulumi.Output[str]]
    """Names of the controllers' service accounts, known once their pods get their rights."""


@dataclass(frozen=True)
class OnGcp:
    """What GKE's contents need of the standby region."""

    project: str
    region: str
    volumes_key_id: pulumi.Output[str]


@dataclass(frozen=True)
class Site:
    """One cluster and what surrounds it."""

    scope: Scope
    settings: Shared
    here: OnAws | OnGcp
    opts: pulumi.ResourceOptions
    """With the cluster's provider."""
