"""Graphs of what runs in a cluster, by itself."""

import os
import shutil
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
from components.kubernetes.vendor import Vendor
from components.tags import Tags
from settings.vendor import IMAGES, SAMPLE_DIGEST

scope = Scope(
    cloud="aws",
    mode="active",
    vendor=Vendor("registry.example.com/vendor", dict.fromkeys(IMAGES, SAMPLE_DIGEST)),
    control_plane=("192.0.2.0/28",),
    api_server=("192.0.2.0/28", "198.51.100.1/32"),
    tags=Tags("platform", "test", "team", "platform", "primary"),
    protect=True,
)
"""


@pytest.fixture(scope="session")
def sample(root: Path, run_sample: Callable[[str], Graph]) -> Callable[[str], Graph]:
    """The simulated update of a program that installs with `scope`."""
    return lambda program: run_sample(SAMPLE.format(root=str(root)) + dedent(program))


@pytest.fixture(scope="session")
def promtool() -> str:
    """Prometheus's own checker, of Debian's package `prometheus`; PROMTOOL names it where it is not installed."""
    found = shutil.which(os.environ.get("PROMTOOL", "promtool"))
    if found is None:
        pytest.skip("promtool is not here: install Debian's package prometheus, or set PROMTOOL")
    return found
