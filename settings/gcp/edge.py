"""Settings of the standby's public edge: firewall, content delivery, DNS, and the partners' way in."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.edge import PartnerRanges, kind_has_its_list
from settings.types import BucketUse, GcpProjectId, Model, between, matching, one_of

RULE_SETS: Mapping[str, str] = {
    "cve": "cve-canary",
    "session_fixation": "sessionfixation-v422-stable",
    "scanners": "scannerdetection-v422-stable",
    "protocol": "protocolattack-v422-stable",
    "file_inclusion": "lfi-v422-stable",
    "remote_file_inclusion": "rfi-v422-stable",
    "remote_code": "rce-v422-stable",
    "php": "php-v422-stable",
    "java": "java-v422-stable",
    "cross_site_scripting": "xss-v422-stable",
    "sql_injection": "sqli-v422-stable",
}
"""Google's preconfigured rule sets, of OWASP's core rule set 4.22, and the one for single exploits such as Log4Shell's.

Not among them is method enforcement, which refuses the PUT, PATCH and DELETE that an API lives on.
https://docs.cloud.google.com/armor/docs/waf-rules
"""

RuleSet = Annotated[str, *one_of(tuple(RULE_SETS), "no rule set of this name is used", f"use {', '.join(RULE_SETS)}")]

SignatureId = Annotated[
    str,
    *matching(
        r"[a-z0-9][a-z0-9-]{1,62}",
        "Cloud Armor knows no signature of such a name",
        "write it as the firewall's log does, such as owasp-crs-v042200-id942100-sqli",
    ),
]

UrlPattern = Annotated[
    str,
    *matching(
        r"/([\w.~-]+/)*(\*|[\w.~-]+)",
        "a URL map takes a star only at the end, behind a slash",
        "write a path such as /static/*, in quotes",
    ),
]


class FirewallSettings(Model):
    """The web application firewall, Cloud Armor."""

    sensitivity: Annotated[int, *between(1, 4, "OWASP's rules have the paranoia levels 1 to 4")] = 1
    """How much is taken for an attack: from what nobody else sends (1) to what many do (4)."""

    counted_rules: Annotated[Mapping[RuleSet, tuple[SignatureId, ...]], Field(default_factory=dict)]
    """Signatures that only count, by rule set: for those that block what the platform's own clients send."""

    inspected_body_kib: Literal[8, 16, 32, 48, 64] = 64
    """How much of a request's body is looked at, in KiB."""

    adaptive_protection: bool = True
    """Learns what traffic is usual, and reports floods that look like requests; what to do about one is said fully only
    to projects enrolled in Cloud Armor Enterprise."""


class PartnerSettings(Model):
    """How partners reach the standby; the same ways in as at the primary."""

    kind: Literal["none", "private_link", "allow_list"] = "none"
    """Not at all, by Private Service Connect from their own network, or by public names that an allow-list guards."""

    allowed_projects: Annotated[tuple[GcpProjectId, ...], Field(max_length=100)] = ()
    """Google Cloud projects that may connect privately; others wait until they are accepted by hand."""

    connections: Annotated[int, *between(1, 100, "each connection takes addresses of the subnet psc")] = 10
    """Private connections that a project may have."""

    allowed_cidrs: PartnerRanges = ()
    """Public ranges of the partners, none wider than /24."""

    @model_validator(mode="after")
    def _kind_has_its_list(self) -> "PartnerSettings":
        kind_has_its_list(self, self.kind, {"private_link": "allowed_projects", "allow_list": "allowed_cidrs"})
        return self


class EdgeSettings(Model):
    """How the internet reaches the standby."""

    cached_paths: Annotated[tuple[UrlPattern, ...], Field(max_length=20)] = ("/static/*",)
    """Paths that are cached where the application's Cache-Control allows it; nothing else of the platform is."""

    signed_bucket: BucketUse | None = None
    """The one of `buckets` whose objects Cloud CDN serves to holders of signed URLs; none if left out."""

    signing_key: bool = False
    """Lets Cloud CDN's account read that bucket; the account comes with the first signing key, which a person adds."""

    request_timeout_seconds: Annotated[
        int, *between(1, 3600, "a timeout of more than an hour keeps dead connections")
    ] = 60
    """How long the application may take to answer; a WebSocket ends after it too."""

    firewall: FirewallSettings = FirewallSettings()
    """The web application firewall."""

    partners: PartnerSettings = PartnerSettings()
    """How partners reach the platform."""
