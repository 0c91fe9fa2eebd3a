"""Rows of indexes follow their items, whoever races and whoever dies in the middle."""

import asyncio
import random
from typing import Any

import pytest

from services.bigtable_writer.change import Change, Index, Schema, parse
from services.bigtable_writer.store import Outcome, Store, connected
from tests.services.bigtable_writer.emulators import INSTANCE, PROFILE, PROJECT
from tests.services.bigtable_writer.records import SCHEMAS, START, TABLES, record

SCHEMA = SCHEMAS["production-orders"]
STATUSES = [None, "paid", "sent", "returned"]


def key(position: int) -> dict[str, Any]:
    return {"account_id": {"S": f"account-{position}"}, "created_at": {"N": "1"}}


def change(position: int, number: int, status: str | None) -> Change:
    """A change that moves an item in the index of statuses, or removes it; `None` leaves it out of the index."""
    image = {**key(position), "number": {"N": str(number)}, **({"status": {"S": status}} if status else {})}
    return parse(record(key(position), image if number % 7 else None, START + number), SCHEMAS)


class TestWhereAnItemStands:
    def test_in_an_index_whose_keys_it_has(self) -> None:
        found = SCHEMA.index_rows(change(1, 1, "paid").image)
        assert found.keys() == {"orders.by-status"}

    def test_apart_from_others_with_the_same_keys_of_the_index(self) -> None:
        rows = {SCHEMA.index_rows(change(position, 1, "paid").image)["orders.by-status"] for position in range(3)}
        assert len(rows) == 3

    @pytest.mark.parametrize("value", [{"N": "1"}, {"BOOL": True}, {"S": ""}])
    def test_in_no_index_with_a_key_that_dynamodb_would_not_index(self, value: dict[str, Any]) -> None:
        image = {**key(1), "status": value}
        assert not SCHEMA.index_rows(parse(record(key(1), image, START), SCHEMAS).image)

    def test_in_none_once_it_is_removed(self) -> None:
        assert not SCHEMA.index_rows(None)

    def test_as_the_settings_say(self) -> None:
        written = {
            "table": "sessions",
            "partition": "session_id",
            "indexes": [{"table": "sessions.by-user", "keys": [["user_id", "S"]]}],
        }
        index = Index("sessions.by-user", (("user_id", "S"),))
        assert Schema.of(written) == Schema("sessions", "session_id", None, (index,))


async def shown(store: Store, table: str) -> dict[bytes, bytes | None]:
    return {row: found.image async for chunk in store.rows(table) for row, found in chunk}


@pytest.mark.real
@pytest.mark.usefixtures("target")
class TestRows:
    def test_of_writers_that_race_and_die_are_those_of_the_newest_change(self) -> None:
        async def run() -> None:
            rng = random.Random(6)
            changes = [change(rng.randrange(5), number, rng.choice(STATUSES)) for number in range(1, 400)]
            async with connected(PROJECT, INSTANCE, PROFILE, [SCHEMA]) as store:
                left = [*changes, *rng.sample(changes, 100)]
                while left:
                    rng.shuffle(left)
                    # Each is a service of its own: nothing but Bigtable orders their writes.
                    tasks = [asyncio.create_task(store.write(each)) for each in left]
                    for task in rng.sample(tasks, len(tasks) // 3):
                        asyncio.get_running_loop().call_later(rng.random(), task.cancel)
                    done = await asyncio.gather(*tasks, return_exceptions=True)
                    left = [each for each, outcome in zip(left, done, strict=True) if not isinstance(outcome, Outcome)]
                items = await shown(store, "orders")
                newest = {each.row: each for each in sorted(changes, key=lambda each: each.version)}
                assert items == {row: each.image for row, each in newest.items() if each.image}
                for table in TABLES[1:]:
                    expected = {
                        SCHEMA.index_rows(image)[table]: image
                        for image in items.values()
                        if table in SCHEMA.index_rows(image)
                    }
                    assert await shown(store, table) == expected

        asyncio.run(run())

    def test_never_lag_behind_their_item(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Killed(Exception):
            pass

        async def die(*_: object) -> bool:
            raise Killed

        async def run() -> None:
            async with connected(PROJECT, INSTANCE, PROFILE, [SCHEMA]) as store:
                await store.write(change(1, 1, "paid"))
                with monkeypatch.context() as patched:
                    patched.setattr(store, "_replace", die)
                    with pytest.raises(Killed):
                        await store.write(change(1, 2, "sent"))
                assert await shown(store, "orders.by-status") == {
                    SCHEMA.index_rows(change(1, 2, "sent").image)["orders.by-status"]: change(1, 2, "sent").image
                }
                # A newer change comes first, and then the killed one again.
                await store.write(change(1, 3, "returned"))
                assert await store.write(change(1, 2, "sent")) is Outcome.OLDER
                assert await shown(store, "orders.by-status") == {
                    SCHEMA.index_rows(change(1, 3, "returned").image)["orders.by-status"]: change(
                        1, 3, "returned"
                    ).image
                }

        asyncio.run(run())
