"""What is watched: which metric of which resource is a fault at which value, who is told, and why.

Data alone; `alarms` makes alarms of it and `dashboard` draws it. Names and dimensions are those of each service's page
of CloudWatch metrics, linked at its function. To watch one more resource, call its function with its identifiers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi

from settings.observability import Severity

GLOBAL_REGION = "us-east-1"
"""Where CloudFront, Route 53 and WAF for CloudFront put their metrics."""

GIB = 1024**3

Missing = Literal["missing", "notBreaching", "breaching"]


@dataclass(frozen=True)
class Alarm:
    """A value of a metric that is a fault if it lasts."""

    name: str
    metrics: tuple[str, ...]
    """One metric, or several that are added up unless `expression` says otherwise."""

    statistic: str
    threshold: float
    severity: Severity
    why: str
    """What it means, for whoever is told."""

    below: bool = False
    """A fault below the threshold instead of above it."""

    period: int = 60
    """Seconds that one value stands for."""

    periods: int = 5
    """How many values in a row must be faults."""

    missing: Missing = "missing"
    """What no value means: notBreaching for metrics that are only sent when something happens."""

    expression: str | None = None
    """Metric math over the metrics, as m0, m1 …"""

    over: tuple[str, tuple[str, ...]] | None = None
    """A further dimension, and its values to add up."""

    vital: bool = False
    """Whether the region no longer does its work: such alarms raise the composite one."""


@dataclass(frozen=True)
class Signal:
    """A metric whose normal course is learned: one of the four golden signals."""

    kind: Literal["traffic", "errors", "latency", "saturation"]
    metric: str
    statistic: str
    period: int = 300

    @property
    def both_sides(self) -> bool:
        """Whether too little is as strange as too much."""
        return self.kind == "traffic"


@dataclass(frozen=True)
class Watched:
    """One resource, its place on the dashboard, and what is watched of it."""

    name: str
    section: str
    namespace: str
    dimensions: Mapping[str, pulumi.Input[str]]
    alarms: tuple[Alarm, ...]
    signals: tuple[Signal, ...] = ()
    region: str | None = None
    """Where its metrics are, if not in the stack's region."""


# --- Data ---


def memory_gib(instance_class: str) -> float:
    """Memory of an Aurora instance class: r and x classes have 8 and 16 GiB a vCPU, burstable ones 4 GiB at medium.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.DBInstanceClass.Summary.html
    """
    _, family, size = instance_class.split(".")
    steps = {"micro": 0.0625, "small": 0.125, "medium": 0.25, "large": 0.5, "xlarge": 1.0}
    factor = steps[size] if size in steps else float(size.removesuffix("xlarge").replace("metal-", "") or 1)
    return factor * {"r": 32, "x": 64, "t": 16}[family[0]]


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


def cache(name: str, node_id: pulumi.Input[str], *, replica: bool) -> list[Watched]:
    """An ElastiCache node. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html."""
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
    )  # fmt: skip
    lag = Alarm(
        "replica-lag", ("ReplicationLag",), "Maximum", 30, "ticket",
        "A failover would lose the last 30 seconds of writes.", missing="notBreaching",
    )  # fmt: skip
    signals = (
        Signal("traffic", "GetTypeCmds", "Sum"),
        Signal("latency", "SuccessfulReadRequestLatency", "Average"),
        Signal("saturation", "EngineCPUUtilization", "Average"),
    )
    all_alarms = (*alarms, lag) if replica else alarms
    return [Watched(name, "Cache", "AWS/ElastiCache", {"CacheClusterId": node_id}, all_alarms, signals)]


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


# --- Compute ---


