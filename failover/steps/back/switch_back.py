"""The public names lead to the primary, whose writers may write."""

from failover.estimates import Estimate
from failover.names import FENCE, SWITCH, LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop
from failover.steps import marks

PROVED_BEFORE = ("resync", "fence-back", "reverse", "stores", "verify-back")
"""Steps without whose proof the names stay: users would meet a primary that lacks what they wrote."""

# Three looks of a health checker 30 seconds apart, and the records' TTL of a minute.
MOVED_SECONDS = 3 * 30 + 60


class SwitchBack(Step):
    """Deletes the switch object, waits until nobody is sent to the standby, and only then lets the primary write.

    Until the last moment the standby is the one with users, though it takes no writes: if the names do not move,
    deleting `fence-standby` makes it whole again, and nothing was written anywhere else.
    """

    name = "switch-back"
    does = "move the public names back, then let the primary's writers write"
    estimate = Estimate(2.5, 3, 5)
    budget = 15
    roles = ("roles/storage.objectUser on the switch's bucket",)

    def ready(self, site: Site) -> None:
        """Everything is at the primary, and was proved to be, in this run."""
        missing = [step for step in PROVED_BEFORE if not site.proved(step)]
        if missing:
            raise Stop(f"{', '.join(missing)} not proved: the names stay at the standby")

    def act(self, site: Site) -> None:
        """Delete the switch; once the names have moved, the primary's fence."""
        bucket = site.standby.switch_bucket
        marks.remove(site, SWITCH)
        if site.cloud.outside.exists(bucket, SWITCH):
            raise NotYet(f"gs://{bucket}/{SWITCH} is still to be seen from outside")
        if site.noted("gone") is None:
            site.note("gone", site.now())
        left = site.noted("gone") + MOVED_SECONDS - site.now()
        if left > 0:
            raise NotYet(f"resolvers may send users to the standby for {left:.0f} seconds more")
        # A resolver that this program sees is asked too: what checkers decide is not to be guessed.
        here = [host for host in site.standby.hosts if _leads_here(site, host)]
        if here:
            raise NotYet(f"{', '.join(here)} still leads to the standby")
        marks.remove(site, FENCE)

    def check(self, site: Site) -> str:
        """Neither object is to be seen from outside."""
        bucket = site.standby.switch_bucket
        left = [name for name in (SWITCH, FENCE) if site.cloud.outside.exists(bucket, name)]
        if left:
            raise NotYet(f"{', '.join(left)} still to be seen from outside")
        return "the names lead to the primary, and its writers write"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Delete both, the fence last."""
        return (
            marks.remove_by_hand(standby, SWITCH),
            f"sleep {MOVED_SECONDS}",
            marks.remove_by_hand(standby, FENCE),
        )


def _leads_here(site: Site, host: str) -> bool:
    here = site.standby.addresses.get("ipv4")
    return here is not None and here in site.cloud.outside.addresses(host, "A")
