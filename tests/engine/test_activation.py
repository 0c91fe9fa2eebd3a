"""Under the real engine, a standby becomes active by a failover's commands: first what users meet, then the rest."""

import json
from pathlib import Path

import pytest

from failover.steps.activate import SLOW, Activate, Settle

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.real


def sizes(state):
    """What the mode sizes, by type."""
    kinds = {
        SLOW[0]: lambda inputs: inputs["shardCount"],
        SLOW[1]: lambda inputs: inputs["capacityConfig"]["vcpuCount"],
        "gcp:sql/databaseInstance:DatabaseInstance": lambda inputs: inputs["settings"]["tier"],
    }
    return {each["type"]: kinds[each["type"]](each["inputs"]) for each in state if each["type"] in kinds}


def told(state):
    """The mode in the document that a failover reads."""
    [document] = [each for each in state if each["type"] == "gcp:storage/bucketObject:BucketObject"]
    # The SDK takes every object's content for a secret.
    return json.loads(json.loads(document["inputs"]["content"]["plaintext"]))["deployedMode"]


@pytest.fixture(scope="module")
def project(copy):
    made = copy(ROOT, "dr")
    made.update("dr")
    return made


def run(project, step):
    assert step.command[0] == "pulumi"
    project.pulumi(*(word for word in step.command[1:] if word != "--non-interactive"))
    return project.state("dr")


def test_users_do_not_wait_for_what_grows_slowly(project):
    standby = sizes(project.state("dr"))
    active = run(project, Activate)
    assert told(active) == "active"
    assert {token for token, size in sizes(active).items() if size == standby[token]} == set(SLOW)
    settled = sizes(run(project, Settle))
    assert all(settled[token] != standby[token] for token in standby)
    assert "mode: active" in (project.folder / "Pulumi.dr.yaml").read_text()
