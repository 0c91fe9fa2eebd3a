"""Who may move users between regions, and exactly what they need for it."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_gcp import bigtable, cloudrunv2, projects, serviceaccount, storage

from components.gcp.component import GcpComponent, Scope
from components.gcp.iam import custom_role
from components.gcp.job import RUN_JOB
from settings.shared import FederatedCaller

SWITCH_ACCOUNT = ("iam.serviceAccounts.disable", "iam.serviceAccounts.enable", "iam.serviceAccounts.get")
"""What disables an account and enables it again; the predefined role may make and delete accounts."""

CHANGE_INSTANCE = (
    "cloudsql.backupRuns.create",
    "cloudsql.backupRuns.get",
    "cloudsql.backupRuns.list",
    "cloudsql.instances.get",
    "cloudsql.instances.update",
)
"""What gives an instance its active size, admits the old primary on the way back, and backs up before it is emptied."""


class Operators(GcpComponent):
    """Grants for some members on some resources, each the least that a step needs.

    What has an IAM policy of its own is granted there; what has none, by a condition or a role of few permissions. None
    may deploy: who changes the region's mode does so as the deployment's own account.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        members: Sequence[str],
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Grant nothing yet: each method adds what one kind of step needs."""
        super().__init__("Operators", name, scope, "internal", opts)
        self._name, self._members = name, members
        self._roles: dict[str, pulumi.Output[str]] = {}
        self.register_outputs({})

    def objects(self, buckets: Mapping[str, pulumi.Input[str]]) -> None:
        """Read, make, replace and remove objects of some buckets, by what they are for."""
        for use, bucket in buckets.items():
            for member, label in self._each():
                storage.BucketIAMMember(
                    f"{self._name}-{label}-{use}",
                    bucket=bucket,
                    role="roles/storage.objectUser",
                    member=member,
                    opts=self.child(),
                )

    def report(self, use: str, bucket: pulumi.Input[str], name: str) -> None:
        """Read one object of a bucket that holds other things besides."""
        object_name = pulumi.Output.concat("projects/_/buckets/", bucket, "/objects/", name)
        for member, label in self._each():
            storage.BucketIAMMember(
                f"{self._name}-{label}-{use}",
                bucket=bucket,
                role="roles/storage.objectViewer",
                member=member,
                condition={
                    "title": f"The report of {use}",
                    "expression": pulumi.Output.concat('resource.name == "', object_name, '"'),
                },
                opts=self.child(),
            )

    def jobs(self, jobs: Mapping[str, pulumi.Input[str]]) -> None:
        """Start jobs of Cloud Run, look at their executions and cancel them; by what they are for."""
        for use, job in jobs.items():
            for member, label in self._each():
                cloudrunv2.JobIamMember(
                    f"{self._name}-{label}-{use}",
                    name=job,
                    location=self.scope.region,
                    role=self._role("jobs", "Starts and cancels jobs", RUN_JOB),
                    member=member,
                    opts=self.child(),
                )

    def accounts(self, accounts: Mapping[FederatedCaller, pulumi.Input[str]]) -> None:
        """Disable and enable service accounts, given by their addresses; by whom they stand for."""
        for use, email in accounts.items():
            for member, label in self._each():
                serviceaccount.IAMMember(
                    f"{self._name}-{label}-account-{use}",
                    service_account_id=pulumi.Output.concat(f"projects/{self.scope.project}/serviceAccounts/", email),
                    role=self._role("accounts", "Disables and enables accounts", SWITCH_ACCOUNT),
                    member=member,
                    opts=self.child(),
                )

    def database(self, instance: pulumi.Output[str]) -> None:
        """Change and back up one instance of Cloud SQL's, which has no IAM policy of its own."""
        named = pulumi.Output.concat("projects/", self.scope.project, "/instances/", instance)
        only = pulumi.Output.concat('resource.name == "', named, '" || resource.name.startsWith("', named, '/")')
        for member, label in self._each():
            projects.IAMMember(
                f"{self._name}-{label}-database",
                project=self.scope.project,
                role=self._role("database", "Changes and backs up the database's instance", CHANGE_INSTANCE),
                member=member,
                condition={"title": "the database only", "expression": only},
                opts=self.child(),
            )

    def tables(self, instance: pulumi.Input[str]) -> None:
        """Look at one instance of Bigtable's, and not into its tables."""
        for member, label in self._each():
            bigtable.InstanceIamMember(
                f"{self._name}-{label}-tables",
                instance=instance,
                role="roles/bigtable.viewer",
                member=member,
                opts=self.child(),
            )

    def whole_project(self, use: str, title: str, permissions: Sequence[str]) -> None:
        """Permissions on what can be granted for the whole project alone."""
        for member, label in self._each():
            projects.IAMMember(
                f"{self._name}-{label}-{use}",
                project=self.scope.project,
                role=self._role(use, title, permissions),
                member=member,
                opts=self.child(),
            )

    def _each(self) -> list[tuple[str, str]]:
        """Members, and what they are called in names of resources."""
        return [(member, member.partition(":")[2].partition("@")[0].rpartition("/")[2]) for member in self._members]

    def _role(self, use: str, title: str, permissions: Sequence[str]) -> pulumi.Output[str]:
        if use not in self._roles:
            self._roles[use] = custom_role(
                self, f"{self._name}-{use}", title=title, permissions=permissions, opts=self.child()
            )
        return self._roles[use]
