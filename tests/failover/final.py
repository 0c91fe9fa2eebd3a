"""What a run leaves behind, in a form that two runs can be compared in."""

from collections import Counter
from dataclasses import asdict, dataclass, fields
from math import ceil
from typing import Any

from failover.record import RECORD
from failover.record import State as Record
from tests.failover.databases import Databases
from tests.failover.sample import BACKLOG, RECORDS_BUCKET
from tests.failover.stand_ins.world import Effect, Series, State, World

RUN = "failover.steps:RUN"
REHEARSAL = "failover.steps:REHEARSAL"
"""The failover's own steps and a rehearsal's, for the driver."""

_OF_THE_RUN = {"buckets", "jobs", "operations", "generation", "effects", "begun", "series", "cached"}
_OF_THE_TIME = {"certificates", "instance_backups", "table_backups"}
"""What differs between two runs with the same outcome; objects are compared by name, but for those of the record."""


@dataclass(frozen=True)
class Final:
    """The end of a run."""

    ended: bool
    statuses: dict[str, str]
    objects: set[str]
    state: dict[str, Any]
    effects: Counter[Effect]
    """Without those on the bucket of records; starting a job is no effect, what it changes is."""


def ended(world: World) -> bool:
    """Whether the record says that nothing is left to do."""
    found = world.buckets[RECORDS_BUCKET].get(RECORD)
    return found is not None and Record.model_validate_json(found.content).ended is not None


def statuses(world: World) -> list[str]:
    """How each step is, by the record."""
    found = world.buckets[RECORDS_BUCKET].get(RECORD)
    steps = Record.model_validate_json(found.content).steps.values() if found is not None else ()
    return [step.status for step in steps]


def final(world: World) -> Final:
    """How the world is now."""
    record = Record.model_validate_json(world.buckets[RECORDS_BUCKET][RECORD].content)
    everything = asdict(State(**{each.name: getattr(world, each.name) for each in fields(State)}))
    return Final(
        ended=ended(world),
        statuses={name: step.status for name, step in record.steps.items()},
        objects={f"{b}/{name}" for b, found in world.buckets.items() if b != RECORDS_BUCKET for name in found},
        state={name: value for name, value in everything.items() if name not in _OF_THE_RUN | _OF_THE_TIME},
        effects=Counter(
            each for each in world.effects if each.what != "run" and not each.on.startswith(f"gs://{RECORDS_BUCKET}/")
        ),
    )


def prepare(world: World) -> None:
    """Databases that follow, somebody who sees the writers stopped at once, and changes that are applied at once."""
    world.run = Databases(world)

    def fenced(bucket: str, name: str, content: bytes) -> None:
        if (bucket, name) != (RECORDS_BUCKET, RECORD):
            return
        record = Record.model_validate_json(content)
        fenced = record.steps["fence"].noted.get("fenced") if "fence" in record.steps else None
        if fenced is not None and f"acknowledged/{record.id}" not in world.buckets[bucket]:
            world.put(bucket, f"acknowledged/{record.id}", b"{}")
            world.series.append(Series(BACKLOG, [(ceil(fenced["at"]), 0)]))

    world.written = fenced
