"""Databases, streams, tables, caches and search."""

from collections.abc import Sequence

import pulumi

from components.aws.watch.rows import GIB, Alarm, Signal, Watched


def memory_gib(instance_class: str) -> float:
    """Memory of an Aurora instance class: r and x classes have 8 and 16 GiB a vCPU, burstable ones 4 GiB at medium.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.DBInstanceClass.Summary.html
    """
    _, family, size = instance_class.split(".")
    parts = {"medium": 0.25, "large": 0.5, "xlarge": 1.0}
    vcpu_quads = parts[size] if size in parts else float(size.removesuffix("xlarge"))
    return vcpu_quads * {"r": 32, "x": 64, "t": 16}[family[0]]


def database(identifier: pulumi.Input[str], *, instance_class: str) -> list[Watched]:
    """Aurora PostgreSQL, by cluster and by role: alarms then survive failovers and replaced instances.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
    """
    memory = memory_gib(instance_class) * GIB
    # max_connections, as Aurora computes it. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Managing.html
    connections = min(memory / 9531392, 5000)
    cluster = (
        Alarm("cpu", ("CPUUtilization",), "Maximum", 90, "ticket", "An instance is out of CPU.", periods=15),
        Alarm(
            "memory", ("FreeableMemory",), "Minimum", memory // 20, "ticket",
            "An instance has less than 5 % of its memory left and will swap or restart.", below=True, periods=15,
        ),
        Alarm(
            "connections", ("DatabaseConnections",), "Maximum", connections * 0.8 // 1, "page",
            "An instance nears its maximum of connections and will refuse new ones.",
        ),
        Alarm(
            "temporary-storage", ("FreeLocalStorage",), "Minimum", memory // 10, "ticket",
            "Sorts and temporary tables fill an instance's local disk; queries will fail.", below=True,
        ),
        Alarm(
            "transaction-ids", ("MaximumUsedTransactionIDs",), "Maximum", 1_000_000_000, "ticket",
            "Vacuuming falls behind: at two thousand million unvacuumed transactions PostgreSQL stops.", period=300,
        ),
    )  # fmt: skip
    writer = (
        Alarm(
            "heartbeat", ("EngineUptime",), "SampleCount", 1, "page",
            "No instance has been writing for five minutes.", below=True, missing="breaching", vital=True,
        ),
        Alarm(
            "replica-lag", ("AuroraReplicaLagMaximum",), "Maximum", 2000, "ticket",
            "Readers answer with data more than 2 seconds old.", periods=10, missing="notBreaching",
        ),
        Alarm(
            "deadlocks", ("Deadlocks",), "Average", 0.05, "ticket",
            "Transactions abort each other more than three times a minute.", periods=15, missing="notBreaching",
        ),
        Alarm(
            "replication-slot-lag", ("OldestReplicationSlotLag",), "Maximum", 10 * GIB, "page",
            "Replication to the standby cloud lags or stands still, and its recovery point gets older.",
            missing="notBreaching",
        ),
        Alarm(
            "transaction-logs", ("TransactionLogsDiskUsage",), "Maximum", 50 * GIB, "page",
            "A replication slot that nobody reads keeps the write-ahead log: drop the slot or resume the reader.",
            missing="notBreaching",
        ),
    )  # fmt: skip
    signals = (
        Signal("traffic", "CommitThroughput", "Average"),
        Signal("latency", "CommitLatency", "Average"),
        Signal("saturation", "DatabaseConnections", "Average"),
    )
    return [
        Watched("database", "Database", "AWS/RDS", {"DBClusterIdentifier": identifier}, cluster),
        Watched(
            "database-writer", "Database", "AWS/RDS",
            {"DBClusterIdentifier": identifier, "Role": "WRITER"}, writer, signals,
        ),
    ]  # fmt: skip


