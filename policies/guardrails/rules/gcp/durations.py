"""Durations as Google's APIs and their provider spell them: `1209600s`, `840h0m0s`, `7d`."""

import re

from guardrails.subject import Node

_SECONDS = {"d": 24 * 60 * 60, "h": 60 * 60, "m": 60, "s": 1}


def days(node: Node, path: str) -> float:
    """A duration in days; none is 0."""
    text = node.text(path)
    parts = re.findall(r"(\d+(?:\.\d+)?)([dhms])", text)
    if "".join(number + unit for number, unit in parts) != text and text != "0":
        raise TypeError(f"{node.at(path)} is not a duration")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts) / _SECONDS["d"]
