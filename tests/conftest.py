"""What tests of several parts share: the repository's root and one preview a stack and session."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from preview.graph import Graph

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="write recorded results anew instead of comparing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: "long" not in item.keywords)


def run_preview(*arguments: str, project: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "preview", *arguments], cwd=project, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture
def project_copy(root: Path, tmp_path: Path) -> Path:
    """The program in a folder of its own, to change."""
    for part in ("settings", "components", "stacks"):
        shutil.copytree(root / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*root.glob("Pulumi*.yaml"), root / "__main__.py"):
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def preview() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `python -m preview` with arguments, in this checkout or another project."""
    return run_preview


@pytest.fixture(scope="session")
def graphs() -> dict[str, Graph]:
    """The simulated update of each stack: every value known."""
    result = run_preview("--json", "--pass", "update")
    assert result.returncode == 0, result.stderr
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    return {document["stack"]: Graph(document) for document in documents}


@pytest.fixture(scope="session")
def prod(graphs: dict[str, Graph]) -> Graph:
    return graphs["prod"]


@pytest.fixture(scope="session")
def dr(graphs: dict[str, Graph]) -> Graph:
    return graphs["dr"]


@pytest.fixture(scope="session")
def interconnect(graphs: dict[str, Graph]) -> Graph:
    return graphs["interconnect"]


@pytest.fixture
def changed_stack(project_copy: Path) -> Callable[[str, Mapping[str, object]], Graph]:
    """The simulated update of a stack with other settings, by key."""

    def run(stack: str, settings: Mapping[str, object]) -> Graph:
        file = project_copy / f"Pulumi.{stack}.yaml"
        config = yaml.safe_load(file.read_text())["config"]
        file.write_text(yaml.safe_dump({"config": {**config, **{f"multicloud:{k}": v for k, v in settings.items()}}}))
        result = run_preview(stack, "--json", "--pass", "update", "--project", str(project_copy))
        assert result.returncode == 0, result.stderr
        return Graph(json.loads(result.stdout))

    return run
