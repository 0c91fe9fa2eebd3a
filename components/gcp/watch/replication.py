"""What comes from the primary region: how far the standby is behind."""

import re

import pulumi

from components.gcp.watch.rows import Alarm, Event, Query, Signal, Watched, none_ended_well


def changes(table: str, subscription_id: pulumi.Input[str], *, rpo_minutes: int) -> Watched:
    """A table's changes on their way into Bigtable, none of which may wait for longer than the table's RPO.

    https://docs.cloud.google.com/pubsub/docs/monitoring
    """
    alarms = (
        Alarm(
            "rpo", "pubsub.googleapis.com/subscription/oldest_unacked_message_age", "ALIGN_MAX", rpo_minutes * 60,
            "page", f"The standby lacks changes that are older than {rpo_minutes} minutes, which were promised.",
            "See what the writer logs, and whether Bigtable is loaded; changes wait for days, and none is lost.",
            minutes=1, vital=True,
        ),
    )  # fmt: skip
    event = _import(
        f"changes.{table}",
        "Pub/Sub does not read the table's stream: the standby falls behind, and no message shows it.",
        "See the topic's state and its log; if AWS is dark there is nothing to read, and the stream waits.",
    )
    signals = (
        Signal("traffic", "pubsub.googleapis.com/subscription/push_request_count", "ALIGN_RATE"),
        Signal("saturation", "pubsub.googleapis.com/subscription/num_undelivered_messages", "ALIGN_MEAN"),
    )
    labels = {"subscription_id": subscription_id}
    return Watched(table, "Replication", "pubsub_subscription", labels, alarms, signals, events=(event,))


def imported(topic: str) -> Watched:
    """A topic of Kafka that Pub/Sub imports; nothing tells how far it is behind."""
    event = _import(
        f"imports.{topic}",
        "Pub/Sub does not read the topic: the standby falls behind, and no message shows it.",
        "See the import's state and its log; if AWS is dark there is nothing to read, and Kafka keeps the records.",
    )
    return Watched(topic, "Replication", "pubsub_topic", {}, events=(event,))


def _import(topic: str, why: str, remedy: str) -> Event:
    """A failure that Pub/Sub logs of an import topic."""
    entries = f'resource.type = "pubsub_topic" AND resource.labels.topic_id = "{topic}" AND severity >= ERROR'
    return Event("import", entries, "page", why, remedy)


def heartbeats(cluster_name: pulumi.Input[str], topic: str, *, rpo_minutes: int) -> Watched:
    """Beats that MirrorMaker sends through the primary's Kafka each second, as they arrive in the standby's.

    Fewer than one in two over the whole of the topics' shortest RPO: the way is broken, or what comes by it is late.
    None at all is the same, so that AWS need not answer. Alert policies take at most 23.5 hours of it.
    """
    alarm = Alarm(
        "rpo", "managedkafka.googleapis.com/message_in_count", "ALIGN_RATE", 0.5, "page",
        f"For {rpo_minutes} minutes, which were promised, the standby's Kafka has got too little from the primary's.",
        "See the connectors' state and log, then the link and MSK's brokers; records wait in MSK for their retention.",
        minutes=min(rpo_minutes, 23 * 60), below=True, reducer="REDUCE_SUM", missing="active", vital=True,
    )  # fmt: skip
    signal = Signal("traffic", "managedkafka.googleapis.com/message_in_count", "ALIGN_RATE")
    labels = {"cluster_id": cluster_name, "topic_id": topic}
    return Watched("mirror", "Replication", "managedkafka.googleapis.com/Topic", labels, (alarm,), (signal,))


def connectors(cluster_name: str) -> Watched:
    """What workers of a Connect cluster log: a failed connector of MirrorMaker's stops beats, a failed sink is quiet.

    https://docs.cloud.google.com/logging/docs/api/v2/resource-list
    """
    resource = "managedkafka.googleapis.com/ConnectCluster"
    event = Event(
        "failed",
        f'resource.type = "{resource}" AND resource.labels.cluster_id = "{cluster_name}" AND severity >= ERROR',
        "ticket",
        "A connector failed: its topics may not reach Pub/Sub, or positions of readers not the standby.",
        "See `gcloud managed-kafka connectors list`, and the entry; failed tasks are started again by themselves.",
    )
    return Watched("connectors", "Replication", resource, {}, events=(event,))


