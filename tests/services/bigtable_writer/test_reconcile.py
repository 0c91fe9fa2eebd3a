"""Bigtable is mended to exactly what DynamoDB holds, whatever was lost, doubled or broken, and while changes go on."""

import asyncio
import random
import time
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from services.bigtable_writer.change import Change, parse
from services.bigtable_writer.codec import image, row_key
from services.bigtable_writer.reconcile import Fence, Fenced, reconcile
from services.bigtable_writer.source import DynamoDb as Source
from services.bigtable_writer.source import from_json, to_json
from services.bigtable_writer.store import Outcome, Store, connected
from tests.services.bigtable_writer.emulators import INSTANCE, PROFILE, PROJECT
from tests.services.bigtable_writer.items import DynamoDb, attributes, key_of, value
from tests.services.bigtable_writer.records import SCHEMAS, START, TABLES, record

NAME = "production-orders"
SCHEMA = SCHEMAS[NAME]
ITEMS = 300
KEYS = ("account_id", "created_at")
NAMES = {"orders": KEYS, "orders.by-status": ("status", "created_at", *KEYS), "orders.by-total": ("total", *KEYS)}

Rows = dict[str, dict[bytes, bytes | None]]


def test_values_survive_the_way_to_botocore_and_back() -> None:
    rng = random.Random(3)
    for _ in range(300):
        item = {"attribute": value(rng)}
        assert to_json(from_json(item)) == item


async def rows(store: Store) -> Rows:
    return {table: {row: shown.image async for chunk in store.rows(table) for row, shown in chunk} for table in TABLES}


def expected(source: DynamoDb) -> Rows:
    return {
        table: {row_key(item, *names): image(item) for item in source.items(table.partition(".")[2] or None)}
        for table, names in NAMES.items()
    }


async def run(source: DynamoDb, store: Store, *, repair: bool = True) -> Counter[str]:
    fence = Fence("https://storage.googleapis.com/sample/fence", lambda url: 404) if repair else None
    found = await reconcile(Source(source.client), store, {NAME: SCHEMA}, repair=fence, items_per_second=1e6)
    return Counter({kind: count for kind, count in found[NAME].items() if kind != "same" and count})


def change(position: int, micros: int, item: dict[str, Any] | None) -> Change:
    return parse(record(key_of(position), item, micros), SCHEMAS)


@pytest.fixture
def rng() -> random.Random:
    return random.Random(11)


@pytest.fixture
def filled(source: DynamoDb, rng: random.Random) -> DynamoDb:
    source.write([{**key_of(position), **attributes(rng)} for position in range(ITEMS)])
    return source


