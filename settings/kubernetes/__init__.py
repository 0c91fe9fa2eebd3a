"""Settings of what runs in both clusters beside the workloads: each default safe for production."""

from settings.kubernetes.certificates import CertificateSettings
from settings.kubernetes.mesh import MeshSettings
from settings.kubernetes.nodes import NodeSettings
from settings.kubernetes.observability import ObservabilitySettings
from settings.types import Model
from settings.vendor import VendorImages


class PlatformSettings(Model):
    """The platform in the clusters, the same in both as far as the clusters allow."""

    installed: bool = True
    """Whether the clusters have contents: false for the first update, which makes the registries that the charts and
    images are then copied to."""

    certificates: CertificateSettings = CertificateSettings()
    """Certificates for what runs in the clusters."""

    nodes: NodeSettings = NodeSettings()
    """Nodes that come and go with the pods, in the primary region."""

    images: VendorImages
    """Digests of others' images, the same in both registries, by their names in settings/vendor.py."""

    mesh: MeshSettings = MeshSettings()
    """The service mesh."""

    observability: ObservabilitySettings = ObservabilitySettings()
    """Metrics, traces and logs in the clusters."""
