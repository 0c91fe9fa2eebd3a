"""What tests of whole runs share: time that passes only by sleeping, and databases behind the SQL job."""

import time
from collections.abc import Callable, Mapping, Sequence

from failover.answers import Answer, place
from failover.step import Step
from tests.failover.stand_ins.world import Execution, World

Rows = Sequence[Mapping[str, str]]


class Clock:
    """Time that passes only while the engine sleeps."""

    def __init__(self) -> None:
        self.at = time.time()

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


class Screen:
    """What was shown."""

    def __init__(self) -> None:
        self.stopped: tuple[str, str, Sequence[str]] | None = None
        self.ended: dict[str, str] = {}
        self.waited: list[str] = []

    def begins(self, step: Step, resumed: bool) -> None:
        pass

    def waits(self, step: Step, elapsed: float, why: str) -> None:
        self.waited.append(f"{step.name}: {why}")

    def ends(self, step: Step, elapsed: float, seen: str) -> None:
        self.ended[step.name] = seen

    def stops(self, step: Step, why: str, by_hand: Sequence[str]) -> None:
        self.stopped = (step.name, why, by_hand)


class Scripts:
    """The SQL job: what each script finds is set by tests, in which instance it ran is kept."""

    def __init__(self, world: World, found: Mapping[str, Callable[[], Rows]]) -> None:
        self.world, self.found = world, found
        self.ran: list[tuple[str, str]] = []
        """Script and instance."""

    def __call__(self, execution: Execution) -> None:
        action, options = execution.arguments[0], execution.arguments[1:]
        given = dict(zip(options[::2], options[1::2], strict=True))
        instance = given["--instance"].rsplit(":", 1)[-1]
        self.ran.append((action, instance))
        rows = tuple(dict(row) for row in self.found[action]()) if action in self.found else ()
        answer = Answer(
            action=action,  # ty: ignore[invalid-argument-type]
            run=given["--run"],
            attempt=given["--attempt"],
            databases={given["--database"]: rows},
        )
        name = place(answer.run, answer.action, answer.attempt)
        self.world.put(given["--bucket"], name, answer.model_dump_json().encode())
