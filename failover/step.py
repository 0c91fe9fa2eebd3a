"""What a step of a failover is, and how it says why it cannot go on."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from failover.cloud import Cloud
from failover.estimates import Estimate, longest
from failover.names import LinkNames, StandbyNames
from failover.record import Record


class NotYet(Exception):
    """What the step waits for has not happened; it is looked at again until the step's time is up."""


class Stop(Exception):
    """The step cannot go on, and trying again would not help: a person must act.

    The message says what was found and what it means; the engine adds the commands by hand.
    """


class Site:
    """What a step works with: names, the cloud, and its own part of the record."""

    def __init__(
        self,
        standby: StandbyNames,
        link: LinkNames,
        cloud: Cloud,
        record: Record,
        step: str,
        now: Callable[[], float],
    ) -> None:
        self.standby, self.link, self.cloud, self.now = standby, link, cloud, now
        self._record, self._step = record, step

    @property
    def step(self) -> str:
        """The step's name."""
        return self._step

    @property
    def run_id(self) -> str:
        """The run's id, the same after each resumption."""
        return self._record.held.id

    def among(self, standby: StandbyNames) -> "Site":
        """The same step of the same run with other names, such as those of copies."""
        return Site(standby, self.link, self.cloud, self._record, self._step, self.now)

    def minutes(self, step: str) -> float | None:
        """How long another step of this run took; none if it has not ended."""
        state = self._record.held.steps[step]
        return (state.ended - state.began) / 60 if state.ended is not None and state.began is not None else None

    def noted(self, key: str, step: str | None = None) -> Any:
        """What this step, or another, noted by a key; none if nothing."""
        return self._record.held.steps[step or self._step].noted.get(key)

    def proved(self, step: str) -> bool:
        """Whether a step of this run is done, and was seen to be."""
        state = self._record.held.steps.get(step)
        return state is not None and state.status == "done"

    def note(self, key: str, value: Any) -> None:
        """Keep a value (as JSON has them) in the record, before whatever relies on it."""
        noted = self._record.held.steps[self._step].noted
        self._record.update(self._step, noted={**noted, key: value})

    def log(self, what: str) -> None:
        """Write an action down, with who and when, before it is done. Raises Lost if somebody else holds the run."""
        self._record.log(self._step, what)


class Step(ABC):
    """One step: every method may be called again at any time, also after a kill half-way through the last call."""

    name: ClassVar[str]
    """One word, in the record and on the screen."""

    does: ClassVar[str]
    """What it does, in one line."""

    estimate: ClassVar[Estimate]
    """Of the whole step; of what comes before and after its parts, where it has some."""

    parts: ClassVar[Mapping[str, Estimate]] = {}
    """What goes on at the same time within it, of which the longest decides. A part that the standby could have at full
    size all the time has the name that it has in `capacity`."""

    budget: ClassVar[float]
    """Minutes after which a person must look; at least the most that the estimate and the parts come to."""

    after_recovery: ClassVar[bool] = False
    """Whether users are served before it begins, so that its minutes are none of the recovery's."""

    roles: ClassVar[tuple[str, ...]]
    """IAM roles that whoever runs it needs."""

    @property
    def whole(self) -> Estimate:
        """The step with its parts, at their least, likely and most."""
        return self.estimate + longest(self.parts.values())

    def ready(self, site: Site) -> None:  # noqa: B027
        """Raise Stop or NotYet unless all holds that the action relies on. Reads only."""

    @abstractmethod
    def act(self, site: Site) -> None:
        """Bring about the step's state, whatever of it is there already."""

    @abstractmethod
    def check(self, site: Site) -> str:
        """What was seen that proves the state; raises NotYet while it is not there, Stop where it cannot come.

        Looks at the thing itself, never at what `act` was told: an API that says done may be wrong.
        """

    @abstractmethod
    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Commands for a person who must do it without this program, in order."""
