"""Describes what went wrong in a program by the place in it: exceptions, and programs that never end.

`project` is the project's folder throughout; code below it that is not installed there is the user's.
"""

from __future__ import annotations

import asyncio
import os
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pulumi
from pulumi.runtime import settings

from preview.state import Diagnostic, EngineError

_UNSUPPORTED = re.compile(r"The Pulumi CLI does not support (?:the )?(.+?)\. Please update the Pulumi CLI\.?")
"""What the SDK says when its engine, here this package, does not offer a feature."""


def hang(loop: asyncio.AbstractEventLoop, project: Path) -> Diagnostic:
    """Describe a program that never ends by what it waits for, or by the error that it did not notice."""
    failed = settings.SETTINGS.rpc_manager.unhandled_exception
    if failed is not None:
        return fault(failed, project)
    waiting = _pending(loop, project)
    shown = "".join(f"\n  {line}" for line in waiting[:10]) + (
        f"\n  and {len(waiting) - 10} more" if waiting[10:] else ""
    )
    return Diagnostic(
        f"the program never ends: it waits for a value that nothing will set{':' if shown else ''}{shown}"
    )


def fault(error: BaseException, project: Path) -> Diagnostic:
    """Describe an exception by the place in the user's program that it came from."""
    chain = list(_chain(error))
    for link in chain:
        if isinstance(link, EngineError):
            return Diagnostic(str(link), urn=link.urn)
    place = next((found for link in reversed(chain) if (found := _place(link, project))), "")
    if isinstance(error, SystemExit):
        text = f"the program called sys.exit({error.code!r}) before its end"
    elif refused := _UNSUPPORTED.fullmatch(str(error)):
        text = f"python -m preview does not model {refused[1]}; leave it out, or preview this stack by `pulumi preview`"
    elif isinstance(error, pulumi.RunError):
        text = str(error)
    else:
        text = f"{type(error).__name__}: {error}"
    return Diagnostic(f"{place}: {text}" if place else text)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and its causes. A chain can lead back to itself."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _place(error: BaseException, project: Path) -> str:
    """Return `file:line` of the innermost frame in the project, else the resource whose registration failed."""
    if isinstance(error, SyntaxError) and error.filename and is_user_code(error.filename, project):
        return f"{_relative(error.filename, project)}:{error.lineno}"
    resource = ""
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        if is_user_code(frame.f_code.co_filename, project):
            return f"{_relative(frame.f_code.co_filename, project)}:{line}"
        local = frame.f_locals
        if frame.f_code.co_name in ("do_register", "do_read") and local.get("source_position") is not None:
            resource = resource or _position(local["source_position"], project)
    return resource


def _pending(loop: asyncio.AbstractEventLoop, project: Path) -> list[str]:
    """Say what a program that hangs waits for: its unfinished registrations, then its other unfinished outputs."""
    registrations, outputs = set(), set()
    for task in asyncio.all_tasks(loop):
        frames = list(_awaiting(task.get_coro()))
        if not frames:
            continue
        local = frames[0].f_locals
        match frames[0].f_code.co_name:
            case "do_register" | "do_read" | "do_register_resource_outputs":
                registered = local.get("res")
                key = next((frame.f_locals.get("k") for frame in frames if "property_deps" in frame.f_locals), None)
                where = f" ({found})" if (found := _position(local.get("source_position"), project)) else ""
                kind = f"{registered._type} {registered._name}" if registered is not None else "a resource"
                registrations.add(f"{kind}{where}" + (f" waits for its input {key!r}" if key else ""))
            case "run" if (code := getattr(local.get("func"), "__code__", None)) and is_user_code(
                code.co_filename, project
            ):
                where = f"{_relative(code.co_filename, project)}:{code.co_firstlineno}"
                outputs.add(f"the function at {where} was never called")
    return sorted(registrations) + sorted(outputs)


def _awaiting(coroutine: Any) -> Iterator[FrameType]:
    """Yield the frames of a suspended coroutine, from the outermost to the one that waits."""
    while coroutine is not None and getattr(coroutine, "cr_frame", None) is not None:
        yield coroutine.cr_frame
        coroutine = coroutine.cr_await


def _position(position: Any, project: Path) -> str:
    """Return `file:line` for a source position of the protocol, or nothing."""
    if position is None or not position.uri:
        return ""
    return f"{_relative(position.uri.removeprefix('file://'), project)}:{position.line}"


def _relative(file: str, project: Path) -> str:
    """Return a file's path as the user writes it: relative to the project where it is inside."""
    path = Path(file)
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else path.name


def is_user_code(file: str, project: Path) -> bool:
    """Tell whether a file is part of the project: not installed below it, nor of this package."""
    inside = file.startswith(f"{project}{os.sep}")
    return inside and "site-packages" not in file and not file.startswith(os.path.dirname(__file__) + os.sep)
