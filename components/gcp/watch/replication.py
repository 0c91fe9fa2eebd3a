"""What comes from the primary region: how far the standby is behind."""

import re

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
