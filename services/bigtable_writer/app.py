"""The HTTP service that Pub/Sub pushes to: one change a request.

| answer | when | Pub/Sub then |
|---|---|---|
| 204 | the change is written, older than what is there, or poison that went to the dead letters | forgets it |
| 400, 413 | the request is no push of Pub/Sub's | tries again, and gives up by the subscription's own policy |
| 401, 403 | another than the subscription's account calls | the same |
| 429 | as many changes as allowed are being written | tries again, later each time |
| 503 | Bigtable, the dead letters or Google's certificates do not answer | tries again |
"""

import base64
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.api_core.exceptions import GoogleAPICallError, RetryError
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .change import Schema, parse
from .codec import Malformed
from .identity import Identity, Refused
from .newest import Newest, Write

# Pub/Sub's messages are at most 10 MB, a third more in base64, and DynamoDB's items 400 kB.
BODY_LIMIT = 16 * 1024 * 1024

# Bytes of an attribute's value. https://docs.cloud.google.com/pubsub/quotas#resource_limits
REASON_LIMIT = 1024

log = logging.getLogger("bigtable_writer")

DeadLetter = Callable[[bytes, Mapping[str, str]], Awaitable[None]]
"""Keeps a message that can never be written, with what is known of it; raises where it could not."""


@dataclass(frozen=True)
class Message:
    """A message as Pub/Sub pushes it."""

    id: str
    data: bytes


@dataclass
class Metrics:
    """What is measured."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        self.changes = Counter("writer_changes", "Changes by outcome", ["outcome"], registry=self.registry)
        self.in_flight = Gauge("writer_in_flight", "Changes that are being written", registry=self.registry)
        self.age = Histogram(
            "writer_change_age_seconds",
            "Seconds from the change in DynamoDB to its row in Bigtable",
            buckets=(0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600),
            registry=self.registry,
        )


class Writer:
    """The service's routes, and what they share."""

    def __init__(
        self,
        schemas: Mapping[str, Schema],
        write: Write,
        dead_letter: DeadLetter,
        identity: Identity,
        *,
        in_flight_limit: int = 256,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._schemas, self._dead_letter, self._identity = schemas, dead_letter, identity
        self._newest, self._limit, self._clock = Newest(write), in_flight_limit, clock
        self._in_flight = 0
        self.metrics = Metrics()

    async def push(self, request: Request) -> Response:
        """Take one message."""
        try:
            await self._identity.check(request.headers.get("authorization", ""))
        except Refused as refused:
            return self._answer(refused.status, "refused", str(refused))
        if self._in_flight >= self._limit:
            return self._answer(429, "deferred", "as many changes as allowed are being written")
        self._in_flight += 1
        self.metrics.in_flight.set(self._in_flight)
        try:
            return await self._take(request)
        finally:
            self._in_flight -= 1
            self.metrics.in_flight.set(self._in_flight)

    async def _take(self, request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return self._answer(413, "refused", "the request is larger than any of Pub/Sub's")
        message = _message(body)
        if message is None:
            return self._answer(400, "refused", "the request is no push of Pub/Sub's")
        try:
            change = parse(message.data, self._schemas)
        except Malformed as reason:
            return await self._set_aside(message, str(reason))
        try:
            outcome = await self._newest.write(change)
        except (GoogleAPICallError, RetryError) as error:
            log.error("Bigtable did not take the change", extra={"message_id": message.id, "error": str(error)})
            return self._answer(503, "failed", "Bigtable does not answer")
        self.metrics.age.observe(max(0.0, self._clock() - change.micros / 1e6))
        return self._answer(204, outcome.value)

    async def _set_aside(self, message: Message, reason: str) -> Response:
        """Send a message that can never be written to the dead letters, with the reason."""
        log.warning("a message is no change that can be written", extra={"message_id": message.id, "reason": reason})
        told = reason.encode(errors="replace")[:REASON_LIMIT].decode(errors="ignore")
        try:
            await self._dead_letter(message.data, {"reason": told, "message_id": message.id})
        except Exception:
            log.exception("the dead letters did not take a message", extra={"message_id": message.id})
            return self._answer(503, "failed", "the dead letters do not answer")
        return self._answer(204, "dead")

    def _answer(self, status: int, outcome: str, reason: str = "") -> Response:
        self.metrics.changes.labels(outcome).inc()
        headers = {"retry-after": "1"} if status == 429 else None
        return JSONResponse({"error": reason}, status, headers) if reason else Response(status_code=status)

    async def measured(self, request: Request) -> Response:
        """Prometheus's text."""
        return Response(generate_latest(self.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def application(writer: Writer, ready: Callable[[], Awaitable[bool]], lifespan: Any = None) -> Starlette:
    """The ASGI application; `ready` says whether Bigtable answers."""

    async def alive(request: Request) -> Response:
        return Response("alive\n")

    async def readiness(request: Request) -> Response:
        return Response("ready\n") if await ready() else Response("Bigtable does not answer\n", 503)

    routes = [
        Route("/", writer.push, methods=["POST"]),
        Route("/healthz", alive),
        Route("/readyz", readiness),
        Route("/metrics", writer.measured),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def _body(request: Request) -> bytes | None:
    """The request's body; None where it is too large, of which no more than that is read."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_LIMIT:
            return None
        parts.append(part)
    return b"".join(parts)


def _message(body: bytes) -> Message | None:
    """The message in a push request's body. https://docs.cloud.google.com/pubsub/docs/push."""
    try:
        message = json.loads(body)["message"]
        return Message(str(message["messageId"]), base64.b64decode(message.get("data", ""), validate=True))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
