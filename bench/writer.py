"""How fast the writer takes changes into Bigtable's emulator, and what memory it needs.

The absolute figures are those of this machine and of an emulator: they bound what the service itself costs, not what
Bigtable takes. The ratios hold elsewhere.
"""

import asyncio
import os
import resource
import time
from collections.abc import Iterator, Sequence

from rich.table import Table

from services.bigtable_writer.change import Change, Index, Schema, parse
from services.bigtable_writer.newest import Newest
from services.bigtable_writer.store import connected
from tests.services.bigtable_writer import emulators
from tests.services.bigtable_writer.records import START, record

CHANGES = 2000
AT_ONCE = 80
"""As many as an instance writes at once by default."""

NAME = "production-orders"
PLAIN = Schema("orders", "account_id", "created_at")
INDEXED = Schema("orders", "account_id", "created_at", (Index("orders.by-status", (("status", "S"),)),))


def table() -> Table:
    """The figures, or why there are none."""
    shown = Table("figure", "measured", title="Writer")
    try:
        for name, measured in figures():
            shown.add_row(name, measured)
    except emulators.Missing as missing:
        shown.add_row("not measured", str(missing))
    return shown


def figures() -> Iterator[tuple[str, str]]:
    """Each figure's name, and what was measured."""
    records = [_record(number, CHANGES) for number in range(CHANGES)]
    started = time.perf_counter()
    changes = [parse(each, {NAME: PLAIN}) for each in records]
    parsed = time.perf_counter() - started
    with emulators.bigtable() as address:
        os.environ[emulators.VARIABLE] = address
        plain, indexed, again, busy = (
            asyncio.run(_written(address, schema, each))
            for schema, each in (
                (PLAIN, [changes]),
                (INDEXED, [changes]),
                (PLAIN, [changes, changes]),
                (PLAIN, [[parse(_record(number, 10), {NAME: PLAIN}) for number in range(CHANGES)]]),
            )
        )
    yield "changes parsed a second (absolute, this machine)", f"{CHANGES / parsed:,.0f}"
    yield "changes written a second (absolute, emulator)", f"{CHANGES / plain:,.0f}"
    yield "greatest memory of all this, MiB (absolute)", f"{_peak_mib():,.0f}"
    yield "time of a change with an index ÷ without", f"{indexed / plain:.2f}"
    yield "time of a repeated change ÷ a new one", f"{again / plain:.2f}"
    yield "time of changes of 10 items ÷ of as many items as changes", f"{busy / plain:.2f}"


def _record(number: int, items: int) -> bytes:
    key = {"account_id": {"S": f"account-{number % items}"}, "created_at": {"N": "1"}}
    status = ("paid", "sent", "returned")[number % 3]
    return record(key, {**key, "status": {"S": status}, "note": {"S": "x" * 500}}, START + number)


async def _written(address: str, schema: Schema, deliveries: Sequence[Sequence[Change]]) -> float:
    """Seconds that the last delivery takes."""
    emulators.make_tables(address, ["orders", "orders.by-status"])
    seconds = 0.0
    async with connected(emulators.PROJECT, emulators.INSTANCE, emulators.PROFILE, [schema]) as store:
        for changes in deliveries:
            newest, slots = Newest(store.write), asyncio.Semaphore(AT_ONCE)

            async def one(change: Change, newest: Newest = newest, slots: asyncio.Semaphore = slots) -> None:
                async with slots:
                    await newest.write(change)

            started = time.perf_counter()
            await asyncio.gather(*(one(change) for change in changes))
            seconds = time.perf_counter() - started
    return seconds


def _peak_mib() -> float:
    """Of this process so far; the preview's figures are measured in others."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