def cluster(cluster_name: pulumi.Input[str]) -> list[Watched]:
    """An EKS cluster's control plane, and its nodes by Container Insights.

    https://docs.aws.amazon.com/eks/latest/userguide/cloudwatch.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-enhanced-EKS.html
    """
    control_plane = (
        Alarm(
            "server-errors", ("apiserver_request_total_5XX", "apiserver_request_total"), "Sum", 5, "page",
            "The API server fails more than 5 % of requests.", periods=10, expression="100 * m0 / m1",
            missing="notBreaching", vital=True,
        ),
        Alarm(
            "store", ("apiserver_storage_size_bytes",), "Maximum", 6 * GIB, "ticket",
            "The cluster's store nears 8 GiB, where it turns read-only: too many objects are kept.", period=300,
        ),
        Alarm(
            "unschedulable", ("scheduler_pending_pods_UNSCHEDULABLE",), "Minimum", 0, "ticket",
            "Pods have waited for 15 minutes for a node that fits.", periods=15, missing="notBreaching",
        ),
    )  # fmt: skip
    nodes = (
        Alarm(
            "failed-nodes", ("cluster_failed_node_count",), "Maximum", 0, "ticket",
            "A node has been unfit for 15 minutes and was not repaired.", periods=15, missing="notBreaching",
        ),
        Alarm("node-cpu", ("node_cpu_utilization",), "Average", 85, "ticket", "Nodes are out of CPU.", periods=15),
        Alarm(
            "node-memory", ("node_memory_utilization",), "Average", 85, "ticket",
            "Nodes are out of memory, and pods will be evicted.", periods=15,
        ),
        Alarm(
            "node-disk", ("node_filesystem_utilization",), "Maximum", 85, "ticket",
            "A node's disk is nearly full, and its pods will be evicted.", periods=15,
        ),
    )  # fmt: skip
    signals = (
        Signal("traffic", "apiserver_request_total", "Sum"),
        Signal("errors", "apiserver_request_total_5XX", "Sum"),
        Signal("latency", "apiserver_request_duration_seconds_GET_P99", "Average"),
    )
    name = {"ClusterName": cluster_name}
    saturation = (Signal("saturation", "node_cpu_utilization", "Average"),)
    return [
        Watched("cluster", "Cluster", "AWS/EKS", name, control_plane, signals),
        Watched("cluster-nodes", "Cluster", "ContainerInsights", name, nodes, saturation),
    ]


# --- Network and edge ---


def nat_gateway(name: str, gateway_id: pulumi.Input[str]) -> list[Watched]:
    """A NAT gateway. https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html."""
    alarms = (
        Alarm(
            "ports", ("ErrorPortAllocation",), "Sum", 0, "page",
            "No free port for connections to one destination: they fail. Add addresses or spread the calls.",
        ),
        Alarm(
            "drops", ("PacketsDropCount", "PacketsOutToDestination", "PacketsOutToSource"), "Sum", 0.01, "ticket",
            "The gateway drops more than 0.01 % of packets.", period=300, periods=3,
            expression="100 * m0 / (m1 + m2)", missing="notBreaching",
        ),
    )  # fmt: skip
    return [Watched(name, "Network", "AWS/NATGateway", {"NatGatewayId": gateway_id}, alarms)]


def transit_gateway(gateway_id: pulumi.Input[str]) -> list[Watched]:
    """A Transit Gateway. https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-cloudwatch-metrics.html."""
    alarms = (
        Alarm(
            "blackhole", ("PacketDropCountBlackhole",), "Sum", 100, "ticket",
            "Packets follow a route whose attachment is gone.", period=300, periods=2,
        ),
        Alarm(
            "no-route", ("PacketDropCountNoRoute",), "Sum", 100, "ticket",
            "Packets for a range that no route names.", period=300, periods=2,
        ),
    )  # fmt: skip
    return [Watched("transit", "Network", "AWS/TransitGateway", {"TransitGateway": gateway_id}, alarms)]


def distribution(distribution_id: pulumi.Input[str]) -> list[Watched]:
    """A CloudFront distribution; its origin latency is one of the additional metrics, which must be turned on.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
    """
    alarms = (
        Alarm(
            "server-errors", ("5xxErrorRate",), "Average", 5, "page",
            "Users get errors for more than 5 % of requests.", vital=True, missing="notBreaching",
        ),
        Alarm(
            "client-errors", ("4xxErrorRate",), "Average", 25, "ticket",
            "A quarter of requests is refused: a broken client, or somebody who probes.", period=300, periods=6,
            missing="notBreaching",
        ),
        Alarm(
            "latency", ("OriginLatency",), "p90", 2000, "ticket", "A tenth of answers takes more than 2 seconds.",
            period=300, periods=3, missing="notBreaching",
        ),
    )  # fmt: skip
    signals = (
        Signal("traffic", "Requests", "Sum"),
        Signal("errors", "5xxErrorRate", "Average"),
        Signal("latency", "OriginLatency", "p90"),
    )
    dimensions = {"DistributionId": distribution_id, "Region": "Global"}
    return [Watched("distribution", "Edge", "AWS/CloudFront", dimensions, alarms, signals, GLOBAL_REGION)]


