"""The real engine: the `pulumi` CLI with stand-in providers, and a home and a state of its own."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SAMPLE = Path(__file__).with_name("sample")
STAND_IN = Path(__file__).with_name("standin.py")
TOOLS = ("pulumi", "pulumi-language-python")
PACKAGES = ("aws", "gcp", "kubernetes")
STACKS = {ROOT: ("prod", "dr", "interconnect"), SAMPLE: ("source", "reader")}
NOT_COPIED = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "out")
PASSWORD = "correct-horse-battery"

Document = dict[str, Any]


@dataclass(frozen=True)
class Project:
    """A copy of a Pulumi project, and both engines to run it with."""

    folder: Path
    environment: dict[str, str]

    def pulumi(self, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the CLI; with `check`, a failure shows what it printed."""
        return self._run("pulumi", *arguments, "--non-interactive", check=check, **environment)

    def preview(self, stack: str, *arguments: str) -> Document:
        """Return what `pulumi preview --json` prints."""
        return json.loads(self.pulumi("preview", "--json", "--stack", stack, *arguments).stdout)

    def update(self, stack: str, *arguments: str) -> None:
        self.pulumi("up", "--yes", "--skip-preview", "--stack", stack, *arguments)

    def state(self, stack: str) -> list[Document]:
        """Return the resources of a stack's state, secrets in plain text."""
        exported = self.pulumi("stack", "export", "--stack", stack, "--show-secrets").stdout
        return json.loads(exported)["deployment"].get("resources", [])

    def embedded(self, *arguments: str, check: bool = True) -> list[Document]:
        """Return the documents that `python -m preview --json` prints."""
        command = (sys.executable, "-m", "preview", "--json", *arguments)
        found = self._run(*command, check=check, PYTHONPATH=str(ROOT))
        return [json.loads(line) for line in found.stdout.splitlines()]

    def configure(self, stack: str, settings: Document) -> None:
        """Set keys in a stack's file, of the project's own namespace."""
        path = self.folder / f"Pulumi.{stack}.yaml"
        content = yaml.safe_load(path.read_text()) or {}
        namespace = yaml.safe_load((self.folder / "Pulumi.yaml").read_text())["name"]
        config = content.get("config") or {}
        content["config"] = config | {f"{namespace}:{key}": value for key, value in settings.items()}
        path.write_text(yaml.safe_dump(content))

    def _run(self, *command: str, check: bool, **environment: str) -> subprocess.CompletedProcess[str]:
        found = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if check and found.returncode:
            pytest.fail(f"{' '.join(command)} ended {found.returncode}:\n{found.stdout}\n{found.stderr}")
        return found


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Project]:
    """Make a copy of a project, with its stacks, in an engine of its own: `copy(folder, *stacks)`."""
    plugins = tmp_path_factory.mktemp("plugins")
    for package in PACKAGES:
        plugin = plugins / f"pulumi-resource-{package}"
        run = f'PYTHONPATH="{ROOT}" exec "{sys.executable}" "{STAND_IN}" {package} "$@"'
        plugin.write_text(f"#!/bin/sh\n{run}\n")
        plugin.chmod(0o755)

    def make(source: Path, *stacks: str) -> Project:
        folder = tmp_path_factory.mktemp("engine")
        shutil.copytree(source, folder / "project", ignore=shutil.ignore_patterns(*NOT_COPIED))
        (folder / "project" / ".venv").symlink_to(Path(sys.prefix))
        (folder / "state").mkdir()
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "PYTEST_"))}
        environment = inherited | {
            "PATH": f"{plugins}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "sample",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
            # No checkpoint at each step: four times faster, and no test here kills the engine.
            "PULUMI_EXPERIMENTAL": "true",
            "PULUMI_SKIP_CHECKPOINTS": "true",
            "MULTICLOUD_SIMULATION": "1",
        }
        project = Project(folder / "project", environment)
        for stack in stacks:
            project.pulumi("stack", "init", stack)
        return project

    return make


@dataclass(frozen=True)
class Deployed:
    """One stack that the real engine previewed, then deployed."""

    project: Project
    stack: str
    preview: Document


@pytest.fixture(scope="session")
def deployed(copy: Callable[..., Project]) -> Callable[[Path, str], Deployed]:
    """Deploy a project once, stack by stack in the order in which they read one another."""

    @functools.cache
    def deploy(source: Path) -> dict[str, Deployed]:
        project = copy(source, *STACKS[source])
        if source == SAMPLE:
            project.pulumi("config", "set", "--stack", "source", "--secret", "password", PASSWORD)
        found = {}
        for stack in STACKS[source]:
            found[stack] = Deployed(project, stack, project.preview(stack))
            project.update(stack)
        return found

    return lambda source, stack: deploy(source)[stack]


@pytest.fixture
def stack(request: pytest.FixtureRequest, deployed: Callable[[Path, str], Deployed]) -> Deployed:
    """Each stack of the program and of the sample."""
    return deployed(*request.param)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "stack" in metafunc.fixturenames:
        cases = [(source, stack) for source, stacks in STACKS.items() for stack in stacks]
        metafunc.parametrize("stack", cases, indirect=True, ids=[stack for _, stack in cases], scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        reason = f"not on PATH: {', '.join(missing)}; nothing here was tested under the real engine"
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))
