"""The record of a run: one object in Cloud Storage, by which a run is held, taken over, resumed and read afterwards.

Every write names the generation that it replaces, so that of two programs one writes and the other learns of it.
https://docs.cloud.google.com/storage/docs/request-preconditions
"""

import json
import os
import secrets
import socket
import threading
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

RECORD = "run.json"
"""The run or way back that is under way, or was the last."""

REHEARSAL = "rehearsal.json"
"""The same of rehearsals: one that failed must never stand in a failover's way."""

HISTORY = "history"
"""Folder of the runs that ended, by kind, time and id."""

LEASE_SECONDS = 60
"""How long a holder that has fallen silent still holds the run."""

RENEWED_EVERY_SECONDS = 15

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""Linux's own name for a machine from its start to its end. https://man7.org/linux/man-pages/man4/random.4.html"""

Kind = Literal["run", "back", "rehearse"]
Status = Literal["waiting", "running", "done", "stopped"]


class Conflict(Exception):
    """The object has another generation than the one that was to be replaced."""


class Store(Protocol):
    """A bucket's objects, with generations; 0 stands for an object that does not exist."""

    def read(self, name: str) -> tuple[bytes, int]:
        """Content and generation; empty and 0 if there is none."""

    def write(self, name: str, content: bytes, generation: int) -> int:
        """Replace that generation; returns the new one, or raises Conflict."""


class Held(Exception):
    """Somebody else's program is at work on the run."""


class Lost(Exception):
    """Somebody else took the run over: this program must not act any more."""


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Holder(_Stored):
    """Who is at work."""

    who: str
    host: str
    machine: str
    """Tells machines of one name apart."""

    process: int
    session: str
    """Tells one start of the program from every other."""

    until: float
    """Seconds since 1970 at which the hold ends unless it is renewed."""


class Entry(_Stored):
    """One line of the log."""

    at: str
    who: str
    step: str
    what: str


class StepState(_Stored):
    """How far one step is."""

    status: Status = "waiting"
    attempts: int = 0
    began: float | None = None
    """Seconds since 1970 of its first attempt."""

    ended: float | None = None
    seen: str = ""
    """What proved it, or why it stopped."""

    noted: dict[str, Any] = Field(default_factory=dict)


class State(_Stored):
    """The whole record."""

    id: str
    kind: Kind
    began: float
    ended: float | None = None
    holder: Holder | None = None
    steps: dict[str, StepState]
    log: list[Entry] = Field(default_factory=list)


