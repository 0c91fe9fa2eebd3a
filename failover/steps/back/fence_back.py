"""No writer of the standby's writes any more."""

from typing import ClassVar

from failover.names import STANDBY_FENCE
from failover.step import Site, Stop
from failover.steps.fence import Fence


class FenceBack(Fence):
    """The fence of the standby's own writers; from here to the primary's first write nobody can write."""

    name = "fence-back"
    does = "stop the standby's writers, and wait until they have stopped"
    object: ClassVar[str] = STANDBY_FENCE

    def ready(self, site: Site) -> None:
        """The primary is near: writers stand still until it has the rest."""
        if not site.proved("resync"):
            raise Stop("the primary has not fetched the rows: writers go on")

    def check(self, site: Site) -> str:
        """As of the primary's fence; after the standby is one again nobody needs it."""
        if site.noted("unfenced", "demote"):
            return "the standby was a standby again when its fence went"
        return super().check(site)