def stream(cluster_name: pulumi.Input[str], *, brokers: int) -> list[Watched]:
    """MSK with standard brokers. https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html."""
    cluster = (
        Alarm(
            "controller", ("ActiveControllerCount",), "Maximum", 1, "page",
            "No controller: no leader is elected and no topic changes.", below=True, vital=True,
        ),
        Alarm(
            "offline-partitions", ("OfflinePartitionsCount",), "Maximum", 0, "page",
            "Partitions without a leader: nobody can write or read them.", vital=True,
        ),
    )  # fmt: skip
    broker = (
        Alarm(
            "under-min-isr", ("UnderMinIsrPartitionCount",), "Maximum", 0, "page",
            "Partitions have fewer copies than an acknowledged record needs: producers are refused.",
        ),
        Alarm(
            "disk", ("KafkaDataLogsDiskUsed",), "Maximum", 85, "page",
            "The volume fills faster than it grows; a broker with a full one stops.",
        ),
        Alarm(
            "cpu", ("CpuUser", "CpuSystem"), "Average", 60, "ticket",
            "Above 60 % a broker has no room to take over another's partitions.", period=300, periods=3,
        ),
        Alarm(
            "heap", ("HeapMemoryAfterGC",), "Maximum", 60, "ticket",
            "What garbage collection leaves exceeds 60 % of the heap.", period=300, periods=3, missing="notBreaching",
        ),
    )  # fmt: skip
    signals = (
        Signal("traffic", "BytesInPerSec", "Average"),
        Signal("latency", "ProduceTotalTimeMsMean", "Average"),
    )
    name = {"Cluster Name": cluster_name}
    return [
        Watched("stream", "Event stream", "AWS/Kafka", name, cluster),
        *(
            Watched(
                f"stream-broker-{broker_id}", "Event stream", "AWS/Kafka",
                {**name, "Broker ID": str(broker_id)}, broker, signals,
            )
            for broker_id in range(1, brokers + 1)
        ),
    ]  # fmt: skip


# SystemErrors is counted for each operation alone.
OPERATIONS = (
    "BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "TransactGetItems",
    "TransactWriteItems", "UpdateItem",
)  # fmt: skip

THROTTLES = (
    Alarm(
        "read-throttles", ("ReadThrottleEvents",), "Sum", 10, "ticket",
        "Reads are refused for want of capacity, mostly at one hot key: see Contributor Insights.",
        period=300, periods=3, missing="notBreaching",
    ),
    Alarm(
        "write-throttles", ("WriteThrottleEvents",), "Sum", 10, "ticket",
        "Writes are refused for want of capacity, mostly at one hot key: see Contributor Insights.",
        period=300, periods=3, missing="notBreaching",
    ),
)  # fmt: skip


def table(
    name: str, table_name: pulumi.Input[str], *, indexes: Sequence[str], replica_regions: Sequence[str]
) -> list[Watched]:
    """A DynamoDB table, each of its indexes and replicas.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    """
    errors = Alarm(
        "server-errors", ("SystemErrors",), "Sum", 10, "page", "DynamoDB fails to answer.",
        missing="notBreaching", over=("Operation", OPERATIONS),
    )  # fmt: skip
    lag = Alarm(
        "replication", ("ReplicationLatency",), "Average", 180_000, "ticket",
        "The replica is more than three minutes behind.", period=300, periods=3, missing="notBreaching",
    )  # fmt: skip
    own = {"TableName": table_name}
    traffic = (Signal("traffic", "ConsumedWriteCapacityUnits", "Sum"),)
    watched = [Watched(f"table-{name}", "Tables", "AWS/DynamoDB", own, (errors, *THROTTLES), traffic)]
    watched += [
        Watched(
            f"table-{name}-{index}", "Tables", "AWS/DynamoDB", {**own, "GlobalSecondaryIndexName": index}, THROTTLES
        )
        for index in indexes
    ]
    watched += [
        Watched(f"table-{name}-{region}", "Tables", "AWS/DynamoDB", {**own, "ReceivingRegion": region}, (lag,))
        for region in replica_regions
    ]
    return watched


