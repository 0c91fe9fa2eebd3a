"""What tests of whole runs share: time that passes only by sleeping, and a screen that remembers."""

import time
from collections.abc import Sequence

from failover.step import Step


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
