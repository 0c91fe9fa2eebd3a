"""Graphs of what the shipped settings leave out: the program with other settings, or a component by itself."""

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from preview.graph import Graph

SAMPLE = """\
import sys
sys.path.insert(0, {root!r})
import pulumi
import pulumi_aws as aws
from components.aws.component import Scope
from components.tags import Tags

scope = Scope("111122223333", "us-west-2", Tags("platform", "test", "team", "platform", "primary"), protect=True)
opts = pulumi.ResourceOptions(providers=[aws.Provider("aws", region="us-west-2")])
"""


@pytest.fixture
def prod_with(changed_stack: Callable[[str, Mapping[str, object]], Graph]) -> Callable[[Mapping[str, object]], Graph]:
    """The simulated update of prod with other settings, by key."""
    return lambda settings: changed_stack("prod", settings)


@pytest.fixture
def sample(root: Path, run_sample: Callable[[str], Graph]) -> Callable[[str], Graph]:
    """The simulated update of a program that makes a component with `scope` and `opts`."""
    return lambda program: run_sample(SAMPLE.format(root=str(root)) + dedent(program))
