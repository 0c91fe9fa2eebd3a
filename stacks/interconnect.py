"""The links between the two regions."""

from typing import Any

import pulumi

from settings.stacks import Interconnect


def build(settings: Interconnect) -> dict[str, pulumi.Input[Any]]:
    """Return the stack's exports; docs/architecture.md says what the links will be."""
    return {"kind": settings.kind}
