"""The primary's data stores by CloudWatch: traffic, errors, latency and saturation of each."""

from components.kubernetes.dashboards.model import CloudWatch, Panel, Row


def rows(region: str) -> tuple[Row, ...]:
    """A row for each store."""
    database = ("AWS/RDS", ("DBClusterIdentifier", "Role"))
    stream = ("AWS/Kafka", ("Broker ID", "Cluster Name"))
    table = ("AWS/DynamoDB", ("TableName",))
    calls = ("AWS/DynamoDB", ("Operation", "TableName"))
    cache = ("AWS/ElastiCache", ("CacheClusterId", "CacheNodeId"))
    search = ("AWS/ES", ("ClientId", "DomainName"))
    return (
        Row(
            "Relational database",
            (
                Panel("Connections", (CloudWatch(*database, "DatabaseConnections", "Average", region),)),
                Panel("Commits take", (CloudWatch(*database, "CommitLatency", "Average", region),), "ms"),
                Panel("CPU", (CloudWatch(*database, "CPUUtilization", "Maximum", region),), "percent", 90),
                Panel("Free memory", (CloudWatch(*database, "FreeableMemory", "Minimum", region),), "bytes"),
            ),
        ),
        Row(
            "Event stream",
            (
                Panel("Bytes in", (CloudWatch(*stream, "BytesInPerSec", "Average", region),), "Bps"),
                Panel("CPU", (CloudWatch(*stream, "CpuUser", "Average", region),), "percent", 60),
                Panel(
                    "Partitions with too few replicas",
                    (CloudWatch(*stream, "UnderReplicatedPartitions", "Maximum", region),),
                    limit=1,
                ),
                Panel("Disk", (CloudWatch(*stream, "KafkaDataLogsDiskUsed", "Maximum", region),), "percent", 85),
            ),
        ),
        Row(
            "Tables",
            (
                Panel("Units read", (CloudWatch(*table, "ConsumedReadCapacityUnits", "Sum", region),)),
                Panel("Units written", (CloudWatch(*table, "ConsumedWriteCapacityUnits", "Sum", region),)),
                Panel("Answers within", (CloudWatch(*calls, "SuccessfulRequestLatency", "Average", region),), "ms"),
                Panel("Throttled", (CloudWatch(*calls, "ThrottledRequests", "Sum", region),), limit=1),
            ),
        ),
        Row(
            "Cache",
            (
                Panel("Hits", (CloudWatch(*cache, "CacheHitRate", "Average", region),), "percent"),
                Panel("CPU", (CloudWatch(*cache, "EngineCPUUtilization", "Maximum", region),), "percent", 90),
                Panel(
                    "Memory", (CloudWatch(*cache, "DatabaseMemoryUsagePercentage", "Maximum", region),), "percent", 90
                ),
                Panel("Evictions", (CloudWatch(*cache, "Evictions", "Sum", region),)),
            ),
        ),
        Row(
            "Search",
            (
                Panel("Searches take", (CloudWatch(*search, "SearchLatency", "Average", region),), "ms"),
                Panel("Server errors", (CloudWatch(*search, "5xx", "Sum", region),), limit=1),
                Panel("Heap", (CloudWatch(*search, "JVMMemoryPressure", "Maximum", region),), "percent", 85),
                Panel("Free disk (MiB)", (CloudWatch(*search, "FreeStorageSpace", "Minimum", region),)),
            ),
        ),
    )
