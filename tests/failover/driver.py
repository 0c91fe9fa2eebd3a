"""Runs a list of steps in processes that can be killed: each is a fork of one that has Google's libraries loaded.

    python -m tests.failover.driver

Reads tasks as JSON, one a line; answers the process's id, then its exit status. Time passes only while a step waits,
and goes on from one process to the next; an update's process is waited for as it is.
"""

import importlib
import json
import mmap
import os
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from failover.cloud import Access, Cloud, Refused, Unavailable
from failover.cloud.storage import Bucket, Objects
from failover.engine import Engine, Stopped
from failover.record import Held, Lost, Record
from failover.step import Step
from failover.steps.activate import Update
from tests.failover.sample import LINK, RECORDS_BUCKET, STANDBY

ROOT = Path(__file__).parents[2]
ENDS: Mapping[type[BaseException], int] = {Stopped: 3, Held: 4, Lost: 5, Refused: 6, Unavailable: 6}
KILLED = -9


class _Clock:
    """Seconds since 1970, shared by all processes that are forked from this one."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 8)
        self._set(time.time())

    def now(self) -> float:
        return struct.unpack("d", self._shared[:])[0]

    def sleep(self, seconds: float) -> None:
        self._set(self.now() + seconds)
        try:
            # What has ended is left for whoever began it.
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        except ChildProcessError:
            time.sleep(seconds / 1000)

    def _set(self, at: float) -> None:
        self._shared[:] = struct.pack("d", at)


class _Silent:
    def begins(self, step: Step, resumed: bool) -> None:
        """Nobody watches."""

    def waits(self, step: Step, elapsed: float, why: str) -> None:
        """Nobody watches."""

    def ends(self, step: Step, elapsed: float, seen: str) -> None:
        """Nobody watches."""

    def stops(self, step: Step, why: str, by_hand: Sequence[str]) -> None:
        """Whoever must act now is told what to do."""
        assert by_hand, f"{step.name} stops without a command by hand"


def run(task: Mapping[str, Any], clock: _Clock) -> int:
    """Run the task's steps by the program's own engine; the exit status."""
    os.environ.update(task["environment"])
    module, name = task["steps"].split(":")
    checkout = Path(task["checkout"])
    steps = [
        type(step)(checkout) if isinstance(step, Update) else step
        for step in getattr(importlib.import_module(module), name)
    ]
    for step in steps:
        step.budget = min(step.budget, task["minutes"])
    access = Access.found()
    record = Record(Bucket(Objects(access), RECORDS_BUCKET), "ann@example.com", clock.now)
    engine = Engine(
        steps,
        STANDBY,
        LINK,
        Cloud(access),
        record,
        _Silent(),
        now=clock.now,
        sleep=clock.sleep,
    )
    try:
        engine.run(task["kind"])
    except tuple(ENDS) as error:
        sys.stderr.write(f"{error}\n")
        return ENDS[type(error)]
    return 0


def main() -> None:
    """Fork for each task."""
    clock = _Clock()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = run(json.loads(line), clock)
            except BaseException:  # noqa: BLE001
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


@dataclass
class Driver:
    """The process that forks, as tests use it."""

    process: subprocess.Popen[str]
    checkout: tempfile.TemporaryDirectory[str]
    """Where updates leave what they print."""

    child: int = 0

    @classmethod
    def started(cls, environment: Mapping[str, str] | None = None) -> "Driver":
        """A driver, perhaps in another environment than this."""
        command = [sys.executable, "-m", "tests.failover.driver"]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=pipe, stdout=pipe, env=environment)
        return cls(process, tempfile.TemporaryDirectory())

    def begin(self, steps: str, environment: Mapping[str, str], kind: str = "run", minutes: float = 60) -> None:
        """Begin to run steps, by `module:name`; none has more than so many minutes."""
        task = {"steps": steps, "environment": dict(environment), "kind": kind, "minutes": minutes}
        task["checkout"] = self.checkout.name
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        self.child = int(self._line())

    def end(self) -> int:
        """Wait for its end; its exit status."""
        return int(self._line())

    def close(self) -> None:
        """No more tasks."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)
        self.checkout.cleanup()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


if __name__ == "__main__":
    main()
