"""Graphs of a component by itself."""

import json
from collections.abc import Callable
from textwrap import dedent

import pytest

from preview.graph import Graph


@pytest.fixture(scope="session")
def run_sample(tmp_path_factory: pytest.TempPathFactory, preview: Callable) -> Callable[[str], Graph]:
    """The simulated update of a program."""

    def run(program: str) -> Graph:
        folder = tmp_path_factory.mktemp("sample")
        (folder / "Pulumi.yaml").write_text("name: sample\nruntime: python\n")
        (folder / "Pulumi.dev.yaml").write_text("")
        (folder / "__main__.py").write_text(dedent(program))
        result = preview("dev", "--json", "--pass", "update", "--project", str(folder))
        assert result.returncode == 0, result.stderr
        return Graph(json.loads(result.stdout))

    return run
