"""A rehearsal, in order."""

from collections.abc import Sequence

from failover.step import Step
from failover.steps.rehearsal.copy_database import CopyDatabase
from failover.steps.rehearsal.measure import Measure
from failover.steps.rehearsal.on_copies import PromoteCopy, SequencesCopy, VerifyCopies
from failover.steps.rehearsal.paths import Paths
from failover.steps.rehearsal.remove import Clear, Remove
from failover.steps.rehearsal.restore_database import RestoreDatabase
from failover.steps.rehearsal.restore_tables import RestoreTables


def rehearsal(failover: Sequence[Step]) -> tuple[Step, ...]:
    """The steps; those of a failover tell how long it takes where no copy does."""
    copied: tuple[Step, ...] = (
        Clear(),
        Paths(),
        CopyDatabase(),
        RestoreDatabase(),
        RestoreTables(),
        PromoteCopy(),
        SequencesCopy(),
        VerifyCopies(),
    )
    return (*copied, Remove(), Measure(copied, failover))
