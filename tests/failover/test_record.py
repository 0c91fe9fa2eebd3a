"""The record of a run: one program holds it at a time, another takes a dead one's over, no write is lost."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from failover.cloud import Access, Unavailable
from failover.cloud.storage import Bucket, Objects
from failover.record import LEASE_SECONDS, RECORD, REHEARSAL, Held, Kind, Lost, Record, State
from tests.failover.sample import RECORDS_BUCKET
from tests.failover.stand_ins.world import Call, World

STEPS = ("one", "two")


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(access: Access, clock: Clock) -> Callable[[str], Record]:
    """Another start of the program, by somebody."""
    return lambda who: Record(Bucket(Objects(access), RECORDS_BUCKET), who, clock)


def stored(world: World, name: str = RECORD) -> State:
    return State.model_validate_json(world.buckets[RECORDS_BUCKET][name].content)


def as_held_by(world: World, **changes: object) -> None:
    """Rewrite the holder, as another program would have it."""
    found = json.loads(world.buckets[RECORDS_BUCKET][RECORD].content)
    found["holder"].update(session="other", **changes)
    world.put(RECORDS_BUCKET, RECORD, json.dumps(found).encode())


def test_second_start_is_told_who_holds_the_run_and_changes_nothing(
    start: Callable[[str], Record], world: World
) -> None:
    first = start("ann@example.com")
    with first.hold("run", STEPS):
        first.update("one", status="running")
        before = world.buckets[RECORDS_BUCKET][RECORD]
        for kind in ("run", "back"):
            with pytest.raises(Held, match=r"ann@example.com .* at one"), start("bob@example.com").hold(kind, STEPS):
                pass
        assert world.buckets[RECORDS_BUCKET][RECORD] is before
        first.update("one", status="done")
    assert stored(world).holder is None


def test_run_that_was_left_is_resumed_by_anybody_under_its_id(start: Callable[[str], Record], world: World) -> None:
    first, second = start("ann@example.com"), start("bob@example.com")
    with first.hold("run", STEPS) as began:
        first.update("one", status="done", noted={"copy": 7})
    with second.hold("run", STEPS) as resumed:
        assert (resumed.id, resumed.steps["one"].status, resumed.steps["one"].noted) == (began.id, "done", {"copy": 7})
        second.log("two", "acts")
        second.end()
    assert [(entry.who, entry.step, entry.what) for entry in stored(world).log] == [("bob@example.com", "two", "acts")]
    assert stored(world, f"history/{began.id}.json").ended == stored(world).ended is not None


def test_run_that_ended_is_not_resumed(start: Callable[[str], Record], clock: Clock) -> None:
    first, second = start("ann@example.com"), start("ann@example.com")
    with first.hold("run", STEPS) as began:
        first.end()
    clock.at += 1
    with second.hold("back", STEPS) as state:
        assert state.id != began.id
        assert {step.status for step in state.steps.values()} == {"waiting"}


def test_failover_does_not_begin_amid_the_way_back(start: Callable[[str], Record]) -> None:
    with start("ann@example.com").hold("run", STEPS):
        pass
    with pytest.raises(Held, match="failover run"), start("bob@example.com").hold("back", STEPS):
        pass


def test_rehearsal_that_never_ended_does_not_stand_in_a_failovers_way(
    start: Callable[[str], Record], world: World
) -> None:
    with start("weekly").hold("rehearse", STEPS), start("ann@example.com").hold("run", STEPS):
        assert stored(world).kind == "run"
        assert stored(world, REHEARSAL).kind == "rehearse"


def test_silent_holder_elsewhere_is_waited_for_until_its_lease_ends(
    start: Callable[[str], Record], world: World, clock: Clock
) -> None:
    with ExitStack() as held:
        first = start("ann@example.com")
        began = held.enter_context(first.hold("run", STEPS))
        as_held_by(world, host="laptop", machine="another")
        clock.at += LEASE_SECONDS - 1
        with pytest.raises(Held), start("bob@example.com").hold("run", STEPS):
            pass
        clock.at += 2
        with start("bob@example.com").hold("run", STEPS) as resumed:
            assert resumed.id == began.id
        with pytest.raises(Lost):
            first.log("one", "acts although somebody else holds the run")
        assert not stored(world).log


@pytest.mark.parametrize(
    ("changes", "taken_over"),
    [({}, True), ({"host": "laptop"}, False), ({"machine": "another"}, False)],
    ids=["here", "elsewhere", "a-namesake"],
)
def test_dead_holder_is_taken_over_at_once_where_its_death_can_be_seen(
    start: Callable[[str], Record], world: World, changes: dict[str, str], taken_over: bool
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    first = start("ann@example.com")
    with first.hold("run", STEPS):
        as_held_by(world, process=ended.pid, **changes)
        second = start("bob@example.com").hold("run", STEPS)
        if taken_over:
            with second:
                pass
        else:
            with pytest.raises(Held), second:
                pass


@pytest.mark.parametrize("resumed", [False, True])
def test_of_two_starts_in_one_moment_exactly_one_proceeds(
    start: Callable[[str], Record], world: World, resumed: bool
) -> None:
    if resumed:
        with start("ann@example.com").hold("run", STEPS):
            pass
    both_have_read, release = threading.Barrier(2), threading.Event()
    outcomes: list[str] = []

    def together(call: Call, moment: str) -> bool:
        if call.method == "upload" and moment == "before" and not release.is_set():
            both_have_read.wait(10)
            release.set()
        return False

    def begin(who: str) -> None:
        try:
            with start(who).hold("run", STEPS):
                outcomes.append("proceeds")
                told.wait(10)
        except Held:
            outcomes.append("held")
            told.set()

    told = threading.Event()
    world.interrupt = together
    threads = [threading.Thread(target=begin, args=(who,)) for who in ("ann@example.com", "bob@example.com")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["held", "proceeds"]


def test_lost_answer_of_a_write_loses_neither_the_write_nor_the_run(
    start: Callable[[str], Record], world: World
) -> None:
    record = start("ann@example.com")
    with record.hold("run", STEPS):
        world.break_("storage", "upload", "lose", times=1)
        record.log("one", "acts")
        record.log("one", "acts again")
    assert [entry.what for entry in stored(world).log] == ["acts", "acts again"]


def test_own_write_is_known_again_after_storage_was_gone(start: Callable[[str], Record], world: World) -> None:
    record = start("ann@example.com")
    with record.hold("run", STEPS):
        world.break_("storage", "upload", "lose", times=1)
        world.break_("storage", "*", 503)
        with pytest.raises(Unavailable):
            record.log("one", "acts")
        world.mend()
        record.log("one", "acts")
    assert [entry.what for entry in stored(world).log] == ["acts"]


def test_nothing_that_could_not_be_written_down_is_relied_on(start: Callable[[str], Record], world: World) -> None:
    record = start("ann@example.com")
    with record.hold("run", STEPS) as state:
        world.break_("storage", "*", 503)
        for do in (
            lambda: record.update("one", noted={"copy": 7}),
            lambda: record.log("one", "acts"),
            record.end,
        ):
            with pytest.raises(Unavailable):
                do()
        world.mend()
        assert (state.steps["one"].noted, state.log, state.ended) == ({}, [], None)


@pytest.mark.parametrize("kind", ["run", "rehearse"])
def test_run_killed_while_it_ends_is_kept_and_ends_again(
    start: Callable[[str], Record], world: World, clock: Clock, kind: Kind
) -> None:
    record = start("ann@example.com")
    with record.hold(kind, STEPS) as state:
        # The copy is written, the record not any more.
        history = f"history/{state.id}.json"
        world.interrupt = lambda call, moment: moment == "before" and history in world.buckets[RECORDS_BUCKET]
        with pytest.raises(Unavailable):
            record.end()
    world.interrupt = None
    clock.at += LEASE_SECONDS + 1
    again = start("ann@example.com")
    with again.hold(kind, STEPS) as resumed:
        assert resumed.id == state.id
        again.end()
    assert stored(world, history).ended == resumed.ended
