"""Items of every type, and a table of DynamoDB Local that holds them."""

import base64
import random
import string
from collections.abc import Iterator
from typing import Any

import boto3

NAME = "production-orders"
INDEXES = {"by-status": [("status", "HASH"), ("created_at", "RANGE")], "by-total": [("total", "HASH")]}


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
        "created_at": {"N": str(position - 5000)},
    }


def attributes(rng: random.Random) -> dict[str, Any]:
    """Attributes beside the key; some items are in each index, and some in none."""
    found = {f"attribute-{index}": value(rng) for index in range(rng.randrange(1, 6))}
    if rng.random() < 0.7:
        found["status"] = {"S": rng.choice(["paid", "sent", "sent\x00back"])}
    if rng.random() < 0.3:
        found["total"] = {"N": str(rng.randrange(-5, 5))}
    return found


class DynamoDb:
    """DynamoDB Local by its wire protocol: its JSON is what its streams carry."""

    def __init__(self, url: str) -> None:
        self.client = boto3.client(
            "dynamodb", endpoint_url=url, region_name="us-west-2", aws_access_key_id="a", aws_secret_access_key="b"
        )
        if NAME in self.client.list_tables()["TableNames"]:
            self.client.delete_table(TableName=NAME)
        self.client.create_table(
            TableName=NAME,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "account_id", "KeyType": "HASH"},
                {"AttributeName": "created_at", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "account_id", "AttributeType": "S"},
                {"AttributeName": "created_at", "AttributeType": "N"},
                {"AttributeName": "status", "AttributeType": "S"},
                {"AttributeName": "total", "AttributeType": "N"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": index,
                    "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
                    "Projection": {"ProjectionType": "ALL"},
                }
                for index, keys in INDEXES.items()
            ],
        )

    def write(self, items: list[dict[str, Any]]) -> None:
        for start in range(0, len(items), 25):
            puts = [{"PutRequest": {"Item": _from_wire(each)}} for each in items[start : start + 25]]
            left = self.client.batch_write_item(RequestItems={NAME: puts})["UnprocessedItems"]
            assert not left

    def delete(self, keys: list[dict[str, Any]]) -> None:
        for start in range(0, len(keys), 25):
            deletes = [{"DeleteRequest": {"Key": _from_wire(each)}} for each in keys[start : start + 25]]
            assert not self.client.batch_write_item(RequestItems={NAME: deletes})["UnprocessedItems"]

    def item(self, key: dict[str, Any]) -> dict[str, Any]:
        """An item as DynamoDB keeps it."""
        return _to_wire(self.client.get_item(TableName=NAME, Key=_from_wire(key), ConsistentRead=True)["Item"])

    def items(self, index: str | None = None) -> Iterator[dict[str, Any]]:
        """The table's items, or those of an index."""
        within = {"IndexName": index} if index else {}
        for page in self.client.get_paginator("scan").paginate(TableName=NAME, **within):
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
