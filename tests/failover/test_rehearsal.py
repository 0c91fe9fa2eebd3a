"""A rehearsal against the stand-ins: what it leaves alone, what it leaves behind, and what it tells."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest

from failover.cloud import Cloud
from failover.cloud.storage import Bucket
from failover.engine import Engine
from failover.names import StandbyNames
from failover.record import REHEARSAL, Held, Record, State
from failover.rehearsal import Outcome, rehearse
from failover.step import Step
from failover.steps import RUN
from failover.steps.rehearsal.order import rehearsal
from tests.failover.databases import Scripts
from tests.failover.made_up import Clock, Screen
from tests.failover.sample import INSTANCE, LINK, PROJECT, RECORDS_BUCKET, STANDBY, SWITCH_BUCKET, TABLE
from tests.failover.stand_ins.world import Call, World

REAL = STANDBY.database.instance
COPY = STANDBY.database.rehearsal_instance
TABLE_COPY = f"{INSTANCE}/tables/rehearsal-sessions"

STEPS = [
    "clear",
    "paths",
    "copy",
    "restore",
    "tables",
    "promote",
    "sequences",
    "verify",
    "remove",
    "measure",
]


class Killed(BaseException):
    """The program's end, as by SIGKILL: nothing that catches failures sees it."""


@pytest.fixture
def scripts(world: World) -> Scripts:
    world.run = Scripts(world, {})
    return world.run


@pytest.fixture
def begin(cloud: Cloud, clock: Clock, scripts: Scripts) -> Callable[..., Outcome]:
    """Rehearse once, as the weekly job does."""
    assert scripts

    def go(sleep: Callable[[float], None] = clock.sleep, standby: StandbyNames = STANDBY) -> Outcome:
        bucket = Bucket(cloud.objects, RECORDS_BUCKET)
        record = Record(bucket, "rehearsal@example.com", clock.now)

        def engine(steps: Sequence[Step]) -> Engine:
            return Engine(steps, standby, LINK, cloud, record, Screen(), now=clock.now, sleep=sleep)

        return rehearse(rehearsal(RUN), engine, record)

    return go


def told(world: World) -> State:
    return State.model_validate_json(world.buckets[RECORDS_BUCKET][REHEARSAL].content)


def changed(world: World) -> set[str]:
    """What was changed, without objects of the bucket of records."""
    return {f"{effect.what} {effect.on}" for effect in world.effects if RECORDS_BUCKET not in effect.on}


def copies(world: World) -> set[str]:
    return {name for name in (*world.instances, *world.tables) if "rehearsal" in name}


def test_a_good_one_changes_copies_alone_and_leaves_none(
    world: World, begin: Callable[..., Outcome], scripts: Scripts
) -> None:
    real = json.dumps(world.instances[f"{PROJECT}/{REAL}"], sort_keys=True)
    world.looks = 3
    assert begin() == Outcome(())
    assert list(told(world).steps) == STEPS
    assert {step.status for step in told(world).steps.values()} == {"done"}
    assert copies(world) == set()
    assert changed(world) - {change for change in changed(world) if change.startswith("run ")} == {
        f"make instance {PROJECT}/{COPY}",
        f"restore {PROJECT}/{COPY}",
        f"restore {TABLE_COPY}",
        f"delete instance {PROJECT}/{COPY}",
        f"delete {TABLE_COPY}",
    }
    assert {instance for _, instance in scripts.ran} == {COPY}
    assert json.dumps(world.instances[f"{PROJECT}/{REAL}"], sort_keys=True) == real
    assert world.buckets[SWITCH_BUCKET] == {}
    assert TABLE in world.tables
    assert not [host for host in world.hosts() if "amazonaws" in host]


def test_nothing_gets_out_of_the_copy_before_a_backup_comes_in(world: World, begin: Callable[..., Outcome]) -> None:
    begin()
    [made] = world.asked("sqladmin", "insert")
    [restored] = world.asked("sqladmin", "restoreBackup")
    assert world.calls.index(made) < world.calls.index(restored)
    body = world_copy(world, made)
    addresses = body["settings"]["ipConfiguration"]
    assert addresses["ipv4Enabled"] is False
    assert "privateNetwork" not in addresses
    assert addresses["pscConfig"]["pscEnabled"] is True
    assert "networkAttachmentUri" not in addresses["pscConfig"]
    assert body["settings"]["deletionProtectionEnabled"] is False
    assert COPY in restored.target


