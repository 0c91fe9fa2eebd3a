"""Steps of a failover, done to the copies."""

from failover import statements
from failover.names import LinkNames, StandbyNames
from failover.step import Site, Stop
from failover.steps.promote import ATTACHED, DENIED, Promote
from failover.steps.rehearsal import copied_tables
from failover.steps.sequences import Sequences
from failover.steps.verify import Verify
from settings.types import Mode


def of_copies(standby: StandbyNames) -> StandbyNames:
    """The names with the copies in the places of database and tables; everything else stays, to be looked at.

    Workloads keep the number of pods that the standby gives them.
    """
    copies = copied_tables(standby)
    replicas = dict.fromkeys(standby.workloads.replicas, 0)
    tables = {name: copies[table.rpartition("/")[2]] for name, table in standby.tables.tables.items()}
    return standby.model_copy(
        update={
            "database": standby.database.model_copy(update={"instance": standby.database.rehearsal_instance}),
            "tables": standby.tables.model_copy(update={"tables": tables}),
            "workloads": standby.workloads.model_copy(update={"replicas": replicas}),
        }
    )


def _assert_copied(site: Site) -> None:
    missing = [step for step in ("restore", "tables") if not site.proved(step)]
    if missing:
        raise Stop(f"{', '.join(missing)} not proved: there is nothing to rehearse on")


class PromoteCopy(Promote):
    """The promotion without the migration service, whose job is the standby's own."""

    def ready(self, site: Site) -> None:
        """The copies are there."""
        _assert_copied(site)

    def act(self, site: Site) -> None:
        """Detach the copy; its subscription never reached anything."""
        statements.answered(site.among(of_copies(site.standby)), "detach")

    def check(self, site: Site) -> str:
        """The copy says so itself."""
        answer = statements.proved(site.among(of_copies(site.standby)))
        left = answer.problems(ATTACHED, *DENIED)
        if left:
            raise Stop("; ".join(left))
        return f"{', '.join(sorted(answer.databases))} of the copy: no subscription is left, a write was accepted"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """The same in the copy."""
        copies = of_copies(standby)
        return (*statements.by_hand(copies, "detach"), *statements.by_hand(copies, "verify"))


class SequencesCopy(Sequences):
    """Sequences, roles and rights of the copy: those that a backup brings are those of the standby."""

    def act(self, site: Site) -> None:
        """Have the script run in the copy."""
        super().act(site.among(of_copies(site.standby)))

    def check(self, site: Site) -> str:
        """The copy says so itself."""
        return super().check(site.among(of_copies(site.standby)))

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """The same in the copy."""
        return super().by_hand(of_copies(standby), link)


class VerifyCopies(Verify):
    """What users would meet: the copies, and the front door by the standby's own name."""

    def ready(self, site: Site) -> None:
        """The copies are there; the standby keeps its size, a rehearsal does not grow it."""
        _assert_copied(site)

    def check(self, site: Site) -> str:
        """Everything that the failover's own step looks at."""
        return super().check(site.among(of_copies(site.standby)))

    def told(self, standby: StandbyNames) -> Mode:
        """A rehearsal gives the standby no other mode."""
        return standby.deployed_mode

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Look at each."""
        return super().by_hand(of_copies(standby), link)
