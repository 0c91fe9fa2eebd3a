"""What the clusters' contents are made from: the cluster, the settings, and what its cloud has made for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Literal

import pulumi

from components.aws.sonarqube import SonarQubeSecret
from components.kubernetes.component import Scope
from components.kubernetes.dast import Reports
from components.kubernetes.karpenter import Machines
from components.kubernetes.vault import Home, Imports
from components.kubernetes.workload_values import Identity, Region
from components.kubernetes.workloads import Outside, Place
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

    names: Sequence[str]
    """Public names that lead to the mesh's gateway."""

    target_groups: Mapping[str, pulumi.Output[str]]
    """ARNs of the load balancers' target groups, by who comes through them."""

    store_ports: Mapping[Literal["cache", "database", "topics"], int]
    """Ports of the stores in the data subnets."""

    cluster_name: pulumi.Input[str]
    metrics_endpoint: pulumi.Input[str]
    """The URL of the workspace that keeps metrics, with a slash at its end."""

    search_endpoint: pulumi.Input[str]
    """The host of the search domain."""

    secrets: Mapping[str, pulumi.Input[str]]
    """ARNs of the consoles' secrets by name."""

    vault: Home

    database_endpoint: pulumi.Input[str]
    """The host of the relational database's writer."""

    sonarqube_secrets: Mapping[SonarQubeSecret, pulumi.Input[str]]
    """ARNs of SonarQube's secrets."""

    reports: Reports
    """Where scans send what they found."""


@dataclass(frozen=True)
class OnGcp:
    """What GKE's contents need of the standby region."""

    project: str
    region: str
    cluster_name: pulumi.Input[str]
    names: Sequence[str]
    """Public names that lead to the mesh's gateway."""

    backend_services: Mapping[str, pulumi.Output[str]]
    """Names of the load balancers' backend services, by who comes through them."""

    front_ends: Sequence[IPv4Network]
    """Where Google's load balancers and health checks come from."""

    regional: Collection[str]
    """Which of them are the region's own, and count connections rather than requests."""

    mesh: pulumi.Resource
    """What must exist before Google brings the mesh into the cluster."""
    volumes_key_id: pulumi.Output[str]
    zone_name: pulumi.Output[str]
    """Of the managed zone of the cluster's own names."""

    reserved_names: Sequence[str]
    """Names that the load balancer answers to: no controller may write them."""
    vault: Home
    vault_copies: Imports


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

    @property
    def zone(self) -> str:
        """The public zone that names of what runs here belong to."""
        domain = self.settings.domain
        return domain if isinstance(self.here, OnAws) else self.settings.front_door.standby_names(domain)["gcp"]
