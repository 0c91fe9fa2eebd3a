"""Changes of one row that wait for one another are written as one: the newest."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from .change import Change
from .store import Outcome

Write = Callable[[Change], Awaitable[Outcome]]


@dataclass
class _Turn:
    """The next write of a row, and those whose changes it settles."""

    change: Change
    waiting: list[tuple[Change, asyncio.Future[Outcome]]] = field(default_factory=list)


class Newest:
    """Writes at most one change of a row at a time; those that arrive meanwhile share the next write.

    A row that changes often would otherwise be checked and written once for each of its changes, one after another.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._next: dict[tuple[str, bytes], _Turn | None] = {}

    async def write(self, change: Change) -> Outcome:
        """Write a change, or let a newer one that waits stand for it; raises what the write raised."""
        row = (change.table, change.row)
        if row not in self._next:
            self._next[row] = None
            return await self._write_and_go_on(row, change)
        turn = self._next[row]
        if turn is None:
            turn = self._next[row] = _Turn(change)
        elif change.version > turn.change.version:
            turn.change = change
        settled: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        turn.waiting.append((change, settled))
        return await settled

    async def _write_and_go_on(self, row: tuple[str, bytes], change: Change) -> Outcome:
        try:
            return await self._write(change)
        finally:
            turn = self._next[row]
            if turn is None:
                del self._next[row]
            else:
                self._next[row] = None
                task = asyncio.create_task(self._settle(row, turn))
                _running.add(task)
                task.add_done_callback(_running.discard)

    async def _settle(self, row: tuple[str, bytes], turn: _Turn) -> None:
        try:
            outcome = await self._write_and_go_on(row, turn.change)
        except Exception as error:  # noqa: BLE001 - each of those that wait raises it
            for _, settled in turn.waiting:
                if not settled.done():
                    settled.set_exception(error)
        else:
            for change, settled in turn.waiting:
                if not settled.done():
                    settled.set_result(outcome if change is turn.change else Outcome.OLDER)


_running: set[asyncio.Task[None]] = set()