def cache(name: str, node_id: pulumi.Input[str]) -> list[Watched]:
    """An ElastiCache node, which is a replica today or after the next failover.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
    """
    alarms = (
        Alarm(
            "cpu", ("EngineCPUUtilization",), "Average", 90, "page",
            "The engine's one thread is saturated: commands wait.", periods=10,
        ),
        Alarm(
            "memory", ("DatabaseMemoryUsagePercentage",), "Maximum", 85, "ticket",
            "Above it the cache evicts keys or refuses writes.", periods=10,
        ),
        Alarm(
            "evictions", ("Evictions",), "Sum", 1000, "ticket", "Keys are dropped before they expire.",
            period=300, periods=3, missing="notBreaching",
        ),
        Alarm(
            "authentication", ("AuthenticationFailures",), "Sum", 10, "ticket",
            "Clients fail to log in: a rotated password, or somebody who guesses.", period=300, periods=1,
            missing="notBreaching",
        ),
        Alarm(
            "replica-lag", ("ReplicationLag",), "Maximum", 30, "ticket",
            "A failover would lose the last 30 seconds of writes.", missing="notBreaching",
        ),
    )  # fmt: skip
    signals = (
        Signal("traffic", "GetTypeCmds", "Sum"),
        Signal("latency", "SuccessfulReadRequestLatency", "Average"),
        Signal("saturation", "EngineCPUUtilization", "Average"),
    )
    return [Watched(name, "Cache", "AWS/ElastiCache", {"CacheClusterId": node_id}, alarms, signals)]


def search(
    domain_name: pulumi.Input[str], account_id: str, *, nodes: int, volume_gib: int, masters: bool = True
) -> list[Watched]:
    """An OpenSearch domain; AWS's own list of recommended alarms.

    `nodes` are data and master nodes, `volume_gib` is each data node's volume.
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html
    """
    alarms = (
        Alarm(
            "red", ("ClusterStatus.red",), "Maximum", 0, "page",
            "A primary shard is missing: data cannot be read, and snapshots stop.", periods=1, vital=True,
        ),
        Alarm("yellow", ("ClusterStatus.yellow",), "Maximum", 0, "ticket", "A copy of a shard is missing.", periods=15),
        Alarm(
            "storage", ("FreeStorageSpace",), "Minimum", volume_gib * 1024 // 4, "ticket",
            "A node has less than a quarter of its volume left.", below=True,
        ),
        Alarm(
            "writes-blocked", ("ClusterIndexWritesBlocked",), "Maximum", 0, "page",
            "The domain refuses writes for want of disk or memory.", vital=True,
        ),
        Alarm("nodes", ("Nodes",), "Minimum", nodes, "ticket", "A node is gone.", below=True, periods=30),
        Alarm(
            "snapshot", ("AutomatedSnapshotFailure",), "Maximum", 0, "ticket", "No snapshot was taken.", periods=1,
            missing="notBreaching",
        ),
        Alarm("cpu", ("CPUUtilization",), "Maximum", 80, "ticket", "Nodes are out of CPU.", period=900, periods=3),
        Alarm("heap", ("JVMMemoryPressure",), "Maximum", 95, "ticket", "Nodes are out of heap.", periods=3),
        Alarm("key", ("KMSKeyError",), "Maximum", 0, "page", "The key is disabled.", missing="notBreaching"),
        Alarm(
            "key-lost", ("KMSKeyInaccessible",), "Maximum", 0, "page", "The key is deleted, or its grants are.",
            missing="notBreaching",
        ),
    )  # fmt: skip
    master_alarms = (
        Alarm("master-cpu", ("MasterCPUUtilization",), "Maximum", 50, "ticket", "Masters are out of CPU.", periods=15),
        Alarm("master-heap", ("MasterJVMMemoryPressure",), "Maximum", 95, "ticket", "Masters are out of heap."),
    )
    signals = (
        Signal("traffic", "SearchRate", "Average"),
        Signal("errors", "5xx", "Sum"),
        Signal("latency", "SearchLatency", "Average"),
    )
    dimensions = {"DomainName": domain_name, "ClientId": account_id}
    all_alarms = (*alarms, *master_alarms) if masters else alarms
    return [Watched("search", "Search", "AWS/ES", dimensions, all_alarms, signals)]
