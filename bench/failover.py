"""How long a failover takes, simulated from the estimates of its steps, and whether two interpreters agree on it."""

import os
import subprocess
import sys
from collections.abc import Sequence

from rich.table import Table

from bench.preview import ROOT
from failover.simulation import Timed, simulate
from failover.step import Step

AGAIN = "from failover.simulation import Timed, simulate; from failover.steps import RUN; "
AGAIN += "print(simulate([Timed.of(step) for step in RUN]))"


def table(steps: Sequence[Step]) -> Table:
    """When each step ends, and which decides how long it all takes."""
    simulated = simulate([Timed.of(step) for step in steps])
    total = simulated.total
    shown = Table("step", title=f"Failover, minutes: median {total.median:.1f}, 95 % at most {total.p95:.1f}")
    for column in ("low", "mode", "high", "median until", "95 % until", "longest step"):
        shown.add_column(column, justify="right")
    for step in steps:
        whole, until = step.whole, simulated.until[step.name]
        minutes = (whole.low, whole.mode, whole.high, until.median, until.p95)
        share = simulated.longest_step.get(step.name, 0)
        shown.add_row(step.name, *(f"{each:.1f}" for each in minutes), f"{share:.0%}")
    shown.caption = "two interpreters agree" if len({_told(seed) for seed in ("0", "1")}) == 1 else "NOT deterministic"
    return shown


def _told(hash_seed: str) -> str:
    """What an interpreter of its own makes of it."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run(
        [sys.executable, "-c", AGAIN], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout
