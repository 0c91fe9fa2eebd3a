"""The Google Cloud APIs that a project must have on."""

import pulumi
from pulumi_gcp import projects

from components.gcp.component import GcpComponent, Scope

# What bootstrap itself calls, and what a provider needs to turn on the others.
NAMES = (
    "billingbudgets",
    "cloudkms",
    "cloudresourcemanager",
    "iam",
    "iamcredentials",
    "monitoring",
    "serviceusage",
    "storage",
    "sts",
)


class Services(GcpComponent):
    """APIs that are on, and stay on when this stack goes: others in the project may use them."""

    enabled: list[pulumi.Resource]

    def __init__(self, name: str, scope: Scope, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Services", name, scope, "internal", opts)
        self.enabled = [
            projects.Service(
                f"{name}-{service}",
                project=scope.project,
                service=f"{service}.googleapis.com",
                disable_on_destroy=False,
                opts=self.child(),
            )
            for service in NAMES
        ]
        self.register_outputs({})
