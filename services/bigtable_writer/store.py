"""Rows in Bigtable: written only by newer changes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from enum import Enum

from google.api_core.exceptions import NotFound
from google.cloud.bigtable.data import BigtableDataClientAsync, ReadRowsQuery, TableAsync
from google.cloud.bigtable.data.mutations import DeleteAllFromFamily, Mutation, SetCell
from google.cloud.bigtable.data.row_filters import (
    CellsColumnLimitFilter,
    ColumnQualifierRegexFilter,
    FamilyNameRegexFilter,
    RowFilter,
    RowFilterChain,
    ValueRangeFilter,
)

from .change import Change

ITEM, GONE = "item", "gone"
"""Families: what an item is, and that it was deleted. Bigtable forgets the second after a time, and so the row."""

IMAGE, VERSION = b"image", b"version"

NO_LATER = b"\xff" * 16


class Outcome(Enum):
    """What became of a change."""

    WRITTEN = "written"
    OLDER = "older"
    """The row shows this change already, or a newer one."""


class Store:
    """The tables of one Bigtable instance."""

    def __init__(self, client: BigtableDataClientAsync, instance: str, app_profile: str, timeout: float = 20) -> None:
        """Use an instance by an app profile that routes to one cluster: Bigtable checks rows in no other way."""
        self._client, self._instance, self._app_profile, self._timeout = client, instance, app_profile, timeout
        self._tables: dict[str, TableAsync] = {}

    async def write(self, change: Change) -> Outcome:
        """Write a change unless the row shows a newer one; to write it twice is to write it once.

        Raises google.api_core's errors where Bigtable does not answer: then nothing is lost if it is tried again.
        """
        older = await self._table(change.table).check_and_mutate_row(
            change.row,
            _shows(change.version),
            true_case_mutations=None,
            false_case_mutations=_mutations(change),
            operation_timeout=self._timeout,
        )
        return Outcome.OLDER if older else Outcome.WRITTEN

    async def read(self, table: str, row: bytes) -> tuple[bytes, bytes | None] | None:
        """A row's version and image, None where it was deleted; nothing where there is no row."""
        found = await self._table(table).read_row(row, row_filter=CellsColumnLimitFilter(1))
        if found is None:
            return None
        cells = {(cell.family, cell.qualifier): cell.value for cell in found}
        if (ITEM, VERSION) in cells:
            return cells[ITEM, VERSION], cells[ITEM, IMAGE]
        return cells[GONE, VERSION], None

    async def rows(self, table: str) -> AsyncIterator[tuple[bytes, bytes, bytes]]:
        """Every item of a table that is there: its row key, its version and its image."""
        only_items = RowFilterChain(filters=[FamilyNameRegexFilter(ITEM), CellsColumnLimitFilter(1)])
        async for found in await self._table(table).read_rows_stream(ReadRowsQuery(row_filter=only_items)):
            cells = {cell.qualifier: cell.value for cell in found}
            yield found.row_key, cells[VERSION], cells[IMAGE]

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
async def connected(project: str, instance: str, app_profile: str) -> AsyncGenerator[Store]:
    """A store whose connections close at the end."""
    async with BigtableDataClientAsync(project=project) as client:
        yield Store(client, instance, app_profile)


def _shows(version: bytes) -> RowFilter:
    """Finds a row that shows a version or a later one."""
    return RowFilterChain(
        filters=[
            ColumnQualifierRegexFilter(VERSION),
            CellsColumnLimitFilter(1),
            ValueRangeFilter(start_value=version, end_value=NO_LATER),
        ]
    )


def _mutations(change: Change) -> list[Mutation]:
    """A cell's time is in whole milliseconds, so that the version holds the microseconds."""
    micros = change.micros // 1000 * 1000
    if change.image is None:
        return [DeleteAllFromFamily(ITEM), SetCell(GONE, VERSION, change.version, timestamp_micros=micros)]
    return [
        DeleteAllFromFamily(ITEM),
        DeleteAllFromFamily(GONE),
        SetCell(ITEM, VERSION, change.version, timestamp_micros=micros),
        SetCell(ITEM, IMAGE, change.image, timestamp_micros=micros),
    ]
