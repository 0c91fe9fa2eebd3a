"""The slow parts of Pulumi's Python SDK, and what takes their place.

They are private to the SDK, so they are replaced in the one version they were read in (`TUNED`). Any other version
runs as it is: same answers, more slowly. What each costs: the SDK waits again for every pending output after each one
that resolves, walks all dependencies of a dependency for each new one (recursively), starts a task and four futures
for each property of each resource and for each value of an output, evaluates the same annotations over and over,
computes the URN that an engine answers with anyway, reads the source line of every frame for each resource, and writes
a debug log that nobody reads here. Replaced, a pass over a large stack takes a third of the time.
"""

from __future__ import annotations

import asyncio
import functools
import re
import sys
import typing
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any

from pulumi import Output, Resource, _types, _utils, _version, log
from pulumi.output import _OutputData
from pulumi.runtime import resource, resource_cycle_breaker, rpc, stack
from pulumi.runtime.proto import source_pb2
from pulumi.runtime.settings import SETTINGS

from preview import sdk_imports, sdk_outputs

TUNED = "3.272.0"


@functools.cache
def tune() -> None:
    """Replace the slow parts, once and for the rest of the process: replaced again, they would wrap themselves."""
    if _version._VERSION != TUNED:
        return
    parts: list[tuple[Any, str, Any]] = [
        (log, "debug", _no_debug_log),
        (resource, "_get_stack_trace", _source_position),
        (stack, "wait_for_rpcs", _wait_for_rpcs),
        (resource, "create_urn", _created_urn(resource.create_urn)),
        (rpc, "transfer_properties", _transfer_properties),
        (resource_cycle_breaker, "_reachable", _reachable),
        (resource_cycle_breaker, "_add_dep", _add_dependency),
        (rpc, "contains_unknowns", sdk_outputs.contains_unknowns),
        (rpc, "serialize_property", sdk_outputs.serialize_property(rpc.serialize_property)),
        (rpc, "deserialize_property", sdk_outputs.deserialize_property(rpc.deserialize_property)),
        (rpc, "translate_output_properties", sdk_outputs.translate_output_properties(rpc.translate_output_properties)),
        (Output, "_track", sdk_outputs.track),
        (Output, "_untrack", sdk_outputs.untrack),
        (Output, "all", staticmethod(sdk_outputs.all_of(Output.all, Output.from_input))),
        (Output, "from_input", staticmethod(sdk_outputs.from_input(Output.from_input))),
        (_types, "unwrap_type", functools.cache(_types.unwrap_type)),
        (_types, "unwrap_optional_type", functools.cache(_types.unwrap_optional_type)),
        (_types, "_raw_return_hints", functools.cache(_return_hints(_types._raw_return_hints))),
        (_types, "resource_types", functools.cache(_types.resource_types)),
        (_types, "resource_pulumi_to_py_names", functools.cache(_types.resource_pulumi_to_py_names)),
        (_utils.ContextProperty, "__get__", _setting),
    ]
    for owner, name, replacement in parts:
        setattr(owner, name, replacement)


def _transfer_properties(res: Resource, props: Iterable[str], custom: bool) -> dict[str, rpc.Resolver]:
    """Give a resource an output for each of its properties, and return what resolves them: one future each, no task.

    The SDK waits for none of these outputs: they resolve, or fail, with the registration, which it does wait for.
    """
    resolvers: dict[str, rpc.Resolver] = {}
    for name in props:
        if name == "urn" or (name == "id" and custom):
            continue
        data: asyncio.Future[_OutputData[Any]] = asyncio.Future()
        resolvers[name] = functools.partial(_resolve, res, data)
        output: Output[Any] = object.__new__(Output)
        output._data = data
        res.__dict__[name] = output
    return resolvers


def _resolve(
    res: Resource,
    data: asyncio.Future[_OutputData[Any]],
    value: Any,
    is_known: bool,
    is_secret: bool,
    dependencies: set[Resource] | None,
    failed: Exception | None,
) -> None:
    if failed is not None:
        data.set_exception(failed)
    else:
        data.set_result(_OutputData({res, *(dependencies or ())}, value, is_known, is_secret))


def _created_urn(complete: Callable[..., Output[str]]) -> Callable[..., Output[str]]:
    """Compose a URN at once where all its parts are text; the SDK makes a dozen outputs of them."""

    def create(name: Any, type_: Any, parent: Any = None, *rest: Any) -> Output[str]:
        if not (type(name) is type(type_) is type(parent) is str):
            return complete(name, type_, parent, *rest)
        data: asyncio.Future[_OutputData[str]] = asyncio.Future()
        data.set_result(_OutputData(set(), f"{parent[: parent.rfind('::')]}${type_}::{name}", True, False))
        return Output._from_data(data)

    return create


