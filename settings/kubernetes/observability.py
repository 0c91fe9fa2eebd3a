"""What the clusters measure, trace and keep of it, and who may look."""

from typing import Annotated

from pydantic import Field

from settings.types import Model, between, matching

HttpsUrl = Annotated[
    str,
    *matching(
        r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(/[\w./~%-]*)?",
        "people's sign-on goes over it, and without TLS anybody on the way could take it over",
        "write a URL such as https://login.example.com/oauth2/token",
    ),
]


class MetricsSettings(Model):
    """Prometheus in the primary's cluster, and the workspace that keeps its metrics after the cluster."""

    local_days: Annotated[int, *between(1, 90, "older ones are read from the workspace, and disks are dear")] = 35
    """Days for which Prometheus itself keeps metrics: what rules and dashboards ask for, of which error budgets look
    back furthest, over `objectives.time_window_days`."""

    volume_gib: Annotated[int, *between(10, 2048, "Prometheus drops its oldest metrics once four fifths are full")] = (
        100
    )
    """Disk of each of the two Prometheus servers, in GiB."""

    cpu_millicores: Annotated[int, *between(100, 32000, "a node of the cluster must be able to give it")] = 1000
    """CPU that each server asks for."""

    memory_mib: Annotated[int, *between(1024, 131072, "below 1 GiB it dies of the cluster's own metrics")] = 6144
    """Memory that each server asks for, and may use at most, in MiB; about 3 KiB for each series of the last hours."""

    stored_days: Annotated[int, *between(1, 1095, "the workspace takes no longer")] = 400
    """Days for which the workspace keeps metrics: thirteen months, to compare with the same days of the last year."""


class TracingSettings(Model):
    """Which traces are kept, decided once they are complete."""

    slow_milliseconds: Annotated[int, *between(1, 600000, "no request takes longer than its front door waits")] = 1000
    """Traces that take longer are all kept, and so are those with an error."""

    sampled_percent: Annotated[int, *between(0, 100, "it is a share of the traces")] = 10
    """Share of the other traces that is kept, in percent."""

    wait_seconds: Annotated[int, *between(5, 120, "the collector holds every trace of that time in memory")] = 15
    """Seconds after a trace's first span when it is decided on: later spans share its fate, unseen."""


class SignOnSettings(Model):
    """The OpenID Connect provider by which people sign on to Grafana and Kiali."""

    issuer: HttpsUrl
    """The provider's issuer."""

    authorize_url: HttpsUrl
    """Where people are sent to sign on."""

    token_url: HttpsUrl
    """Where codes become tokens."""

    userinfo_url: HttpsUrl
    """Where a token's owner is told."""

    grafana_client_id: Annotated[str, Field(min_length=1, max_length=200)]
    """Grafana's client; its secret is put in the store by a person."""

    grafana_url: HttpsUrl
    """Where people find Grafana; the provider sends them back there."""

    kiali_client_id: Annotated[str, Field(min_length=1, max_length=200)]
    """Kiali's client."""

    kiali_url: HttpsUrl
    """Where people find Kiali."""

    administrators: Annotated[
        str, *matching(r"[\w@.:/ -]{1,100}", "it is quoted in Grafana's expression", "write a group's plain name")
    ] = "platform-administrators"
    """The group, of the claim `groups`, that administers Grafana; everybody else only looks."""


class ObservabilitySettings(Model):
    """Metrics, traces, and the consoles that show them."""

    metrics: MetricsSettings = MetricsSettings()
    """Prometheus and what it keeps."""

    tracing: TracingSettings = TracingSettings()
    """Traces."""

    sign_on: SignOnSettings | None = None
    """How people sign on; without it the consoles are reached by `kubectl port-forward` alone, with Grafana's own
    administrator and the cluster's tokens."""
