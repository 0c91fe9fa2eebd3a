"""The workflows: nothing runs that is not pinned, nothing may do more than it must."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

WORKFLOWS = sorted((Path(__file__).parents[1] / ".github/workflows").glob("*.yml"))
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def workflow(request: pytest.FixtureRequest) -> dict[str, Any]:
    return yaml.safe_load(request.param.read_text())


class TestEachWorkflow:
    def test_pins_every_action_to_a_commit(self, workflow: dict[str, Any]) -> None:
        used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
        assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) for action in used), used

    def test_may_only_read_and_one_job_more_only_ask_for_an_identity(self, workflow: dict[str, Any]) -> None:
        assert workflow["permissions"] == {"contents": "read"}
        for job in workflow["jobs"].values():
            assert job.get("permissions", {}).items() <= {"contents": "read", "id-token": "write"}.items()

    def test_leaves_no_token_in_the_checkout(self, workflow: dict[str, Any]) -> None:
        for job in workflow["jobs"].values():
            for step in job["steps"]:
                if "actions/checkout" in step.get("uses", ""):
                    assert step["with"]["persist-credentials"] is False

    def test_ends_by_itself(self, workflow: dict[str, Any]) -> None:
        assert all(job["timeout-minutes"] <= 30 for job in workflow["jobs"].values())


def test_the_standby_is_previewed_without_credentials_for_aws() -> None:
    [cloud] = [yaml.safe_load(path.read_text()) for path in WORKFLOWS if path.stem == "cloud-preview"]
    [login] = [
        step for step in cloud["jobs"]["preview"]["steps"] if "configure-aws-credentials" in step.get("uses", "")
    ]
    assert login["if"] == "matrix.stack != 'dr'"


@pytest.mark.real
def test_actionlint_finds_nothing() -> None:
    if shutil.which("actionlint"):
        command = ["actionlint"]
    elif shutil.which("go"):
        command = ["go", "run", ACTIONLINT]
    else:
        pytest.skip("neither actionlint nor go is on PATH")
    result = subprocess.run([*command, *map(str, WORKFLOWS)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
