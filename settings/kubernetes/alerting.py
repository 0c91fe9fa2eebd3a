"""Whom the primary's cluster tells, and how one learns that it tells nobody any more."""

from typing import Annotated

from settings.types import Model, between, matching

HttpsUrl = Annotated[
    str,
    *matching(
        r"https://[a-z0-9.-]{1,253}(/[\w./~%-]{0,500})?",
        "people and programs would be sent to an address that is none, or over plain HTTP",
        "write it with https:// and without query and fragment",
    ),
]


class AlertingSettings(Model):
    """Alertmanager's routes; the receivers are those of `receivers`."""

    runbooks: HttpsUrl = "https://github.com/example-org/platform/blob/main/docs/operations.md"
    """Where people read docs/operations.md: each alert links to its section."""

    heartbeat: bool = False
    """Whether Alertmanager asks an address of an outside watcher for as long as Prometheus can raise alerts
    (dead-man switch): the watcher tells people when that ends. The address is a secret of the cloud's store."""

    page_repeat_minutes: Annotated[
        int, *between(15, 1440, "sooner it is noise, and later than in a day it is forgotten")
    ] = 60
    """Minutes after which a page that nobody has resolved is told again."""

    ticket_repeat_hours: Annotated[
        int, *between(4, 168, "a ticket waits for a working day, and receivers forget open ones after a week")
    ] = 24
    """Hours after which a ticket that is still true is told again."""
