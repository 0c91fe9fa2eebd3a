"""What a failover must know of the regions: two documents that the stacks write into the bucket of records.

The program calls no stack and reads no state: who deployed last told it all there is to know. A document holds names
and promises, never a secret.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from settings.types import ByMode, Mode

FENCE = "fence"
"""Object in the switch's bucket whose existence forbids the primary's writers to write."""

STANDBY_FENCE = "fence-standby"
"""The same for the standby's writers, on the way back."""

SWITCH = "active"
"""Object in the switch's bucket whose existence moves the public names to the standby."""

STANDBY_NAMES = "names/dr.json"
LINK_NAMES = "names/interconnect.json"
"""Where the two documents lie in the bucket of records."""


class _Names(BaseModel):
    """What is not known here is left alone: whoever deploys may be ahead of the image that a job has."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Database(_Names):
    """The relational database."""

    instance: str
    """Cloud SQL's instance."""

    database: str
    sql_job: str
    """Full name of the Cloud Run job that runs statements in it, from within the network."""

    active_tier: str
    """Its machine where the mode is active."""

    rehearsal_instance: str
    """Name of the copy that a rehearsal makes, and removes."""

    writers: tuple[str, ...]
    """Roles that must be able to write every table."""


class Tables(_Names):
    """The key-value tables."""

    instance: str
    """Full name of Bigtable's instance."""

    clusters: tuple[str, ...]
    tables: Mapping[str, str]
    """Bigtable's table by the name in the settings."""


class Workloads(_Names):
    """What serves users, as deployments in namespaces of the same names."""

    endpoint: str
    """Name of the cluster's control plane."""

    replicas: Mapping[str, int]
    """The fewest pods of each where the mode is active."""

    stores: Mapping[str, tuple[str, ...]] = {}
    """The names of the stores that each uses itself; what it calls has its own."""


class Target(_Names):
    """What was promised for one store."""

    kind: str
    rpo_minutes: int


class Capacity(_Names):
    """Something whose size the mode changes, for the price of having it at full size all the time."""

    unit: str
    """What is counted, such as vCPU."""

    size: ByMode[float]


class StandbyNames(_Names):
    """What `dr` tells."""

    project: str
    region: str
    domain: str
    deployed_mode: Mode
    hosts: tuple[str, ...]
    """Public names that the switch moves."""

    standby_host: str
    """The standby's own name, by which it answers whatever the switch says."""

    health_path: str
    addresses: Mapping[Literal["ipv4", "ipv6"], str]
    """Of the standby's load balancer."""

    switch_bucket: str
    records_bucket: str
    """Where this document lies, runs are recorded, and jobs leave their answers."""

    fence_lease_seconds: int
    """After how long without an answer for its fence a writer stops by itself."""

    rto_minutes: int
    stores: Mapping[str, Target]
    database: Database
    tables: Tables
    workloads: Workloads
    certificates: Mapping[str, str]
    """Full names of the load balancer's certificates, by the names that they are for."""

    objectives: Mapping[str, str]
    """Full names of service-level objectives by what they promise."""

    delivered: Mapping[str, str | None]
    """Digest of each thing that the clusters run; none where nothing was published yet."""

    capacity: Mapping[str, Capacity]
    """By the name of the part of `activate` that brings it to full size: `database`, `tables`, `cache`, `stream`, …"""

    rehearsal_days: int
    """Days within which a rehearsal must have succeeded."""


class Lag(_Names):
    """How far one path of the replication is behind."""

    store: str
    """The store in `stores`."""

    filter: str
    """Of its metric in Cloud Monitoring."""

    measures: Literal["age", "arrivals"]
    """`age`: seconds that the oldest waiting change has waited; `arrivals`: beats a second, which end with the path."""

    least: Annotated[float, Field(ge=0)] = 0
    """Of arrivals: the rate below which the path counts as broken."""

    rpo_minutes: int


class Report(_Names):
    """An object that a job writes at each run."""

    bucket: str
    object: str
    minutes: int = 120
    """Age at which it says nothing of today any more."""


class LinkNames(_Names):
    """What `interconnect` tells."""

    migration_job: str
    """Full name of the Database Migration Service's job."""

    rows_return: bool
    """Whether the primary's database reaches the standby's, to fetch rows back: not over every kind of link."""

    jobs: tuple[str, ...]
    """Full names of Cloud Run jobs that copy from the primary, whose executions are cancelled."""

    accounts: tuple[str, ...]
    """E-mail addresses of the service accounts by which the primary writes into the standby, to be disabled."""

    connectors: tuple[str, ...]
    """Full names of Kafka connectors that copy from the primary, to be paused."""

    transfers: tuple[str, ...]
    """Full names of transfer jobs that copy from the primary, to be disabled."""

    subscriptions: Mapping[str, str]
    """Full names of the subscriptions by which changes reach tables, by table."""

    tunnels: Mapping[str, str]
    """Filter of each tunnel's metric in Cloud Monitoring, which is 1 while it is up; none where no tunnels are."""

    lags: Mapping[str, Lag]
    delivered: Mapping[str, str | None]
    """The same as the standby's, for the primary."""

    images: Report | None
    """The last comparison of both registries' images."""

    schema_report: Report | None
    """The last comparison of the relational database's definitions, made in the standby (sql/schema.sql)."""
