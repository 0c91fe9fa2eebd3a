"""What a failover runs to activate the standby, under the real engine: that very command, and who holds the stack."""

import os
from pathlib import Path

import pytest
import yaml

from failover.steps.activate import CANCEL, COMMAND, LOCK, LOCKED

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


class TestActivate:
    def test_the_update_runs_and_the_mode_stays_in_the_stacks_file(self, standby):
        standby.update("dr")
        before = {state["urn"]: state.get("inputs") for state in standby.state("dr")}

        standby.pulumi(*COMMAND[1:])

        settings = yaml.safe_load((standby.folder / "Pulumi.dr.yaml").read_text())["config"]
        assert settings["multicloud:mode"] == "active"
        after = {state["urn"]: state.get("inputs") for state in standby.state("dr")}
        [tier] = [
            (before[urn]["settings"]["tier"], inputs["settings"]["tier"])
            for urn, inputs in after.items()
            if "gcp:sql/databaseInstance:DatabaseInstance" in urn
        ]
        assert tier[0] != tier[1]

    def test_a_lock_tells_its_holder_and_is_taken_away(self, standby):
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