_COMMON = re.compile(r"(?:pulumi\.(?:Input|Output)|Optional|Sequence|Mapping|str|_builtins\.\w+|[\[\], ])+")
"""Annotations of names that mean the same in every generated module."""


def _return_hints(complete: Callable[[type], dict[str, Any]]) -> Callable[[type], dict[str, Any]]:
    """Evaluate the annotations of generated classes, each text once: more than half of them repeat.

    Classes that people wrote, and annotations that are no text, are the SDK's: `preview.sdk_imports` makes them text.
    A first pass takes a twelfth less.
    """
    common: dict[str, Any] = {}
    local = {"Output": Output, "T": type(None)}

    def hints(cls: type) -> dict[str, Any]:
        if not cls.__module__.startswith(sdk_imports.GENERATED):
            return complete(cls)
        found: dict[str, Any] = {}
        for _, name, prop in _types._py_properties(cls):
            getter: Any = prop.fget
            text = getter.__annotations__.get("return")
            if type(text) is not str:
                return complete(cls)
            if text in common:
                found[name] = common[text]
                continue
            found[name] = typing.get_type_hints(getter, vars(sys.modules[cls.__module__]), local)["return"]
            if _COMMON.fullmatch(text):
                common[text] = found[name]
        return found

    return hints


def _setting(setting: Any, owner: Any, _owner_type: Any = None) -> Any:
    """Read one of the SDK's settings with one look-up instead of two."""
    value = setting.fget()
    return setting if owner is None or isinstance(value, dict) else value


def _no_debug_log(*_args: Any, **_options: Any) -> None:
    pass


def _source_position() -> source_pb2.StackTrace:
    """Return a stack trace of the one frame that matters: the caller of the resource's constructor.

    The constructor is the third `__init__` on the stack, after those of Resource and of CustomResource or
    ComponentResource. The SDK's own version reads every frame, and its source line.
    """
    frame: FrameType | None = sys._getframe(1)
    constructors = 0
    while frame is not None and constructors < 3:
        constructors += frame.f_code.co_name == "__init__"
        frame = frame.f_back
    uri = _uri(frame.f_code.co_filename) if frame else ""
    if frame is None or not uri:
        return source_pb2.StackTrace()
    position = source_pb2.SourcePosition(uri=uri, line=frame.f_lineno)
    return source_pb2.StackTrace(frames=[source_pb2.StackFrame(pc=position)])


@functools.cache
def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else ""


async def _wait_for_rpcs(await_all_outstanding_tasks: bool = True) -> None:
    """Wait until no call to the engine and no output is pending; raise the first error. Each is waited for once."""
    calls = SETTINGS.rpc_manager
    while True:
        pending = {asyncio.ensure_future(call) for call in calls.rpcs}
        calls.rpcs.clear()
        if await_all_outstanding_tasks:
            pending |= SETTINGS.outputs
            SETTINGS.outputs.clear()
        if pending:
            done, unfinished = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
            SETTINGS.outputs |= unfinished
            errors = [error for task in done if not task.cancelled() and (error := task.exception())]
        if calls.unhandled_exception is not None:
            raise calls.unhandled_exception.with_traceback(calls.exception_traceback)
        if not pending:
            return
        if errors:
            raise min(errors, key=str)


_DEPENDED_ON = "_preview_depended_on"


def _add_dependency(from_resource: Any, to_resource: Any) -> None:
    known = from_resource.__dict__.setdefault(resource_cycle_breaker._DEPENDENCIES_PROPERTY, set())
    known.add(to_resource)
    to_resource.__dict__[_DEPENDED_ON] = True


def _reachable(from_resource: Any, to_resource: Any) -> bool:
    """Tell whether the first depends on the second: without recursion, and at once if nothing depends on it yet."""
    if from_resource is to_resource:
        return True
    if _DEPENDED_ON not in to_resource.__dict__:
        return False
    seen, waiting = {from_resource}, [from_resource]
    while waiting:
        for dependency in resource_cycle_breaker._deps(waiting.pop()):
            if dependency is to_resource:
                return True
            if dependency not in seen:
                seen.add(dependency)
                waiting.append(dependency)
    return False
