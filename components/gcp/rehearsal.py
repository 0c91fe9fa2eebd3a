"""A job that rehearses on copies of the stores, each week, and what tells people that it did not."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_gcp import bigtable, cloudrunv2, projects, serviceaccount, storage

from components.gcp.alarms import Alarms
from components.gcp.component import GcpComponent, Scope, granted
from components.gcp.iam import custom_role
from components.gcp.job import RUN_JOB, Program, job, start
from components.gcp.watch.rehearsals import rehearsals
from settings.failover import JobSettings
from settings.observability import Severity

# https://docs.cloud.google.com/sql/docs/postgres/iam-permissions
READ_BACKUPS = ("cloudsql.backupRuns.get", "cloudsql.backupRuns.list", "cloudsql.instances.get")
KEEP_COPY = (
    "cloudsql.instances.create",
    "cloudsql.instances.delete",
    "cloudsql.instances.get",
    "cloudsql.instances.restoreBackup",
    "cloudsql.instances.update",
)

# https://docs.cloud.google.com/bigtable/docs/access-control
RESTORE_TABLES = (
    "bigtable.backups.get",
    "bigtable.backups.list",
    "bigtable.backups.restore",
    "bigtable.clusters.get",
    "bigtable.clusters.list",
    "bigtable.instances.get",
    "bigtable.tables.create",
    "bigtable.tables.get",
    "bigtable.tables.list",
)
# What a failover acts on, and what users would meet. The control plane's name opens by `container.clusters.connect`.
# https://docs.cloud.google.com/kubernetes-engine/docs/concepts/network-isolation
LOOK = (
    "certificatemanager.certs.get",
    "container.clusters.connect",
    "container.deployments.get",
    "datamigration.migrationjobs.get",
    "iam.serviceAccounts.get",
    "managedkafka.connectors.get",
    "run.executions.get",
    "run.executions.list",
    "storagetransfer.jobs.get",
    "storagetransfer.operations.get",
)
REMOVE_TABLES = ("bigtable.tables.delete", "bigtable.tables.readRows")


class Rehearsal(GcpComponent):
    """A job that copies the stores, does on the copies what it would do on a bad day, and removes them.

    It may make, change and remove one database instance and tables whose names begin with a prefix, and nothing that
    serves: conditions name them. Where its runs are recorded it may not change the documents that others wrote.
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
        arguments: Sequence[str],
        environment: Mapping[str, pulumi.Input[str]],
        schedule: str,
        days: int,
        database: pulumi.Output[str],
        copy: pulumi.Input[str],
        tables: pulumi.Output[str],
        prefix: str,
        database_job: cloudrunv2.Job,
        records: pulumi.Output[str],
        documents: str,
        readable: Sequence[pulumi.Input[str]],
        channels: Mapping[Severity, pulumi.Input[Sequence[pulumi.Input[str]]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the job, its schedule and its alarms.

        `copy` is the name of the instance that it makes of `database`; `prefix` begins the names of tables that it
        makes in the instance `tables`; below `documents` it changes nothing in the bucket `records`; `readable` are
        further buckets that it reads. `days` may pass without a rehearsal that succeeded.
        """
        super().__init__("Rehearsal", name, scope, "internal", opts)
        self._name = name
        account = serviceaccount.Account(
            f"{name}-account", account_id=name, display_name="The job that rehearses a failover", opts=self.child()
        )
        self._member = account.member
        grants = [
            self._database("reads-backups", "Reads backups of the database", READ_BACKUPS, database),
            self._database("keeps-copy", "Makes and removes one copy of the database", KEEP_COPY, copy),
            *self._tables(tables, prefix),
            *self._objects(records, documents, readable),
            self._starts(database_job),
            projects.IAMMember(
                f"{name}-looks",
                project=scope.project,
                role=self._role("looks", "Looks at what a failover acts on, and at what users would meet", LOOK),
                member=self._member,
                opts=self.child(),
            ),
            projects.IAMMember(
                f"{name}-metrics",
                project=scope.project,
                role="roles/monitoring.viewer",
                member=self._member,
                opts=self.child(),
            ),
        ]
        self.job = job(
            scope,
            f"{name}-job",
            settings,
            program,
            account=granted(account.email, *grants),
            command=command,
            arguments=arguments,
            environment=environment,
            opts=self.child(),
        )
        description = "Starts the rehearsal of a failover"
        start(self, f"{name}-starter", self.job, schedule, description, opts=self.child())
        Alarms(
            f"{name}-alarms",
            scope,
            [rehearsals(f"{name}-job", self.job.name, days=days)],
            # It matters in either role.
            mode="standby",
            channel_names=channels,
            opts=self.child(),
        )
        self.register_outputs({"jobId": self.job.id})

    def _role(self, use: str, title: str, permissions: Sequence[str]) -> pulumi.Output[str]:
        return custom_role(self, f"{self._name}-{use}", title=title, permissions=permissions, opts=self.child())

    def _database(
        self, use: str, title: str, permissions: Sequence[str], instance: pulumi.Input[str]
    ) -> pulumi.CustomResource:
        """Cloud SQL has no IAM policy of its instances: a condition names the one."""
        named = pulumi.Output.concat("projects/", self.scope.project, "/instances/", instance)
        expression = pulumi.Output.concat('resource.name == "', named, '" || resource.name.startsWith("', named, '/")')
        return projects.IAMMember(
            f"{self._name}-{use}",
            project=self.scope.project,
            role=self._role(use, title, permissions),
            member=self._member,
            condition={"title": title, "expression": expression},
            opts=self.child(),
        )

    def _tables(self, instance: pulumi.Output[str], prefix: str) -> list[pulumi.CustomResource]:
        made = pulumi.Output.concat("projects/", self.scope.project, "/instances/", instance, "/tables/", prefix)
        return [
            bigtable.InstanceIamMember(
                f"{self._name}-restores-tables",
                instance=instance,
                role=self._role("restores-tables", "Restores backups of tables", RESTORE_TABLES),
                member=self._member,
                opts=self.child(),
            ),
            bigtable.InstanceIamMember(
                f"{self._name}-removes-tables",
                instance=instance,
                role=self._role("removes-tables", "Removes tables that were restored", REMOVE_TABLES),
                member=self._member,
                condition={
                    "title": "Tables of a rehearsal",
                    "expression": pulumi.Output.concat('resource.name.startsWith("', made, '")'),
                },
                opts=self.child(),
            ),
        ]

    def _objects(
        self, records: pulumi.Output[str], documents: str, readable: Sequence[pulumi.Input[str]]
    ) -> list[pulumi.CustomResource]:
        kept = pulumi.Output.concat("projects/_/buckets/", records, "/objects/", documents)
        reads = [
            storage.BucketIAMMember(
                f"{self._name}-reads-{position}",
                bucket=bucket,
                role="roles/storage.objectViewer",
                member=self._member,
                opts=self.child(),
            )
            for position, bucket in enumerate((records, *readable))
        ]
        writes = storage.BucketIAMMember(
            f"{self._name}-records",
            bucket=records,
            role="roles/storage.objectUser",
            member=self._member,
            condition={
                "title": "Records of runs",
                "expression": pulumi.Output.concat('!resource.name.startsWith("', kept, '")'),
            },
            opts=self.child(),
        )
        return [*reads, writes]

    def _starts(self, database_job: cloudrunv2.Job) -> pulumi.CustomResource:
        return cloudrunv2.JobIamMember(
            f"{self._name}-starts",
            name=database_job.name,
            location=self.scope.region,
            role=self._role("starts-jobs", "Starts a job with arguments, and looks at its end", RUN_JOB),
            member=self._member,
            opts=self.child(),
        )
