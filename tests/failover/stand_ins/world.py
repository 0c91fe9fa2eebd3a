"""The state of a made-up Google Cloud behind all stand-ins: what tests set up, break and inspect."""

import copy
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Literal

Kind = int | Literal["hang", "lie", "lose", "cut"]
Moment = Literal["before", "after"]
LONG_SECONDS = 1.0


class Failure(Exception):
    """An answer that is an error, by its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Call:
    """One call as it arrived."""

    service: str
    method: str
    target: str
    host: str
    at: float
    body: str
    """Its beginning."""


@dataclass
class Fault:
    """How calls go wrong: `service` and `method` are patterns such as `*`.

    A status is answered and nothing done; `hang` answers only when the caller is gone or the fault is mended; `lie`
    answers as if it were done; `lose` does it and closes the connection; `cut` closes it amid the answer (HTTP only).
    """

    service: str
    method: str
    kind: Kind
    times: int | None = None
    """How many calls; none for all."""

    target: str = "*"
    """Pattern of what is called: a path, or a name."""

    mended: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Effect:
    """Something that changed."""

    what: str
    on: str


@dataclass
class Object:
    """An object in a bucket."""

    content: bytes
    generation: int
    cache_control: str | None
    content_type: str


@dataclass
class Execution:
    """An execution of a Cloud Run job."""

    job: str
    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    ended: bool = False
    error: str = ""


@dataclass
class Migration:
    """A migration job."""

    state: str = "RUNNING"
    phase: str = "CDC"


@dataclass
class Certificate:
    """A managed certificate."""

    state: str = "ACTIVE"
    expires: float = 0


@dataclass
class Deployment:
    """A deployment in the cluster."""

    mode: str
    """What its pods are told."""

    pods: int
    ready: int | None = None
    """How many serve; none for all."""


@dataclass
class Series:
    """A time series: points are seconds since 1970 and values, a float or a whole number."""

    filter: str
    points: list[tuple[float, float | int]]
    labels: dict[str, str] = field(default_factory=dict)


@dataclass
class Name:
    """A public name's addresses by kind (A, AAAA), before and after the switch object exists."""

    primary: dict[str, list[str]]
    standby: dict[str, list[str]]


@dataclass
class State:
    """What a lie leaves alone."""

    buckets: dict[str, dict[str, Object]] = field(default_factory=dict)
    public: set[str] = field(default_factory=set)
    """Buckets that anybody may read, without listing."""

    cached: dict[str, bytes] = field(default_factory=dict)
    """Public objects that caches keep, because they were read without no-store."""

    jobs: dict[str, list[Execution]] = field(default_factory=dict)
    """Executions by the job's full name, oldest first."""

    connectors: dict[str, str] = field(default_factory=dict)
    """State by full name."""

    transfers: dict[str, str] = field(default_factory=dict)
    """Status by name."""

    copies: dict[str, str] = field(default_factory=dict)
    """Operations that copy now, by the transfer job."""

    certificates: dict[str, Certificate] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)
    """By `<namespace>/<name>`."""

    instances: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Cloud SQL's instances by `<project>/<instance>`, as the API shows them."""

    instance_backups: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    operations: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    """Each cluster's replication state by the table's full name."""

    table_backups: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Source table and end by the backup's full name."""

    accounts: dict[str, bool] = field(default_factory=dict)
    """Whether enabled, by e-mail address."""

    migrations: dict[str, Migration] = field(default_factory=dict)
    series: list[Series] = field(default_factory=list)
    names: dict[str, Name] = field(default_factory=dict)
    doors: dict[str, int] = field(default_factory=dict)
    """Status that a host answers for any path."""

    switch: tuple[str, str] = ("", "active")
    """Bucket and name of the object that moves the names."""

    generation: int = 1000
    begun: dict[str, tuple[int, Callable[[], None]]] = field(default_factory=dict)
    """What was begun: after how many more looks it takes place."""

    effects: list[Effect] = field(default_factory=list)


@dataclass
class World(State):
    """The state, how it misbehaves, and all that was asked of it."""

    run: Callable[[Execution], None] | None = None
    """What a Cloud Run job does; raises to fail. None: it succeeds and does nothing."""

    written: Callable[[str, str, bytes], None] | None = None
    """Told of each object written: bucket, name, content."""

    interrupt: Callable[[Call, Moment], bool] | None = None
    """Told of each call before and after it takes place; true if the caller is gone by now."""

    looks: int = 0
    """How often what was begun is still seen unchanged."""

    page: int = 100
    """Most things in one answer."""

    now: Callable[[], float] = time.time
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lying: bool = False
    lock: Any = field(default_factory=threading.RLock)

    # set up and inspect

    def put(self, bucket: str, name: str, content: bytes, cache_control: str | None = None) -> int:
        """Write an object; its generation."""
        with self.lock:
            self.generation += 1
            stored = Object(content, self.generation, cache_control, "application/json")
            self.buckets.setdefault(bucket, {})[name] = stored
            return self.generation

    def break_(self, service: str, method: str, kind: Kind, times: int | None = None, target: str = "*") -> Fault:
        """Let calls go wrong from now on."""
        fault = Fault(service, method, kind, times, target)
        self.faults.append(fault)
        return fault

    def mend(self) -> None:
        """No call goes wrong any more."""
        for fault in self.faults:
            fault.mended.set()
        self.faults.clear()

    def asked(self, service: str, method: str = "*") -> list[Call]:
        """The calls of that service and method."""
        return [call for call in self.calls if call.service == service and fnmatchcase(call.method, method)]

    def counted(self) -> Counter[Effect]:
        """How often each thing was changed."""
        return Counter(self.effects)

    def hosts(self) -> set[str]:
        """Hosts that callers asked for."""
        return {call.host for call in self.calls}

    # for the stand-ins

    def effect(self, what: str, on: str) -> None:
        """Something changes."""
        self.effects.append(Effect(what, on))

    def begin(self, key: str, then: Callable[[], None]) -> None:
        """Let something take place after `looks` looks."""
        if self.looks == 0:
            then()
        else:
            self.begun[key] = (self.looks, then)

    def look(self, key: str) -> None:
        """Somebody looks at what may have been begun."""
        if key in self.begun:
            left, then = self.begun[key]
            if left == 0:
                del self.begun[key]
                then()
            else:
                self.begun[key] = (left - 1, then)

    def moved(self) -> bool:
        """Whether the switch object exists."""
        bucket, name = self.switch
        return name in self.buckets.get(bucket, {})

    def take(self, call: Call) -> Fault | None:
        """Write a call down; the fault that it meets."""
        with self.lock:
            self.calls.append(call)
            for fault in self.faults:
                meets = ((call.service, fault.service), (call.method, fault.method), (call.target, fault.target))
                if all(fnmatchcase(*each) for each in meets):
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times == 0:
                            self.faults.remove(fault)
                    return fault
            return None

    def lie(self, do: Callable[[], Any]) -> Any:
        """The answer to doing it, which is not done; a job's execution is shown, though nothing ran."""
        with self.lock:
            kept = {each.name: copy.deepcopy(getattr(self, each.name)) for each in fields(State)}
            self.lying = True
            try:
                return do()
            finally:
                self.lying = False
                for name, value in kept.items():
                    if name not in ("jobs", "generation"):
                        setattr(self, name, value)
