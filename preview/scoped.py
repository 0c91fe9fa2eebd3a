"""Changes to this process that are undone at the end of a block."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Mapping
from typing import Any


@contextlib.contextmanager
def environment(variables: Mapping[str, str | None]) -> Generator[None]:
    """Set environment variables for a while; None removes one."""
    before = {name: os.environ.get(name) for name in variables}
    try:
        _set_environment(variables)
        yield
    finally:
        _set_environment(before)


def _set_environment(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextlib.contextmanager
def replaced(owner: Any, name: str, value: Any) -> Generator[None]:
    """Replace an attribute for a while."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)
