"""The standby has the size and the role of the active region."""

import os
import re
import shlex
import shutil
import socket
import subprocess
from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from failover.estimates import Estimate
from failover.names import STANDBY_NAMES, LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop

CHECKOUT = Path(__file__).parents[2]
"""The program that `pulumi` runs; its settings are in it, its state is in the standby's cloud."""

COMMAND = (
    "pulumi",
    "up",
    *("--stack", "dr"),
    "--yes",
    "--skip-preview",
    "--non-interactive",
    *("--config", "multicloud:mode=active"),
)
SLOW = ("gcp:memorystore/instance:Instance", "gcp:managedkafka/cluster:Cluster")
"""Types that take up to half an hour to grow, and serve meanwhile."""

CANCEL = ("pulumi", "cancel", "--stack", "dr", "--yes", "--non-interactive")
LOGS = "out/failover"
"""Folder of the checkout for what updates print; git ignores it."""

TRIES = 3
"""Updates that fail before a person must look; what one has done the next leaves alone."""

LOCK = re.compile(r"created by .*@(?P<host>\S+) \(pid (?P<process>\d+)\)")
"""How the CLI tells who holds a stack whose state is in a bucket."""

LOCKED = "the stack is currently locked"


class Update(Step):
    """Runs the stack `dr` with `mode: active`: sizes, counts and alarms change in place, and AWS is asked nothing.

    An update is a process of its own that outlives this program. Whoever goes on, on the same machine, waits for it
    instead of beginning another; from another machine the CLI's own lock tells that it runs. That lock is taken away
    only where it is that of an update of this run whose process is dead.
    """

    command: ClassVar[tuple[str, ...]] = COMMAND
    budget = 60
    roles = (
        "the rights of bootstrap's apply account, which deploys dr",
        "roles/cloudkms.cryptoKeyDecrypter on the state's key",
    )

    def __init__(self, checkout: Path = CHECKOUT) -> None:
        self._checkout = checkout
        self._child: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def finished(self, site: Site) -> bool:
        """Whether what the step is for is there."""

    def ended_well(self, site: Site) -> None:
        """Note that an update has ended without an error."""

    def ready(self, site: Site) -> None:
        """There is a CLI to do it."""
        if not self.finished(site) and shutil.which(COMMAND[0]) is None:
            raise Stop(
                "`pulumi` is not on PATH. Install the version of requirements.txt, log in to the state's backend, and "
                "run this again; or have somebody run the command below who has it, and then run this again"
            )

    def act(self, site: Site) -> None:
        """Begin an update, or wait for the one that runs; raises NotYet until it has ended."""
        # Before its work: what it ended with is there once it is seen to have ended.
        outlived = _at_work(site, self.name) if self._child is None else None
        if self.finished(site):
            return
        if self._child is not None:
            code = self._child.poll()
            if code is None:
                raise NotYet(f"pulumi is at work: {_last_line(self._log(site))}")
            self._child = None
            site.note("process", None)
            self._ended(site, code)
        elif outlived is not None:
            raise NotYet(f"pulumi is at work (process {outlived}): {_last_line(self._log(site))}")
        else:
            self._begin(site)

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """The same update, in a checkout."""
        return (f"{shlex.join(self.command)}  # in the checkout",)

    def _begin(self, site: Site) -> None:
        log = self._log(site)
        log.parent.mkdir(parents=True, exist_ok=True)
        site.log(f"{shlex.join(self.command)} in {self._checkout}, its output in {log}")
        self._child = self._run(self.command, log)
        site.note("host", socket.gethostname())
        site.note("processes", [*(site.noted("processes") or ()), self._child.pid])
        site.note("process", self._child.pid)
        raise NotYet("pulumi begins")

    def _ended(self, site: Site, code: int) -> None:
        if code == 0:
            self.ended_well(site)
            if self.finished(site):
                return
        log = self._log(site)
        printed = log.read_text(encoding="utf-8", errors="replace")
        if LOCKED in printed:
            self._unlock(site, printed)
        failures = (site.noted("failures") or 0) + 1
        site.note("failures", 0 if failures >= TRIES else failures)
        if failures >= TRIES:
            raise Stop(f"pulumi failed {TRIES} times, the last with {code}: {_last_line(log)} (all of it in {log})")
        raise NotYet(f"pulumi ended with {code} and is run again: {_last_line(log)}")

    def _unlock(self, site: Site, printed: str) -> None:
        """Wait for an update on this machine, take away the lock of this run's dead one, stop at any other. Raises."""
        holders = {(found["host"], int(found["process"])) for found in LOCK.finditer(printed)}
        here = socket.gethostname()
        if any(host == here and _runs(process) for host, process in holders):
            raise NotYet("another update of dr is at work on this machine")
        if not holders or not holders <= {(here, process) for process in _processes(site)}:
            who = ", ".join(f"process {process} on {host}" for host, process in sorted(holders)) or "somebody else"
            raise Stop(
                f"an update of dr by {who} holds the stack: wait for it, and run this again; if it is dead for sure, "
                f"`{' '.join(CANCEL)}` ends its hold"
            )
        site.log(f"{' '.join(CANCEL)}: the update of this run was killed")
        if self._run(CANCEL, self._log(site)).wait():
            raise Stop(f"`{' '.join(CANCEL)}` failed: {_last_line(self._log(site))}")
        raise NotYet("the lock of this run's killed update was taken away")

    def _log(self, site: Site) -> Path:
        return self._checkout / LOGS / f"{site.run_id.replace('/', '-')}.log"

    def _run(self, command: tuple[str, ...], log: Path) -> subprocess.Popen[bytes]:
        """Begin a process that an interrupt of this one spares; its environment is this one's."""
        with log.open("wb") as output:
            return subprocess.Popen(
                command,
                cwd=self._checkout,
                env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


class Activate(Update):
    """The update without what grows slowly, until the standby's own document says that the mode is active.

    Caches and brokers serve while they grow, and workloads name them: the engine would let users wait for both. So
    they are left out, and `settle` has them grow behind. `dr` writes its document once the rest is as it shall be.
    """

    command: ClassVar[tuple[str, ...]] = (
        *COMMAND,
        *(word for token in SLOW for word in ("--exclude", f"**{token}::**")),
    )
    name = "activate"
    does = "give the standby its active size and role (pulumi up, mode active)"
    # Start of the program, reading of the state, and hundreds of resources that have not changed.
    estimate = Estimate(0.5, 1, 3)
    parts: ClassVar = {
        # What is left of its growth, which began with the run; all of it where that was refused.
        "database": Estimate(0, 1, 6),
        "tables": Estimate(1, 2, 3),
    }

    def ready(self, site: Site) -> None:
        """The database is promoted."""
        if not site.proved("sequences"):
            raise Stop("sequences not proved: workloads would write into a database that is not ready")
        super().ready(site)

    def finished(self, site: Site) -> bool:
        """Whether the stack itself has told its new role."""
        return _active(site)

    def check(self, site: Site) -> str:
        """The stack itself has told its new role."""
        if not _active(site):
            raise NotYet(f"gs://{site.standby.records_bucket}/{STANDBY_NAMES} does not say that the mode is active")
        return "dr was deployed with mode active; commit Pulumi.dr.yaml, so that the next deployment keeps it"


class Settle(Update):
    """Sees the update to its end, with users there already: caches and brokers serve while they grow.

    https://docs.cloud.google.com/memorystore/docs/valkey/scale-instance-capacity
    """

    name = "settle"
    does = "see the update to its end: what serves while it grows"
    after_recovery = True
    estimate = Estimate(0.5, 1, 3)
    parts: ClassVar = {"cache": Estimate(5, 10, 30), "stream": Estimate(5, 10, 30)}

    def act(self, site: Site) -> None:
        """Run the whole update, after that of `activate` has ended."""
        process = _at_work(site, Activate.name)
        if process is not None:
            raise NotYet(f"pulumi is at work (process {process}): {_last_line(self._log(site))}")
        super().act(site)

    def finished(self, site: Site) -> bool:
        """Whether an update has ended without an error."""
        return bool(site.noted("updated"))

    def ended_well(self, site: Site) -> None:
        """Note it."""
        site.note("updated", True)

    def check(self, site: Site) -> str:
        """An update that ended without an error has found everything as it shall be."""
        if not self.finished(site):
            raise NotYet("no update of dr has ended yet")
        return "an update of dr ended without an error"


def _processes(site: Site) -> list[int]:
    """Updates that this run began."""
    return [*(site.noted("processes", "activate") or ()), *(site.noted("processes") or ())]


def _active(site: Site) -> bool:
    """Whether `dr` says so: it writes its names anew at the end of an update."""
    content, generation = site.cloud.objects.read(site.standby.records_bucket, STANDBY_NAMES)
    if generation == 0:
        raise Stop(f"gs://{site.standby.records_bucket}/{STANDBY_NAMES} is gone: `pulumi up --stack dr` writes it")
    return StandbyNames.model_validate_json(content).deployed_mode == "active"


def _at_work(site: Site, step: str) -> int | None:
    """The update that a step began on this machine, by whichever program, and that still runs."""
    process = site.noted("process", step)
    here = process is not None and site.noted("host", step) == socket.gethostname()
    return process if here and _runs(process) else None


def _runs(process: int) -> bool:
    """Whether that process is a `pulumi` that runs: numbers are given again."""
    found = subprocess.run(["ps", "-o", "stat=,comm=", "-p", str(process)], capture_output=True, text=True, check=False)
    state, _, name = found.stdout.strip().partition(" ")
    return "pulumi" in name and not state.startswith("Z")


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return "nothing printed"
    return next((line.strip() for line in reversed(lines) if line.strip()), "nothing printed")
