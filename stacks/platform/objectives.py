"""What the workloads promise, as rules of the primary's Prometheus."""

from collections.abc import Sequence

import pulumi

from components.kubernetes.metrics import RELEASE
from components.kubernetes.objectives import Objectives
from stacks.platform.site import OnAws, Site


def install(site: Site, *, namespace: pulumi.Input[str], after: Sequence[pulumi.Resource]) -> None:
    """Install the rules beside Prometheus, `after` its release; the standby's objectives are Cloud Monitoring's."""
    if isinstance(site.here, OnAws):
        Objectives(
            "objectives",
            site.scope,
            site.settings.platform.objectives,
            workloads=list(site.settings.workloads),
            namespace=namespace,
            release=RELEASE,
            runbooks=site.settings.platform.alerting.runbooks,
            after=after,
            opts=site.opts,
        )
