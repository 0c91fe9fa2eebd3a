"""Graphs of a component by itself."""

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from preview.graph import Graph


@pytest.fixture
def run_sample(tmp_path: Path, preview: Callable) -> Callable[[str], Graph]:
    """The simulated update of a program."""

    def run(program: str) -> Graph:
        (tmp_path / "Pulumi.yaml").write_text("name: sample\nruntime: python\n")
        (tmp_path / "Pulumi.dev.yaml").write_text("")
        (tmp_path / "__main__.py").write_text(dedent(program))
        result = preview("dev", "--json", "--pass", "update", "--project", str(tmp_path))
        assert result.returncode == 0, result.stderr
        return Graph(json.loads(result.stdout))

    return run
