"""`python -m bigtable_writer.reconcile`: compares Bigtable with DynamoDB while changes go on, and repairs it.

| argument, variable | what it is |
|---|---|
| `--repair` | write what differs; without it, differences are only counted |
| `PROJECT`, `INSTANCE`, `APP_PROFILE`, `TABLES` | as for the service |
| `AWS_REGION`, `AWS_ROLE` | where the tables are, and the role that may read them |
| `AUDIENCE` | whom the tokens are for that the role trusts |
| `FENCE` | URL of the object that exists once the primary is fenced: nothing is written from then on |
| `ITEMS_PER_SECOND` | the most that is read of a table; 2000 without it |

The first run copies what tables held before their streams began. Each item is read from DynamoDB with a time before
which it cannot have changed unseen, and written with that time: every later change, also one that is still on its way,
is newer and wins. So a repair may run at any time, again and again, and be killed.

What differs, by the names that are logged:

- `missing`: the item has no row. `stale`: its row shows another state, and no later one; a change that is on its way
  counts, as does a tie that ended otherwise than in DynamoDB.
- `extra`: a row whose item DynamoDB does not have.
- `index`: an item's row of an index is missing or stale, or a row of an index belongs to no item.

Memory holds a page of a table for each of some segments, whatever the size of the table.
"""

import argparse
import asyncio
import json
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Protocol

import requests

from .change import Change, Index, Schema, micros_of
from .codec import Malformed, image, item
from .logs import as_json
from .source import Page, connect
from .store import CHUNK, Shown, Store, connected, index_rows

FENCE_SECONDS = 5
"""How long the fence is taken to be missing still."""

SEGMENTS = 4
"""Parts of a table that are read side by side."""

WRITES = 64
"""Rows that are written at once."""

log = logging.getLogger("bigtable_writer")


def status(url: str) -> int:
    """The status of what a URL answers."""
    return requests.head(url, timeout=10).status_code


class Source(Protocol):
    """What items a table has now."""

    def pages(self, table: str, segment: int = 0, segments: int = 1) -> AsyncGenerator[Page]:
        """All of a segment's."""
        ...

    async def items(self, table: str, keys: Sequence[Mapping[str, Any]]) -> Page:
        """Those with some keys, at most a hundred."""
        ...

    async def now(self, table: str) -> int:
        """A time in microseconds: what is read next shows everything that changed before."""
        ...


class Fenced(Exception):
    """The primary is fenced, or may be for all that is known: DynamoDB no longer says what is right."""


class Fence:
    """The object that exists once the primary is fenced."""

    def __init__(self, url: str, fetch: Callable[[str], int] = status) -> None:
        """Look at a URL; `fetch` tells the status of an answer."""
        self._url, self._fetch = url, fetch
        self._seen = float("-inf")

    async def check(self) -> None:
        """Raises Fenced unless the object was missing within the last seconds."""
        if time.monotonic() - self._seen < FENCE_SECONDS:
            return
        started = time.monotonic()
        found = await asyncio.to_thread(self._fetch, self._url)
        if found not in (403, 404):
            raise Fenced(f"{self._url} answers {found}: nothing more is written")
        self._seen = started


