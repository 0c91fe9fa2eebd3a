"""DynamoDB's tables, read from Google Cloud without a key: as an AWS role that trusts this job's service account.

Each answer has a time, by AWS's own clock, before which nothing changed that the answer does not show. What is written
with that time loses against every change that the answer may lack.
"""

import asyncio
import base64
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import google.auth.transport.requests
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleWithWebIdentityCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.session import Session
from google.oauth2 import id_token

MARGIN_MICROS = 1_000_000
"""By how much the clocks of AWS's machines may differ, generously."""

PAUSE_SECONDS = 0.5
"""How long to wait for keys that DynamoDB did not get to."""


@dataclass(frozen=True)
class Page:
    """Items in DynamoDB's JSON, and the time in microseconds before which nothing changed that they do not show."""

    micros: int
    items: Sequence[dict[str, Any]]


class DynamoDb:
    """DynamoDB's tables, read consistently."""

    def __init__(self, client: Any) -> None:
        """Read by a client of botocore."""
        self._client = client
        self._answered: int | None = None

    async def pages(self, table: str, segment: int = 0, segments: int = 1) -> AsyncGenerator[Page]:
        """The items of one of the segments of a table."""
        start: dict[str, Any] = {}
        while True:
            micros = await self.now(table)
            part = {"Segment": segment, "TotalSegments": segments, **start}
            answer = await self._ask(self._client.scan, TableName=table, ConsistentRead=True, **part)
            yield Page(micros, [to_json(item) for item in answer["Items"]])
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    async def items(self, table: str, keys: Sequence[Mapping[str, Any]]) -> Page:
        """The items with the given keys, of which there may be a hundred; those that are not there are left out."""
        micros = await self.now(table)
        wanted, found = [from_json(key) for key in keys], []
        while wanted:
            request = {table: {"Keys": wanted, "ConsistentRead": True}}
            answer = await self._ask(self._client.batch_get_item, RequestItems=request)
            found += [to_json(item) for item in answer["Responses"].get(table, ())]
            wanted = answer["UnprocessedKeys"].get(table, {}).get("Keys", [])
            if wanted:
                await asyncio.sleep(PAUSE_SECONDS)
        return Page(micros, found)

    async def now(self, table: str) -> int:
        """The time of the last answer: what is asked for next shows everything that changed before."""
        if self._answered is None:
            await self._ask(self._client.scan, TableName=table, Limit=1)
        assert self._answered is not None
        return self._answered

    async def _ask(self, call: Callable[..., Any], **arguments: Any) -> Mapping[str, Any]:
        answer = await asyncio.to_thread(call, **arguments)
        self._answered = max(_micros(answer), self._answered or 0)
        return answer


def connect(region: str, role_arn: str, audience: str) -> DynamoDb:
    """DynamoDB as a role that trusts the Google service account of this machine."""
    session = Session()
    fetcher = AssumeRoleWithWebIdentityCredentialFetcher(
        partial(session.create_client, region_name=region),
        partial(id_token.fetch_id_token, google.auth.transport.requests.Request(), audience),
        role_arn,
        extra_args={"RoleSessionName": "bigtable-writer"},
    )
    session.register_component("credential_provider", CredentialResolver([_GoogleIdentity(fetcher)]))
    retries = {"mode": "adaptive", "max_attempts": 10}
    return DynamoDb(session.create_client("dynamodb", region_name=region, config=Config(retries=retries)))


class _GoogleIdentity(CredentialProvider):
    METHOD = "google-identity"

    def __init__(self, fetcher: AssumeRoleWithWebIdentityCredentialFetcher) -> None:
        super().__init__()
        self._fetcher = fetcher

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(self._fetcher.fetch_credentials, method=self.METHOD)


def _micros(answer: Mapping[str, Any]) -> int:
    """When an answer was given at the latest, less the margin; HTTP's dates are in whole seconds, rounded down."""
    date = answer["ResponseMetadata"]["HTTPHeaders"]["date"]
    return int(parsedate_to_datetime(date).timestamp()) * 1_000_000 - MARGIN_MICROS


def to_json(item: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB's JSON of what botocore gives, which has bytes where JSON has base64."""
    return {name: _turned(value, lambda content: base64.b64encode(content).decode()) for name, value in item.items()}


def from_json(item: Mapping[str, Any]) -> dict[str, Any]:
    """What botocore takes, of DynamoDB's JSON."""
    return {name: _turned(value, base64.b64decode) for name, value in item.items()}


def _turned(value: Mapping[str, Any], turn: Any) -> dict[str, Any]:
    [(kind, content)] = value.items()
    match kind:
        case "B":
            return {kind: turn(content)}
        case "BS":
            return {kind: [turn(member) for member in content]}
        case "L":
            return {kind: [_turned(member, turn) for member in content]}
        case "M":
            return {kind: {name: _turned(member, turn) for name, member in content.items()}}
    return {kind: content}
