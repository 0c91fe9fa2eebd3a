"""Graphs of what the shipped settings leave out: the program with other settings, or a component by itself."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

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
def prod_with(root: Path, tmp_path: Path, preview: Callable) -> Callable[[Mapping[str, object]], Graph]:
    """The simulated update of prod with other settings, by key."""

    def run(settings: Mapping[str, object]) -> Graph:
        for part in ("settings", "components", "stacks"):
            shutil.copytree(root / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
        for file in (*root.glob("Pulumi*.yaml"), root / "__main__.py"):
            shutil.copy(file, tmp_path)
        stack = tmp_path / "Pulumi.prod.yaml"
        config = yaml.safe_load(stack.read_text())["config"]
        stack.write_text(yaml.safe_dump({"config": {**config, **{f"multicloud:{k}": v for k, v in settings.items()}}}))
        return _graph(preview("prod", "--json", "--pass", "update", "--project", str(tmp_path)))

    return run


@pytest.fixture
def sample(root: Path, tmp_path: Path, preview: Callable) -> Callable[[str], Graph]:
    """The simulated update of a program that makes a component with `scope` and `opts`."""

    def run(program: str) -> Graph:
        (tmp_path / "Pulumi.yaml").write_text("name: sample\nruntime: python\n")
        (tmp_path / "Pulumi.dev.yaml").write_text("")
        (tmp_path / "__main__.py").write_text(SAMPLE.format(root=str(root)) + dedent(program))
        return _graph(preview("dev", "--json", "--pass", "update", "--project", str(tmp_path)))

    return run


def _graph(result: subprocess.CompletedProcess[str]) -> Graph:
    assert result.returncode == 0, result.stderr
    return Graph(json.loads(result.stdout))
