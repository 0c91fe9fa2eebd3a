"""Aurora's rows on their way to Cloud SQL: Database Migration Service, and its private way to the primary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import compute, databasemigrationservice

from components.aws import component as aws_component
from components.crosscloud.component import CrossCloudComponent
from components.gcp import component as gcp_component
from components.gcp.alarms import Alarms
from components.gcp.watch.replication import rows
from components.gcp.watch.rows import Watched
from settings.observability import Severity
from settings.replication import RowReplicationSettings
from settings.shared import RelationalSettings

PORT = 5432

LOGIN = "standby_replication"
"""The login at the source: sql/source.sql makes it."""


@dataclass(frozen=True)
class Source:
    """Where rows come from."""

    endpoint: pulumi.Input[str]
    """Aurora's cluster endpoint: the name follows the writer."""

    password: pulumi.Input[str]
    """Of the replication's login."""


@dataclass(frozen=True)
class Target:
    """Where they go."""

    instance: pulumi.Input[str]
    """The Cloud SQL instance's name."""

    subnet: pulumi.Input[str]
    """The subnet that the service takes its addresses from; nothing else is in it."""

    channels: Mapping[Severity, pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Notification channels by severity."""


class RowReplication(CrossCloudComponent):
    """The relational database's rows in the standby's instance, by PostgreSQL's own logical replication.

    Native, because the standard kind would demote the instance, and end its backups and point-in-time recovery until a
    promotion. The job carries one database, all its tables; `sql/gaps.sql` lists what it cannot, docs/operations.md
    what to do about each.

    The way: the service puts an interface into the subnet through a network attachment, so that its packets have an
    address there and go by the network's routes. The link brings Aurora's ranges to all of them, the Cloud Router tells
    AWS of every subnet, and `settings.flows` opens this one way in the standby's firewall and in Aurora's group. The
    peering of Cloud SQL carries nothing here, but the way back needs the routes that it exports. Aurora's name resolves
    in public DNS, to private addresses: no zone is forwarded.

    TLS is asked for, and Aurora proves itself by the certificate authority of its region. The login reads, replicates
    and no more; `sql/source.sql` makes it, a person gives it a password. No cloud can make that for the other, so it is
    a secret of the stack, rotated by hand. At the standby the service needs no login of ours. The SDK takes no key of
    ours for a job or a profile: the service holds a password under its own, and no rows.

    Pulumi promotes nothing: `sql/detach.sql` and `sql/sequences.sql` do it, with the source there or gone.
    The way back is a subscription of the primary's to this instance.

    https://docs.cloud.google.com/database-migration/docs/about-quick-start-migrations
    """

    job_id: pulumi.Output[str]
    """What `gcloud database-migration migration-jobs` calls the job: a failover stops it."""

    watched: Watched
    """How far the standby is behind."""

    def __init__(
        self,
        name: str,
        aws: aws_component.Scope,
        gcp: gcp_component.Scope,
        settings: RowReplicationSettings,
        *,
        databases: Mapping[str, RelationalSettings],
        source: Source,
        target: Target,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the way and the job of the one database in `databases`."""
        super().__init__("RowReplication", name, aws, gcp, "confidential", opts)
        [(database, declared)] = databases.items()
        job_id = self._id(name, database)
        job = databasemigrationservice.MigrationJob(
            f"{name}-job",
            migration_job_id=job_id,
            location=gcp.region,
            type="CONTINUOUS",
            source=self._source(name, settings, database, source, self._way(name, settings, target)),
            destination=self._destination(name, target),
            desired_state=settings.state,
            postgres_homogeneous_config={"is_native_logical": True},
            objects_config={
                "source_objects_config": {
                    "objects_selection_type": "SPECIFIED_OBJECTS",
                    "object_configs": [{"object_identifier": {"type": "DATABASE", "database": database}}],
                }
            },
            performance_config={"dump_parallel_level": settings.dump_parallelism},
            # A warning of the validation names what would never be carried.
            stop_on_warnings=True,
            deletion_policy=self.deletion_policy,
            opts=self.child(stateful=True),
        )
        self.job_id = job.migration_job_id
        self.watched = rows(database, job_id, rpo_minutes=declared.rpo)
        Alarms(
            f"{name}-alarms",
            gcp,
            [self.watched],
            # What is watched here matters in either role.
            mode="standby",
            channel_names=target.channels,
            opts=self.child(),
        )
        self.register_outputs({"jobId": self.job_id})

    def _id(self, name: str, part: str) -> str:
        """Database Migration Service has no automatic ids, and takes letters, digits and hyphens only."""
        tags = self.gcp.tags
        return f"{tags.service}-{tags.environment}-{name}-{part}".replace("_", "-")

    def _way(self, name: str, settings: RowReplicationSettings, target: Target) -> pulumi.Output[str]:
        """The private connection into the standby's network."""
        projects = list(settings.producer_projects)
        attachment = compute.NetworkAttachment(
            f"{name}-dms",
            region=self.gcp.region,
            description="Database Migration Service's way to the primary's database",
            subnetworks=[target.subnet],
            connection_preference="ACCEPT_MANUAL" if projects else "ACCEPT_AUTOMATIC",
            producer_accept_lists=projects or None,
            opts=self.child(),
        )
        return databasemigrationservice.PrivateConnection(
            f"{name}-dms",
            private_connection_id=self._id(name, "dms"),
            location=self.gcp.region,
            psc_interface_config={"network_attachment": attachment.id},
            create_without_validation=False,
            opts=self.child(),
        ).name

    def _source(
        self,
        name: str,
        settings: RowReplicationSettings,
        database: str,
        source: Source,
        connection: pulumi.Output[str],
    ) -> pulumi.Output[str]:
        return databasemigrationservice.ConnectionProfile(
            f"{name}-source",
            connection_profile_id=self._id(name, "source"),
            location=self.gcp.region,
            role="SOURCE",
            postgresql={
                "host": source.endpoint,
                "port": PORT,
                "database": database,
                "username": LOGIN,
                "password": source.password,
                "ssl": {"type": "SERVER_ONLY", "ca_certificate": settings.source_ca},
                "private_connectivity": {"private_connection": connection},
            },
            opts=self.child(),
        ).name

    def _destination(self, name: str, target: Target) -> pulumi.Output[str]:
        """The standby's instance as it is: a profile of kind `cloudsql` would make another."""
        return databasemigrationservice.ConnectionProfile(
            f"{name}-destination",
            connection_profile_id=self._id(name, "destination"),
            location=self.gcp.region,
            role="DESTINATION",
            postgresql={"cloud_sql_id": target.instance},
            opts=self.child(),
        ).name
