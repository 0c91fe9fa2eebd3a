"""Rehearses a failover, and leaves no copy behind, however it ends.

It keeps a record of its own: a rehearsal that stopped half-way must never stand in the way of a failover. Each begins
from the start, since minutes that include a kill measure nothing; the first step removes what the last one left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from failover.engine import Engine, Stopped
from failover.record import REHEARSAL, Held, Record, stamp
from failover.step import Step
from failover.steps.rehearsal.measure import MISSED
from failover.steps.rehearsal.remove import Remove

NEVER = "the rehearsal never came to its end"


@dataclass(frozen=True)
class Outcome:
    """What a rehearsal showed."""

    missed: tuple[str, ...]
    """What went wrong or took too long; none after a good one."""

    @property
    def good(self) -> bool:
        """Whether a failover would do what was promised."""
        return not self.missed


def rehearse(steps: Sequence[Step], engine: Callable[[Sequence[Step]], Engine], record: Record) -> Outcome:
    """Run the steps; `engine` makes one for some of them on `record`. Raises Held while a failover is under way.

    What it found stands in `history/rehearse/`, also after a failure: a step that stopped says why, and the ones after
    it are waiting.
    """
    found = record.look()
    if found is not None and found.ended is None:
        raise Held(f"a `{found.kind}` that began {stamp(found.began)} has not ended: nothing is rehearsed meanwhile")
    _abandon(record, steps)
    try:
        engine(steps).run("rehearse")
    except Stopped as error:
        return Outcome((str(error), *_clean(steps, engine)))
    missed = record.held.steps["measure"].noted.get(MISSED)
    return Outcome((NEVER,) if missed is None else tuple(missed))


def _abandon(record: Record, steps: Sequence[Step]) -> None:
    """End a rehearsal that was killed, unless somebody is still at it."""
    found = record.look(REHEARSAL)
    if found is not None and found.ended is None:
        with record.hold(found.kind, tuple(step.name for step in steps)):
            record.end()


def _clean(steps: Sequence[Step], engine: Callable[[Sequence[Step]], Engine]) -> tuple[str, ...]:
    """Remove the copies after a failure, and end the record; why they are still there, if they are."""
    try:
        engine([step for step in steps if type(step) is Remove]).run("rehearse")
    except Stopped as error:
        return (str(error),)
    return ()
