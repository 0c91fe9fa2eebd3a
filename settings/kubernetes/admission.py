"""Settings of what may start in the clusters."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from settings.types import AttestorName, Model, PublicKey


class PodAdmissionSettings(Model):
    """What may start in the workloads' namespaces, judged by Kyverno."""

    signing_keys: Annotated[Mapping[AttestorName, PublicKey], Field(max_length=10, default_factory=dict)]
    """Public keys in PEM that CI signs images by (`cosign public-key --key awskms://…`), by a name of yours; one of
    them must have signed. Without any, no workload starts in the primary; the standby has Binary Authorization's."""
