"""Graphs of dr with other settings than the shipped ones, and of a component by itself."""

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from preview.graph import Graph

SAMPLE = """\
import sys
sys.path.insert(0, {root!r})
import pulumi
import pulumi_gcp as gcp
from components.gcp.component import Scope
from components.tags import Tags

tags = Tags("platform", "test", "team", "platform", "standby")
scope = Scope("example-standby", "123456789012", "us-central1", tags, protect=True)
opts = pulumi.ResourceOptions(providers=[gcp.Provider("gcp", project="example-standby", region="us-central1")])
"""


@pytest.fixture
def sample(root: Path, run_sample: Callable[[str], Graph]) -> Callable[[str], Graph]:
    """The simulated update of a program that makes a component with `scope` and `opts`."""
    return lambda program: run_sample(SAMPLE.format(root=str(root)) + dedent(program))


@pytest.fixture
def dr_with(changed_stack: Callable[[str, Mapping[str, object]], Graph]) -> Callable[[Mapping[str, object]], Graph]:
    """The simulated update of dr with other settings, by key."""
    return lambda settings: changed_stack("dr", settings)
