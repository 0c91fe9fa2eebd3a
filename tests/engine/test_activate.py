"""Under the real engine a standby becomes active by a failover's own commands; a lock tells who holds the stack."""

import json
import os
from pathlib import Path

import pytest
import yaml

from failover.steps.activate import CANCEL, COMMAND, LOCK, LOCKED, SLOW, Activate, Settle

pytestmark = pytest.mark.real


@pytest.fixture
def standby(copy, request):
    return copy(request.config.rootpath, "dr")


def locked(folder: Path, process: int) -> None:
    """The lock that an update leaves whose process was killed."""
    project = yaml.safe_load((folder / "project" / "Pulumi.yaml").read_text())["name"]
    locks = folder / "state" / ".pulumi" / "locks" / "organization" / project / "dr"
    locks.mkdir(parents=True, exist_ok=True)
    (locks / "00000000-0000-4000-8000-000000000000.json").write_text(
        f'{{"pid": {process}, "username": "somebody", "hostname": "{os.uname().nodename}",'
        ' "timestamp": "2026-11-21T03:00:00Z"}'
    )


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


def run(project, step):
    project.pulumi(*step.command[1:])
    return project.state("dr")


def test_users_do_not_wait_for_what_grows_slowly(standby):
    standby.update("dr")
    before = sizes(standby.state("dr"))
    active = run(standby, Activate)
    assert told(active) == "active"
    assert {token for token, size in sizes(active).items() if size == before[token]} == set(SLOW)
    settled = sizes(run(standby, Settle))
    assert all(settled[token] != before[token] for token in before)
    settings = yaml.safe_load((standby.folder / "Pulumi.dr.yaml").read_text())["config"]
    assert settings["multicloud:mode"] == "active", "the next deployment must keep it"


def test_a_lock_tells_its_holder_and_is_taken_away(standby):
    locked(standby.folder.parent, 999999)
    refused = standby.pulumi(*COMMAND[1:], check=False)
    printed = refused.stdout + refused.stderr
    assert refused.returncode
    assert LOCKED in printed
    assert [found.groupdict() for found in LOCK.finditer(printed)] == [
        {"host": os.uname().nodename, "process": "999999"}
    ]
    standby.pulumi(*CANCEL[1:])
    assert not list((standby.folder.parent / "state" / ".pulumi" / "locks").rglob("*.json"))
