"""Rows in Bigtable: written only by newer changes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum

from google.api_core.exceptions import Aborted, NotFound
from google.cloud.bigtable.data import BigtableDataClientAsync, ReadRowsQuery, Row, RowRange, TableAsync
from google.cloud.bigtable.data.mutations import DeleteAllFromFamily, Mutation, SetCell
from google.cloud.bigtable.data.row_filters import (
    CellsColumnLimitFilter,
    ColumnQualifierRegexFilter,
    FamilyNameRegexFilter,
    RowFilter,
    RowFilterChain,
    ValueRangeFilter,
)

from .change import Change, Schema, micros_of
from .codec import Malformed

ITEM, GONE = "item", "gone"
"""Families: what an item is, and that it was deleted. Bigtable forgets the second after a time, and so the row."""

IMAGE, VERSION = b"image", b"version"

NO_LATER = b"\xff" * 16

ATTEMPTS = 10
"""How often a change is tried whose row other writers change at the same time, before Pub/Sub sends it again."""

CHUNK = 100
"""Rows of a whole table that are read at once: as many as DynamoDB can be asked for by their keys."""


class Outcome(Enum):
    """What became of a change."""

    WRITTEN = "written"
    OLDER = "older"
    """The row shows this change already, or a newer one."""


@dataclass(frozen=True)
class Shown:
    """What a row shows: a version and an image, None where the item was deleted."""

    version: bytes
    image: bytes | None


class Store:
    """The tables of one Bigtable instance, each written together with its indexes.

    A change of an indexed item first writes the rows of the indexes, then the item's own row, and that only if it
    still shows what the change found there. So a row never shows a change that its indexes lack: what is interrupted
    is done again when the change is delivered again. A change that another one has overtaken takes back what it may
    have written into the indexes, by marks as new as what overtook it.
    """

    def __init__(
        self,
        client: BigtableDataClientAsync,
        instance: str,
        app_profile: str,
        schemas: Iterable[Schema] = (),
        timeout: float = 20,
    ) -> None:
        """Use an instance by an app profile that routes to one cluster: Bigtable checks rows in no other way."""
        self._client, self._instance, self._app_profile, self._timeout = client, instance, app_profile, timeout
        self._indexed = {schema.table: schema for schema in schemas if schema.indexes}
        self._tables: dict[str, TableAsync] = {}

    async def write(self, change: Change) -> Outcome:
        """Write a change unless the row shows a newer one; to write it twice is to write it once.

        Raises google.api_core's errors where Bigtable does not answer: then nothing is lost if it is tried again.
        """
        if schema := self._indexed.get(change.table):
            return await self._write_indexed(change, schema)
        newer = await self.put(change.table, change.row, change.version, change.image)
        return Outcome.WRITTEN if newer else Outcome.OLDER

    async def put(self, table: str, row: bytes, version: bytes, image: bytes | None) -> bool:
        """Make one row show an image, or a deletion, unless it shows a version as high; whether it did not."""
        older = await self._table(table).check_and_mutate_row(
            row,
            _shows(version),
            true_case_mutations=None,
            false_case_mutations=_mutations(version, image),
            operation_timeout=self._timeout,
        )
        return not older

    async def _write_indexed(self, change: Change, schema: Schema) -> Outcome:
        own = schema.index_rows(change.image)
        for _ in range(ATTEMPTS):
            shown = await self.read(change.table, change.row)
            if shown and shown.version >= change.version:
                left = _without(own, index_rows(schema, shown)) if shown.version > change.version else {}
                await self._put_all(left, shown.version, None)
                return Outcome.OLDER
            await self._put_all(own, change.version, change.image)
            if shown:
                await self._put_all(_without(index_rows(schema, shown), own), change.version, None)
            if await self._replace(change, shown):
                return Outcome.WRITTEN
        raise Aborted("other changes of the row came between each time")

    async def _put_all(self, rows: Mapping[str, bytes], version: bytes, image: bytes | None) -> None:
        await asyncio.gather(*(self.put(table, row, version, image) for table, row in rows.items()))

    async def _replace(self, change: Change, shown: Shown | None) -> bool:
        """Write a change if the row still shows what it showed; whether it did."""
        mutations = _mutations(change.version, change.image)
        version = shown.version if shown else b""
        found = await self._table(change.table).check_and_mutate_row(
            change.row,
            _shows(version, version or NO_LATER),
            true_case_mutations=mutations if version else None,
            false_case_mutations=None if version else mutations,
            operation_timeout=self._timeout,
        )
        return found == bool(version)

    async def read(self, table: str, row: bytes) -> Shown | None:
        """What a row shows; nothing where there is no row."""
        found = await self._table(table).read_row(
            row, row_filter=CellsColumnLimitFilter(1), operation_timeout=self._timeout
        )
        return _shown(found) if found else None

    async def read_many(self, table: str, rows: Sequence[bytes]) -> dict[bytes, Shown]:
        """What each of some rows shows, without those that are not there."""
        if not rows:
            return {}
        query = ReadRowsQuery(row_keys=list(rows), row_filter=CellsColumnLimitFilter(1))
        return {found.row_key: _shown(found) for found in await self._table(table).read_rows(query)}

    async def rows(self, table: str) -> AsyncIterator[list[tuple[bytes, Shown]]]:
        """Every item of a table that is there, by its row key, some at a time."""
        only_items = RowFilterChain(filters=[FamilyNameRegexFilter(ITEM), CellsColumnLimitFilter(1)])
        after = b""
        while True:
            rest = RowRange(start_key=after, start_is_inclusive=False)
            query = ReadRowsQuery(row_ranges=rest, row_filter=only_items, limit=CHUNK)
            found = await self._table(table).read_rows(query)
            if not found:
                return
            yield [(row.row_key, _shown(row)) for row in found]
            after = found[-1].row_key

    async def answers(self, tables: Iterable[str]) -> bool:
        """Whether Bigtable answers for every table."""
        try:
            await asyncio.gather(*(self._table(table).read_row(b"\x00", operation_timeout=5) for table in tables))
        except NotFound:
            return False
        return True

    def _table(self, name: str) -> TableAsync:
        if name not in self._tables:
            self._tables[name] = self._client.get_table(self._instance, name, app_profile_id=self._app_profile)
        return self._tables[name]


@asynccontextmanager
async def connected(
    project: str, instance: str, app_profile: str, schemas: Iterable[Schema] = ()
) -> AsyncGenerator[Store]:
    """A store whose connections close at the end."""
    async with BigtableDataClientAsync(project=project) as client:
        yield Store(client, instance, app_profile, schemas)


def index_rows(schema: Schema, shown: Shown) -> dict[str, bytes]:
    """Where the indexes have what a row shows; what is no item is in none."""
    try:
        return schema.index_rows(shown.image)
    except Malformed:
        return {}


def _without(rows: Mapping[str, bytes], others: Mapping[str, bytes]) -> dict[str, bytes]:
    return {table: row for table, row in rows.items() if others.get(table) != row}


def _shown(found: Row) -> Shown:
    cells = {(cell.family, cell.qualifier): cell.value for cell in found}
    if any(family == ITEM for family, _ in cells):
        # Something else than this service may have written one without the other: then any change is newer.
        return Shown(cells.get((ITEM, VERSION), b""), cells.get((ITEM, IMAGE), b""))
    return Shown(cells.get((GONE, VERSION), b""), None)


def _shows(version: bytes, latest: bytes = NO_LATER) -> RowFilter:
    """Finds a row that shows a version or a later one, up to the latest."""
    return RowFilterChain(
        filters=[
            ColumnQualifierRegexFilter(VERSION),
            CellsColumnLimitFilter(1),
            ValueRangeFilter(start_value=version, end_value=latest),
        ]
    )


def _mutations(version: bytes, image: bytes | None) -> list[Mutation]:
    """A cell's time is in whole milliseconds, so that the version holds the microseconds."""
    micros = micros_of(version) // 1000 * 1000
    if image is None:
        return [DeleteAllFromFamily(ITEM), SetCell(GONE, VERSION, version, timestamp_micros=micros)]
    return [
        DeleteAllFromFamily(ITEM),
        DeleteAllFromFamily(GONE),
        SetCell(ITEM, VERSION, version, timestamp_micros=micros),
        SetCell(ITEM, IMAGE, image, timestamp_micros=micros),
    ]
