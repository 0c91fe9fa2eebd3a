"""What an item looks like in Bigtable: its row key, and its image.

The image is DynamoDB's own JSON, which keeps every type: numbers stay texts, and so keep their 38 digits. Row keys hold
the values of the partition and the sort key, so that rows sort as DynamoDB sorts the items of a partition; those of an
index hold the index's keys, then the table's, since many items may share the index's.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

KEY_LIMIT = 4096
"""Bytes that Bigtable takes as a row key. https://docs.cloud.google.com/bigtable/quotas."""

# What ends each part but the last: nothing in it looks like this, since each zero byte in it is followed by 0xFF.
SEPARATOR = b"\x00\x01"
ESCAPED_ZERO = b"\x00\xff"

# The first bytes of a key that is cut off: no text is valid UTF-8 that starts so.
CUT = b"\xff\xfe"

# Magnitudes that DynamoDB takes lie between 1E-130 and 9.99E+125.
EXPONENT_BIAS = 200

NUMBER = re.compile(r"([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,9}))?", re.ASCII)

SETS = ("SS", "NS", "BS")

Value = Mapping[str, Any]
"""A value as DynamoDB's JSON has it: one type and its content, such as `{"S": "text"}`."""

Item = Mapping[str, Value]


class Malformed(ValueError):
    """Something that no DynamoDB stream sends; the message says what."""


def image(item: Item) -> bytes:
    """An item's bytes; equal for equal items, whatever the order of attributes and of members of sets."""
    for name, value in item.items():
        _check(value, name)
    return json.dumps({name: _ordered(item[name]) for name in sorted(item)}, **_COMPACT).encode()


def item(content: bytes) -> dict[str, Any]:
    """The item of an image, in DynamoDB's JSON; raises Malformed where it is none."""
    try:
        found = json.loads(content)
    except ValueError as error:
        raise Malformed("the image is no JSON") from error
    if not isinstance(found, dict) or not all(isinstance(value, dict) for value in found.values()):
        raise Malformed("the image is no item")
    return found


def row_key(keys: Item, *names: str) -> bytes:
    """The row key that some attributes make, in their order: two items that differ in one never share it.

    Raises Malformed where one of them is missing or of another type than a key may have, or the whole is empty.
    """
    *leading, last = (_key_part(keys, name) for name in names)
    key = b"".join(part.replace(b"\x00", ESCAPED_ZERO) + SEPARATOR for part in leading) + last
    if not key:
        raise Malformed(f"the key attribute {names[-1]} is empty")
    if len(key) <= KEY_LIMIT and not key.startswith(CUT):
        return key
    digest = hashlib.sha256(key).digest()
    return CUT + key[: KEY_LIMIT - len(CUT) - len(digest)] + digest


_COMPACT: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}


def _key_part(keys: Item, name: str) -> bytes:
    value = keys.get(name)
    if value is None:
        raise Malformed(f"the record's keys lack {name}")
    _check(value, name)
    [(kind, content)] = value.items()
    if kind == "S":
        return content.encode()
    if kind == "N":
        return number(content)
    if kind == "B":
        return base64.b64decode(content)
    raise Malformed(f"the key attribute {name} has the type {kind}")


def number(text: str) -> bytes:
    """A number's bytes, which sort as numbers do; one form for each value, however it is written."""
    found = NUMBER.fullmatch(text)
    if not found or not (found[2] or found[3]):
        raise Malformed(f"{text[:50]!r} is no number")
    sign, whole, fraction, exponent = found.groups()
    digits = (whole + fraction).lstrip("0")
    # The value is 0.digits times ten to the power.
    power = int(exponent or 0) + len(digits) - len(fraction)
    digits = digits.rstrip("0")
    if not digits:
        return b"\x01"
    if not 0 <= power + EXPONENT_BIAS <= 0xFFFF:
        raise Malformed(f"{text[:50]!r} is out of DynamoDB's range")
    magnitude = (power + EXPONENT_BIAS).to_bytes(2) + digits.encode() + b"\x00"
    return b"\x00" + bytes(0xFF - byte for byte in magnitude) if sign == "-" else b"\x02" + magnitude


def _check(value: Any, where: str) -> None:
    """Raises Malformed unless it is a value that DynamoDB can hold."""
    if not isinstance(value, Mapping) or len(value) != 1:
        raise Malformed(f"{where} is no value with one type")
    [(kind, content)] = value.items()
    match kind:
        case "S":
            valid = isinstance(content, str)
        case "N":
            valid = isinstance(content, str) and _is_number(content)
        case "B":
            valid = isinstance(content, str) and _is_base64(content)
        case "BOOL":
            valid = isinstance(content, bool)
        case "NULL":
            valid = content is True
        case "SS" | "NS" | "BS":
            valid = isinstance(content, list) and bool(content)
            for member in content if valid else ():
                _check({kind[0]: member}, where)
        case "L":
            valid = isinstance(content, list)
            for position, member in enumerate(content if valid else ()):
                _check(member, f"{where}[{position}]")
        case "M":
            valid = isinstance(content, Mapping)
            for name, member in content.items() if valid else ():
                _check(member, f"{where}.{name}")
        case _:
            raise Malformed(f"{where} has the type {kind!r}, which DynamoDB has not")
    if not valid:
        raise Malformed(f"{where} is no valid {kind}")


def _is_number(text: str) -> bool:
    try:
        number(text)
    except Malformed:
        return False
    return True


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True


def _ordered(value: Value) -> Value:
    """The value with the members of its sets, and the names of its maps, in order."""
    [(kind, content)] = value.items()
    if kind in SETS:
        return {kind: sorted(content)}
    if kind == "M":
        return {kind: {name: _ordered(content[name]) for name in sorted(content)}}
    if kind == "L":
        return {kind: [_ordered(member) for member in content]}
    return {kind: content}
