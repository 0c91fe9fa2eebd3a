"""What takes the place of the SDK's slow functions for outputs and for the values in them; `preview.sdk` says why.

Most of what a program hands to `Output.all` and `Output.from_input` is text and numbers, yet the SDK makes a future,
a task and two entries in a locked set for each of them and for each container around them. Here one call makes one
task, or none where no output is inside: a pass over a large stack takes a third less. What these functions do not
know well (coroutines, input types, keys that are no text) goes to the SDK's own.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterable
from inspect import isawaitable
from typing import Any

from pulumi import UNKNOWN, Output, Resource, _types
from pulumi.output import Unknown, _OutputData
from pulumi.runtime import rpc
from pulumi.runtime.settings import SETTINGS

Data = _OutputData[Any]
Serialize = Callable[..., Awaitable[Any]]

_SCALARS = frozenset({str, int, float, bool, type(None)})


def track(output: Output[Any]) -> None:
    """Have the program wait for an output: not for one that is there already."""
    data = output._data
    if not data.done() or data.cancelled() or data.exception() is not None:
        outputs = SETTINGS.outputs
        outputs.add(data)
        data.add_done_callback(functools.partial(_succeeded, outputs))


def _succeeded(outputs: set[asyncio.Future[Data]], data: asyncio.Future[Data]) -> None:
    if not data.cancelled() and data.exception() is None:
        outputs.discard(data)


def untrack(output: Output[Any]) -> None:
    """Leave an output to the one that is made of it."""
    SETTINGS.outputs.discard(output._data)


def from_input(complete: Callable[[Any], Output[Any]]) -> Callable[[Any], Output[Any]]:
    """Make one output of a value with outputs in it; `complete` is the SDK's function."""

    def make(value: Any) -> Output[Any]:
        copy, plain = _snapshot(value)
        if plain:
            return _known(copy)
        if isinstance(value, Output) or (isinstance(value, list | dict | tuple) and not _is_input(value)):
            return Output._from_data(_resolved(copy, complete))
        return complete(value)

    return make


def all_of(
    complete: Callable[..., Output[Any]], complete_one: Callable[[Any], Output[Any]]
) -> Callable[..., Output[Any]]:
    """Make one output of several values; `complete` and `complete_one` are the SDK's `all` and `from_input`."""

    def make(*args: Any, **kwargs: Any) -> Output[Any]:
        if (args and kwargs) or any(map(_runs_by_itself, args or kwargs.values())):
            return complete(*args, **kwargs)
        for value in args or kwargs.values():
            if isinstance(value, Output):
                untrack(value)
        copy, plain = _snapshot(kwargs or list(args))
        return _known(copy) if plain else Output._from_data(_resolved(copy, complete_one))

    return make


def _runs_by_itself(value: Any) -> bool:
    return type(value) not in _SCALARS and not isinstance(value, Output) and isawaitable(value)


def _known(value: Any) -> Output[Any]:
    data: asyncio.Future[Data] = asyncio.Future()
    data.set_result(_OutputData(set(), value, True, False))
    output: Output[Any] = object.__new__(Output)
    output._data = data
    return output


def _snapshot(value: Any) -> tuple[Any, bool]:
    """Return a copy of the containers in a value, and whether nothing but text and numbers is in them."""
    kind = type(value)
    if kind in _SCALARS:
        return value, True
    if kind is dict:
        parts = [_snapshot(part) for part in value.values()]
        plain = all(type(key) is str for key in value)
        return dict(zip(value, [copy for copy, _ in parts], strict=True)), plain and all(known for _, known in parts)
    if kind is list or kind is tuple:
        parts = [_snapshot(part) for part in value]
        return kind(copy for copy, _ in parts), all(known for _, known in parts)
    return value, False


async def _resolved(value: Any, complete: Callable[[Any], Output[Any]]) -> Data:
    """Wait for all outputs in a value, and return it with their values in their places."""
    if type(value) in _SCALARS or isinstance(value, Unknown):
        return _OutputData(set(), value, True, False)
    if isinstance(value, Output):
        untrack(value)
        return await _resolved_output(value, complete)
    if not value or _is_input(value) or not isinstance(value, list | dict | tuple):
        return await complete(value)._data
    if not isinstance(value, dict):
        parts = [await _resolved(part, complete) for part in value]
        data = _joined(parts, [part.value for part in parts])
        if isinstance(value, tuple):  # the SDK applies `tuple` to a list, which needs all of it
            data.value = tuple(data.value) if data.is_known else None
        return data
    if any(type(key) is not str for key in value):
        return await complete(value)._data
    parts = [await _resolved(part, complete) for part in value.values()]
    return _joined(parts, dict(zip(value, [part.value for part in parts], strict=True)))


async def _resolved_output(output: Output[Any], complete: Callable[[Any], Output[Any]]) -> Data:
    data = await output._data
    value, plain = _snapshot(data.value)
    if not data.is_known and (plain or not rpc.contains_unknowns(value)):
        value, plain = UNKNOWN, True
    if plain:
        return _OutputData(set(data.resources), value, data.is_known, data.is_secret)
    inner = await _resolved(value, complete)
    return _OutputData(data.resources | inner.resources, inner.value, inner.is_known, inner.is_secret or data.is_secret)


def _joined(parts: Iterable[Data], value: Any) -> Data:
    resources: set[Resource] = set()
    known, secret = True, False
    for part in parts:
        resources |= part.resources
        known = known and part.is_known
        secret = secret or part.is_secret
    return _OutputData(resources, value, known, secret)


def _is_input(value: Any) -> bool:
    return _types.is_input_type(type(value))


def contains_unknowns(value: Any) -> bool:
    """Tell whether a value is unknown or holds an unknown part."""
    return type(value) not in _SCALARS and _contains_unknowns(value, set())


def _contains_unknowns(value: Any, seen: set[int]) -> bool:
    if isinstance(value, dict):
        parts: Iterable[Any] = (value[key] for key in value)
    elif isinstance(value, list):
        parts = value
    else:
        return isinstance(value, Unknown)
    if id(value) in seen:
        return False
    seen.add(id(value))
    return any(type(part) not in _SCALARS and _contains_unknowns(part, seen) for part in parts)


def serialize_property(complete: Serialize) -> Serialize:
    """Serialise scalars at once: they are as they travel."""

    async def serialize(value: Any, *args: Any, return_protobuf_value: bool = False, **options: Any) -> Any:
        if type(value) in _SCALARS and not return_protobuf_value:
            return value
        return await complete(value, *args, return_protobuf_value=return_protobuf_value, **options)

    return serialize


def deserialize_property(complete: Callable[..., Any]) -> Callable[..., Any]:
    """Read scalars at once."""

    def deserialize(value: Any, *args: Any, **options: Any) -> Any:
        if type(value) in _SCALARS and value != rpc.UNKNOWN:
            return value
        return complete(value, *args, **options)

    return deserialize


def translate_output_properties(complete: Callable[..., Any]) -> Callable[..., Any]:
    """Return at once what has the annotated type already, or no value."""

    def translate(output: Any, transformer: Callable[[str], str], typ: Any = None, *args: Any, **options: Any) -> Any:
        kind = type(output)
        if output is None or (kind in _SCALARS and (typ is None or _types.unwrap_optional_type(typ) is kind)):
            return output
        return complete(output, transformer, typ, *args, **options)

    return translate
