"""What comes from the primary region: how far the standby is behind."""

import pulumi

from components.gcp.watch.rows import Alarm, Event, Query, Signal, Watched


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
    event = Event(
        "import",
        f'resource.type = "pubsub_topic" AND resource.labels.topic_id = "changes.{table}" AND severity >= ERROR',
        "page",
        "Pub/Sub does not read the table's stream: the standby falls behind, and no message shows it.",
        "See the topic's state and its log; if AWS is dark there is nothing to read, and the stream waits.",
    )
    signals = (
        Signal("traffic", "pubsub.googleapis.com/subscription/push_request_count", "ALIGN_RATE"),
        Signal("saturation", "pubsub.googleapis.com/subscription/num_undelivered_messages", "ALIGN_MEAN"),
    )
    labels = {"subscription_id": subscription_id}
    return Watched(table, "Replication", "pubsub_subscription", labels, alarms, signals, events=(event,))


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


def warming(job_name: pulumi.Input[str], *, rpo_minutes: int) -> Watched:
    """The job that warms the cache, by the runs that ended well: no figure says how old the standby's keys are.

    https://docs.cloud.google.com/monitoring/api/metrics_gcp_p_z
    """
    ended_well = pulumi.Output.concat(
        'run_googleapis_com:job_completed_execution_count{monitored_resource="cloud_run_job",result="succeeded",'
        'job_name="', job_name, '"}',
    )  # fmt: skip
    query = Query(
        "rpo",
        # Without any run there is no series at all.
        pulumi.Output.concat("(sum(increase(", ended_well, f"[{rpo_minutes}m])) or vector(0)) < 1"),
        "ticket",
        f"For {rpo_minutes} minutes the cache has not been warmed: after a failover the database would bear the load.",
        "See what the job logs; to run it now: gcloud run jobs execute, with its name. No data is lost.",
    )
    return Watched("cache", "Replication", "", {}, queries=(query,))
