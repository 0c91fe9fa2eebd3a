"""Settings of what the standby's project has once: its audit log, its guards and who hears of its dangers."""

from typing import Annotated, Literal

from pydantic import Field

from settings.types import EmailAddress, Issuer, Model, between, distinct

ONCE = distinct("the cloud takes each but once")

ProjectService = Literal["audit-log", "contacts", "default-accounts", "guards"]
"""What a project has once, and what an organisation may set for its projects."""


class SecuritySettings(Model):
    """The project's audit log, guards and contacts."""

    external: Annotated[tuple[ProjectService, ...], ONCE] = ()
    """What the organisation sets for this project; `guards` (organisation policies) take a role that it alone gives."""

    issuers: Annotated[tuple[Issuer, ...], ONCE, Field(max_length=20)] = ()
    """Whose tokens the guards let identity pools trust, beside AWS's and GitHub's: the issuer of the primary's cluster
    (its export `cluster.oidcIssuer`), once there is one, or `interconnect` cannot let it copy secrets."""

    contacts: Annotated[tuple[EmailAddress, ...], ONCE, Field(max_length=20)] = ()
    """Whom Google writes to about security, suspensions and technical incidents; else it writes to project owners."""

    findings: bool = False
    """Whether Security Command Center's findings go to a topic; a person must have activated it for the project."""

    findings_days: Annotated[int, *between(1, 31, "Pub/Sub keeps messages for at most 31 days")] = 31
    """Days for which the topic keeps findings, so that a subscription made later still gets them."""
