"""A run amid services that refuse, fail, hang or lie: it waits or stops; the public names move last or not at all."""

import re
from collections.abc import Generator

import pytest

from failover.cloud import Unavailable
from failover.engine import Stopped
from failover.names import SWITCH
from failover.record import RECORD
from tests.failover.driver import ENDS, Driver
from tests.failover.final import RUN, Final, ended, final, prepare
from tests.failover.sample import RECORDS_BUCKET, SWITCH_BUCKET, sample_world
from tests.failover.stand_ins.server import StandIns
from tests.failover.stand_ins.world import Kind, World

Place = tuple[str, str, str]
"""Service, method, and pattern of its target."""


@pytest.fixture(scope="module")
def driver() -> Generator[Driver]:
    started = Driver.started()
    yield started
    started.close()


@pytest.fixture(scope="module")
def whole(driver: Driver) -> tuple[Final, list[Place]]:
    """An undisturbed run's end, and every place where one can go wrong."""
    world = sample_world()
    prepare(world)
    with StandIns(world) as servers:
        driver.begin(RUN, servers.environment)
        assert driver.end() == 0
    places: dict[Place, None] = {}
    for call in world.calls:
        # Storage is asked for objects of the record and for those of the switch.
        bucket = re.search("|".join(world.buckets), call.target) if call.service == "storage" else None
        places[call.service, call.method, f"*/{bucket[0]}/*" if bucket else "*"] = None
    return final(world), list(places)


def go(driver: Driver, world: World, servers: StandIns, minute: float, **environment: str) -> int:
    """Run, and check what holds however it ends; the exit status."""
    driver.begin(RUN, {**servers.environment, **environment}, minute=minute)
    status = driver.end()
    assert status == 0 or status in ENDS.values()
    return status


def assert_in_order(world: World, whole: Final, place: Place) -> None:
    """The names moved only after all else, and nothing ran after a step that stopped."""
    if SWITCH in world.buckets[SWITCH_BUCKET]:
        assert final(world).effects == whole.effects, f"DNS moved amid {place}"
    if RECORD not in world.buckets[RECORDS_BUCKET]:
        assert not world.effects, f"something ran without a record amid {place}"
        return
    statuses = list(final(world).statuses.values())
    done = statuses.index("stopped") if "stopped" in statuses else len(statuses)
    assert set(statuses[:done]) <= {"done", "running", "waiting"}
    assert set(statuses[done + 1 :]) <= {"waiting"}, f"something ran after a stop amid {place}"


@pytest.mark.parametrize(("kind", "times"), [(429, 2), (503, 1), ("lose", 1), ("cut", 1)])
def test_passing_fault_is_waited_out(driver: Driver, whole: tuple[Final, list[Place]], kind: Kind, times: int) -> None:
    expected, places = whole
    for service, method, target in places:
        world = sample_world()
        prepare(world)
        with StandIns(world) as servers:
            world.break_(service, method, kind, times, target)
            for _ in range(times):
                if (status := go(driver, world, servers, 6)) == 0:
                    break
                # The record could not be read: nothing began.
                assert (status, world.effects) == (ENDS[Unavailable], [])
            else:
                assert go(driver, world, servers, 6) == 0
        assert final(world) == expected, f"after {kind} at {service} {method}"


@pytest.mark.parametrize("kind", [403, 500, "hang", "lie"])
def test_lasting_fault_stops_the_run_before_the_names_move_and_mended_it_ends(
    driver: Driver, whole: tuple[Final, list[Place]], kind: Kind
) -> None:
    expected, places = whole
    ends: dict[Place, int] = {}
    for place in places:
        world = sample_world()
        prepare(world)
        with StandIns(world) as servers:
            world.break_(*place[:2], kind, target=place[2])
            ends[place] = go(driver, world, servers, 0.04, FAILOVER_CALL_SECONDS="0.15")
            assert_in_order(world, expected, place)
            world.mend()
            if not ended(world):
                assert go(driver, world, servers, 6) == 0, f"after {kind} at {place} was mended"
        assert final(world) == expected, f"after {kind} at {place}"
    assert ENDS[Stopped] in ends.values()
