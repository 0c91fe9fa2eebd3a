"""Settings of what runs in both clusters beside the workloads: each default safe for production."""

from settings.kubernetes.admission import PodAdmissionSettings
from settings.kubernetes.dast import DastSettings
from settings.kubernetes.sonarqube import SonarQubeSettings
from settings.types import Model
from settings.vendor import VendorImages


class PlatformSettings(Model):
    """The platform in the clusters, the same in both as far as the clusters allow."""

    installed: bool = True
    """Whether the clusters have contents: false for the first update, which makes the registries that the charts and
    images are then copied to."""

    images: VendorImages
    """Digests of others' images, the same in both registries, by their names in settings/vendor.py."""

    admission: PodAdmissionSettings = PodAdmissionSettings()
    """What may start in the workloads' namespaces."""

    sonarqube: SonarQubeSettings = SonarQubeSettings()
    """What analyses of the code found."""

    dast: DastSettings = DastSettings()
    """Scans of the platform from outside."""
