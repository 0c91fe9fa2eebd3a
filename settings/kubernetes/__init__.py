"""Settings of what runs in both clusters beside the workloads: each default safe for production."""

from collections.abc import Mapping

from settings.kubernetes.admission import PodAdmissionSettings
from settings.kubernetes.alerting import AlertingSettings
from settings.kubernetes.certificates import CertificateSettings
from settings.kubernetes.chaos import ChaosSettings
from settings.kubernetes.dast import DastSettings
from settings.kubernetes.delivery import DeliverySettings
from settings.kubernetes.mesh import MeshSettings
from settings.kubernetes.nodes import NodeSettings
from settings.kubernetes.objectives import ObjectiveSettings
from settings.kubernetes.observability import ObservabilitySettings
from settings.kubernetes.sonarqube import SonarQubeSettings
from settings.kubernetes.vault import VaultSettings
from settings.types import Model, Refusal
from settings.vendor import VendorImages
from settings.workloads import WorkloadSettings


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

    objectives: ObjectiveSettings = ObjectiveSettings(workloads={})
    """What the workloads promise to their callers, in either region."""

    alerting: AlertingSettings = AlertingSettings()
    """Whom the primary's cluster tells."""

    chaos: ChaosSettings = ChaosSettings(experiments={})
    """Experiments with faults in the primary's cluster; none by default."""

    def check(self, workloads: Mapping[str, WorkloadSettings], environment: str) -> None:
        """Refuse what is about a workload that there is not, and promises that nobody could judge."""
        for name in self.objectives.workloads:
            if name not in workloads:
                raise Refusal(
                    "nothing runs under this name, and so nothing would keep the promise",
                    f"name one of {', '.join(workloads)}",
                    at=("objectives", "workloads", name),
                )
        kept, window = self.observability.metrics.local_days, self.objectives.time_window_days
        if kept < window:
            raise Refusal(
                f"error budgets are of {window} days, and would forget all that is older",
                f"keep {window} days or more",
                at=("observability", "metrics", "local_days"),
            )
        try:
            self.chaos.check(workloads, environment)
        except Refusal as refusal:
            raise Refusal(refusal.consequence, refusal.remedy, at=("chaos", *refusal.at)) from refusal

    vault: VaultSettings = VaultSettings()
    """The store of secrets that people write."""

    admission: PodAdmissionSettings = PodAdmissionSettings()
    """What may start in the workloads' namespaces."""

    delivery: DeliverySettings = DeliverySettings()
    """What Argo CD, Flux and Config Sync apply."""

    sonarqube: SonarQubeSettings = SonarQubeSettings()
    """What analyses of the code found."""

    dast: DastSettings = DastSettings()
    """Scans of the platform from outside."""
