"""Property values as they travel between a program and its engine.

On the wire a value is protobuf's `Value`; here it is plain Python (dict, list, str, int, float, bool, None), in which
a secret, an asset, an archive and a reference to a resource are objects with a signature, and an unknown value is
`UNKNOWN`. The signatures are fixed by Pulumi's protocol (`sdk/go/common/resource/properties.go`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

# protobuf makes these classes at run time, where a type checker cannot see them.
from google.protobuf.empty_pb2 import Empty as Empty  # ty: ignore[import-not-found]
from google.protobuf.struct_pb2 import Struct, Value  # ty: ignore[import-not-found]
from pulumi.runtime import rpc

UNKNOWN: str = rpc.UNKNOWN
SIGNATURE = rpc._special_sig_key
_SECRET = rpc._special_secret_sig
_ASSET = rpc._special_asset_sig
_REFERENCE = rpc._special_resource_sig

Properties = dict[str, Any]


def decode(struct: Struct) -> Properties:
    """Turn a protobuf Struct into plain Python; whole numbers become int."""
    return {key: _decode(value) for key, value in sorted(struct.fields.items())}


def _decode(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() and abs(number) < 1e21 else number
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return decode(value.struct_value)
        case "list_value":
            return [_decode(item) for item in value.list_value.values]
    return None


def encode(properties: Mapping[str, Any]) -> Struct:
    """Turn plain Python into a protobuf Struct."""
    struct = Struct()
    struct.update(properties)
    return struct


def secret(value: Any) -> Properties:
    """Mark a value as secret."""
    return value if is_secret(value) else {SIGNATURE: _SECRET, "value": value}


def is_secret(value: Any) -> bool:
    """Tell whether the value itself, not a part of it, is marked as secret."""
    return isinstance(value, dict) and value.get(SIGNATURE) == _SECRET


def has_secret(value: Any) -> bool:
    """Tell whether the value is a secret or holds one."""
    return any(is_secret(part) for part in _parts(value))


def has_unknown(value: Any) -> bool:
    """Tell whether the value is unknown or holds an unknown part."""
    return any(part == UNKNOWN for part in _parts(value) if isinstance(part, str))


def texts(value: Any, *, secret: bool, inside: bool = False) -> Iterator[str]:
    """Yield every text that stands inside a secret, or every one that stands in none."""
    if isinstance(value, str):
        if inside == secret and value != UNKNOWN:
            yield value
    elif isinstance(value, dict):
        inside = inside or is_secret(value)
        for key, part in value.items():
            if key != SIGNATURE:
                yield from texts(part, secret=secret, inside=inside)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part, secret=secret, inside=inside)


def unwrapped(value: Any) -> Any:
    """Return the value without its secret marks."""
    if isinstance(value, dict):
        return unwrapped(value["value"]) if is_secret(value) else {key: unwrapped(part) for key, part in value.items()}
    return [unwrapped(part) for part in value] if isinstance(value, list) else value


def shown(value: Any) -> Any:
    """Return the value as it may be printed: `[secret]` in place of each secret."""
    if isinstance(value, dict):
        return "[secret]" if is_secret(value) else {key: shown(part) for key, part in value.items()}
    return [shown(part) for part in value] if isinstance(value, list) else value


def marked_like(value: Any, pattern: Any) -> Any:
    """Mark as secret each part of an answer that is a secret in the question, as the engine does for a provider."""
    if is_secret(pattern):
        return secret(value)
    if isinstance(pattern, dict) and isinstance(value, dict):
        return {key: marked_like(part, pattern.get(key)) for key, part in value.items()}
    if isinstance(pattern, list) and isinstance(value, list) and len(pattern) == len(value):
        return [marked_like(part, like) for part, like in zip(value, pattern, strict=True)]
    return value


def completed(value: Any, directory: Path) -> Any:
    """Add what the engine adds to a program's values: the hash of an asset, and a reference's `packageVersion`.

    Files are relative to `directory`. An archive keeps its hash unset: it would need the bytes of a tar file.
    """
    if isinstance(value, list):
        return [completed(part, directory) for part in value]
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE) == _REFERENCE:
        return {"packageVersion": "", **value}
    if value.get(SIGNATURE) == _ASSET and "hash" not in value and ("text" in value or "path" in value):
        content = value["text"].encode() if "text" in value else (directory / value["path"]).read_bytes()
        return {**value, "hash": hashlib.sha256(content).hexdigest()}
    return {key: completed(part, directory) for key, part in value.items()}


def _parts(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict):
        for part in value.values():
            yield from _parts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _parts(part)
