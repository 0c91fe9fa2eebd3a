"""Databases, streams, tables, caches and messages."""

import pulumi

from components.gcp.watch.rows import Alarm, Signal, Watched

SQL = "cloudsql.googleapis.com/database"


def database(project: str, instance_name: pulumi.Input[str], *, connections: int) -> list[Watched]:
    """Cloud SQL for PostgreSQL; `connections` is its flag max_connections.

    https://docs.cloud.google.com/sql/docs/postgres/admin-api/metrics
    """
    alarms = (
        Alarm(
            "up", f"{SQL}/up", "ALIGN_MIN", 1, "page", "The database does not run: nothing can take over.",
            "See the instance's operations and logs; a failover to its other zone is `gcloud sql instances failover`.",
            below=True, reducer="REDUCE_MIN", missing="active", vital=True,
        ),
        Alarm(
            "failover", f"{SQL}/available_for_failover", "ALIGN_MIN", 1, "ticket",
            "The second zone could not take over from the first.",
            "See whether a maintenance or a heavy load holds replication up; it mends itself mostly.",
            below=True, reducer="REDUCE_MIN", minutes=30,
        ),
        Alarm(
            "cpu", f"{SQL}/cpu/utilization", "ALIGN_MEAN", 0.9, "page", "The instance is out of CPU.",
            "Find the queries in Query Insights; else choose a larger tier.", minutes=15,
        ),
        Alarm(
            "memory", f"{SQL}/memory/utilization", "ALIGN_MEAN", 0.95, "ticket",
            "The instance has less than 5 % of its memory left and will restart when that is gone.",
            "Look for sessions with much work_mem; else choose a larger tier.", minutes=15,
        ),
        Alarm(
            "disk", f"{SQL}/disk/utilization", "ALIGN_MEAN", 0.9, "page",
            "The volume fills faster than it grows; with a full one the database stops.",
            "Look for a replication slot that nobody reads, then raise the limit of automatic growth.", vital=True,
        ),
        Alarm(
            "connections", f"{SQL}/postgresql/num_backends", "ALIGN_MEAN", connections * 0.8 // 1, "page",
            "The instance nears its maximum of connections and will refuse new ones.",
            "See pg_stat_activity for idle sessions; pool them, or raise max_connections.", reducer="REDUCE_SUM",
        ),
        Alarm(
            "transaction-ids", f"{SQL}/postgresql/transaction_id_utilization", "ALIGN_MEAN", 0.5, "ticket",
            "Vacuuming falls behind: when all transaction ids are used, PostgreSQL stops.",
            "End old transactions and prepared ones, drop unread slots, and vacuum the oldest tables.", period=300,
        ),
    )  # fmt: skip
    signals = (
        Signal("traffic", f"{SQL}/postgresql/transaction_count", "ALIGN_RATE"),
        Signal("saturation", f"{SQL}/postgresql/num_backends", "ALIGN_MEAN"),
    )
    labels = {"database_id": pulumi.Output.concat(project, ":", instance_name)}
    return [Watched("database", "Database", "cloudsql_database", labels, alarms, signals)]


def tables(instance_name: pulumi.Input[str]) -> list[Watched]:
    """A Bigtable instance with one cluster. https://docs.cloud.google.com/bigtable/docs/monitoring-instance."""
    cluster = (
        Alarm(
            "cpu", "bigtable.googleapis.com/cluster/cpu_load", "ALIGN_MEAN", 0.7, "ticket",
            "Above 70 % a cluster answers late.", "Raise the maximum of the autoscaler.", minutes=15,
        ),
        Alarm(
            "hot-node", "bigtable.googleapis.com/cluster/cpu_load_hottest_node", "ALIGN_MEAN", 0.9, "ticket",
            "One node carries most of the load: keys are not spread.",
            "Find the keys by Key Visualizer; more nodes do not help.", minutes=15,
        ),
        Alarm(
            "storage", "bigtable.googleapis.com/cluster/storage_utilization", "ALIGN_MEAN", 0.7, "page",
            "Above 70 % writes may be refused.", "Raise the maximum of the autoscaler.", minutes=15, vital=True,
        ),
    )  # fmt: skip
    table = (
        Alarm(
            "errors", "bigtable.googleapis.com/server/error_count", "ALIGN_RATE", 1, "page",
            "Bigtable fails more than one request a second.", "See the status dashboard of Google Cloud.",
            reducer="REDUCE_SUM",
        ),
        Alarm(
            "slow", "bigtable.googleapis.com/server/latencies", "ALIGN_PERCENTILE_99", 500, "ticket",
            "One in a hundred requests takes more than half a second.",
            "See which table and method; look for large rows and scans.", minutes=15, traffic=True,
        ),
    )  # fmt: skip
    signals = (
        Signal("traffic", "bigtable.googleapis.com/server/request_count", "ALIGN_RATE"),
        Signal("errors", "bigtable.googleapis.com/server/error_count", "ALIGN_RATE"),
        Signal("latency", "bigtable.googleapis.com/server/latencies", "ALIGN_PERCENTILE_99"),
    )
    labels = {"instance": instance_name}
    return [
        Watched("tables", "Tables", "bigtable_cluster", labels, cluster),
        Watched("tables-requests", "Tables", "bigtable_table", labels, table, signals),
    ]


CACHE = "memorystore.googleapis.com/instance"


