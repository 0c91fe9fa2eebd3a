"""The primary has every row, and follows nobody any more."""

from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop
from failover.steps.back import HOUR, attempt
from failover.steps.back.followers import SUBSCRIPTION, followers


class Reverse(Step):
    """Waits until the primary confirmed what was written before the fence, then until a person let it go there.

    Positions in the standby's log prove the first: the one it had after its writers stopped, and the one up to which
    the primary confirmed. `DROP SUBSCRIPTION` at the primary proves the second, since its slot here goes with it.
    """

    name = "reverse"
    does = "wait for the last row, then let the primary's database stand alone"
    estimate = Estimate(1, 5, 20)
    budget = HOUR
    roles = ("roles/run.developer on the SQL job",)

    def ready(self, site: Site) -> None:
        """Nobody writes."""
        if not site.proved("fence-back"):
            raise Stop("the standby's writers may still write: rows would be left behind")

    def act(self, site: Site) -> None:
        """Note up to where the primary must come, and see that it did."""
        if site.noted("had everything") == attempt(site):
            return
        found = followers(site)
        if site.noted("last") is None:
            site.note("last", found[-1].written)
        main = next((each for each in found if each.slot == SUBSCRIPTION), None)
        if main is None:
            raise Stop("the primary let go before it was seen to have everything: begin again with resync.sql there")
        if main.confirmed < site.noted("last") or any(each.copies for each in found):
            raise NotYet(f"the primary lacks {(site.noted('last') - main.confirmed) // 1024 + 1} kB")
        site.note("had everything", attempt(site))

    def check(self, site: Site) -> str:
        """Its slot is gone."""
        if site.noted("let go") == attempt(site):
            return "the primary had everything, and let go"
        if any(each.slot == SUBSCRIPTION for each in followers(site)):
            raise NotYet("the primary has everything: drop its subscription now, see docs/failover.md")
        site.note("let go", attempt(site))
        return "the primary had everything, and let go"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """At the primary: the first proves that nothing is on its way, the last makes numbers safe."""
        at = f"psql -h <the primary's writer> -d {standby.database.database}"
        return (
            f"psql -d {standby.database.database} -f sql/followers.sql  # in the standby: confirmed ≥ written",
            f"{at} -c 'DROP SUBSCRIPTION {SUBSCRIPTION}'",
            f"{at} -f sql/sequences.sql",
            f"{at} -f sql/verify.sql",
        )