def world_copy(world: World, made: Call) -> dict:
    """The request, of which a call keeps the beginning alone."""
    from failover.steps.rehearsal.copy_database import copy_of

    assert made.body
    return copy_of(world.instances[f"{PROJECT}/{REAL}"], COPY, PROJECT)


@pytest.mark.parametrize(
    "way",
    [
        {"ipv4Enabled": True},
        {"privateNetwork": "projects/example/global/networks/example"},
        {
            "pscConfig": {
                "pscEnabled": True,
                "networkAttachmentUri": "projects/example/regions/one/networkAttachments/a",
            }
        },
        {"pscConfig": {}},
    ],
)
def test_no_backup_is_restored_into_a_copy_that_could_take_the_slot(
    world: World, begin: Callable[..., Outcome], way: dict[str, object]
) -> None:
    def opened(call: Call, moment: str) -> bool:
        if call.method == "insert" and moment == "after":
            world.instances[f"{PROJECT}/{COPY}"]["settings"]["ipConfiguration"].update(way)
        return False

    world.interrupt = opened
    outcome = begin()
    assert "could take the slot" in outcome.missed[0]
    assert not world.asked("sqladmin", "restoreBackup")
    assert copies(world) == set()


@pytest.mark.parametrize("method", ["insert", "restoreBackup", "restore", "run", "delete"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_leaves_no_copy_once_it_has_run_again(
    world: World, begin: Callable[..., Outcome], clock: Clock, method: str, moment: str
) -> None:
    world.looks = 2
    reached = []

    def killed(call: Call, now: str) -> bool:
        if call.method == method and now == moment and not reached:
            reached.append(call)
            return True
        return False

    world.interrupt = killed
    calls = len(world.calls)

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if reached:
            raise Killed

    with suppress(Killed):
        begin(sleep)
    assert reached
    assert len(world.calls) > calls
    # A week later.
    world.interrupt = None
    clock.sleep(120)
    begin()
    assert copies(world) == set()
    assert told(world).ended is not None


@pytest.mark.parametrize(
    ("service", "method"), [("sqladmin", "restoreBackup"), ("bigtableadmin", "restore"), ("datamigration", "*")]
)
def test_a_failure_is_told_and_leaves_no_copy(
    world: World, begin: Callable[..., Outcome], service: str, method: str
) -> None:
    world.break_(service, method, 403)
    outcome = begin()
    assert not outcome.good
    assert copies(world) == set()
    assert told(world).ended is not None


def test_a_backup_that_is_too_old_is_told(world: World, begin: Callable[..., Outcome]) -> None:
    world.instance_backups[f"{PROJECT}/{REAL}"][0]["endTime"] = "2026-01-01T00:00:00Z"
    assert "backups have stopped" in begin().missed[0]


def test_a_step_beyond_its_estimate_and_a_failover_beyond_its_promise_are_told(
    world: World, begin: Callable[..., Outcome], clock: Clock
) -> None:
    inner = world.run
    assert inner is not None

    def slow(execution: object) -> None:
        clock.sleep(4 * 60)
        inner(execution)  # ty: ignore[invalid-argument-type]

    world.run = slow
    outcome = begin(standby=STANDBY.model_copy(update={"rto_minutes": 20}))
    assert any(missed.startswith("promote took") for missed in outcome.missed)
    assert any("beyond the promised 20" in missed for missed in outcome.missed)
    assert told(world).ended is not None
    history = [name for name in world.buckets[RECORDS_BUCKET] if name.startswith("history/rehearse/")]
    assert len(history) == 1


def test_a_failover_under_way_is_left_alone(
    world: World, cloud: Cloud, clock: Clock, begin: Callable[..., Outcome]
) -> None:
    record = Record(Bucket(cloud.objects, RECORDS_BUCKET), "somebody@example.com", clock.now)
    with record.hold("run", ("fence",)):
        pass
    with pytest.raises(Held, match="nothing is rehearsed meanwhile"):
        begin()
    assert changed(world) == set()


def test_a_rehearsal_that_stopped_stands_in_no_failovers_way(
    world: World, cloud: Cloud, clock: Clock, begin: Callable[..., Outcome]
) -> None:
    world.break_("sqladmin", "delete", 403)
    assert not begin().good
    with Record(Bucket(cloud.objects, RECORDS_BUCKET), "somebody@example.com", clock.now).hold("run", ("fence",)):
        pass
