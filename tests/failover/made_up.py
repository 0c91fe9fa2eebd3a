"""What tests of whole runs share: time that passes only by sleeping, a screen that remembers, a `pulumi`."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from failover.record import State
from failover.step import Step
from failover.steps.activate import Update
from tests.failover.stand_ins.server import PULUMI

UPDATE = f'exec {PULUMI}/pulumi "$@"'
"""Script of a `pulumi` that gives the stand-ins' world the active mode."""


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
        # An update is a process, which works in real time.
        if isinstance(step, Update):
            time.sleep(0.05)

    def ends(self, step: Step, elapsed: float, seen: str) -> None:
        self.ended[step.name] = seen

    def stops(self, step: Step, why: str, by_hand: Sequence[str]) -> None:
        self.stopped = (step.name, why, by_hand)


Run = Callable[..., tuple[Screen, State]]
"""A program that goes on with the run: what it showed, and the record afterwards."""


def pulumi(checkout: Path, script: str) -> None:
    """Let the checkout's `pulumi` do this."""
    path = checkout / "bin" / "pulumi"
    path.write_text(f'#!/bin/bash\necho "$*" >> {checkout}/commands\n{script}\n')
    path.chmod(0o755)


def commands(checkout: Path) -> list[str]:
    """What its `pulumi` was called with."""
    return (checkout / "commands").read_text().splitlines()
