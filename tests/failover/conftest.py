"""A made-up Google Cloud, and the program's own way to it."""

from collections.abc import Generator, Mapping

import pytest
from google.auth.credentials import AnonymousCredentials

from failover.cloud import Access, Cloud
from failover.names import LinkNames, StandbyNames
from tests.failover.sample import LINK, STANDBY, sample_world
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
