"""The image of the failover's jobs: it holds what they import, and nothing else of this repository."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTAINERFILE = ROOT / "failover/Containerfile"

COPIED = re.compile(r"^COPY (?!--)(\S+) /app/(\S+)$", re.MULTILINE)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """What the image has of this repository."""
    copied = COPIED.findall(CONTAINERFILE.read_text())
    assert copied
    for source, target in copied:
        found, placed = ROOT / source, tmp_path / target
        placed.parent.mkdir(parents=True, exist_ok=True)
        if found.is_dir():
            shutil.copytree(found, placed, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(found, placed)
    return tmp_path


@pytest.mark.parametrize("module", ["database", "names", "engine", "record", "steps", "cloud"])
def test_it_holds_all_that_the_program_imports(content: Path, module: str) -> None:
    # What the checkout's own `settings` needs is none of the image's packages.
    lacking = "sys.modules['pulumi'] = sys.modules['boto3'] = sys.modules['yaml'] = None"
    program = f"import sys; {lacking}; sys.path.insert(0, '.'); import failover.{module}, sql"
    subprocess.run([sys.executable, "-P", "-c", program], cwd=content, check=True)


def test_its_packages_are_those_that_were_asked_for() -> None:
    folder = CONTAINERFILE.parent
    asked = re.findall(r"^([\w-]+)(?:\[\w+\])?(==\S+)$", (folder / "requirements.in").read_text(), re.MULTILINE)
    locked = re.findall(r"^([\w-]+)(?:\[\w+\])?(==\S+) ", (folder / "requirements.txt").read_text(), re.MULTILINE)
    assert asked
    assert not set(asked) - set(locked), "run `make lock`"


def test_it_starts_the_program() -> None:
    assert 'ENTRYPOINT ["python", "-m", "failover"]' in CONTAINERFILE.read_text()
