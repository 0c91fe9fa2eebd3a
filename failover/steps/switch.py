"""The public names lead to the standby."""

from failover.estimates import Estimate
from failover.names import SWITCH, LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop
from failover.steps import marks

PROVED_BEFORE = ("fence", "isolate", "promote", "sequences", "activate", "verify")
"""Steps without whose proof in the record DNS never moves: users would write where nothing may be written."""


class Switch(Step):
    """Creates the switch object, by which health checkers move every public name."""

    name = "switch"
    does = "move the public names to the standby"
    # Three looks of a health checker 30 seconds apart, and the records' TTL of a minute.
    estimate = Estimate(1.5, 2.5, 4)
    budget = 8
    roles = ("roles/storage.objectUser on the switch's bucket",)

    def ready(self, site: Site) -> None:
        """Everything that users would meet was proved, in this run."""
        missing = [step for step in PROVED_BEFORE if not site.proved(step)]
        if missing:
            raise Stop(f"{', '.join(missing)} not proved: DNS does not move")

    def act(self, site: Site) -> None:
        """Create the object, unless it is there."""
        marks.put(site, SWITCH)

    def check(self, site: Site) -> str:
        """Health checkers would see it."""
        if not site.cloud.outside.exists(site.standby.switch_bucket, SWITCH):
            raise NotYet(f"gs://{site.standby.switch_bucket}/{SWITCH} is not to be seen from outside")
        return "the switch object is to be seen from outside"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Create the object."""
        return (marks.put_by_hand(standby, SWITCH),)
