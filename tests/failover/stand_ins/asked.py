"""What a stand-in is asked over HTTP, and what it answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from tests.failover.stand_ins.world import World


@dataclass(frozen=True)
class Asked:
    """One request, its address taken apart."""

    parts: Mapping[str, str]
    query: Mapping[str, str]
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body) if self.body else {}


@dataclass(frozen=True)
class Answer:
    """An answer that is more than JSON with status 200."""

    content: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    """Whether the connection ends before the answer does."""


Route = tuple[str, str, str, Callable[[World, Asked], Any]]
"""The method's name in its API, HTTP's, the pattern of its paths, and what it does."""


def page(world: World, asked: Asked, key: str, found: list[Any]) -> dict[str, Any]:
    """One page of a list."""
    begin = int(asked.query.get("pageToken") or 0)
    end = begin + int(asked.query.get("pageSize") or world.page)
    return {key: found[begin:end], **({"nextPageToken": str(end)} if end < len(found) else {})}
