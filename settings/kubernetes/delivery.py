"""Settings of delivery: which chart and which bundle both clusters apply, who may look on, and when nothing changes."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from settings.types import ArtifactName, ImageDigest, Model, Refusal, SecretName, between, distinct, matching
from settings.vendor import SAMPLE_DIGEST

Cron = Annotated[
    str,
    *matching(
        r"([0-9*/,-]+ ){4}([0-9*/,-]+|(mon|tue|wed|thu|fri|sat|sun)([,-](mon|tue|wed|thu|fri|sat|sun))*)",
        "it is not a time in cron's words",
        'write minute, hour, day, month and day of the week, such as "0 18 * * fri"',
    ),
]

TimeZone = Annotated[
    str,
    *matching(r"UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_-]+){1,2}", "no such time zone", "write one such as Europe/Berlin"),
]

Group = Annotated[
    str, *matching(r"[A-Za-z0-9@._:/ -]{1,200}", "the policy's lines cannot hold it", "write the group's name or id")
]


class SyncWindow(Model):
    """A time at which new revisions reach the primary's workloads by themselves, or do not."""

    kind: Literal["allow", "deny"] = "deny"
    """deny: nothing changes then. allow: something changes then alone, and in other such windows."""

    schedule: Cron
    """When it opens, in cron's words."""

    hours: Annotated[int, *between(1, 168, "a window of more than a week is a decision, and no window")]
    """For how many hours it stays open."""

    time_zone: TimeZone = "UTC"
    """Whose clock `schedule` means."""

    manual: bool = True
    """Whether operators may still sync by hand, as they must to end an incident."""


class SsoSettings(Model):
    """Who logs in to Argo CD, by OpenID Connect; its own administrator is off."""

    issuer: Annotated[
        str, *matching(r"https://[A-Za-z0-9./_-]{1,200}", "tokens come by TLS alone", "write its https:// URL")
    ]
    """The identity provider's issuer."""

    client_id: Annotated[
        str, *matching(r"[A-Za-z0-9._-]{1,200}", "no provider makes such an id", "copy it from the provider")
    ]
    """The client that it knows Argo CD as."""

    client_secret: SecretName
    """The client's secret, of those in `app_secrets`."""

    operators: Annotated[tuple[Group, ...], distinct("once is enough")] = ()
    """Groups that may sync by hand, and promote or abort a canary."""

    viewers: Annotated[tuple[Group, ...], distinct("once is enough")] = ()
    """Groups that may look at everything but secrets."""


class DeliverySettings(Model):
    """What Argo CD on the primary and Flux and Config Sync on the standby apply: the same, by digest."""

    chart: ArtifactName = "charts/service"
    """The chart of every workload, of `artifacts`."""

    chart_digest: ImageDigest = SAMPLE_DIGEST
    """Its digest, as the publish workflow printed it: the same in both registries."""

    bundle: ArtifactName = "bundles/shared"
    """The configuration that both clusters share, of `artifacts`."""

    bundle_digest: ImageDigest | None = None
    """Its digest; null applies none, until the first one has been pushed."""

    @field_validator("bundle")
    @classmethod
    def _one_artifact_is_one_thing(cls, bundle: str, info: ValidationInfo) -> str:
        if bundle == info.data.get("chart"):
            raise Refusal("it is the workloads' chart, which is no configuration", "name an artifact of its own")
        return bundle

    sso: SsoSettings | None = None
    """Who logs in to Argo CD; without this nobody does, and it works by itself."""

    sync_windows: Annotated[tuple[SyncWindow, ...], Field(max_length=20)] = ()
    """When new revisions reach the primary's workloads; at any time without this."""
