"""Settings of the scans that look at the platform from outside, as an attacker would at first."""

from collections.abc import Collection
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from settings.types import Model, Refusal, between, distinct, matching

_PART = r"(\*|[0-9]+)([-/,][0-9]+)*"
CronSchedule = Annotated[
    str,
    *matching(
        rf"{_PART}( {_PART}){{4}}",
        "Kubernetes knows no such time",
        'write minute, hour, day, month and weekday in quotes, such as "30 3 * * 1"',
    ),
]
ScanTarget = Annotated[
    str,
    *matching(
        r"https://[a-z0-9.-]{1,253}(/[A-Za-z0-9/._~-]{0,200})?",
        "the scan could not ask for it, or would ask in plain text",
        "write a URL that starts with https://, with neither port nor query",
    ),
]
ScanRule = Annotated[
    str, *matching(r"[1-9][0-9]{3,5}", "ZAP has no such rule", "write the rule's number in quotes, such as '10035'")
]


class DastSettings(Model):
    """OWASP ZAP's baseline scan, run in the primary's cluster: it looks at every page it finds, and attacks nothing."""

    installed: bool = True
    """Whether it runs."""

    schedule: CronSchedule = "30 3 * * *"
    """When it starts, in UTC."""

    target: ScanTarget | None = None
    """Where it starts: a name of the platform. `https://standby.<domain>` if left out."""

    production: bool = False
    """Whether it may start at a name that users come to."""

    spider_minutes: Annotated[int, *between(1, 60, "the scan as a whole ends after two hours")] = 5
    """Minutes for which it looks for pages."""

    failing_rules: Annotated[tuple[ScanRule, ...], distinct("one failure is enough"), Field(max_length=100)] = (
        "10020",
        "10021",
        "10023",
        "10035",
        "10038",
    )
    """Rules of https://www.zaproxy.org/docs/alerts/ whose findings fail the run; others are in the report alone. As
    shipped: framing, sniffing of types, messages of debugging, no HSTS, no content security policy."""

    def url(self, domain: str) -> str:
        """Where the scan starts."""
        return self.target or f"https://standby.{domain}"

    def check(self, domain: str, serving: Collection[str]) -> None:
        """Refuse a target that is not the platform's, or one of the names in `serving` unless that is meant."""
        host = urlsplit(self.url(domain)).hostname or ""
        if host != domain and not host.endswith(f".{domain}"):
            raise Refusal(
                "scanning what belongs to others may be a crime", f"name a host of {domain}", at=("dast", "target")
            )
        if host in serving and not self.production:
            raise Refusal(
                "users come to this name, and the scan would take from what they are served by",
                "leave it out, or set platform.dast.production to true",
                at=("dast", "target"),
            )