def cache(instance_id: pulumi.Input[str]) -> list[Watched]:
    """Memorystore for Valkey. https://docs.cloud.google.com/memorystore/docs/valkey/supported-monitoring-metrics."""
    alarms = (
        Alarm(
            "memory", f"{CACHE}/memory/maximum_utilization", "ALIGN_MAX", 0.8, "ticket",
            "A node has less than a fifth of its memory left: keys are evicted, or writes refused.",
            "Add shards, or choose a larger node type.", minutes=15,
        ),
        Alarm(
            "cpu", f"{CACHE}/cpu/maximum_utilization", "ALIGN_MAX", 0.9, "page",
            "A node is saturated: commands wait.", "Look for slow commands and a hot key; else add shards.", minutes=10,
        ),
        Alarm(
            "replica-lag", f"{CACHE}/replication/average_ack_lag", "ALIGN_MEAN", 30, "ticket",
            "A failover between zones would lose the last 30 seconds of writes.",
            "See the load of the nodes; a large write or a slow replica holds it up.", minutes=10,
        ),
        Alarm(
            "evictions", f"{CACHE}/stats/total_evicted_keys_count", "ALIGN_DELTA", 1000, "ticket",
            "Keys are dropped before they expire.", "Add shards, or shorten what keys live.", period=300, minutes=15,
            reducer="REDUCE_SUM", traffic=True,
        ),
        Alarm(
            "refused", f"{CACHE}/stats/total_rejected_connections_count", "ALIGN_DELTA", 0, "page",
            "Clients are refused: the maximum of connections is reached.", "Pool connections, or raise maxclients.",
            reducer="REDUCE_SUM",
        ),
    )  # fmt: skip
    signals = (
        Signal("traffic", f"{CACHE}/stats/total_keyspace_hits_count", "ALIGN_RATE"),
        Signal("saturation", f"{CACHE}/cpu/maximum_utilization", "ALIGN_MAX"),
    )
    return [
        Watched("cache", "Cache", "memorystore.googleapis.com/Instance", {"instance_id": instance_id}, alarms, signals)
    ]


def stream(cluster_id: pulumi.Input[str]) -> list[Watched]:
    """A Managed Kafka cluster, by how far its consumers are behind; Google replaces failed brokers itself."""
    alarms = (
        Alarm(
            "consumer-lag", "managedkafka.googleapis.com/offset_lag", "ALIGN_MAX", 100_000, "page",
            "A consumer group is 100,000 records behind in a partition, and does not catch up.",
            "See whether the consumers run, and whether one record makes them fail.", minutes=15, reducer=None,
        ),
    )  # fmt: skip
    signals = (Signal("saturation", "managedkafka.googleapis.com/offset_lag", "ALIGN_MAX"),)
    resource = "managedkafka.googleapis.com/TopicPartitionConsumerGroup"
    return [Watched("stream", "Event stream", resource, {"cluster_id": cluster_id}, alarms, signals)]


def subscription(name: str, subscription_id: pulumi.Input[str], *, late_minutes: int = 10) -> list[Watched]:
    """A Pub/Sub subscription, whose messages are late after `late_minutes`.

    https://docs.cloud.google.com/pubsub/docs/monitoring
    """
    alarms = (
        Alarm(
            "late", "pubsub.googleapis.com/subscription/oldest_unacked_message_age", "ALIGN_MAX", late_minutes * 60,
            "page", f"A message has waited for more than {late_minutes} minutes.",
            "See whether the subscriber runs, and what it logs; a message that always fails goes to the dead letters.",
            # Nobody reads in a waiting region, whose topics are fed all the same.
            traffic=True,
        ),
        Alarm(
            "dead-letters", "pubsub.googleapis.com/subscription/dead_letter_message_count", "ALIGN_DELTA", 0, "ticket",
            "Messages could not be processed and are dead letters now.",
            "Read them in the dead-letter topic's subscription, mend the subscriber, publish them again.",
            period=300, minutes=0, reducer="REDUCE_SUM",
        ),
    )  # fmt: skip
    signals = (Signal("saturation", "pubsub.googleapis.com/subscription/num_undelivered_messages", "ALIGN_MEAN"),)
    labels = {"subscription_id": subscription_id}
    return [Watched(f"subscription-{name}", "Messages", "pubsub_subscription", labels, alarms, signals)]


def dead_letters(name: str, subscription_id: pulumi.Input[str]) -> list[Watched]:
    """The subscription that keeps dead letters: whoever looks after them must come before they expire."""
    alarm = Alarm(
        "kept", "pubsub.googleapis.com/subscription/oldest_unacked_message_age", "ALIGN_MAX", 3 * 24 * 3600, "ticket",
        "A dead letter has waited for three days, and will expire.",
        "Mend the subscriber and publish it again, or acknowledge it.", period=300, minutes=30,
    )  # fmt: skip
    labels = {"subscription_id": subscription_id}
    return [Watched(f"dead-letters-{name}", "Messages", "pubsub_subscription", labels, (alarm,))]


def reminders(subscription_id: pulumi.Input[str], *, name: str = "secret-reminders") -> list[Watched]:
    """The subscription that keeps reminders of secrets to replace: each is somebody's task."""
    alarm = Alarm(
        "due", "pubsub.googleapis.com/subscription/num_undelivered_messages", "ALIGN_MAX", 0, "ticket",
        "A secret is due to be replaced.",
        "Read the reminder, which names it, add a version in the primary, and acknowledge it.", period=300, minutes=30,
    )  # fmt: skip
    labels = {"subscription_id": subscription_id}
    return [Watched(name, "Messages", "pubsub_subscription", labels, (alarm,))]
