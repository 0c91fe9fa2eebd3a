"""A run amid services that refuse, fail, hang or lie: it waits or stops; the public names move last or not at all."""

import re
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, replace
from itertools import cycle

import pytest

from failover.cloud import Unavailable
from failover.engine import Stopped
from failover.names import SWITCH
from failover.record import RECORD
from tests.failover.driver import ENDS, Driver
from tests.failover.final import RUN, Final, ended, final, prepare, statuses
from tests.failover.sample import RECORDS_BUCKET, SWITCH_BUCKET, sample_world
from tests.failover.stand_ins.server import StandIns
from tests.failover.stand_ins.world import Kind, World

pytestmark = pytest.mark.long

Place = tuple[str, str, str]
"""Service, method, and pattern of its target."""

PASSING: tuple[tuple[Kind, int], ...] = ((429, 2), (503, 1), ("lose", 1), ("cut", 1))
LASTING: tuple[Kind, ...] = (403, 429, 500, "hang", "lie")

OPTIONAL = {"patch instance", "promote"}
"""Effects without which a failover goes on: the growth that `activate` asks for again, the migration service's end."""

MINUTES = 4
"""Of each step where a fault lasts: more than anything that is waited for in vain and then left."""


@pytest.fixture(scope="module")
def driver() -> Generator[Driver]:
    started = Driver.started()
    yield started
    started.close()


@dataclass
class Whole:
    """An undisturbed run."""

    end: Final
    places: list[Place]
    """Every place where one can go wrong."""

    services: list[Place]
    """Every service; of storage, what is done to which bucket."""


@pytest.fixture(scope="module")
def whole(driver: Driver) -> Whole:
    world = sample_world()
    prepare(world)
    with StandIns(world) as servers:
        driver.begin(RUN, servers.environment)
        assert driver.end() == 0
    places: dict[Place, None] = {}
    services: dict[Place, None] = {}
    for call in world.calls:
        # Storage is asked for objects of the record and for those of the switch.
        bucket = re.search("|".join(world.buckets), call.target) if call.service == "storage" else None
        place = (call.service, call.method, f"*/{bucket[0]}/*" if bucket else "*")
        places[place] = None
        services[place if bucket else (call.service, "*", "*")] = None
    return Whole(final(world), list(places), list(services))


def go(driver: Driver, servers: StandIns, minutes: float = 60, **environment: str) -> int:
    """Run, and check what holds however it ends; the exit status."""
    driver.begin(RUN, {**servers.environment, **environment}, minutes=minutes)
    status = driver.end()
    assert status == 0 or status in ENDS.values()
    return status


def necessary(end: Final) -> Final:
    """An end without what a failover goes on without."""
    effects = Counter({effect: count for effect, count in end.effects.items() if effect.what not in OPTIONAL})
    return replace(end, effects=effects, state={**end.state, "migrations": None})


def assert_in_order(world: World, whole: Final, place: Place) -> None:
    """The names moved only after all else, and nothing ran after a step that stopped."""
    if SWITCH in world.buckets[SWITCH_BUCKET]:
        assert necessary(final(world)).effects == necessary(whole).effects, f"DNS moved amid {place}"
    if RECORD not in world.buckets[RECORDS_BUCKET]:
        assert not world.effects, f"something ran without a record amid {place}"
        return
    found = statuses(world)
    done = found.index("stopped") if "stopped" in found else len(found)
    assert set(found[:done]) <= {"done", "running", "waiting"}
    assert set(found[done + 1 :]) <= {"waiting"}, f"something ran after a stop amid {place}"


def wait_out(driver: Driver, whole: Whole, place: Place, kind: Kind, times: int) -> None:
    """A fault that passes: the run ends as if it had not been."""
    service, method, target = place
    world = sample_world()
    prepare(world)
    with StandIns(world) as servers:
        world.break_(service, method, kind, times, target)
        for _ in range(times):
            if (status := go(driver, servers)) == 0:
                break
            # The record could not be read: nothing began.
            assert (status, world.effects) == (ENDS[Unavailable], [])
        else:
            assert go(driver, servers) == 0
    assert necessary(final(world)) == necessary(whole.end), f"after {kind} at {place}"


def stand(driver: Driver, whole: Whole, place: Place, kind: Kind) -> int:
    """A fault that lasts, until it is mended after the run has stopped or gone on without; how it ended at first."""
    world = sample_world()
    prepare(world)
    with StandIns(world) as servers:
        world.break_(*place[:2], kind, target=place[2])
        status = go(driver, servers, MINUTES, FAILOVER_CALL_SECONDS="0.1")
        assert_in_order(world, whole.end, place)
        world.mend()
        if not ended(world):
            assert go(driver, servers) == 0, f"after {kind} at {place} was mended"
    assert necessary(final(world)) == necessary(whole.end), f"after {kind} at {place}"
    return status


def test_passing_fault_is_waited_out(driver: Driver, whole: Whole) -> None:
    for place, (kind, times) in zip(whole.places, cycle(PASSING), strict=False):
        wait_out(driver, whole, place, kind, times)


@pytest.mark.parametrize("kind", LASTING)
def test_lasting_fault_stops_the_run_before_the_names_move_and_mended_it_ends(
    driver: Driver, whole: Whole, kind: Kind
) -> None:
    assert ENDS[Stopped] in {stand(driver, whole, place, kind) for place in whole.services}


@pytest.mark.exhaustive
@pytest.mark.parametrize(("kind", "times"), PASSING)
def test_any_passing_fault_is_waited_out(driver: Driver, whole: Whole, kind: Kind, times: int) -> None:
    for place in whole.places:
        wait_out(driver, whole, place, kind, times)


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", LASTING)
def test_any_lasting_fault_stops_the_run_before_the_names_move_and_mended_it_ends(
    driver: Driver, whole: Whole, kind: Kind
) -> None:
    for place in whole.places:
        stand(driver, whole, place, kind)
