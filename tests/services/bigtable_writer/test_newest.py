"""Changes of a row that wait for one another cost one write, and none is answered before it is settled."""

import asyncio

import pytest

from services.bigtable_writer.change import Change
from services.bigtable_writer.newest import Newest
from services.bigtable_writer.store import Outcome


def change(micros: int, row: bytes = b"row") -> Change:
    return Change("orders", row, micros, b"%d" % micros)


class Bigtable:
    """Writes that wait until they are let go."""

    def __init__(self) -> None:
        self.written: list[int] = []
        self.go = asyncio.Event()
        self.error: Exception | None = None

    async def write(self, change: Change) -> Outcome:
        await self.go.wait()
        if self.error:
            raise self.error
        self.written.append(change.micros)
        return Outcome.WRITTEN


async def outcomes(bigtable: Bigtable, *changes: Change) -> list[Outcome | BaseException]:
    newest = Newest(bigtable.write)
    tasks = [asyncio.create_task(newest.write(each)) for each in changes]
    await asyncio.sleep(0)
    assert not any(task.done() for task in tasks)
    bigtable.go.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


def test_those_that_wait_share_one_write_of_the_newest() -> None:
    async def run() -> None:
        bigtable = Bigtable()
        found = await outcomes(bigtable, *(change(micros) for micros in (1, 5, 3, 9, 7)))
        assert bigtable.written == [1, 9]
        assert [outcome is Outcome.WRITTEN for outcome in found] == [True, False, False, True, False]

    asyncio.run(run())


def test_rows_do_not_wait_for_one_another() -> None:
    async def run() -> None:
        bigtable = Bigtable()
        await outcomes(bigtable, change(2, b"a"), change(1, b"b"))
        assert sorted(bigtable.written) == [1, 2]

    asyncio.run(run())


def test_a_failure_reaches_all_that_wait_and_the_row_goes_on() -> None:
    async def run() -> None:
        bigtable = Bigtable()
        bigtable.error = RuntimeError("down")
        newest = Newest(bigtable.write)
        tasks = [asyncio.create_task(newest.write(change(micros))) for micros in (1, 2, 3)]
        bigtable.go.set()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(each, RuntimeError) for each in found)
        bigtable.error = None
        assert await newest.write(change(4)) is Outcome.WRITTEN

    asyncio.run(run())


def test_who_leaves_takes_no_other_with_them() -> None:
    async def run() -> None:
        bigtable = Bigtable()
        newest = Newest(bigtable.write)
        first, second = (asyncio.create_task(newest.write(change(micros))) for micros in (1, 2))
        await asyncio.sleep(0)
        first.cancel()
        bigtable.go.set()
        assert await second is Outcome.WRITTEN
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(run())
