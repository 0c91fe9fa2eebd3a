"""The Google Cloud APIs that a project must have on, and the accounts that their services act as."""

from collections.abc import Iterable

import pulumi
from pulumi_gcp import projects

from components.gcp.component import GcpComponent, Scope


class Services(GcpComponent):
    """APIs that are on, and stay on when this stack goes: others in the project may use them.

    A provider that depends on `enabled` makes every resource of a stack wait for them, without an edge of its own.
    """

    enabled: list[pulumi.Resource]

    def __init__(
        self, name: str, scope: Scope, names: Iterable[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Turn on APIs by the first part of their names: `container` is container.googleapis.com."""
        super().__init__("Services", name, scope, "internal", opts)
        self.enabled = [
            projects.Service(
                f"{name}-{service}",
                project=scope.project,
                service=f"{service}.googleapis.com",
                disable_on_destroy=False,
                opts=self.child(),
            )
            for service in sorted(names)
        ]
        self.register_outputs({})


# Accounts of services that every project has by then, by the first part of the API's name: `compute` and `container`
# with the API, `logging` and `storage` because bootstrap's README asks for them. Other services make theirs when the
# provider asks. https://docs.cloud.google.com/iam/docs/service-agents
STANDING = {
    "compute": "service-{number}@compute-system.iam.gserviceaccount.com",
    "container": "service-{number}@container-engine-robot.iam.gserviceaccount.com",
    "logging": "cmek-p{number}@gcp-sa-logging.iam.gserviceaccount.com",
    "storage": "service-{number}@gs-project-accounts.iam.gserviceaccount.com",
}


class ServiceIdentities(GcpComponent):
    """The accounts as which Google's services use this project's keys, buckets and topics (service agents)."""

    members: dict[str, pulumi.Output[str]]
    """The member for IAM, `serviceAccount:<address>`, by the first part of the API's name."""

    def __init__(
        self, name: str, scope: Scope, names: Iterable[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make sure that the services' accounts exist: IAM refuses to grant anything to one that does not yet."""
        super().__init__("ServiceIdentities", name, scope, "internal", opts)
        self.members = {service: self._member(name, service) for service in sorted(names)}
        self.register_outputs({"members": self.members})

    def _member(self, name: str, service: str) -> pulumi.Output[str]:
        if service in STANDING:
            return pulumi.Output.from_input(
                f"serviceAccount:{STANDING[service].format(number=self.scope.project_number)}"
            )
        return projects.ServiceIdentity(
            f"{name}-{service}",
            project=self.scope.project,
            service=f"{service}.googleapis.com",
            opts=self.child(),
        ).member
