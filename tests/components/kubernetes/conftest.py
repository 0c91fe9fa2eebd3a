"""Graphs of what runs in a cluster, by itself."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from preview.graph import Graph

SAMPLE = """\
import sys
sys.path.insert(0, {root!r})
import pulumi
from components.kubernetes import access
from components.kubernetes.component import Scope
from components.tags import Tags

scope = Scope(Tags("platform", "test", "team", "platform", "primary"), protect=True)
"""


@pytest.fixture(scope="session")
def sample(root: Path, run_sample: Callable[[str], Graph]) -> Callable[[str], Graph]:
    """The simulated update of a program that installs with `scope`."""
    return lambda program: run_sample(SAMPLE.format(root=str(root)) + dedent(program))
