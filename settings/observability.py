"""Who is told of what goes wrong, and what is watched of the primary region beyond the services' own metrics."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from settings.types import LogRetentionDays, Model, between, matching

Severity = Literal["page", "ticket"]
"""page: somebody is woken now. ticket: somebody looks on the next working day."""

ReceiverKind = Literal["pagerduty", "jira_service_management", "opsgenie"]

BucketName = Annotated[
    str,
    *matching(
        r"(?!xn--|sthree-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "S3 refuses it as a bucket's name",
        "use 3 to 63 lower-case letters, digits, hyphens and dots",
    ),
]

UrlPath = Annotated[
    str, *matching(r"/[\w./~%-]{0,255}", "no web server is asked for such a path", "write one such as /healthz")
]

CanaryRuntime = Annotated[
    str,
    *matching(
        r"syn-nodejs-puppeteer-(1[3-9]|[2-9]\d)\.\d",
        "the canary's script runs on Synthetics' Node.js runtimes, and AWS has withdrawn the older ones",
        "write one in support, such as syn-nodejs-puppeteer-17.0",
    ),
]

RECEIVER_SECRETS: Mapping[str, str] = {
    "pagerduty_url": "PagerDuty's Amazon CloudWatch integration URL, with the integration key in it.",
    "jira_service_management_url": "Jira Service Management's Amazon CloudWatch integration URL, with its API key.",
    "opsgenie_url": "Opsgenie's Amazon CloudWatch integration URL, with its API key.",
}
"""The secret that each kind of receiver needs in prod: the whole URL, since products and regions differ in its host."""


class ReceiverSettings(Model):
    """A product that tells people; each stack holds the key or URL of its own integration as a secret."""

    severities: Annotated[tuple[Severity, ...], Field(min_length=1)] = ("page", "ticket")
    """What it is told: `page` wakes somebody, `ticket` waits for the next working day."""


Receivers = Mapping[ReceiverKind, ReceiverSettings]


class CanarySettings(Model):
    """A script that asks for a page of the front door from outside, as a user would."""

    artifact_bucket: BucketName
    """An existing bucket of this account and region, for the script and the reports of its runs."""

    path: UrlPath = "/healthz"
    """The path that must answer with status 200, under `primary.<domain>`."""

    interval_minutes: Annotated[int, *between(1, 60, "Synthetics runs a canary at least once an hour")] = 5
    """Minutes between two runs."""

    runtime: CanaryRuntime = "syn-nodejs-puppeteer-17.0"
    """Synthetics' runtime; AWS withdraws each about a year after the next."""


class TracingSettings(Model):
    """X-Ray."""

    encrypt_account: bool = True
    """Encrypts all traces of the account's region with the platform's key; false where the organisation sets that."""

    sampled_percent: Annotated[int, *between(0, 100, "it is a share of the requests")] = 5
    """Share of requests that are traced, beyond the first of each second, in percent."""


class ObservabilitySettings(Model):
    """Alarms, dashboards and traces."""

    event_log_retention_days: LogRetentionDays = 365
    """Days for which the events that raised alarms are kept."""

    anomaly_detection: bool = True
    """Learns what traffic, errors, latency and saturation are normal, and opens a ticket when they are not."""

    canary: CanarySettings | None = None
    """A test of the front door from outside; none without this."""

    tracing: TracingSettings = TracingSettings()
    """X-Ray."""
