"""Records as DynamoDB puts them on a Kinesis stream."""

import json
from collections.abc import Mapping
from typing import Any

from services.bigtable_writer.change import Index, Schema

SCHEMAS = {
    "production-orders": Schema(
        "orders",
        "account_id",
        "created_at",
        (
            Index("orders.by-status", (("status", "S"), ("created_at", "N"))),
            Index("orders.by-total", (("total", "N"),)),
        ),
    ),
    "production-sessions": Schema("sessions", "session_id"),
}
TABLES = ["orders", "orders.by-status", "orders.by-total"]
"""Of the first."""

START = 1_760_000_000_000_000


def record(
    keys: Mapping[str, Any], image: Mapping[str, Any] | None, micros: int, *, table: str = "production-orders"
) -> bytes:
    """A change: an image makes or changes the item, None removes it."""
    images = {} if image is None else {"NewImage": image}
    return json.dumps(
        {
            "awsRegion": "us-west-2",
            "eventID": "sample",
            "eventName": "REMOVE" if image is None else "MODIFY",
            "userIdentity": None,
            "recordFormat": "application/json",
            "tableName": table,
            "dynamodb": {
                "ApproximateCreationDateTime": micros,
                "ApproximateCreationDateTimePrecision": "MICROSECOND",
                "Keys": keys,
                **images,
                "SizeBytes": 100,
            },
            "eventSource": "aws:dynamodb",
        }
    ).encode()
