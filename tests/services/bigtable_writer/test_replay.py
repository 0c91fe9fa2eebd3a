"""Changes repeated, reordered and interrupted end in exactly the source's state: real items, real rows."""

import asyncio
import os
import random
from typing import Any

import pytest

from services.bigtable_writer.change import Change, parse
from services.bigtable_writer.codec import image, row_key
from services.bigtable_writer.newest import Newest
from services.bigtable_writer.store import connected
from tests.services.bigtable_writer.emulators import INSTANCE, PROFILE, PROJECT
from tests.services.bigtable_writer.items import DynamoDb, attributes, key_of
from tests.services.bigtable_writer.records import SCHEMAS, START, record

pytestmark = pytest.mark.real

CHANGES = int(os.environ.get("WRITER_CHANGES", "100000"))
ITEMS = CHANGES // 10
REPEATED = 0.05
WINDOW = 500
"""Changes within so many places of each other may swap places."""


@pytest.fixture
def rng() -> random.Random:
    return random.Random(20)


@pytest.fixture
def changes(source: DynamoDb, rng: random.Random) -> list[bytes]:
    """Records in the order in which DynamoDB sends them; the source holds what the last of each item left."""
    source.write([{**key_of(position), **attributes(rng)} for position in range(ITEMS)])
    # As DynamoDB keeps them: numbers in its own form, sets in its own order.
    images = {row_key(found, "account_id", "created_at"): found for found in source.items()}
    pool = [{name: each for name, each in found.items() if name not in key_of(0)} for found in images.values()]
    final: dict[int, dict[str, Any] | None] = {}
    records = []
    for number in range(CHANGES):
        position = rng.randrange(ITEMS)
        left = None if rng.random() < 0.2 else {**key_of(position), **rng.choice(pool)}
        final[position] = left
        # Several a millisecond: only the microseconds tell them apart.
        records.append(record(key_of(position), left, START + number * 7))
    untouched = [position for position in range(ITEMS) if position not in final]
    source.delete([key_of(position) for position, left in final.items() if left is None])
    source.delete([key_of(position) for position in untouched])
    source.write([left for left in final.values() if left is not None])
    return records


def disturbed(records: list[bytes], rng: random.Random) -> list[bytes]:
    """The records as Pub/Sub may deliver them."""
    twice = [(position, each) for position, each in enumerate(records)]
    twice += [
        (rng.randrange(len(records)), records[rng.randrange(len(records))]) for _ in range(int(len(records) * REPEATED))
    ]
    return [each for _, each in sorted(twice, key=lambda found: found[0] + rng.random() * WINDOW)]


async def replay(records: list[bytes], *, until: int | None = None) -> None:
    """Write records 200 at a time; `until` ends in the middle, with writes under way."""
    async with connected(PROJECT, INSTANCE, PROFILE, SCHEMAS.values()) as store:
        newest, slots = Newest(store.write), asyncio.Semaphore(200)

        async def one(change: Change) -> None:
            async with slots:
                await newest.write(change)

        tasks = [asyncio.create_task(one(parse(each, SCHEMAS))) for each in records]
        if until is not None:
            while sum(task.done() for task in tasks) < until:
                await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=until is not None)


async def state(table: str) -> dict[bytes, bytes | None]:
    async with connected(PROJECT, INSTANCE, PROFILE) as store:
        return {row: shown.image async for chunk in store.rows(table) for row, shown in chunk}


@pytest.mark.usefixtures("target")
def test_any_delivery_ends_in_the_sources_state(source: DynamoDb, changes: list[bytes], rng: random.Random) -> None:
    delivered = disturbed(changes, rng)
    # Killed half-way, and everything that was not acknowledged delivered again, with some that was.
    half = len(delivered) // 2
    asyncio.run(replay(delivered[:half], until=half // 2))
    asyncio.run(replay(delivered[half // 4 :]))
    asyncio.run(replay(delivered[: half // 4]))

    keys = ("account_id", "created_at")
    of_indexes = {"orders.by-status": ("status", "created_at", *keys), "orders.by-total": ("total", *keys)}
    for table, names in {"orders": keys, **of_indexes}.items():
        index = table.partition(".")[2] or None
        expected = {row_key(found, *names): image(found) for found in source.items(index)}
        found = asyncio.run(state(table))
        assert expected
        assert found.keys() == expected.keys(), table
        assert [row for row in expected if found[row] != expected[row]] == []
