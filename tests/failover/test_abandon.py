"""A failover can be given up as long as nothing was promoted, and leaves nothing behind then."""

import time

import pytest

from failover.abandon import TooLate, abandon
from failover.cloud import Cloud
from failover.cloud.storage import Bucket
from failover.names import FENCE
from failover.record import Record
from failover.steps import RUN
from tests.failover.sample import LINK, RECORDS_BUCKET, STANDBY, SWITCH_BUCKET
from tests.failover.stand_ins.world import World

NAMES = tuple(step.name for step in RUN)


@pytest.fixture
def record(cloud: Cloud) -> Record:
    return Record(Bucket(cloud.objects, RECORDS_BUCKET), "somebody@example.com", time.time)


def begun(record: Record, world: World, *proved: str) -> None:
    """A failover that stopped after those steps."""
    with record.hold("run", NAMES):
        for name in proved:
            record.update(name, status="done")
    world.put(SWITCH_BUCKET, FENCE, b"{}", "no-store")
    world.accounts = dict.fromkeys(world.accounts, False)
    world.connectors = dict.fromkeys(world.connectors, "PAUSED")
    world.transfers = dict.fromkeys(world.transfers, "DISABLED")


def test_replication_goes_on_and_the_primary_writes_again(record: Record, cloud: Cloud, world: World) -> None:
    begun(record, world, "grow", "fence", "isolate")
    done = abandon(record, STANDBY, LINK, cloud)
    assert FENCE not in world.buckets[SWITCH_BUCKET]
    assert set(world.accounts.values()) == {True}
    assert set(world.connectors.values()) == {"RUNNING"}
    assert set(world.transfers.values()) == {"ENABLED"}
    assert done[-1] == f"delete gs://{SWITCH_BUCKET}/{FENCE}", "what the primary writes then must be carried"
    found = record.look()
    assert found is not None
    assert found.ended is not None


@pytest.mark.parametrize("refused", [False, True])
def test_a_connector_that_failed_is_let_go_on_and_keeps_no_writer_waiting(
    record: Record, cloud: Cloud, world: World, refused: bool
) -> None:
    begun(record, world, "grow", "fence", "isolate")
    world.connectors = dict.fromkeys(world.connectors, "FAILED")
    if refused:
        world.break_("managedkafka", "resume", 403)
    abandon(record, STANDBY, LINK, cloud)
    assert len(world.asked("managedkafka", "resume")) == 1
    assert FENCE not in world.buckets[SWITCH_BUCKET]


def test_what_does_not_exist_keeps_no_writer_waiting(record: Record, cloud: Cloud, world: World) -> None:
    begun(record, world, "grow", "fence", "isolate")
    world.accounts, world.connectors, world.transfers = {}, {}, {}
    abandon(record, STANDBY, LINK, cloud)
    assert FENCE not in world.buckets[SWITCH_BUCKET]


def test_what_was_promoted_is_not_given_up(record: Record, cloud: Cloud, world: World) -> None:
    begun(record, world, "grow", "fence", "isolate", "promote")
    with pytest.raises(TooLate, match="promote"):
        abandon(record, STANDBY, LINK, cloud)
    assert FENCE in world.buckets[SWITCH_BUCKET]


def test_there_must_be_one(record: Record, cloud: Cloud) -> None:
    with pytest.raises(TooLate):
        abandon(record, STANDBY, LINK, cloud)
