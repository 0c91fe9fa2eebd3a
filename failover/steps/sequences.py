"""Every sequence is ahead of the rows, and the applications' roles may write."""

from failover import statements
from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.step import Site, Step, Stop

BEHIND = "sequence is behind"
FORBIDDEN = ("role is missing", "right is missing")
"""Problems of sql/sequences.sql with which the applications could not write."""


class Sequences(Step):
    """Replication carries no sequence: without this step, the first new rows would have keys of old ones."""

    name = "sequences"
    does = "put sequences ahead of their columns, and look at roles and rights"
    # One execution of a job; the most where the greatest value of a large column without an index is looked for.
    estimate = Estimate(0.5, 1, 5)
    budget = 15
    roles = ("roles/run.developer", "roles/storage.objectViewer on the bucket of records")

    def ready(self, site: Site) -> None:
        """No row arrives any more that could lie beyond a sequence."""
        if not site.proved("promote"):
            raise Stop("promote not proved: rows may still arrive")

    def act(self, site: Site) -> None:
        """Have the script run; stop where somebody who must write may not."""
        answer = statements.answered(site, "sequences", "verify")
        forbidden = answer.problems(*FORBIDDEN)
        if forbidden:
            statements.forget(site, "sequences")
            raise Stop("; ".join(forbidden))
        others = set(answer.problems()) - set(forbidden)
        site.note("left", sorted(others))

    def check(self, site: Site) -> str:
        """The databases say so themselves."""
        behind = statements.proved(site).problems(BEHIND)
        if behind:
            statements.forget(site, "sequences")
            statements.forget(site, "verify")
            raise Stop(f"sequences were set, and are not: {'; '.join(behind)}")
        left = site.noted("left")
        return "every sequence is ahead of its columns" + (f"; to be seen to: {'; '.join(left)}" if left else "")

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Run the script, see to what it returns, and look."""
        return (*statements.by_hand(standby, "sequences"), *statements.by_hand(standby, "verify"))
