"""Graphs of components that stand on both clouds, by themselves."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from preview.graph import Graph

SAMPLE = """\
import sys
sys.path.insert(0, {root!r})
import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp
from components.aws.component import Scope as AwsScope
from components.gcp.component import Scope as GcpScope
from components.tags import Tags

tags = Tags("platform", "test", "team", "platform", "link")
primary = AwsScope("111122223333", "us-west-2", tags, protect=True)
standby = GcpScope("example-standby", "123456789012", "us-central1", tags, protect=True)
opts = pulumi.ResourceOptions(
    providers=[
        aws.Provider("aws", region="us-west-2"),
        gcp.Provider("gcp", project="example-standby", region="us-central1"),
    ]
)
"""


@pytest.fixture(scope="session")
def sample(root: Path, run_sample: Callable[[str], Graph]) -> Callable[[str], Graph]:
    """The simulated update of a program that makes a component with `primary`, `standby` and `opts`."""
    return lambda program: run_sample(SAMPLE.format(root=str(root)) + dedent(program))