@pytest.mark.real
@pytest.mark.usefixtures("target")
class TestRepair:
    def test_copies_what_a_table_held_before_and_finds_nothing_the_next_time(self, filled: DynamoDb) -> None:
        async def check() -> None:
            async with connected(PROJECT, INSTANCE, PROFILE, [SCHEMA]) as store:
                assert await run(filled, store) == {"missing": ITEMS}
                assert await rows(store) == expected(filled)
                assert not await run(filled, store)

        asyncio.run(check())

    def test_mends_what_was_lost_doubled_and_broken(self, filled: DynamoDb) -> None:
        async def check() -> None:
            async with connected(PROJECT, INSTANCE, PROFILE, [SCHEMA]) as store:
                # As replication left it long ago.
                by_row = {SCHEMA.row(item): item for item in filled.items()}
                for row, item in by_row.items():
                    await store.write(Change("orders", row, START, image(item)))
                in_status = [row for row, item in by_row.items() if "status" in item]
                lost, stale, broken, deleted = list(by_row)[:4]
                late = Change("orders", b"", START + 9, None).version
                # A change that was lost: the item's row is the one before; and one of a deletion's.
                await store.put("orders", lost, late, None)
                await store.write(change_of(by_row[stale], {"status": {"S": "paid"}, "old": {"S": "yes"}}))
                await store.put("orders", broken, late, b"broken")
                await store.put("orders", b"nobody's", late, b"broken as well")
                for position in range(ITEMS, ITEMS + 3):
                    await store.write(change(position, START, {**key_of(position), "status": {"S": "paid"}}))
                # Indexes: a row lost, a row of no item, a row that its item left.
                missing = SCHEMA.index_rows(image(by_row[in_status[-1]]))["orders.by-status"]
                await store.put("orders.by-status", missing, late, None)
                for table in TABLES[1:]:
                    await store.put(table, b"nobody's", late, b"broken as well")
                    gone = {**key_of(ITEMS + 9), "status": {"S": "paid"}, "total": {"N": "7"}}
                    await store.put(table, SCHEMA.index_rows(image(gone))[table], late, image(gone))
                    moved = {**by_row[deleted], "status": {"S": "moved"}, "total": {"N": "77"}}
                    before = Change("orders", b"", START - 9, None).version
                    await store.put(table, SCHEMA.index_rows(image(moved))[table], before, image(moved))

                counted = await run(filled, store, repair=False)
                assert (counted["missing"], counted["stale"]) == (1, 2)
                assert counted["extra"] >= 4
                assert counted["index"] >= 7
                assert await rows(store) != expected(filled)

                await run(filled, store)
                assert await rows(store) == expected(filled)
                assert not await run(filled, store)

        asyncio.run(check())

    def test_loses_against_every_later_change_also_one_that_comes_late(self, filled: DynamoDb) -> None:
        async def check() -> None:
            async with connected(PROJECT, INSTANCE, PROFILE, [SCHEMA]) as store:
                await run(filled, store)
                far = 4_000_000_000_000_000
                assert await store.write(change(1, far, None)) is Outcome.WRITTEN
                assert await store.write(change(2, START, {**key_of(2), "old": {"S": "yes"}})) is Outcome.OLDER
                await run(filled, store)
                shown = await store.read("orders", SCHEMA.row(key_of(1)))
                assert shown is not None
                assert shown.image is None

        asyncio.run(check())

    @pytest.mark.parametrize("answer", [200, 500])
    def test_writes_nothing_once_the_standby_may_serve(self, answer: int, filled: DynamoDb) -> None:
        async def check() -> None:
            async with connected(PROJECT, INSTANCE, PROFILE, [SCHEMA]) as store:
                # An application's own item, which DynamoDB never had.
                await store.write(change(ITEMS, START, {**key_of(ITEMS), "status": {"S": "paid"}}))
                before = await rows(store)
                fence = Fence("https://storage.googleapis.com/sample/fence", lambda url: answer)
                with pytest.raises(Fenced):
                    await reconcile(Source(filled.client), store, {NAME: SCHEMA}, repair=fence, items_per_second=1e6)
                assert await rows(store) == before

        asyncio.run(check())

    def test_has_the_time_of_what_it_read(self, filled: DynamoDb) -> None:
        began: list[float] = []

        def scan(**arguments: Any) -> Any:
            began.append(time.time())
            return filled.client.scan(**arguments, **({} if "Limit" in arguments else {"Limit": 50}))

        async def check() -> None:
            pages = [page async for page in Source(SimpleNamespace(scan=scan)).pages(NAME)]
            assert sum(len(page.items) for page in pages) == ITEMS
            # The first call asked for the time alone.
            for page, start in zip(pages, began[1:], strict=True):
                assert START < page.micros < start * 1e6

        asyncio.run(check())

    def test_ends_in_the_sources_state_while_changes_go_on(self, filled: DynamoDb, rng: random.Random) -> None:
        async def check() -> None:
            async with connected(PROJECT, INSTANCE, PROFILE, [SCHEMA]) as store:
                done = asyncio.Event()

                async def primary() -> None:
                    """Changes items, and delivers each change at once, late, twice or never."""
                    late: list[Change] = []
                    for _ in range(150):
                        position = rng.randrange(ITEMS)
                        item = None if rng.random() < 0.3 else {**key_of(position), **attributes(rng)}
                        if item is None:
                            await asyncio.to_thread(filled.delete, [key_of(position)])
                        else:
                            await asyncio.to_thread(filled.write, [item])
                            item = await asyncio.to_thread(filled.item, key_of(position))
                        # DynamoDB Local has this machine's clock.
                        late.append(change(position, int(time.time() * 1e6), item))
                        rng.shuffle(late)
                        for each in late[: rng.randrange(3)]:
                            await store.write(each)
                        late = late[rng.randrange(2) :]
                    for each in late:
                        await store.write(each)
                    done.set()

                writing = asyncio.create_task(primary())
                while not done.is_set():
                    await run(filled, store)
                await writing
                # The changes that were never delivered are found once they lie in the past.
                await asyncio.sleep(3)
                await run(filled, store)
                assert await rows(store) == expected(filled)

        asyncio.run(check())


def change_of(item: dict[str, Any], more: dict[str, Any]) -> Change:
    found = {**item, **more}
    return Change("orders", SCHEMA.row(found), START + 9, image(found))
