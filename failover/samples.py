"""Names in the shape of shell variables, for a page of commands that holds for every deployment."""

from failover.names import Database, LinkNames, StandbyNames, Tables, Workloads

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
        sql_job="$SQL_JOB",
        active_tier="$TIER",
        rehearsal_instance="$COPY",
        writers=("$WRITER",),
    ),
    tables=Tables(instance="$TABLES", clusters=("$CLUSTER",), tables={}),
    workloads=Workloads(endpoint="$CLUSTER_NAME", replicas={"core": 3}),
    certificates={},
    objectives={},
    delivered={},
    capacity={},
    rehearsal_days=8,
)
"""What the standby would tell."""

LINK = LinkNames(
    migration_job="$MIGRATION",
    rows_return=True,
    jobs=("$COPYING_JOB",),
    accounts=("$WRITING_ACCOUNT",),
    connectors=("$CONNECTOR",),
    transfers=("$TRANSFER",),
    subscriptions={"orders": "$SUBSCRIPTION"},
    tunnels={},
    lags={},
    delivered={},
    images=None,
    schema_report=None,
)
"""What the link would tell."""
