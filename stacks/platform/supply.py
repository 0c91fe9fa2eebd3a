"""What may start in the workloads' namespaces."""

from components.kubernetes.admission import SERVICE_ACCOUNT, PodAdmission
from stacks.platform.site import OnAws, Site


def install(site: Site) -> None:
    """Install Kyverno with its policies; on GKE Binary Authorization judges signatures, before any webhook."""
    on_aws = isinstance(site.here, OnAws)
    PodAdmission(
        "admission-control",
        site.scope,
        namespaces=list(site.settings.workloads),
        service_account=site.here.service_accounts["kyverno"] if isinstance(site.here, OnAws) else SERVICE_ACCOUNT,
        signing_keys=site.settings.platform.admission.signing_keys if on_aws else None,
        opts=site.opts,
    )
