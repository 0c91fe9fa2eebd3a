"""One preview of the project in bootstrap/."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from preview.graph import Graph


@pytest.fixture(scope="session")
def bootstrap(preview: Callable, root: Path) -> Graph:
    """Its simulated update, judged by the pack."""
    result = preview("--project", "bootstrap", "--json", "--pass", "update", "--policy-pack", str(root / "policies"))
    assert result.returncode == 0, result.stdout + result.stderr
    return Graph(json.loads(result.stdout))
