"""What the clusters' contents are made from: the cluster, the settings, and what its cloud has made for them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.kubernetes.component import Scope
from components.kubernetes.workload_values import Identity, Region
from components.kubernetes.workloads import Outside, Place
from settings.shared import Shared


@dataclass(frozen=True)
class OnAws:
    """What EKS's contents need of the primary region."""

    region: str
    service_accounts: Mapping[str, pulumi.Output[str]]
    """Names of the controllers' service accounts, known once their pods get their rights."""


@dataclass(frozen=True)
class OnGcp:
    """What GKE's contents need of the standby region."""

    project: str
    region: str


@dataclass(frozen=True)
class Site:
    """One cluster and what surrounds it."""

    scope: Scope
    settings: Shared
    here: OnAws | OnGcp
    region: Region
    """What workloads' pods are told."""

    identities: Mapping[str, Identity]
    """Who workloads' pods are in their cloud, by name."""

    places: Mapping[Outside, Place]
    """Where workloads' pods reach what is no workload."""

    opts: pulumi.ResourceOptions
    """With the cluster's provider."""
