"""The public names and what both regions do for whoever asks for them: a failover changes where, and nothing else."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, field_validator

from settings.types import Fixed, Label, Model, Refusal, between, matching, one_of

RESERVED_HOSTS = ("apex", "gcp", "partners", "primary", "signed-objects", "standby")
"""Names that stand for one region, or for one way in."""

TTL_SECONDS = 60
"""How long resolvers keep where a public name leads: as long as CloudFront's addresses, which it competes with."""

# ACM, Google's CA for the standby's certificates, and Let's Encrypt for cert-manager's.
# https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html, https://cloud.google.com/certificate-manager/docs/dns-authorizations
CERTIFICATE_AUTHORITIES = ("amazon.com", "letsencrypt.org", "pki.goog")

HostName = Annotated[
    str,
    *matching(
        r"@|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
        "no record and no certificate can be made for it",
        "write one DNS label, or @ for the domain itself, in quotes",
    ),
]

EmailAddress = Annotated[
    str,
    *matching(
        r"[\w.+-]{1,64}@([a-z0-9-]+\.)+[a-z]{2,63}",
        "certificate authorities could report nothing to it",
        "write an address such as security@example.com",
    ),
]

UrlPath = Annotated[
    str,
    *matching(r"/[\w./~-]{0,199}", "it is no path of a URL", "write one that starts with a slash, such as /healthz"),
]

GOOGLE_BUCKET = r"(?!goog)(?!.*(google|g00gle))[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]"
"""What Cloud Storage takes for a bucket's name, dots left out. https://docs.cloud.google.com/storage/docs/buckets"""

SwitchBucketName = Annotated[
    str,
    *matching(
        GOOGLE_BUCKET,
        "Cloud Storage has no bucket of this name, so that a failover would not move DNS",
        "use 3 to 63 lower-case letters, digits, hyphens and underscores, without google",
    ),
]

DsRecord = Annotated[
    str,
    *matching(
        r"\d{1,5} 13 2 [0-9A-F]{64}",
        "resolvers would take the signed zone for forged, and no name in it would resolve",
        "write it as `gcloud dns dns-keys list --zone=<zone> --format='value(ds_record())'` prints it, in quotes",
    ),
]


class RateLimitSettings(Model):
    """How many requests an address may send."""

    requests: Annotated[int, *between(10, 1_000_000, "WAF counts at least 10 requests, Cloud Armor at most 1,000,000")]
    """Requests of one address within the window, above which it is blocked."""

    window_seconds: Annotated[
        int, *one_of((60, 120, 300, 600), "WAF or Cloud Armor offers no such window", "use 60, 120, 300 or 600")
    ] = 300
    """The window, in seconds."""

    path_prefix: UrlPath | None = None
    """Counts only requests whose path starts so; all requests if left out."""


class FrontDoorSettings(Model):
    """The public names, the switch that moves them, and who may ask how often."""

    hosts: Annotated[tuple[HostName, ...], Field(max_length=50)] = ("@", "www", "api")
    """Public names under the domain, @ for the domain itself; DNS moves them to the standby in a failover."""

    switch_bucket: Fixed[SwitchBucketName]
    """Bucket of the switch object, whose existence moves DNS to the standby; its name is one among all of Google's."""

    health_path: UrlPath = "/healthz"
    """What health checkers ask both regions for, by their own names; it must answer 200 without a login."""

    rate_limits: Annotated[Mapping[Label, RateLimitSettings], Field(min_length=1, max_length=10)] = {
        "everything": RateLimitSettings(requests=2000),
        "sign-in": RateLimitSettings(requests=100, path_prefix="/auth/"),
    }
    """Limits by name; the first that is exceeded blocks."""

    security_contact: EmailAddress | None = None
    """Where certificate authorities report refused requests; security@<domain> if left out."""

    delegation_ds: DsRecord | None = None
    """DS record of gcp.<domain>, which Cloud DNS tells once the zone exists; until then no resolver checks the zone."""

    @field_validator("hosts")
    @classmethod
    def _hosts_are_free(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        if not hosts:
            raise Refusal("nobody could reach the platform", "name at least one")
        for position, host in enumerate(hosts):
            if host in RESERVED_HOSTS:
                raise Refusal(
                    "the platform uses this name itself, for what a failover must not move",
                    "choose another",
                    at=(position,),
                )
            if host in hosts[:position]:
                raise Refusal("Route 53 refuses a second record", "remove the repetition", at=(position,))
        return hosts

    @property
    def switch_object_url(self) -> str:
        """URL of the switch object, which health checkers ask for."""
        return self._object_url("active")

    @property
    def fence_url(self) -> str:
        """URL of the object that forbids writing to the primary region, and copying from it to the standby."""
        return self._object_url("fence")

    @property
    def standby_fence_url(self) -> str:
        """URL of the object that forbids writing to the standby's workloads, on the way back."""
        return self._object_url("fence-standby")

    def _object_url(self, name: str) -> str:
        return f"https://storage.googleapis.com/{self.switch_bucket}/{name}"

    def names(self, domain: str) -> dict[str, str]:
        """The public names under a domain, by their host; the domain itself goes by `apex`."""
        return {host.replace("@", "apex"): domain if host == "@" else f"{host}.{domain}" for host in self.hosts}

    def serving_names(self, domain: str) -> tuple[str, ...]:
        """The names that people and partners come to, and the primary's own."""
        return (
            *self.names(domain).values(),
            *(f"{host}.{domain}" for host in ("partners", "primary", "signed-objects")),
        )

    def standby_names(self, domain: str) -> dict[str, str]:
        """The names in the primary's zone that lead to the standby alone: its own, and the zone handed on to it."""
        return {label: f"{label}.{domain}" for label in ("standby", "gcp")}

    def contact(self, domain: str) -> str:
        """Where certificate authorities write to."""
        return self.security_contact or f"security@{domain}"

    def authorities(self, domain: str) -> list[str]:
        """CAA records: which certificate authorities may issue, and where they report requests that they refused."""
        contact = self.contact(domain)
        return [*(f'0 issue "{authority}"' for authority in CERTIFICATE_AUTHORITIES), f'0 iodef "mailto:{contact}"']
