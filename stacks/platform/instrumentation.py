"""Traces from workloads whose code makes none."""

import pulumi

from components.kubernetes.instrumentation import Instrumentation
from stacks.platform.site import OnAws, Site


def install(site: Site, priority: pulumi.Input[str], certificates: pulumi.Resource) -> None:
    """Install OpenTelemetry's operator on EKS; `certificates` is cert-manager's release."""
    if isinstance(site.here, OnAws):
        Instrumentation("instrumentation", site.scope, priority=priority, certificates=certificates, opts=site.opts)
