"""A record becomes a change, or says why it cannot."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from services.bigtable_writer.change import parse
from services.bigtable_writer.codec import Malformed, image
from tests.services.bigtable_writer.records import SCHEMAS, START, record

KEYS = {"account_id": {"S": "a"}, "created_at": {"N": "1"}}


def test_a_change_keeps_its_microseconds() -> None:
    change = parse(record(KEYS, {**KEYS, "status": {"S": "paid"}}, START + 7), SCHEMAS)
    assert (change.table, change.micros) == ("orders", START + 7)
    assert change.image == image({**KEYS, "status": {"S": "paid"}})


def test_a_removal_has_no_image() -> None:
    assert parse(record(KEYS, None, START), SCHEMAS).image is None


def test_milliseconds_are_understood() -> None:
    content = json.loads(record(KEYS, None, START // 1000))
    content["dynamodb"]["ApproximateCreationDateTimePrecision"] = "MILLISECOND"
    assert parse(json.dumps(content).encode(), SCHEMAS).micros == START


def test_versions_sort_by_time_and_tell_ties_apart() -> None:
    one, tie, later = (
        parse(record(KEYS, {**KEYS, "status": {"S": status}}, micros), SCHEMAS).version
        for status, micros in (("a", START), ("b", START), ("a", START + 1))
    )
    assert one != tie
    assert max(one, tie) < later
    assert parse(record(KEYS, None, START), SCHEMAS).version not in (one, tie)


def broken(change: Callable[[dict[str, Any]], object]) -> bytes:
    content = json.loads(record(KEYS, KEYS, START))
    change(content)
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no json", b"\xff", b"[]", b"[" * 100_000, b"{}", b'{"dynamodb": 1}',
        broken(lambda found: found.update(tableName="other")),
        broken(lambda found: found.update(eventName="TRUNCATE")),
        broken(lambda found: found["dynamodb"].pop("Keys")),
        broken(lambda found: found["dynamodb"].pop("NewImage")),
        broken(lambda found: found["dynamodb"].pop("ApproximateCreationDateTime")),
        broken(lambda found: found["dynamodb"].update(ApproximateCreationDateTime="soon")),
        broken(lambda found: found["dynamodb"].update(ApproximateCreationDateTime=START // 1000)),
        broken(lambda found: found["dynamodb"].update(ApproximateCreationDateTimePrecision="SECOND")),
        broken(lambda found: found["dynamodb"]["Keys"].update(created_at={"N": "NaN"})),
        broken(lambda found: found["dynamodb"]["Keys"].update(created_at={"N": "1e" + "9" * 5000})),
        broken(lambda found: found["dynamodb"]["Keys"].update(account_id={"S": "\ud800"})),
        broken(lambda found: found["dynamodb"]["Keys"].update(account_id={"S": "another"})),
        broken(lambda found: found["dynamodb"]["NewImage"].update(text={"S": "\ud800"})),
        broken(lambda found: found["dynamodb"]["NewImage"].pop("account_id")),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        parse(content, SCHEMAS)
    assert str(refused.value)