def load_balancer(
    name: str, load_balancer_suffix: pulumi.Input[str], target_group_suffix: pulumi.Input[str]
) -> list[Watched]:
    """A Network Load Balancer and a target group, by the `arn_suffix` of each.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
    """
    balancer = (
        Alarm(
            "ports", ("PortAllocationErrorCount",), "Sum", 0, "page",
            "No free port towards the targets: connections fail. Add targets.", missing="notBreaching",
        ),
    )  # fmt: skip
    targets = (
        Alarm(
            "no-target", ("HealthyHostCount",), "Maximum", 1, "page", "Nothing answers behind the load balancer.",
            below=True, missing="breaching", vital=True,
        ),
        Alarm("sick-target", ("UnHealthyHostCount",), "Maximum", 0, "ticket", "A target is unfit.", periods=15),
    )  # fmt: skip
    signals = (
        Signal("traffic", "NewFlowCount", "Sum"),
        Signal("errors", "TCP_Target_Reset_Count", "Sum"),
        Signal("saturation", "ActiveFlowCount", "Average"),
    )
    dimensions = {"LoadBalancer": load_balancer_suffix}
    return [
        Watched(name, "Edge", "AWS/NetworkELB", dimensions, balancer, signals),
        Watched(
            f"{name}-targets", "Edge", "AWS/NetworkELB", {**dimensions, "TargetGroup": target_group_suffix}, targets
        ),
    ]


def web_acl(metric_name: pulumi.Input[str]) -> list[Watched]:
    """A web ACL of CloudFront, by the metric name of its visibility configuration.

    https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
    """
    signals = (Signal("errors", "BlockedRequests", "Sum"),)
    dimensions = {"WebACL": metric_name, "Rule": "ALL"}
    return [Watched("web-acl", "Edge", "AWS/WAFV2", dimensions, (), signals, GLOBAL_REGION)]


def zone(zone_id: pulumi.Input[str]) -> list[Watched]:
    """A signed Route 53 zone. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-hosted-zones-with-cloudwatch.html."""
    alarms = (
        Alarm(
            "dnssec", ("DNSSECInternalFailure",), "Maximum", 0, "page",
            "The zone is no longer signed: resolvers that check will not find the platform.", period=300, periods=1,
            missing="notBreaching",
        ),
        Alarm(
            "dnssec-key", ("DNSSECKeySigningKeysNeedingAction",), "Maximum", 0, "page",
            "Route 53 cannot use the key-signing key: its KMS key is disabled, deleted or closed to it.", period=300,
            periods=1, missing="notBreaching",
        ),
    )  # fmt: skip
    return [Watched("zone", "Edge", "AWS/Route53", {"HostedZoneId": zone_id}, alarms, region=GLOBAL_REGION)]


def health_check(name: str, health_check_id: pulumi.Input[str], *, vital: bool = True) -> list[Watched]:
    """A Route 53 health check. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html."""
    alarm = Alarm(
        "health", ("HealthCheckStatus",), "Minimum", 1, "page", "Checkers around the world get no good answer.",
        below=True, periods=3, vital=vital,
    )  # fmt: skip
    return [Watched(name, "Edge", "AWS/Route53", {"HealthCheckId": health_check_id}, (alarm,), region=GLOBAL_REGION)]


def canary(canary_name: pulumi.Input[str], *, interval_minutes: int) -> list[Watched]:
    """A Synthetics canary. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_metrics.html."""
    alarm = Alarm(
        "success", ("SuccessPercent",), "Average", 90, "page", "The front door does not answer as it should.",
        below=True, period=interval_minutes * 60, periods=2, missing="breaching", vital=True,
    )  # fmt: skip
    signals = (Signal("latency", "Duration", "Average"),)
    return [Watched("canary", "Edge", "CloudWatchSynthetics", {"CanaryName": canary_name}, (alarm,), signals)]


# --- The watch itself ---


def undelivered(queue_name: pulumi.Input[str], *, region: str | None = None) -> list[Watched]:
    """A dead-letter queue of notifications.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """
    alarm = Alarm(
        "messages", ("ApproximateNumberOfMessagesVisible",), "Maximum", 0, "ticket",
        "A receiver took no notifications for an hour: read what it missed in the queue.", period=300, periods=1,
    )  # fmt: skip
    name = f"undelivered-{region}" if region else "undelivered"
    return [Watched(name, "Notifications", "AWS/SQS", {"QueueName": queue_name}, (alarm,), region=region)]
