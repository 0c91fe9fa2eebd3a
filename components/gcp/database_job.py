"""A job that runs statements in the relational database, which nothing outside of the network can reach."""

from collections.abc import Sequence

import pulumi
from pulumi_gcp import cloudrunv2, projects, serviceaccount, sql, storage

from components.gcp.component import GcpComponent, Scope, granted
from components.gcp.job import Program, job, start
from components.gcp.sql import LOGIN_ROLES
from settings.failover import JobSettings


class DatabaseJob(GcpComponent):
    """A job that logs in to the database by IAM, as an administrator, and leaves its answers in a bucket.

    Its account has no password and no key. It may log in to the instance and to the one copy that a rehearsal makes,
    and to no other instance; in the bucket it may write below one prefix alone. Who may start the job decides what it
    runs: whoever may, may change the database.
    """

    job: cloudrunv2.Job

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: JobSettings,
        program: Program,
        *,
        command: Sequence[str],
        arguments: Sequence[pulumi.Input[str]],
        schedule: str,
        instance: pulumi.Output[str],
        copy: pulumi.Input[str],
        bucket: pulumi.Input[str],
        answers: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the job for an instance and its `copy`, by their names; `answers` begins its objects' names.

        By the schedule it runs with its own `arguments`; whoever else starts it gives others.
        """
        super().__init__("DatabaseJob", name, scope, "internal", opts)
        account = serviceaccount.Account(
            f"{name}-account",
            account_id=name,
            display_name="The job that runs statements in the database",
            opts=self.child(),
        )
        user = sql.User(
            f"{name}-user",
            # PostgreSQL's names are too short for the whole address.
            name=account.email.apply(lambda address: address.removesuffix(".gserviceaccount.com")),
            instance=instance,
            type="CLOUD_IAM_SERVICE_ACCOUNT",
            # Subscriptions, sequences and grants are others'.
            database_roles=["cloudsqlsuperuser"],
            # PostgreSQL drops no role that owns anything.
            deletion_policy="ABANDON",
            opts=self.child(),
        )
        either = pulumi.Output.all(instance, copy).apply(
            lambda names: (
                'resource.service == "sqladmin.googleapis.com" && ('
                + " || ".join(f'resource.name == "projects/{scope.project}/instances/{each}"' for each in names)
                + ")"
            )
        )
        logins = [
            projects.IAMMember(
                f"{name}-{role.lower()}",
                project=scope.project,
                role=f"roles/cloudsql.{role}",
                member=account.member,
                # Cloud SQL has no IAM policy of its instances.
                condition={"title": f"{name} only", "expression": either},
                opts=self.child(),
            )
            for role in LOGIN_ROLES
        ]
        objects = pulumi.Output.concat("projects/_/buckets/", bucket, "/objects/", answers)
        writes = storage.BucketIAMMember(
            f"{name}-answers",
            bucket=bucket,
            role="roles/storage.objectUser",
            member=account.member,
            condition={
                "title": "Answers of the job",
                "expression": pulumi.Output.concat('resource.name.startsWith("', objects, '")'),
            },
            opts=self.child(),
        )
        # An answer that is not there yet is then missing, and not forbidden.
        lists = storage.BucketIAMMember(
            f"{name}-lists",
            bucket=bucket,
            role="roles/storage.objectViewer",
            member=account.member,
            opts=self.child(),
        )
        self.job = job(
            scope,
            f"{name}-job",
            settings,
            program,
            account=granted(account.email, user, *logins, writes, lists),
            command=command,
            arguments=arguments,
            opts=self.child(),
        )
        description = "Starts a comparison of the database's definitions"
        start(self, f"{name}-starter", self.job, schedule, description, opts=self.child())
        self.register_outputs({"jobId": self.job.id})
