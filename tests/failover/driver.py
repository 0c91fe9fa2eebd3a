"""Runs a list of steps in processes that can be killed: each is a fork of one that has Google's libraries loaded.

    python -m tests.failover.driver

Reads tasks as JSON, one a line; answers the process's id, then its exit status.
"""

import importlib
import json
import os
import subprocess
import sys
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
from tests.failover.sample import LINK, RECORDS_BUCKET, STANDBY

ROOT = Path(__file__).parents[2]
ENDS: Mapping[type[BaseException], int] = {Stopped: 3, Held: 4, Lost: 5, Refused: 6, Unavailable: 6}
KILLED = -9


class _Silent:
    def begins(self, step: Step, resumed: bool) -> None:
        """Nobody watches."""

    def waits(self, step: Step, elapsed: float, why: str) -> None:
        """Nobody watches."""

    def ends(self, step: Step, elapsed: float, seen: str) -> None:
        """Nobody watches."""

    def stops(self, step: Step, why: str, by_hand: Sequence[str]) -> None:
        """Nobody watches."""


def run(task: Mapping[str, Any]) -> int:
    """Run the task's steps by the program's own engine; the exit status."""
    os.environ.update(task["environment"])
    module, name = task["steps"].split(":")
    access = Access.found()
    record = Record(Bucket(Objects(access), RECORDS_BUCKET), "ann@example.com", time.time)
    steps = [step() if isinstance(step, type) else step for step in getattr(importlib.import_module(module), name)]
    engine = Engine(steps, STANDBY, LINK, Cloud(access), record, _Silent(), minute=task["minute"])
    try:
        engine.run(task["kind"])
    except tuple(ENDS) as error:
        sys.stderr.write(f"{error}\n")
        return ENDS[type(error)]
    return 0


def main() -> None:
    """Fork for each task."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = run(json.loads(line))
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
    child: int = 0

    @classmethod
    def started(cls, environment: Mapping[str, str] | None = None) -> "Driver":
        """A driver, perhaps in another environment than this."""
        command = [sys.executable, "-m", "tests.failover.driver"]
        pipe = subprocess.PIPE
        return cls(subprocess.Popen(command, cwd=ROOT, text=True, stdin=pipe, stdout=pipe, env=environment))

    def begin(self, steps: str, environment: Mapping[str, str], kind: str = "run", minute: float = 6) -> None:
        """Begin to run steps, by `module:name`."""
        task = {"steps": steps, "environment": dict(environment), "kind": kind, "minute": minute}
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

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


if __name__ == "__main__":
    main()
