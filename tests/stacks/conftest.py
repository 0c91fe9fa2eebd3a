"""A copy of the program, to change."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """The program in a folder of its own, to change."""
    for part in ("settings", "components", "stacks"):
        shutil.copytree(root / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*root.glob("Pulumi*.yaml"), root / "__main__.py"):
        shutil.copy(file, tmp_path)
    return tmp_path
