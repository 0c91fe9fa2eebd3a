"""Names in the shape of shell variables, for a page of commands that holds for every deployment."""

from failover.names import Database, LinkNames, StandbyNames, Tables, Workloads

_REGION = "projects/$PROJECT/locations/$REGION"

STANDBY = StandbyNames(
    project="$PROJECT",
    region="$REGION",
    domain="$DOMAIN",
    deployed_mode="standby",
    hosts=("$DOMAIN",),
    standby_host="standby.$DOMAIN",
    health_path="/healthz",
    addresses={"ipv4": "$IPV4", "ipv6": "$IPV6"},
    switch_bucket="$SWITCH",
    records_bucket="$RECORDS",
    fence_lease_seconds=180,
    rto_minutes=30,
    stores={},
    database=Database(
        instance="$INSTANCE",
        database="$DATABASE",
        sql_job=f"{_REGION}/jobs/$SQL_JOB",
        active_tier="$TIER",
        rehearsal_instance="$COPY",
        writers=("$WRITER",),
    ),
    tables=Tables(
        instance="projects/$PROJECT/instances/$TABLES", clusters=("$TABLES_CLUSTER",), tables={"orders": "orders"}
    ),
    workloads=Workloads(endpoint="$CLUSTER", replicas={"core": 3}),
    certificates={},
    objectives={},
    delivered={},
    capacity={},
    rehearsal_days=8,
)
"""What the standby would tell."""

LINK = LinkNames(
    migration_job=f"{_REGION}/migrationJobs/$MIGRATION",
    rows_return=True,
    jobs=(f"{_REGION}/jobs/$COPYING_JOB",),
    accounts=("$WRITING_ACCOUNT",),
    connectors=(f"{_REGION}/connectClusters/$CONNECT/connectors/$CONNECTOR",),
    transfers=("transferJobs/$TRANSFER",),
    subscriptions={"orders": "projects/$PROJECT/subscriptions/$SUBSCRIPTION"},
    tunnels={},
    lags={},
    delivered={},
    images=None,
    schema_report=None,
)
"""What the link would tell."""
