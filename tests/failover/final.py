"""What a run leaves behind, in a form that two runs can be compared in."""

from collections import Counter
from dataclasses import asdict, dataclass, fields
from typing import Any

from failover.names import FENCE
from failover.record import RECORD
from failover.record import State as Record
from tests.failover.sample import RECORDS_BUCKET, SWITCH_BUCKET
from tests.failover.stand_ins.world import Effect, State, World

RUN = "tests.failover.small_steps:RUN"
"""The steps that tests of whole runs run."""

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
    """Somebody sees the writers stop and acknowledges the fence as soon as it stands."""

    def acknowledge(bucket: str, name: str, content: bytes) -> None:
        if (bucket, name) == (SWITCH_BUCKET, FENCE):
            record = Record.model_validate_json(world.buckets[RECORDS_BUCKET][RECORD].content)
            world.put(RECORDS_BUCKET, f"acknowledged/{record.id}", b"{}")

    world.written = acknowledge
