"""Shows a run as it goes: lines where the output is kept, a moving last line on a terminal; JSON lines for programs."""

import json
import sys
import time
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from failover.step import Step

TOLD_EVERY_SECONDS = 30
"""How often a wait is told where lines cannot be taken back."""

NARROW = 80
"""Columns where the output's width is not known."""


def console() -> Console:
    """The terminal, or what stands in its place: plain text of a known width."""
    made = Console(highlight=False)
    if not made.is_terminal:
        made.width = NARROW
    return made


class Lines:
    """For people: one line when a step begins, one when it ends, and what it waits for in between."""

    def __init__(self, steps: Sequence[Step], out: Console) -> None:
        self._places = {step.name: place for place, step in enumerate(steps, start=1)}
        self._out = out
        self._moving: Status | None = None
        self._told = float("-inf")

    def begins(self, step: Step, resumed: bool) -> None:
        """The step begins, or begins again."""
        self._told = float("-inf")
        again = ", again" if resumed else ""
        self._out.print(
            f"[bold]{self._places[step.name]}/{len(self._places)} {step.name}[/]{again}: {escape(step.does)} "
            f"[dim](usually {step.whole.mode:g}, at most {step.budget:g} minutes)[/]"
        )
        if self._out.is_terminal:
            self._moving = self._out.status("…")
            self._moving.start()

    def waits(self, step: Step, elapsed: float, why: str) -> None:
        """The step waits, for so many seconds so far."""
        line = f"{clock(elapsed)} of {clock(step.budget * 60)}: {escape(why)}"
        if self._moving is not None:
            self._moving.update(line)
        elif elapsed - self._told >= TOLD_EVERY_SECONDS:
            self._told = elapsed
            self._out.print(f"    {line}", style="dim")

    def ends(self, step: Step, elapsed: float, seen: str) -> None:
        """The step is done and proved."""
        self._still()
        self._out.print(f"  [green]✓[/] {clock(elapsed)}  {escape(seen)}")

    def stops(self, step: Step, why: str, by_hand: Sequence[str]) -> None:
        """The step cannot go on; nothing after it runs."""
        self._still()
        self._out.print(f"  [red]✗[/] {escape(why)}")
        self._out.print("  Nothing after it ran. Mend this and run the same command again, or do the step by hand:")
        for command in by_hand:
            # No line is broken: it is copied.
            self._out.print(f"    {escape(command)}", soft_wrap=True)

    def _still(self) -> None:
        if self._moving is not None:
            self._moving.stop()
            self._moving = None


class JsonLines:
    """For programs: one JSON object a line for each thing that happens."""

    def begins(self, step: Step, resumed: bool) -> None:
        """The step begins, or begins again."""
        self._tell("begins", step, resumed=resumed, budgetMinutes=step.budget)

    def waits(self, step: Step, elapsed: float, why: str) -> None:
        """The step waits, for so many seconds so far."""
        self._tell("waits", step, seconds=round(elapsed, 1), why=why)

    def ends(self, step: Step, elapsed: float, seen: str) -> None:
        """The step is done and proved."""
        self._tell("ends", step, seconds=round(elapsed, 1), seen=seen)

    def stops(self, step: Step, why: str, by_hand: Sequence[str]) -> None:
        """The step cannot go on; nothing after it runs."""
        self._tell("stops", step, why=why, byHand=list(by_hand))

    def _tell(self, event: str, step: Step, **facts: object) -> None:
        line = {"event": event, "step": step.name, "at": round(time.time(), 1), **facts}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def clock(seconds: float) -> str:
    """Minutes and seconds, such as 4:05."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
