"""What may start in the workloads' namespaces, and reports on what is there."""

from collections.abc import Mapping

import pulumi

from components.kubernetes.admission import ADMISSION_ACCOUNT, REPORTS_ACCOUNT, PodAdmission
from components.kubernetes.priorities import Priority
from components.kubernetes.scanning import Scanning
from stacks.platform.site import OnAws, Site


def install(site: Site, priorities: Mapping[Priority, pulumi.Input[str]]) -> None:
    """Install Kyverno with its policies, and Trivy's operator.

    On GKE Binary Authorization judges signatures, before any webhook.
    """
    on_aws = isinstance(site.here, OnAws)
    known = site.here.service_accounts if isinstance(site.here, OnAws) else {}
    PodAdmission(
        "admission-control",
        site.scope,
        namespaces=list(site.settings.workloads),
        admission_account=known.get("kyverno", ADMISSION_ACCOUNT),
        reports_account=known.get("kyverno-reports", REPORTS_ACCOUNT),
        signing_keys=site.settings.platform.admission.signing_keys if on_aws else None,
        # While it is away, no pod of the workloads starts.
        priority=priorities["platform-critical"],
        reports_priority=priorities["platform"],
        opts=site.opts,
    )
    Scanning("scanning", site.scope, priority=priorities["batch"], opts=site.opts)
