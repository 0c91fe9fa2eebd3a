"""The event loop that a program runs in: the engine answers at once, and a loop with nothing left to do is a fault."""

from __future__ import annotations

import asyncio
import selectors
import sys
import threading
from collections.abc import Callable
from typing import Any

GRACE = 30.0
"""Seconds that a program's own threads and sockets have to wake an event loop that has nothing left to do."""


class Hang(Exception):
    """Nothing can run any more, and the program is not finished."""


class _Selector(selectors.DefaultSelector):
    """Raises `Hang` instead of waiting for ever: the loop asks without a timeout only when it has nothing to do."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None:
            return super().select(timeout)
        # The loop itself holds one socket, with which other threads wake it.
        alone = threading.active_count() == 1 and len(self.get_map()) <= 1
        events = super().select(0 if alone else GRACE)
        if not events:
            raise Hang
        return events


class Loop(asyncio.SelectorEventLoop):
    """An event loop in which the SDK's calls to its engine are plain calls: the engine is in this process."""

    def __init__(self) -> None:
        super().__init__(_Selector())
        self._tasks: list[asyncio.Task[Any]] = []
        self.set_task_factory(self._keep)

    def _keep(self, _loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(coroutine, loop=self, **options)
        self._tasks.append(task)
        return task

    def unseen_errors(self) -> list[BaseException]:
        """Return the errors of tasks that nobody awaited, in the order of their tasks: asyncio would drop them."""
        unseen = [task for task in self._tasks if task.done() and getattr(task, "_log_traceback", False)]
        return [error for task in unseen if (error := task.exception())]

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """Run the SDK's calls at once; leave to threads what the program itself sends there."""
        if executor is not None or not _caller_is_sdk():
            return super().run_in_executor(executor, func, *args)
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 (the caller's, to be raised where it is awaited)
            future.set_exception(error)
        return future


def _caller_is_sdk() -> bool:
    return sys._getframe(2).f_globals.get("__name__", "").startswith("pulumi.")
