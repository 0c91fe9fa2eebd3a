"""Who follows the standby's database, as it tells itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from failover.statements import answered, forget
from failover.step import NotYet, Site

SUBSCRIPTION = "resync"
"""The primary's, and its slot's name in the standby (sql/resync.sql)."""

LOOKED_EVERY_SECONDS = 60
"""A look is an execution of a job."""


@dataclass(frozen=True)
class Follower:
    """One replication slot; sql/followers.sql says what each value means."""

    slot: str
    active: bool
    copies: bool
    lost: bool
    bytes_behind: int
    confirmed: int
    written: int


def followers(site: Site) -> list[Follower]:
    """The slots, and last the database itself, whose slot has no name; NotYet until a fresh answer is there."""
    looked = site.noted("looked")
    if looked is not None and site.now() < looked + LOOKED_EVERY_SECONDS:
        raise NotYet(site.noted("seen") or "the primary is looked for every minute")
    answer = answered(site, "followers")
    forget(site, "followers")
    site.note("looked", site.now())
    return [_follower(row) for row in answer.databases[site.standby.database.database]]


def _follower(row: Mapping[str, str]) -> Follower:
    return Follower(
        slot=row["slot"],
        active=row["active"] == "True",
        copies=row["copies"] == "True",
        lost=row["lost"] == "True",
        bytes_behind=int(row["bytes_behind"]),
        confirmed=int(row["confirmed"]),
        written=int(row["written"]),
    )