class Reconciliation:
    """One table's comparison; the counts of `found` grow while it runs."""

    def __init__(
        self, source: Source, store: Store, name: str, schema: Schema, *, repair: Fence | None, items_per_second: float
    ) -> None:
        """Compare the table that DynamoDB knows by a name, and repair it while the fence lets it."""
        self._source, self._store, self._name, self._schema = source, store, name, schema
        self._repair, self._rate = repair, items_per_second
        self._slots = asyncio.Semaphore(WRITES)
        self._began = 0
        self.found: Counter[str] = Counter()

    async def run(self) -> Counter[str]:
        """Compare in both directions: items with their rows, then rows with their items."""
        self._began = await self._source.now(self._name)
        await asyncio.gather(*(self._items(segment) for segment in range(SEGMENTS)))
        async for rows in self._store.rows(self._schema.table):
            await self._rows(rows)
        for index in self._schema.indexes:
            async for rows in self._store.rows(index.table):
                await self._index_rows(index, rows)
        return self.found

    async def _items(self, segment: int) -> None:
        async with aclosing(self._source.pages(self._name, segment, SEGMENTS)) as pages:
            async for page in pages:
                started = time.monotonic()
                for first in range(0, len(page.items), CHUNK):
                    await self._page(Page(page.micros, page.items[first : first + CHUNK]))
                allotted = len(page.items) * SEGMENTS / self._rate
                await asyncio.sleep(max(0.0, allotted - (time.monotonic() - started)))

    async def _page(self, page: Page) -> None:
        """Compare items with their rows and those of the indexes."""
        changes = [Change(self._schema.table, self._schema.row(each), page.micros, image(each)) for each in page.items]
        shown = await self._store.read_many(self._schema.table, [change.row for change in changes])
        placed = {change.row: self._schema.index_rows(change.image) for change in changes}
        in_indexes = {
            index.table: await self._store.read_many(
                index.table, [rows[index.table] for rows in placed.values() if index.table in rows]
            )
            for index in self._schema.indexes
        }

        def difference(change: Change) -> str:
            row = shown.get(change.row)
            if row and row.version >= change.version:
                return "same"
            if row is None or row.image is None:
                return "missing"
            if row.image != change.image:
                return "stale"
            rows = [in_indexes[table].get(key) for table, key in placed[change.row].items()]
            return "index" if any(each is None or _lags(each, change) for each in rows) else "same"

        await self._settle((difference(change), change) for change in changes)

    async def _rows(self, rows: Sequence[tuple[bytes, Shown]]) -> None:
        """Find rows whose items DynamoDB does not have."""
        keys = {row: key for row, shown in rows if (key := self._key(row, shown)) is not None}
        page = await self._source.items(self._name, list(keys.values()))
        there = {self._schema.row(each) for each in page.items}
        await self._settle(
            ("extra", Change(self._schema.table, row, page.micros, None))
            for row, shown in rows
            if row not in there and micros_of(shown.version) < self._limit(row in keys, page)
        )

    async def _index_rows(self, index: Index, rows: Sequence[tuple[bytes, Shown]]) -> None:
        """Find rows of an index that belong to no item: the item's row is newer and elsewhere, or there is no item."""
        keys = {row: key for row, shown in rows if (key := self._index_key(index, row, shown)) is not None}
        of_items = {row: self._schema.row(key) for row, key in keys.items()}
        shown_items = await self._store.read_many(self._schema.table, list(set(of_items.values())))
        alone = {row: key for row, key in keys.items() if of_items[row] not in shown_items}
        page = await self._source.items(self._name, [*{of_items[row]: key for row, key in alone.items()}.values()])
        there = {self._schema.row(each) for each in page.items}
        wrong: list[tuple[bytes, bytes]] = []
        for row, shown in rows:
            of_item = shown_items.get(of_items.get(row, b""))
            if of_item is None:
                older = micros_of(shown.version) < self._limit(row in keys, page)
                if older and of_items.get(row) not in there:
                    wrong.append((row, Change(index.table, row, page.micros, None).version))
            elif shown.version < of_item.version and index_rows(self._schema, of_item).get(index.table) != row:
                wrong.append((row, of_item.version))
        self.found["index"] += len(wrong)
        if self._repair and wrong:
            await self._repair.check()
            await asyncio.gather(*(self._store.put(index.table, row, version, None) for row, version in wrong))

    def _limit(self, known: bool, page: Page) -> int:
        """Before when a row must be written to be given up: DynamoDB was asked for the item of one that is known.

        What belongs to no row is left of before this run, or the items of this run would have mended it.
        """
        return page.micros if known else self._began

    def _key(self, row: bytes, shown: Shown) -> dict[str, Any] | None:
        """The key of a row's item; None where the row shows no item, or not the one that belongs there."""
        try:
            found = item(shown.image or b"")
            return {name: found[name] for name in self._schema.keys} if self._schema.row(found) == row else None
        except Malformed:
            return None

    def _index_key(self, index: Index, row: bytes, shown: Shown) -> dict[str, Any] | None:
        try:
            found = item(shown.image or b"")
            if self._schema.index_rows(shown.image).get(index.table) != row:
                return None
            return {name: found[name] for name in self._schema.keys}
        except Malformed:
            return None

    async def _settle(self, differences: Iterable[tuple[str, Change]]) -> None:
        async def write(change: Change) -> None:
            async with self._slots:
                await self._store.write(change)

        wrong = []
        for kind, change in differences:
            self.found[kind] += 1
            if kind != "same":
                wrong.append(change)
        if self._repair and wrong:
            await self._repair.check()
            await asyncio.gather(*(write(change) for change in wrong))


def _lags(row: Shown, change: Change) -> bool:
    """Whether an index's row shows another state than an item, and no later one."""
    return row.image != change.image and row.version < change.version


async def reconcile(
    source: Source,
    store: Store,
    schemas: Mapping[str, Schema],
    *,
    repair: Fence | None,
    items_per_second: float,
) -> dict[str, Counter[str]]:
    """Compare the tables one after another; the counts of each, by DynamoDB's name."""
    counts = {}
    for name, schema in schemas.items():
        one = Reconciliation(source, store, name, schema, repair=repair, items_per_second=items_per_second)
        counts[name] = await one.run()
        differs = sum(count for kind, count in counts[name].items() if kind != "same")
        log.log(
            logging.WARNING if differs else logging.INFO,
            "the table differed" if differs else "the table is the same",
            extra={"table": name, "repaired": repair is not None, **counts[name]},
        )
    return counts


async def _run(environment: Mapping[str, str], *, repair: bool) -> None:
    schemas = {name: Schema.of(schema) for name, schema in json.loads(environment["TABLES"]).items()}
    source = connect(environment["AWS_REGION"], environment["AWS_ROLE"], environment["AUDIENCE"])
    where = (environment[name] for name in ("PROJECT", "INSTANCE", "APP_PROFILE"))
    rate = float(environment.get("ITEMS_PER_SECOND", "2000"))
    async with connected(*where, schemas.values()) as store:
        fence = Fence(environment["FENCE"]) if repair else None
        await reconcile(source, store, schemas, repair=fence, items_per_second=rate)


def main() -> None:
    """Compare, and repair if that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bigtable_writer.reconcile")
    parser.add_argument("--repair", action="store_true")
    logging.basicConfig(level=logging.INFO, handlers=[as_json()])
    try:
        asyncio.run(_run(os.environ, repair=parser.parse_args().repair))
    except Exception:
        log.exception("the comparison ended early; it can be started again")
        sys.exit(1)


if __name__ == "__main__":
    main()
