"""What the clusters' contents are made from: the cluster, the settings, and what its cloud has made for them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.aws.sonarqube import SonarQubeSecret
from components.kubernetes.component import Scope
from components.kubernetes.dast import Reports
from settings.shared import Shared


@dataclass(frozen=True)
class OnAws:
    """What EKS's contents need of the primary region."""

    region: str
    service_accounts: Mapping[str, pulumi.Output[str]]
    """Names of the controllers' service accounts, known once their pods get their rights."""

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


@dataclass(frozen=True)
class Site:
    """One cluster and what surrounds it."""

    scope: Scope
    settings: Shared
    here: OnAws | OnGcp
    opts: pulumi.ResourceOptions
    """With the cluster's provider."""
