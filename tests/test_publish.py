"""What the workflow `publish` pushes: all that a setting names by its digest, to where the standby looks for it."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from components.gcp.registry import REPOSITORIES

ROOT = Path(__file__).parents[1]
CONTAINERFILES = [ROOT / "failover/Containerfile", *sorted(ROOT.glob("services/*/Containerfile"))]
STANDBY = "us-central1-docker.pkg.dev/example-standby/platform-production"

# `crane digest` knows what one of the others pushed before.
STAND_IN = """#!/bin/sh
case "$(basename "$0") $1" in
  "crane digest") grep -qF -- "$2" pushed && echo sha256:0a ;;
  "crane append") echo "$6" >> pushed ;;
  "docker build") echo "$*" >> built ;;
  "docker push") echo "$3" >> pushed ;;
  "helm package") touch "$4/$(basename "$2")-$(sed -n 's/^version: //p' "$2/Chart.yaml").tgz" ;;
  "helm push") echo "${3#oci://}/$(basename "$2" | sed 's/-\\([0-9.]*\\).tgz$/:\\1/')" >> pushed ;;
  "git ls-files") shift 2; echo "$*" ;;
esac
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the script ran, where all programs that would leave the machine are stand-ins."""
    checkout, programs = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("programs")
    for folder in ("charts", "bundles", "services", "failover"):
        (checkout / folder).symlink_to(ROOT / folder)
    for program in ("crane", "docker", "git", "helm"):
        (programs / program).write_text(STAND_IN)
        (programs / program).chmod(0o755)
    (checkout / "pushed").touch()
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "STANDBY": STANDBY, "TMPDIR": str(programs)}
    script = ROOT / ".github/publish.sh"
    done = subprocess.run([script], cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return checkout


@pytest.fixture
def listed(published: Path) -> dict[str, str]:
    """The reference of each artifact."""
    lines = (published / "published.txt").read_text().splitlines()
    return {artifact: reference for artifact, _, reference in map(str.split, lines)}


def test_all_that_is_made_here_and_run_by_its_digest_is_published(listed: dict[str, str]) -> None:
    artifacts = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]["artifacts"]["value"]
    # An example that others make: docs/operations.md has how it is copied.
    assert listed.keys() == {*artifacts} - {"podinfo"}


def test_each_lies_where_the_standby_looks_for_it(listed: dict[str, str], published: Path) -> None:
    for artifact, reference in listed.items():
        first, _, rest = artifact.partition("/")
        place = artifact if rest and first in REPOSITORIES else f"images/{artifact}"
        assert reference == f"{STANDBY}-{place}@sha256:0a"
    pushed = [line.partition(":")[0] for line in (published / "pushed").read_text().split()]
    assert sorted(pushed) == sorted(reference.partition("@")[0] for reference in listed.values())


def test_an_image_is_built_from_the_folder_that_its_file_copies_from(published: Path) -> None:
    for command in (published / "built").read_text().splitlines():
        words = command.split()
        file, context = ROOT / words[words.index("--file") + 1], ROOT / words[-1]
        copied = re.findall(r"^COPY (?!--)(\S+) ", file.read_text(), re.MULTILINE)
        assert copied
        assert all((context / source).exists() for source in copied), command


def test_what_is_published_is_what_starts_the_workflow() -> None:
    paths = (ROOT / ".github/workflows/publish.yml").read_text()
    script = (ROOT / ".github/publish.sh").read_text()
    [sources] = re.findall(r"^image failover \S+ \. (.+)$", script, re.MULTILINE)
    copied = re.findall(r"^COPY (?!--)(\S+) /app/", (ROOT / "failover/Containerfile").read_text(), re.MULTILINE)
    assert sources.split() == copied
    for source in (*copied, "services/**", "charts/**", "bundles/**"):
        assert f"- {source}" in paths


def test_images_are_made_from_one_exact_image_and_run_as_nobody() -> None:
    texts = [file.read_text() for file in CONTAINERFILES]
    bases = {re.findall(r"^ARG PYTHON=(\S+)$", text, re.MULTILINE)[0] for text in texts}
    assert len(bases) == 1
    assert re.fullmatch(r"docker\.io/library/python:[\w.-]+@sha256:[0-9a-f]{64}", bases.pop())
    for text in texts:
        assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"${PYTHON}"}
        assert "--require-hashes" in text
        assert "USER 65532:65532" in text
