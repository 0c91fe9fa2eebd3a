"""A run that is killed at any of its calls, before or after the call takes place, and started again ends as if it had
not been: the same state, nothing done twice."""

import os
import signal
import threading
from collections.abc import Generator
from dataclasses import dataclass

import pytest

from tests.failover.driver import ENDS, KILLED, Driver, Held
from tests.failover.final import RUN, Final, ended, final, prepare, statuses
from tests.failover.sample import RECORDS_BUCKET, sample_world
from tests.failover.stand_ins.server import StandIns
from tests.failover.stand_ins.world import Call, Effect, Moment, World

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def driver() -> Generator[Driver]:
    started = Driver.started()
    yield started
    started.close()


@dataclass
class Whole:
    """An undisturbed run."""

    end: Final
    calls: list[Call]
    changing: set[int]
    """Numbers of the calls that changed something, but for the record."""

    borders: set[int]
    """Numbers of the calls that wrote down how another step is."""


@pytest.fixture(scope="module")
def whole(driver: Driver) -> Whole:
    world = sample_world()
    prepare(world)
    changing: set[int] = set()
    borders: set[int] = set()
    effects: list[Effect] = []
    known: list[str] = []

    def count(call: Call, moment: Moment) -> bool:
        new = world.effects[len(effects) :]
        effects.extend(new)
        if any(not effect.on.startswith(f"gs://{RECORDS_BUCKET}/") for effect in new):
            changing.add(len(world.calls))
        elif new:
            now = statuses(world)
            if now != known:
                borders.add(len(world.calls))
            known[:] = now
        return False

    world.interrupt = count
    with StandIns(world) as servers:
        driver.begin(RUN, servers.environment)
        assert driver.end() == 0
    return Whole(final(world), world.calls, changing, borders)


def kill(world: World, driver: Driver, number: int, moment: Moment) -> None:
    """Kill the driver's child at the world's call of that number."""

    def interrupt(call: Call, at: Moment) -> bool:
        if len(world.calls) != number or at != moment:
            return False
        os.kill(driver.child, signal.SIGKILL)
        # An update is a process of its own, which goes on.
        return call.service != "pulumi"

    world.interrupt = interrupt


def assert_same_end(driver: Driver, whole: Whole, number: int, moment: Moment) -> None:
    """Kill a run there and run it again: it ends as the whole one did."""
    world, call = sample_world(), whole.calls[number - 1]
    prepare(world)
    with StandIns(world) as servers:
        kill(world, driver, number, moment)
        driver.begin(RUN, servers.environment)
        assert driver.end() == KILLED, f"nobody was killed at {call}"
        world.interrupt = None
        if not ended(world):
            driver.begin(RUN, servers.environment)
            assert driver.end() == 0, f"after a kill {moment} {call}"
    assert final(world) == whole.end, f"after a kill {moment} {call}"


def test_whole_run_changes_each_thing_once(whole: Whole) -> None:
    assert whole.end.ended
    assert set(whole.end.effects.values()) == {1}
    assert {effect.what for effect in whole.end.effects} >= {
        "patch instance",
        "detach",
        "set sequences",
        "up",
        "create",
    }


@pytest.mark.parametrize("moment", ["before", "after"])
def test_run_killed_at_any_change_or_border_of_steps_ends_as_if_it_had_not_been(
    driver: Driver, whole: Whole, moment: Moment
) -> None:
    for number in sorted(whole.changing | whole.borders):
        assert_same_end(driver, whole, number, moment)


@pytest.mark.exhaustive
@pytest.mark.parametrize("moment", ["before", "after"])
def test_run_killed_at_any_call_ends_as_if_it_had_not_been(driver: Driver, whole: Whole, moment: Moment) -> None:
    for number in range(1, len(whole.calls) + 1):
        assert_same_end(driver, whole, number, moment)


def test_run_killed_again_and_again_ends_as_if_it_had_not_been(driver: Driver, whole: Whole) -> None:
    world = sample_world()
    prepare(world)
    with StandIns(world) as servers:
        for calls in range(1, 500):
            kill(world, driver, len(world.calls) + calls, "after")
            driver.begin(RUN, servers.environment)
            if driver.end() == 0 or ended(world):
                break
    assert final(world) == whole.end


def test_of_two_runs_at_once_one_proceeds_and_the_other_changes_nothing(
    driver: Driver, whole: Whole, world: World, servers: StandIns
) -> None:
    prepare(world)
    amid, go_on = threading.Event(), threading.Event()

    def wait(call: Call, moment: Moment) -> bool:
        if len(world.calls) == len(whole.calls) // 2 and moment == "before":
            amid.set()
            go_on.wait(30)
        return False

    world.interrupt = wait
    other = Driver.started()
    slow = {**servers.environment, "FAILOVER_CALL_SECONDS": "60"}
    driver.begin(RUN, slow)
    assert amid.wait(30)
    before = len(world.effects)
    other.begin(RUN, slow)
    assert other.end() == ENDS[Held]
    assert len(world.effects) == before
    go_on.set()
    assert driver.end() == 0
    other.close()
    assert final(world) == whole.end
