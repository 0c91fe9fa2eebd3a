"""Settings of the standby's observability: what is kept of its logs, what is asked of it, and how it is looked at."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator

from settings.observability import ReceiverKind
from settings.types import Label, Model, Refusal, between, one_of

RECEIVER_SECRETS: Mapping[str, str] = {
    "pagerduty_service_key": "PagerDuty's integration key for Google Cloud Monitoring (Events API v1).",
    "jira_service_management_url": "Jira Service Management's Google Cloud Monitoring URL, with its API key.",
    "opsgenie_url": "Opsgenie's Google Cloud Monitoring integration URL, with its API key.",
}
"""The secret that each kind of receiver needs in dr: Cloud Monitoring knows PagerDuty, the others are webhooks."""

SECRET_OF: Mapping[ReceiverKind, str] = {
    "pagerduty": "pagerduty_service_key",
    "jira_service_management": "jira_service_management_url",
    "opsgenie": "opsgenie_url",
}
"""The secret's name by the kind of receiver."""

UptimeRegion = Literal["USA", "EUROPE", "ASIA_PACIFIC", "SOUTH_AMERICA"]

# From how many places each region checks; Cloud Monitoring asks for three at least.
# https://docs.cloud.google.com/monitoring/uptime-checks
LOCATIONS: Mapping[UptimeRegion, int] = {"USA": 3, "EUROPE": 1, "ASIA_PACIFIC": 1, "SOUTH_AMERICA": 1}

# https://docs.cloud.google.com/logging/docs/buckets
MOST_DAYS = 3650


class LogSettings(Model):
    """Cloud Logging's buckets."""

    platform_days: Annotated[int, *between(30, MOST_DAYS, "less than a month misses what is found late")] = 90
    """Days for which everything but audit logs is kept."""

    audit_days: Annotated[
        int, *between(365, MOST_DAYS, "auditors ask for a year of history, and nobody for more than ten")
    ] = 2557
    """Days for which audit logs are kept; by default seven years, as in the primary region."""

    audit_locked: bool = False
    """Locks the audit logs' bucket: nobody, Google included, can then shorten its retention, or ever unlock it."""

    analytics: bool = True
    """Lets SQL query the logs (Log Analytics); once on it stays on."""

    exclusions: Annotated[
        Mapping[Label, Annotated[str, Field(min_length=1, max_length=20_000)]],
        Field(max_length=50, default_factory=dict),
    ]
    """Filters, by name, of what is not worth keeping; audit logs are kept whatever they say."""


class UptimeSettings(Model):
    """Checks of the front doors from outside, through the standby's own load balancer."""

    content: Annotated[str, Field(min_length=1, max_length=1024)] | None = None
    """Text that the answer must hold, if any."""

    period_seconds: Annotated[
        int, *one_of((60, 300, 600, 900), "Cloud Monitoring offers no such period", "use 60, 300, 600 or 900")
    ] = 60
    """Seconds between two checks from one place."""

    regions: tuple[UptimeRegion, ...] = ("USA", "EUROPE", "ASIA_PACIFIC")
    """Where they are made from."""

    @field_validator("regions")
    @classmethod
    def _places_outvote_one(cls, regions: tuple[UptimeRegion, ...]) -> tuple[UptimeRegion, ...]:
        if sum(LOCATIONS[region] for region in set(regions)) < 3:
            raise Refusal("Cloud Monitoring checks from three places at least", "add USA, which has three, or others")
        return regions


class ObservabilitySettings(Model):
    """Logs, alarms, dashboards and checks from outside."""

    logs: LogSettings = LogSettings(exclusions={})
    """Cloud Logging's buckets."""

    uptime: UptimeSettings = UptimeSettings()
    """Checks from outside."""
