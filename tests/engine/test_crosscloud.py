"""Under the real engine, too, a fault in the contract stops an update before its first resource."""

from pathlib import Path
from textwrap import dedent

import pytest

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
PROGRAM = """
import asyncio
import sys
sys.path.insert(0, {root!r})
import pulumi
import pulumi_aws as aws
from components.crosscloud.contract import Contract


async def read():
    # As another stack's outputs do: time enough for whatever does not wait.
    await asyncio.sleep(2)
    return {{"region": {standby!r}}}


contract = Contract("contract", primary={{"region": "us-west-2"}}, standby=read(), tunnels=[])
provider = aws.Provider("contract-aws", region="us-west-2", opts=pulumi.ResourceOptions(parent=contract))
aws.sqs.Queue("queue", opts=pulumi.ResourceOptions(provider=provider))
"""
RULE = "crosscloud-regions-apart"


@pytest.fixture
def update(copy, tmp_path):
    """Deploy a contract with a standby's region and what comes after it, under one rule; status, output and types."""

    def run(standby):
        (tmp_path / "Pulumi.yaml").write_text("name: sample\nruntime: {name: python, options: {virtualenv: .venv}}\n")
        (tmp_path / "__main__.py").write_text(dedent(PROGRAM.format(root=str(ROOT), standby=standby)))
        project = copy(tmp_path, "link")
        (project.folder / "levels.json").write_text(f'{{"all": "disabled", "{RULE}": "mandatory"}}')
        pack = ("--policy-pack", str(ROOT / "policies"), "--policy-pack-config", "levels.json")
        found = project.pulumi("up", "--yes", "--skip-preview", "--stack", "link", *pack, check=False)
        return found.returncode, found.stdout, {resource["type"] for resource in project.state("link")}

    return run


def test_neighbours_are_never_joined(update):
    status, output, types = update("us-west1")
    assert status != 0
    assert RULE in output
    assert types <= {"pulumi:pulumi:Stack"}


def test_regions_far_apart_are_joined(update):
    status, output, types = update("us-central1")
    assert status == 0, output
    assert "aws:sqs/queue:Queue" in types
