"""What a failover finds in the standby region: what runs for it, who may start it, and what it must know."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_gcp import cloudrunv2

from components.gcp.bucket import Bucket
from components.gcp.cluster import Cluster
from components.gcp.component import Scope
from components.gcp.database_job import DatabaseJob
from components.gcp.document import Document
from components.gcp.edge import Edge
from components.gcp.federation import Federation
from components.gcp.job import Program
from components.gcp.keys import Keys
from components.gcp.network import Network
from components.gcp.observability import Observability
from components.gcp.operators import Operators
from components.gcp.registry import Registry
from components.gcp.rehearsal import Rehearsal
from components.kubernetes.workload_values import Identity
from settings.failover import FAILOVER_IMAGE
from settings.stacks import Dr
from stacks import inventory, names
from stacks.regions.standby.data import Data


@dataclass(frozen=True)
class Region:
    """What a failover acts on, and how that is declared."""

    settings: Dr
    scope: Scope
    keys: Keys
    cluster: Cluster
    data: Data
    records: Bucket
    """Of what failovers and rehearsals did, and of the names that they are told."""

    edge: Edge
    observability: Observability
    copy: str
    """Name of the database's copy that a rehearsal makes."""

    opts: pulumi.ResourceOptions


def jobs(region: Region, registry: Registry, network: Network) -> dict[str, cloudrunv2.Job]:
    """What a failover runs in the network, by its use: nothing before its image, which comes with the contents."""
    if not region.settings.platform.installed:
        return {}
    settings = region.settings.failover
    program = Program(
        image=registry.repository_urls[FAILOVER_IMAGE],
        digest=settings.image_digest,
        network=network.network_id,
        subnet=network.subnet_ids["serverless"],
        key_id=region.keys.ids["jobs"],
    )
    database = DatabaseJob(
        "statements",
        region.scope,
        settings.database_job,
        program,
        command=["python", "-m", "failover.database"],
        arguments=[
            "schema",
            "--run=schema",
            "--attempt=last",
            pulumi.Output.concat("--database=", region.data.database.database),
            pulumi.Output.concat("--instance=", region.data.database.connection_name),
            pulumi.Output.concat("--bucket=", region.records.name),
        ],
        # Its report is good for two hours.
        schedule="20 * * * *",
        instance=region.data.database.name,
        copy=region.copy,
        bucket=region.records.name,
        answers="results/",
        opts=region.opts,
    )
    rehearsal = Rehearsal(
        "rehearsal",
        region.scope,
        settings.rehearsal_job,
        program,
        command=["python", "-m", "failover"],
        arguments=["rehearse", "--yes", "--json"],
        environment={"FAILOVER_RECORDS": region.records.name},
        schedule=settings.rehearsal_schedule,
        days=settings.rehearsal_days,
        database=region.data.database.name,
        copy=region.copy,
        tables=region.data.tables.instance_name,
        prefix="rehearsal-",
        database_job=database.job,
        records=region.records.name,
        documents=names.DOCUMENTS,
        readable=[region.edge.switch.bucket],
        channels=region.observability.channel_names,
        opts=region.opts,
    )
    return {"statements": database.job, "rehearsal": rehearsal.job}


def operators(region: Region, federation: Federation, jobs: Mapping[str, cloudrunv2.Job]) -> None:
    """What people need for a failover, beside what `interconnect` grants."""
    if not region.settings.failover.operators:
        return
    operators = Operators("operators", region.scope, region.settings.failover.operators, opts=region.opts)
    operators.objects({"switch": region.edge.switch.bucket, "records": region.records.name})
    operators.jobs({use: job.name for use, job in jobs.items()})
    operators.accounts(federation.service_accounts)
    operators.database(region.data.database.name)
    operators.tables(region.data.tables.instance_name)
    operators.whole_project("looks", "Looks at metrics and certificates", names.LOOK)


def tell(
    region: Region,
    identities: Mapping[str, Identity],
    jobs: Mapping[str, cloudrunv2.Job],
    workloads: pulumi.Output[list[str]] | None,
) -> None:
    """Tell a failover the region's names, and its mode once `workloads`, database and tables are in it.

    What serves while it grows, caches and brokers, is none of its inputs: nobody waits for them. `identities` are all
    workloads', and `workloads` the names of those that are delivered here.
    """
    Document(
        "names",
        region.scope,
        bucket=region.records.name,
        path=names.STANDBY_NAMES,
        told=_told(region, identities, jobs, workloads),
        opts=region.opts,
    )


def _told(
    region: Region,
    identities: Mapping[str, Identity],
    jobs: Mapping[str, cloudrunv2.Job],
    workloads: pulumi.Output[list[str]] | None,
) -> dict[str, object]:
    """What a failover must know of the region."""
    settings, doors = region.settings, region.settings.front_door
    stores = inventory.of_dr(settings, region.scope.tags, region.keys.names)["stores"]
    certificates = region.edge.certificates.certificate_ids
    return {
        "project": region.scope.project,
        "region": region.scope.region,
        "domain": settings.domain,
        "deployedMode": settings.mode,
        "hosts": list(doors.names(settings.domain).values()),
        "standbyHost": doors.standby_names(settings.domain)["standby"],
        "healthPath": doors.health_path,
        "addresses": region.edge.balancer.addresses,
        "switchBucket": region.edge.switch.bucket,
        "recordsBucket": region.records.name,
        "fenceLeaseSeconds": settings.failover.fence_lease_seconds,
        "rtoMinutes": settings.failover.rto_minutes,
        "stores": names.promised(settings, stores),
        "database": {
            "instance": region.data.database.name,
            "database": region.data.database.database,
            "sqlJob": jobs["statements"].id,
            "activeTier": settings.database.tier.active,
            "rehearsalInstance": region.copy,
            "writers": [
                identities[name].database_user
                for name, workload in settings.workloads.items()
                if workload.uses.database
            ],
        },
        "tables": {
            "instance": names.full(f"projects/{region.scope.project}", "instances", region.data.tables.instance_name),
            "clusters": region.data.tables.cluster_ids,
            "tables": region.data.tables.table_names,
        },
        "workloads": {
            "endpoint": region.cluster.endpoint,
            "replicas": workloads.apply(
                lambda each: {name: settings.workloads[name].replica_range("active").minimum for name in each}
            )
            if workloads is not None
            else {},
            "stores": names.used(settings.workloads),
        },
        "certificates": {settings.domain: certificates["shadow"], f"gcp.{settings.domain}": certificates["gcp"]},
        "objectives": region.observability.objective_names,
        "delivered": settings.delivered,
        "capacity": names.capacity(settings),
        "rehearsalDays": settings.failover.rehearsal_days,
    }
