"""The watch itself, and what the project as a whole runs into."""

from components.gcp.watch.rows import Alarm, Signal, Watched


def sinks() -> list[Watched]:
    """The project's log sinks. https://docs.cloud.google.com/logging/docs/export/troubleshoot."""
    alarm = Alarm(
        "undelivered", "logging.googleapis.com/exports/error_count", "ALIGN_DELTA", 0, "ticket",
        "Logs do not reach the bucket they are kept in, and are lost.",
        "See whether the bucket and its key are there, and whether the sink's writer may write.",
        period=300, minutes=0, reducer="REDUCE_SUM", by=("resource.label.name",),
    )  # fmt: skip
    signals = (Signal("traffic", "logging.googleapis.com/exports/log_entry_count", "ALIGN_RATE"),)
    return [Watched("sinks", "Watch", "logging_sink", {}, (alarm,), signals)]


def quotas() -> list[Watched]:
    """Quotas of the project: one that is too small shows on the day that the region takes over.

    https://docs.cloud.google.com/monitoring/alerts/using-quota-metrics
    """
    alarm = Alarm(
        "exceeded", "serviceruntime.googleapis.com/quota/exceeded", "ALIGN_COUNT_TRUE", 0, "page",
        "A quota is used up: machines, addresses or calls are refused.",
        "Ask for more in the console, under IAM & Admin, Quotas.", minutes=0, reducer="REDUCE_SUM",
        by=("resource.label.service", "metric.label.limit_name"), vital=True,
    )  # fmt: skip
    return [Watched("quotas", "Project", "consumer_quota", {}, (alarm,))]
