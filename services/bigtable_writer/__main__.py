"""`python -m bigtable_writer`: the service, with its settings from the environment.

| variable | what it is |
|---|---|
| `PROJECT` | Google Cloud project of instance and dead letters |
| `INSTANCE`, `APP_PROFILE` | the Bigtable instance, and the profile that routes to one of its clusters |
| `TABLES` | JSON: by DynamoDB's table name, `table` in Bigtable, `partition` and, if there is one, `sort`; `indexes` |
| … `indexes` | each with its `table` in Bigtable and its `keys`: the name and type of each attribute |
| `AUDIENCE`, `ACCOUNT` | of the subscription's tokens: whom they are for, and whose they are |
| `DEAD_LETTERS` | the topic for what can never be written |
| `IN_FLIGHT_LIMIT` | changes that are written at once; 256 without it |
| `PORT` | where it listens; 8080 without it |
"""

import asyncio
import json
import logging
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import uvicorn
from google.cloud import pubsub_v1
from starlette.applications import Starlette

from .app import Writer, application
from .change import Change, Schema
from .identity import Identity
from .logs import as_json
from .store import Outcome, Store, connected

# Cloud Run waits ten seconds between SIGTERM and SIGKILL.
GRACE_SECONDS = 8


def service(environment: Mapping[str, str]) -> Starlette:
    """The application; its connections open when it starts, and close once it has answered what it took."""
    schemas = {name: Schema.of(schema) for name, schema in json.loads(environment["TABLES"]).items()}
    tables = [each.table for schema in schemas.values() for each in (schema, *schema.indexes)]
    held: dict[str, Store] = {}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        where = (environment[name] for name in ("PROJECT", "INSTANCE", "APP_PROFILE"))
        async with connected(*where, schemas.values()) as store:
            held["store"] = store
            yield
            held.clear()

    async def write(change: Change) -> Outcome:
        return await held["store"].write(change)

    async def ready() -> bool:
        return bool(held) and await held["store"].answers(tables)

    publisher = pubsub_v1.PublisherClient()
    topic = publisher.topic_path(environment["PROJECT"], environment["DEAD_LETTERS"])

    async def dead_letter(data: bytes, attributes: Mapping[str, str]) -> None:
        await asyncio.wrap_future(publisher.publish(topic, data, **attributes))

    writer = Writer(
        schemas,
        write,
        dead_letter,
        Identity(environment["AUDIENCE"], environment["ACCOUNT"]),
        in_flight_limit=int(environment.get("IN_FLIGHT_LIMIT", "256")),
    )
    return application(writer, ready, lifespan)


def main() -> None:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.INFO, handlers=[as_json()])
    uvicorn.run(
        service(os.environ),
        host="0.0.0.0",
        port=int(os.environ.get("PORT", "8080")),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


if __name__ == "__main__":
    main()