class Record:
    """The run's record, held by this program while it works."""

    def __init__(self, store: Store, who: str, now: Callable[[], float]) -> None:
        self._store, self._who, self._now = store, who, now
        self._lock = threading.RLock()
        self._session = secrets.token_hex(8)
        self._name = RECORD
        self._generation = 0
        self._lost: str | None = None
        self.state: State | None = None

    @property
    def held(self) -> State:
        """The record of the run that this program holds."""
        if self.state is None:
            raise RuntimeError("no run is held")
        return self.state

    def look(self, name: str = RECORD) -> State | None:
        """The record as it is, held or not."""
        self._name = name
        content, self._generation = self._store.read(name)
        self.state = State.model_validate_json(content) if content else None
        return self.state

    @contextmanager
    def hold(self, kind: Kind, steps: tuple[str, ...]) -> Generator[State]:
        """Begin a run of that kind, or go on with it; raises Held while somebody else is at work.

        A run of another kind that has not ended is refused as well: half a failover and half a way back make neither.
        """
        found = self.look(REHEARSAL if kind == "rehearse" else RECORD)
        if found is not None and found.ended is None:
            self._refuse_if_held(found)
            if found.kind != kind:
                raise Held(
                    f"a `{found.kind}` that began {stamp(found.began)} has not ended: finish it first by "
                    f"`python -m failover {found.kind}`"
                )
            found.steps = {step: found.steps.get(step) or StepState() for step in steps}
        else:
            began = self._now()
            self.state = State(id=_run_id(kind, began), kind=kind, began=began, steps={s: StepState() for s in steps})
        try:
            self._save(renew=True)
        except Conflict:
            raise Held("somebody else began in this moment: look with `python -m failover status`") from None
        stopped = threading.Event()
        renewal = threading.Thread(target=self._renew, args=(stopped,), daemon=True)
        renewal.start()
        try:
            yield self.held
        finally:
            stopped.set()
            renewal.join()
            self._release()

    def update(self, step: str, **changes: Any) -> None:
        """Change a step's state, and write it down; raises Lost if somebody else holds the run by now."""
        with self._lock:
            before = self.held.steps[step]
            self.held.steps[step] = before.model_copy(update=changes)
            try:
                self.save()
            except Exception:
                # What is not written down must not be relied on.
                self.held.steps[step] = before
                raise

    def log(self, step: str, what: str) -> None:
        """Write an action down before it is done."""
        with self._lock:
            self.held.log.append(Entry(at=stamp(self._now()), who=self._who, step=step, what=what))
            try:
                self.save()
            except Exception:
                self.held.log.pop()
                raise

    def end(self) -> None:
        """The run is over: keep a copy of its record under its own name, then say so in the record.

        In this order, a run that is killed in between is still to be resumed, and ends again.
        """
        with self._lock:
            name = f"{HISTORY}/{self.held.id}.json"
            _, generation = self._store.read(name)
            self.held.ended = self._now()
            try:
                self._store.write(name, self._content(), generation)
                self.save()
            except Exception:
                self.held.ended = None
                raise

    def save(self) -> None:
        """Write the record, unless it was taken over."""
        with self._lock:
            self.assert_held()
            try:
                try:
                    self._save(renew=True)
                except Conflict:
                    self._adopt()
                    self._save(renew=True)
            except Conflict:
                self._lost = "somebody else took the run over"
                self.assert_held()

    def _adopt(self) -> None:
        """Go on from a write of our own whose answer was lost; raises Conflict if it is somebody else's."""
        content, generation = self._store.read(self._name)
        holder = State.model_validate_json(content).holder if content else None
        if holder is None or holder.session != self._session:
            raise Conflict(f"{self._name} was written by somebody else")
        self._generation = generation

    def assert_held(self) -> None:
        """Raise Lost unless this program still holds the run."""
        if self._lost is not None:
            raise Lost(self._lost)

    def _save(self, *, renew: bool) -> None:
        until = self._now() + LEASE_SECONDS
        machine, host = _here()
        holder = Holder(
            who=self._who, host=host, machine=machine, process=os.getpid(), session=self._session, until=until
        )
        self.held.holder = holder if renew else None
        self._generation = self._store.write(self._name, self._content(), self._generation)

    def _content(self) -> bytes:
        return json.dumps(self.held.model_dump(), indent=2).encode()

    def _refuse_if_held(self, found: State) -> None:
        holder = found.holder
        if holder is None or holder.until < self._now() or _died(holder):
            return
        running = next((name for name, step in found.steps.items() if step.status == "running"), "no step")
        raise Held(
            f"{holder.who} is at work on {holder.host} (process {holder.process}, at {running}) and holds the run "
            f"until {stamp(holder.until)} unless renewed: ask them, or stop that program and start again"
        )

    def _renew(self, stopped: threading.Event) -> None:
        while not stopped.wait(RENEWED_EVERY_SECONDS):
            with self._lock:
                try:
                    self.save()
                except Lost:
                    return
                except Exception:  # noqa: BLE001
                    # The next write tells; a hold that is not renewed ends by itself.
                    continue

    def _release(self) -> None:
        with self._lock:
            if self._lost is None:
                try:
                    self._save(renew=False)
                except Exception:  # noqa: BLE001
                    # It ends by itself then.
                    return


def stamp(at: float) -> str:
    """A time as people read it, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _run_id(kind: Kind, began: float) -> str:
    return f"{kind}/{datetime.fromtimestamp(began, UTC):%Y-%m-%dT%H-%M-%S}-{os.getpid()}"


def _here() -> tuple[str, str]:
    """This machine, and its name, which others may have as well: `localhost` is every container's."""
    try:
        machine = BOOT_ID.read_text().strip()
    except OSError:
        machine = f"{uuid.getnode():x}"
    return machine, socket.gethostname()


def _died(holder: Holder) -> bool:
    """Whether the holder ran on this machine and is gone: a killed program's run is taken over at once."""
    if (holder.machine, holder.host) != _here():
        return False
    try:
        os.kill(holder.process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
