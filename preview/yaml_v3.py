"""YAML as the Pulumi CLI reads it: with the scalar rules of Go's gopkg.in/yaml.v3, which are not PyYAML's.

PyYAML parses the syntax; this module decides what a plain scalar means. The differences that bite: `on`, `yes` and
`23:30` are strings, `1e3` is a number, `012` is octal 10 and `0128` decimal 128, a date is a timestamp.
The rules are those of yaml.v3's `resolve.go`; tests/preview/test_project.py holds a table of them.
"""

from __future__ import annotations

import base64
import math
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import yaml

_PLAIN = "!plain"
_TAG = "tag:yaml.org,2002:"
_CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CLOCK = r"(?P<hour{0}>\d{{1,2}}):(?P<minute{0}>\d{{1,2}}):(?P<second{0}>\d{{1,2}})(?:[.,](?P<fraction{0}>\d+))?"
_TIMESTAMP = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    rf"(?:[Tt]{_CLOCK.format('')}(?P<zone>Z|[-+]\d\d:\d\d)| {_CLOCK.format('_')})?"
)
_INT64 = range(-(2**63), 2**63)
_UINT64 = range(2**64)


class _Loader(yaml.SafeLoader):
    """PyYAML's parser with a single rule for plain scalars: they are marked, and resolved by this module."""

    yaml_implicit_resolvers = {None: [(_PLAIN, re.compile(""))]}  # noqa: RUF012 (as PyYAML declares it)


def load(text: str, name: str) -> Any:
    """Read the first document of `text`: dict, list, str, bool, int, float, datetime or None.

    Keys of a dict are text, as Go prints the scalar. `name` is the file's, for the errors (ValueError).
    """
    loader = _Loader(text.removeprefix("\ufeff"))
    try:
        return _value(loader.get_node()) if loader.check_node() else None
    except yaml.YAMLError as error:
        raise ValueError(f"{name}: not valid YAML: {' '.join(str(error).split())}") from None
    except _Invalid as error:
        raise ValueError(f"{name}, line {error.line}: {error}") from None
    finally:
        loader.dispose()


def go_text(value: Any) -> str:
    """Format a scalar as Go prints it: `true`, `1.3`, `1e+21`, `2026-01-01 00:00:00 +0000 UTC`."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return go_float(value)
    if isinstance(value, datetime):
        zone = f"{value:%z}"
        return f"{value:%Y-%m-%d %H:%M:%S}{_fraction(value)} {zone} {'UTC' if zone == '+0000' else zone}"
    return str(value)


def go_float(value: float) -> str:
    """Format a float as Go's encoding/json does: shortest digits, an exponent below 1e-6 and from 1e21 on."""
    if not math.isfinite(value):
        raise ValueError(f"{value} has no representation in JSON; write a finite number, or quote it")
    if value != 0 and not 1e-6 <= abs(value) < 1e21:
        mantissa, _, exponent = repr(value).partition("e")
        return f"{mantissa.removesuffix('.0')}e{exponent[0]}{exponent[1:].lstrip('0')}"
    digits = f"{Decimal(repr(value)):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def rfc3339(value: datetime) -> str:
    """Format a timestamp as Go's encoding/json does."""
    zone = f"{value:%z}"
    return f"{value:%Y-%m-%dT%H:%M:%S}{_fraction(value)}{'Z' if zone == '+0000' else zone[:3] + ':' + zone[3:]}"


class _Invalid(Exception):
    def __init__(self, node: yaml.Node, message: str) -> None:
        super().__init__(message)
        self.line = node.start_mark.line + 1


def _value(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    return _scalar(node)


def _mapping(node: yaml.MappingNode) -> dict[str, Any]:
    result: dict[str, Any] = {}
    merged: list[yaml.Node] = []
    for key_node, value_node in node.value:
        if key_node.tag == _PLAIN and key_node.value == "<<":
            merged += value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
            continue
        if not isinstance(key_node, yaml.ScalarNode):
            raise _Invalid(key_node, "a key must be a scalar")
        key = go_text(_scalar(key_node))
        if key in result:
            raise _Invalid(key_node, f"the key {key_node.value!r} is given twice; keep one of them")
        result[key] = _value(value_node)
    for source in merged:
        if not isinstance(source, yaml.MappingNode):
            raise _Invalid(source, "`<<` merges mappings only")
        result = {**_mapping(source), **result}
    return result


def _scalar(node: yaml.Node) -> Any:
    text, tag = node.value, node.tag
    if tag == _PLAIN:
        return _plain(text)
    if tag == _TAG + "binary":
        return base64.b64decode(text).decode()
    if tag in (_TAG + "int", _TAG + "float", _TAG + "bool", _TAG + "null", _TAG + "timestamp"):
        return _plain(text)
    return text


def _plain(text: str) -> Any:
    """Resolve a plain scalar, and bring numbers into the form in which they leave the CLI's second reading."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] == "." and _FLOAT.fullmatch(text):
        return _number(text)
    if text[0] not in "+-0123456789":
        return text
    moment = _timestamp(text)
    if moment is not None:
        return moment
    bare = text.replace("_", "")
    integer = _INTEGER.fullmatch(bare)
    if integer:
        sign, *digits = integer.groups()
        number = next(int(found, base) for found, base in zip(digits, (16, 2, 8, 10), strict=True) if found)
        number = -number if sign == "-" else number
        if number in _INT64 or (not sign and number in _UINT64):
            return number
    return _number(bare) if _FLOAT.fullmatch(bare) and math.isfinite(float(bare)) else text


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() and int(number) in _INT64 else number


def _timestamp(text: str) -> datetime | None:
    match = _TIMESTAMP.fullmatch(text)
    if not match:
        return None
    part = match.groupdict()
    clock = [int(part[name] or part[name + "_"] or 0) for name in ("hour", "minute", "second")]
    micro = int((part["fraction"] or part["fraction_"] or "0").ljust(6, "0")[:6])
    zone: timezone = UTC
    if part["zone"] and part["zone"] != "Z":
        hours, minutes = part["zone"][1:].split(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        zone = timezone(-offset if part["zone"][0] == "-" else offset)
    try:
        return datetime(int(part["year"]), int(part["month"]), int(part["day"]), *clock, micro, tzinfo=zone)
    except ValueError:
        return None


def _fraction(value: datetime) -> str:
    return f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""
