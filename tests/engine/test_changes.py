"""What the real engine does with a deployed stack when a setting changes: the standby's role, and a fixed setting."""

from collections import Counter

import pytest

pytestmark = pytest.mark.real


def operations(plan: dict) -> Counter:
    return Counter(step["op"] for step in plan["steps"] if "newState" in step)


@pytest.fixture
def standby(copy, request):
    project = copy(request.config.rootpath, "dr")
    project.update("dr")
    return project


class TestMode:
    def test_active_replaces_nothing_and_standby_again_neither(self, standby):
        for mode in ("active", "standby"):
            standby.pulumi("config", "set", "mode", mode, "--stack", "dr")
            planned = operations(standby.preview("dr"))
            assert planned["update"], mode
            assert not planned.keys() - {"create", "delete", "same", "update"}, mode
            standby.update("dr")
            assert not operations(standby.preview("dr")).keys() - {"same"}, mode


class TestFixedSetting:
    def test_its_change_is_refused_before_anything_is_replaced(self, copy, request):
        project = copy(request.config.rootpath, "prod")
        project.update("prod")
        before = project.state("prod")
        shared = project.folder / "Pulumi.yaml"
        shared.write_text(
            shared.read_text().replace("      platform:\n        rpo: 5", "      ledger:\n        rpo: 5")
        )

        refused = project.pulumi("up", "--yes", "--skip-preview", "--stack", "prod", check=False)

        assert refused.returncode
        assert "database-cluster" in refused.stdout + refused.stderr
        assert "protect" in refused.stdout + refused.stderr
        assert {state["urn"] for state in before} <= {state["urn"] for state in project.state("prod")}
