"""Graphs of dr with other settings than the shipped ones."""

from collections.abc import Callable, Mapping

import pytest

from preview.graph import Graph


@pytest.fixture
def dr_with(changed_stack: Callable[[str, Mapping[str, object]], Graph]) -> Callable[[Mapping[str, object]], Graph]:
    """The simulated update of dr with other settings, by key."""
    return lambda settings: changed_stack("dr", settings)
