"""Changes repeated, reordered and interrupted end in exactly the source's state: real items, real rows."""

import asyncio
import base64
import os
import random
import string
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.cloud.bigtable_admin_v2 import BigtableTableAdminClient
from google.cloud.bigtable_admin_v2.services.bigtable_table_admin.transports import BigtableTableAdminGrpcTransport
from google.cloud.bigtable_admin_v2.types import ColumnFamily, Table

from services.bigtable_writer.change import Change, parse
from services.bigtable_writer.codec import image, row_key
from services.bigtable_writer.newest import Newest
from services.bigtable_writer.store import GONE, ITEM, Store, connected
from tests.services.bigtable_writer.records import SCHEMAS, START, record

boto3 = pytest.importorskip("boto3")
pytestmark = pytest.mark.real

CHANGES = int(os.environ.get("WRITER_CHANGES", "100000"))
ITEMS = CHANGES // 10
REPEATED = 0.05
WINDOW = 500
"""Changes within so many places of each other may swap places."""

NAME = "production-orders"
INSTANCE = "projects/example-standby/instances/orders"


@pytest.fixture
def rng() -> random.Random:
    return random.Random(20)


def value(rng: random.Random, depth: int = 0) -> dict[str, Any]:
    """A value of any type, nested up to three levels."""

    def text() -> str:
        return "".join(rng.choices(string.printable + "äß漢🙂\x00", k=rng.randrange(1, 20)))

    def number() -> str:
        digits = "".join(rng.choices(string.digits, k=rng.randrange(1, 38)))
        return f"{rng.choice(['', '-'])}{digits}E{rng.randrange(-80, 80)}"

    def binary() -> str:
        return base64.b64encode(rng.randbytes(rng.randrange(1, 20))).decode()

    kinds = ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", *(["L", "M"] if depth < 3 else [])]
    kind = rng.choice(kinds)
    members = {"SS": text, "NS": lambda: str(rng.randrange(10**15)), "BS": binary}
    match kind:
        case "S":
            return {"S": text()}
        case "N":
            return {"N": number()}
        case "B":
            return {"B": binary()}
        case "BOOL":
            return {"BOOL": rng.random() < 0.5}
        case "NULL":
            return {"NULL": True}
        case "L":
            return {"L": [value(rng, depth + 1) for _ in range(rng.randrange(4))]}
        case "M":
            return {"M": {text(): value(rng, depth + 1) for _ in range(rng.randrange(4))}}
    return {kind: sorted({members[kind]() for _ in range(rng.randrange(1, 4))})}


def key_of(position: int) -> dict[str, Any]:
    return {
        "account_id": {"S": f"account-{position % 100}\x00{position}"},
        "created_at": {"N": str(position - ITEMS // 2)},
    }


class DynamoDb:
    """DynamoDB Local by its wire protocol: its JSON is what its streams carry."""

    def __init__(self, url: str) -> None:
        self._client = boto3.client(
            "dynamodb", endpoint_url=url, region_name="us-west-2", aws_access_key_id="a", aws_secret_access_key="b"
        )
        self._client.create_table(
            TableName=NAME,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "account_id", "KeyType": "HASH"},
                {"AttributeName": "created_at", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "account_id", "AttributeType": "S"},
                {"AttributeName": "created_at", "AttributeType": "N"},
            ],
        )

    def write(self, items: list[dict[str, Any]]) -> None:
        for start in range(0, len(items), 25):
            puts = [{"PutRequest": {"Item": _from_wire(each)}} for each in items[start : start + 25]]
            left = self._client.batch_write_item(RequestItems={NAME: puts})["UnprocessedItems"]
            assert not left

    def delete(self, keys: list[dict[str, Any]]) -> None:
        for start in range(0, len(keys), 25):
            deletes = [{"DeleteRequest": {"Key": _from_wire(each)}} for each in keys[start : start + 25]]
            assert not self._client.batch_write_item(RequestItems={NAME: deletes})["UnprocessedItems"]

    def items(self) -> Iterator[dict[str, Any]]:
        for page in self._client.get_paginator("scan").paginate(TableName=NAME):
            yield from map(_to_wire, page["Items"])


def _from_wire(item: Any) -> Any:
    """boto3 takes bytes where the wire has base64."""
    return {name: _binary(each, base64.b64decode) for name, each in item.items()}


def _to_wire(item: Any) -> Any:
    return {name: _binary(each, lambda content: base64.b64encode(content).decode()) for name, each in item.items()}


def _binary(value: Any, turn: Any) -> Any:
    [(kind, content)] = value.items()
    if kind == "B":
        return {kind: turn(content)}
    if kind == "BS":
        return {kind: [turn(each) for each in content]}
    if kind == "L":
        return {kind: [_binary(each, turn) for each in content]}
    return {kind: {name: _binary(each, turn) for name, each in content.items()}} if kind == "M" else value


@pytest.fixture
def source(dynamodb: str) -> DynamoDb:
    return DynamoDb(dynamodb)


@pytest.fixture
def target(emulated: str) -> str:
    """The emulator with an empty table."""
    transport = BigtableTableAdminGrpcTransport(channel=grpc.insecure_channel(emulated))
    families = {ITEM: ColumnFamily(), GONE: ColumnFamily()}
    BigtableTableAdminClient(transport=transport).create_table(
        parent=INSTANCE, table_id="orders", table=Table(column_families=families)
    )
    return emulated


@pytest.fixture
def changes(source: DynamoDb, rng: random.Random) -> list[bytes]:
    """Records in the order in which DynamoDB sends them; the source holds what the last of each item left."""
    source.write([{**key_of(position), **_attributes(rng)} for position in range(ITEMS)])
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


def _attributes(rng: random.Random) -> dict[str, Any]:
    return {f"attribute-{index}": value(rng) for index in range(rng.randrange(1, 6))}


def disturbed(records: list[bytes], rng: random.Random) -> list[bytes]:
    """The records as Pub/Sub may deliver them."""
    twice = [(position, each) for position, each in enumerate(records)]
    twice += [
        (rng.randrange(len(records)), records[rng.randrange(len(records))]) for _ in range(int(len(records) * REPEATED))
    ]
    return [each for _, each in sorted(twice, key=lambda found: found[0] + rng.random() * WINDOW)]


async def replay(records: list[bytes], *, until: int | None = None) -> None:
    """Write records 200 at a time; `until` ends in the middle, with writes under way."""
    async with connected("example-standby", "orders", "default") as store:
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


async def rows(store: Store) -> dict[bytes, bytes]:
    return {row: content async for row, _, content in store.rows("orders")}


async def state() -> dict[bytes, bytes]:
    async with connected("example-standby", "orders", "default") as store:
        return await rows(store)


def test_any_delivery_ends_in_the_sources_state(
    source: DynamoDb, target: str, changes: list[bytes], rng: random.Random
) -> None:
    delivered = disturbed(changes, rng)
    # Killed half-way, and everything that was not acknowledged delivered again, with some that was.
    half = len(delivered) // 2
    asyncio.run(replay(delivered[:half], until=half // 2))
    asyncio.run(replay(delivered[half // 4 :]))
    asyncio.run(replay(delivered[: half // 4]))

    expected = {row_key(found, "account_id", "created_at"): image(found) for found in source.items()}
    found = asyncio.run(state())

    assert found.keys() == expected.keys()
    assert [row for row in expected if found[row] != expected[row]] == []
