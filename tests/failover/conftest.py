"""A made-up Google Cloud, and the program's own way to it."""

import os
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest
from google.auth.credentials import AnonymousCredentials

from failover.cloud import Access, Cloud
from failover.cloud.storage import Bucket
from failover.engine import Engine, Stopped
from failover.names import LinkNames, StandbyNames
from failover.record import RECORD, Record, State
from failover.steps import RUN
from failover.steps.activate import Update
from tests.failover.databases import Databases
from tests.failover.made_up import UPDATE, Clock, Run, Screen, pulumi
from tests.failover.sample import LINK, RECORDS_BUCKET, STANDBY, sample_world
from tests.failover.stand_ins.server import StandIns
from tests.failover.stand_ins.world import World


@pytest.fixture
def names() -> tuple[StandbyNames, LinkNames]:
    """What the stacks told; the two documents lie in the world's bucket of records."""
    return STANDBY, LINK


@pytest.fixture
def world() -> World:
    """The state behind the stand-ins: all is well, the primary serves."""
    return sample_world()


@pytest.fixture
def servers(world: World) -> Generator[StandIns]:
    with StandIns(world) as running:
        yield running


@pytest.fixture
def stand_ins(servers: StandIns) -> Mapping[str, str]:
    """`host:port` by service."""
    return servers.addresses


@pytest.fixture
def access(stand_ins: Mapping[str, str]) -> Access:
    return Access(AnonymousCredentials(), stand_ins, seconds=0.5)


@pytest.fixture
def cloud(access: Access) -> Cloud:
    return Cloud(access)


@pytest.fixture
def clock(world: World) -> Clock:
    clock = Clock()
    world.now = clock.now
    return clock


@pytest.fixture
def databases(world: World) -> Databases:
    world.run = Databases(world)
    return world.run


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, servers: StandIns) -> Path:
    """A folder with a `pulumi` that gives the stand-ins' world the active mode, or does as a test says."""
    for name, value in servers.environment.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    pulumi(tmp_path, UPDATE)
    return tmp_path


@pytest.fixture
def run(world: World, cloud: Cloud, clock: Clock, databases: Databases, checkout: Path) -> Run:
    """Run the failover once, as somebody's program: what was shown, and the record afterwards."""
    assert databases

    def go() -> tuple[Screen, State]:
        screen = Screen()
        record = Record(Bucket(cloud.objects, RECORDS_BUCKET), "somebody@example.com", clock.now)
        steps = [type(step)(checkout) if isinstance(step, Update) else step for step in RUN]
        engine = Engine(steps, STANDBY, LINK, cloud, record, screen, now=clock.now, sleep=clock.sleep)
        try:
            engine.run("run")
        except Stopped:
            assert screen.stopped is not None
        return screen, State.model_validate_json(world.buckets[RECORDS_BUCKET][RECORD].content)

    return go