def set_aside(subscription_id: pulumi.Input[str]) -> Watched:
    """The subscription that keeps what could not be written: by Pub/Sub after its attempts, by the writer at once."""
    alarm = Alarm(
        "kept", "pubsub.googleapis.com/subscription/num_undelivered_messages", "ALIGN_MAX", 0, "page",
        "Changes could not be written: the standby differs from the primary.",
        "Read them and their reasons, mend the writer, and seek the table's subscription to a time before the fault.",
        minutes=1, vital=True,
    )  # fmt: skip
    labels = {"subscription_id": subscription_id}
    return Watched("set-aside", "Replication", "pubsub_subscription", labels, (alarm,))


def comparison(name: str) -> Watched:
    """The job that compares tables; whoever starts it reads in its log what differed."""
    event = Event(
        "ended",
        f'resource.type = "cloud_run_job" AND resource.labels.job_name : "{name}-job" AND severity >= ERROR',
        "ticket",
        "The comparison of the tables ended early: what is left of them is not mended.",
        "Read the entry, and start the job again.",
    )
    return Watched(name, "Replication", "cloud_run_job", {}, events=(event,))


WINDOW_MINUTES = (5, 24 * 60)
"""The shortest and the longest time in which arrivals are counted: the metric is minutes late, and an alert's window a
day and an hour at most."""


def arrivals(bucket: str, job_name: pulumi.Input[str], *, rpo_minutes: int) -> Watched:
    """The job that follows a bucket's events: the heartbeat alone makes it copy an object each minute.

    https://docs.cloud.google.com/storage-transfer/docs/monitor-transfer-jobs
    """
    shortest, longest = WINDOW_MINUTES
    minutes = min(max(rpo_minutes, shortest), longest)
    copied = "storagetransfer.googleapis.com/transferjob/copied_objects_count"
    alarm = Alarm(
        "rpo", copied, "ALIGN_DELTA", 1, "page",
        f"No object of the primary's bucket has come for {minutes} minutes, not even its heartbeat.",
        "See the job's operations, whether the primary answers, and who may assume the role that reads its buckets; "
        "the object .replication/heartbeat says when the last one was written.",
        below=True, labels={"status": "succeeded"}, reducer="REDUCE_SUM", period=minutes * 60, minutes=1,
        missing="active", vital=True,
    )  # fmt: skip
    signals = (Signal("traffic", copied, "ALIGN_DELTA", labels={"status": "succeeded"}),)
    return Watched(bucket, "Replication", "storage_transfer_job", {"job_id": job_name}, (alarm,), signals)


def copies() -> Watched:
    """The jobs that copy objects; a failed action is logged as an error.

    https://docs.cloud.google.com/storage-transfer/docs/reference/rest/v1/LoggingConfig
    """
    event = Event(
        "failed",
        'resource.type = "storage_transfer_job" AND severity >= ERROR',
        "page",
        "Objects of the primary were not copied to the standby.",
        "See the operations of the job that the entry names; the daily comparison copies what is missing.",
    )
    return Watched("copies", "Replication", "storage_transfer_job", {}, events=(event,))


def rows(database: str, job_id: str, *, rpo_minutes: int) -> Watched:
    """The job that carries a database's rows: how far the standby is behind, and whether anything is carried at all.

    https://docs.cloud.google.com/database-migration/docs/postgres/migration-job-metrics
    """
    resource = "datamigration.googleapis.com/MigrationJob"
    alarms = (
        Alarm(
            "rpo", "datamigration.googleapis.com/migration_job/max_replica_sec_lag", "ALIGN_MAX", rpo_minutes * 60,
            "page", f"The standby lacks transactions that are older than {rpo_minutes} minutes, or nothing is carried.",
            "See the job's state and error; where the primary is gone, decide on a failover. Aurora keeps its log for "
            "the job until its disk is full: a job that stays away must be deleted with its slot.",
            minutes=1, vital=True, missing="active",
        ),
    )  # fmt: skip
    event = Event(
        "failed",
        f'resource.type = "{resource}" AND resource.labels.migration_job_id = "{job_id}" AND severity >= ERROR',
        "page",
        "The job that carries the database's rows reports an error: rows may wait, or stay behind for good.",
        "See `gcloud database-migration migration-jobs describe`; a definition the standby lacks stops everything.",
    )
    signals = (Signal("saturation", "datamigration.googleapis.com/migration_job/max_replica_sec_lag", "ALIGN_MAX"),)
    labels = {"migration_job_id": job_id}
    return Watched(f"{database}-rows", "Replication", resource, labels, alarms, signals, events=(event,))


