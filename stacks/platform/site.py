"""What the clusters' contents are made from: the cluster, the settings, and what its cloud has made for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.kubernetes.component import Scope
from components.kubernetes.karpenter import Machines
from settings.shared import Shared


@dataclass(frozen=True)
class OnAws:
    """What EKS's contents need of the primary region."""

    region: str
    snapshot_driver: pulumi.Output[str]
    """The driver of volumes, known once the cluster knows what a snapshot is."""

    volumes_key_arn: pulumi.Output[str]
    zone_id: pulumi.Output[str]
    """Of the public zone."""

    vpc_id: pulumi.Output[str]
    machines: Machines
    """What Karpenter starts nodes from."""

    reserved_names: Sequence[str]
    """Names in the zone that decide a failover: no controller may write them."""

    service_accounts: Mapping[str, pulumi.Output[str]]
    """Names of the controllers' service accounts, known once their pods get their rights."""


@dataclass(frozen=True)
class OnGcp:
    """What GKE's contents need of the standby region."""

    project: str
    region: str
    volumes_key_id: pulumi.Output[str]
    zone_name: pulumi.Output[str]
    """Of the managed zone of the cluster's own names."""

    reserved_names: Sequence[str]
    """Names that the load balancer answers to: no controller may write them."""


@dataclass(frozen=True)
class Site:
    """One cluster and what surrounds it."""

    scope: Scope
    settings: Shared
    here: OnAws | OnGcp
    opts: pulumi.ResourceOptions
    """With the cluster's provider."""

    @property
    def zone(self) -> str:
        """The public zone that names of what runs here belong to."""
        domain = self.settings.domain
        return domain if isinstance(self.here, OnAws) else self.settings.front_door.standby_names(domain)["gcp"]
