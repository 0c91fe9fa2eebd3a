"""Runs steps in their order: each is done, proved and written down before the next begins."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn, Protocol, TypeVar

from failover.cloud import Cloud, Refused, Unavailable
from failover.names import LinkNames, StandbyNames
from failover.record import Conflict, Kind, Record
from failover.step import NotYet, Site, Step, Stop

LOOKS_SECONDS = (1.0, 10.0)
"""Pause between two looks at what a step waits for: it grows from the first to the second."""

Result = TypeVar("Result")


class Watcher(Protocol):
    """Who is shown the progress."""

    def begins(self, step: Step, resumed: bool) -> None:
        """The step begins, or begins again."""

    def waits(self, step: Step, elapsed: float, why: str) -> None:
        """The step waits, for so many seconds so far."""

    def ends(self, step: Step, elapsed: float, seen: str) -> None:
        """The step is done and proved."""

    def stops(self, step: Step, why: str, by_hand: Sequence[str]) -> None:
        """The step cannot go on; nothing after it runs."""


class Stopped(Exception):
    """A step could not be completed; the record says which and why."""


class Engine:
    """One run of a list of steps, from wherever the record says it is."""

    def __init__(
        self,
        steps: Sequence[Step],
        standby: StandbyNames,
        link: LinkNames,
        cloud: Cloud,
        record: Record,
        watcher: Watcher,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        minute: float = 60,
    ) -> None:
        """`minute` is how many seconds a minute of the steps' budgets has: less in a test."""
        self._steps, self._standby, self._link, self._cloud = steps, standby, link, cloud
        self._record, self._watcher, self._now, self._sleep, self._minute = record, watcher, now, sleep, minute

    def run(self, kind: Kind) -> None:
        """Do what is left of the run; raises Stopped at the first step that cannot be completed, and Held or Lost."""
        with self._record.hold(kind, tuple(step.name for step in self._steps)):
            for step in self._steps:
                self._do(step)
            self._record.end()

    def _do(self, step: Step) -> None:
        state = self._record.held
        known = state.steps[step.name]
        site = Site(self._standby, self._link, self._cloud, self._record, step.name, self._now)
        began = self._now()
        self._watcher.begins(step, known.attempts > 0)
        seen = self._still_done(step, site) if known.status == "done" else None
        if seen is None:
            attempts, first = known.attempts + 1, known.began or began
            self._persist(
                step,
                began,
                lambda: self._record.update(step.name, status="running", attempts=attempts, began=first, seen=""),
            )
            self._persist(step, began, lambda: step.ready(site))
            self._persist(step, began, lambda: step.act(site))
            seen = self._persist(step, began, lambda: step.check(site))
            self._persist(
                step, began, lambda: self._record.update(step.name, status="done", ended=self._now(), seen=seen)
            )
        self._watcher.ends(step, self._now() - began, seen)

    def _still_done(self, step: Step, site: Site) -> str | None:
        """What proves a step of an earlier attempt; none where it does not hold any more, or nothing answers."""
        try:
            return step.check(site)
        except (NotYet, Stop, Unavailable, Conflict, Refused):
            return None

    def _persist(self, step: Step, began: float, do: Callable[[], Result]) -> Result:
        """What a part of the step returns, called until it succeeds or the step's time is up."""
        deadline, pause = began + step.budget * self._minute, LOOKS_SECONDS[0] / 60
        while True:
            self._record.assert_held()
            try:
                return do()
            except (NotYet, Unavailable, Conflict) as error:
                if self._now() + pause * self._minute > deadline:
                    self._stop(step, f"its {step.budget:g} minutes are over: {error}", error)
                self._watcher.waits(step, self._now() - began, str(error))
                self._sleep(pause * self._minute)
                pause = min(pause * 1.5, LOOKS_SECONDS[1] / 60)
            except (Stop, Refused) as error:
                self._stop(step, str(error), error)

    def _stop(self, step: Step, why: str, error: Exception) -> NoReturn:
        # The person who must act now is told even if the record cannot be.
        with suppress(Unavailable, Refused):
            self._record.update(step.name, status="stopped", seen=why)
        self._watcher.stops(step, why, step.by_hand(self._standby, self._link))
        raise Stopped(f"{step.name}: {why}") from error