def warming(job_name: pulumi.Input[str], *, rpo_minutes: int) -> Watched:
    """The job that warms the cache, by the runs that ended well: no figure says how old the standby's keys are."""
    query = Query(
        "rpo",
        none_ended_well(job_name, f"{rpo_minutes}m"),
        "ticket",
        f"For {rpo_minutes} minutes the cache has not been warmed: after a failover the database would bear the load.",
        "See what the job logs; to run it now: gcloud run jobs execute, with its name. No data is lost.",
    )
    return Watched("cache", "Replication", "", {}, queries=(query,))


def images(*, rpo_minutes: int, quiet_minutes: int) -> Watched:
    """The comparisons of both registries, each of which tells how much the standby lacked at its end.

    `quiet_minutes` may pass without one that found nothing missing: the RPO less the time that a comparison takes.
    Absence counts too, as when AWS is dark, or nothing was ever copied.
    """
    missing = 'custom_googleapis_com:replication_images_missing{monitored_resource="global"}'
    query = Query(
        "rpo", f"absent_over_time({missing}[{quiet_minutes}m]) or min_over_time({missing}[{quiet_minutes}m]) > 0",
        "page", f"The standby may lack images that are older than {rpo_minutes} minutes, which were promised.",
        "See the record of the last comparison in the bucket of logs, replication/images.json, and the build's log on "
        "AWS; if AWS is dark, the record says what was lost.",
        minutes=0, vital=True,
    )  # fmt: skip
    return Watched("images", "Replication", "", {}, queries=(query,))


def secret_rounds(secret: str, secret_id: pulumi.Input[str], metric: str, *, rpo_minutes: int) -> Watched:
    """A secret that the primary compares with its own in each round; `metric` counts rounds, by the secret's id.

    No round is no value, and a fault from the beginning: a threshold would wait for a first value.
    https://docs.cloud.google.com/monitoring/promql/promql-mapping
    """
    series = f"logging_googleapis_com:user_{re.sub(r'[^A-Za-z0-9_]', '_', metric)}"
    query = Query(
        "rpo",
        pulumi.Output.concat(
            f'(sum(increase({series}{{monitored_resource="audited_resource",secret="', secret_id,
            f'"}}[{rpo_minutes}m])) or vector(0)) < 1',
        ),
        "page",
        f"Nobody compared the secret with the primary's for {rpo_minutes} minutes: the standby may have an old value.",
        "`kubectl describe pushsecret` in the namespace standby-secrets of the primary's cluster says why; if AWS is "
        "dark, look whether the value was replaced lately.",
        minutes=1, vital=True,
    )  # fmt: skip
    return Watched(secret, "Replication", "", {}, queries=(query,))


VAULT_AGE = "custom.googleapis.com/replication/vault_age_seconds"
"""How old the copy is that the standby's Vault was last made equal to."""


def vault_copies(*, rpo_minutes: int, quiet_minutes: int) -> Watched:
    """The standby's Vault, by the age of the copy that it was last made equal to.

    For `quiet_minutes` nothing need be reported; absence for longer is a fault, from the beginning: nobody exports,
    imports, or both.
    """
    age = 'custom_googleapis_com:replication_vault_age_seconds{monitored_resource="global"}'
    limit = (rpo_minutes - quiet_minutes) * 60
    query = Query(
        "rpo", f"absent_over_time({age}[{quiet_minutes}m]) or min_over_time({age}[{quiet_minutes}m]) > {limit}",
        "page", f"The standby's Vault may have values that are older than {rpo_minutes} minutes, which were promised.",
        "See what the last jobs vault-import of the standby's cluster and vault-export of the primary's log. If AWS is "
        "dark, or the standby serves and its import rests, this only says what is known.",
        minutes=0, vital=True,
    )  # fmt: skip
    return Watched("vault", "Replication", "", {}, queries=(query,))
