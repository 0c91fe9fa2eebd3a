import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from preview import run as engine
from preview.graph import Graph
from preview.project import load

ROOT = Path(__file__).parents[2]
NO_DEFAULTS = 'config:\n  pulumi:disable-default-providers: {value: ["*"]}\n'


class Sample:
    """A small project in a temporary folder, and ways to run it."""

    def __init__(self, folder):
        self.folder = folder

    def write(self, source, config=NO_DEFAULTS, stacks=None, files=None):
        tree = {"Pulumi.yaml": f"name: sample\nruntime: python\n{textwrap.dedent(config)}", "__main__.py": source}
        tree |= {f"Pulumi.{name}.yaml": text for name, text in (stacks or {"dev": ""}).items()}
        for name, text in {**tree, **(files or {})}.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), "utf-8")
        return self

    @property
    def project(self):
        return load(self.folder)

    def config(self, stack="dev"):
        return self.project.config(stack)

    def update(self, stack="dev", others=None):
        """Run the program as a simulated update, in this process. `others` are other stacks' outputs by name."""
        return self._run(stack, False, others)

    def preview(self, stack="dev", others=None):
        return self._run(stack, True, others)

    def _run(self, stack, dry_run, others):
        return engine.run(self.project, stack, self.config(stack), dry_run, (others or {}).__getitem__)

    def cli(self, *arguments, env=None, wrapper=()):
        """Run `python -m preview` on the project."""
        command = [*wrapper, sys.executable, "-m", "preview", "--project", str(self.folder), *arguments]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)

    def graphs(self, *arguments, **options):
        """Run `python -m preview --json` and return its documents by stack."""
        output = self.cli("--json", *arguments, **options).stdout
        documents = [json.loads(line) for line in output.splitlines()]
        return {document["stack"]: Graph(document) for document in documents}


@pytest.fixture
def sample(tmp_path):
    return Sample(tmp_path)
