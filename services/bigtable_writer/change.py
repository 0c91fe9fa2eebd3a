"""One change of one item, as DynamoDB puts it on a Kinesis stream.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds_using-shards-metrics.html
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .codec import Item, Malformed, image, item, row_key

TIME_BYTES = 8
DIGEST_BYTES = 8

# Microseconds in a unit of ApproximateCreationDateTime, which says its precision itself.
UNITS = {"MICROSECOND": 1, "MILLISECOND": 1000}

# Far beyond any clock's error; a time in another unit than it says is thereby found.
EARLIEST, LATEST = 1_262_304_000_000_000, 4_102_444_800_000_000


@dataclass(frozen=True)
class Index:
    """A global secondary index: its table's name in Bigtable, and the names and types of its key attributes."""

    table: str
    keys: tuple[tuple[str, str], ...]

    def holds(self, found: Item) -> bool:
        """Whether DynamoDB would have the item in the index: those that lack a key of its type are left out."""
        return all(found.get(name, {}).get(kind) for name, kind in self.keys)


@dataclass(frozen=True)
class Schema:
    """A table's name in Bigtable, the names of its key attributes, and its indexes."""

    table: str
    partition: str
    sort: str | None = None
    indexes: tuple[Index, ...] = ()

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> "Schema":
        """The schema that JSON describes, as TABLES has it."""
        indexes = tuple(
            Index(index["table"], tuple((name, kind) for name, kind in index["keys"]))
            for index in written.get("indexes", ())
        )
        return cls(written["table"], written["partition"], written.get("sort"), indexes)

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the key attributes."""
        return (self.partition,) if self.sort is None else (self.partition, self.sort)

    def row(self, found: Item) -> bytes:
        """The row key of an item; raises Malformed where it lacks a key."""
        return row_key(found, *self.keys)

    def index_rows(self, content: bytes | None) -> dict[str, bytes]:
        """The row keys of an image in the tables of those indexes that have it; of no image none."""
        if content is None or not self.indexes:
            return {}
        found = item(content)
        return {
            index.table: row_key(found, *(name for name, _ in index.keys), *self.keys)
            for index in self.indexes
            if index.holds(found)
        }


@dataclass(frozen=True)
class Change:
    """What an item became, and when; `image` is None where it was deleted."""

    table: str
    row: bytes
    micros: int
    image: bytes | None

    @property
    def version(self) -> bytes:
        """What a later change sorts behind: the time, then a digest, so that even ties end alike in any order."""
        digest = hashlib.sha256(b"" if self.image is None else b"\x01" + self.image).digest()
        return self.micros.to_bytes(TIME_BYTES) + digest[:DIGEST_BYTES]


def micros_of(version: bytes) -> int:
    """The time of a version."""
    return int.from_bytes(version[:TIME_BYTES])


def parse(content: bytes, schemas: Mapping[str, Schema]) -> Change:
    """The change of a record; `schemas` are the tables by their name in DynamoDB.

    Raises Malformed, with the reason, where it is none of a known table.
    """
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Malformed("the record is no JSON") from error
    if not isinstance(record, dict) or not isinstance(record.get("dynamodb"), dict):
        raise Malformed("the record is no change of a DynamoDB item")
    schema = schemas.get(str(record.get("tableName")))
    if schema is None:
        raise Malformed(f"the table {str(record.get('tableName'))[:255]!r} is not replicated")
    body: dict[str, Any] = record["dynamodb"]
    try:
        row, found = schema.row(_item(body, "Keys")), _image(record.get("eventName"), body)
        if found is not None and schema.row(_item(body, "NewImage")) != row:
            raise Malformed("the record's NewImage has other keys than its Keys")
        return Change(schema.table, row, _micros(body), found)
    except RecursionError as error:
        raise Malformed("the item is nested deeper than DynamoDB's 32 levels") from error
    except UnicodeEncodeError as error:
        raise Malformed("the item has a text that is no Unicode") from error


def _item(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    if not isinstance(found, dict):
        raise Malformed(f"the record has no {name}")
    return found


def _micros(body: Mapping[str, Any]) -> int:
    time, unit = body.get("ApproximateCreationDateTime"), body.get("ApproximateCreationDateTimePrecision")
    if not isinstance(time, int) or isinstance(time, bool) or unit not in UNITS:
        raise Malformed("the record has no creation time in microseconds or milliseconds")
    micros = time * UNITS[unit]
    if not EARLIEST <= micros < LATEST:
        raise Malformed(f"the creation time {time} is out of range for {unit}")
    return micros


def _image(event: object, body: Mapping[str, Any]) -> bytes | None:
    if event == "REMOVE":
        return None
    if event in ("INSERT", "MODIFY"):
        return image(_item(body, "NewImage"))
    raise Malformed(f"the record has the event {str(event)[:50]!r}")
