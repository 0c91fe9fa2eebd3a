"""The project in bootstrap/ under the real engine: it finds the platform's settings, and can be run again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.conftest import Project
from tests.engine.test_graph import by_urn, differences

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
STACK_TYPE = "pulumi:pulumi:Stack"


@pytest.fixture
def project(copy: Callable[..., Project]) -> Project:
    platform = copy(ROOT)
    made = replace(platform, folder=platform.folder / "bootstrap")
    made.pulumi("stack", "init", "bootstrap")
    return made


def test_both_engines_see_the_same_and_a_second_update_changes_nothing(project: Project) -> None:
    [embedded] = project.embedded("bootstrap")
    cli = project.preview("bootstrap")
    for step in (*cli["steps"], *embedded["steps"]):
        # The components lie outside the project; the embedded preview shows no position there.
        step["newState"].pop("sourcePosition", None)
    assert differences(by_urn(cli["steps"]), by_urn(embedded["steps"])) == []
    project.update("bootstrap")
    project.update("bootstrap", "--expect-no-changes")


def test_with_sample_settings_it_stops_before_the_first_resource(project: Project) -> None:
    found = project.pulumi("up", "--yes", "--skip-preview", check=False, MULTICLOUD_SIMULATION="")
    assert found.returncode != 0
    assert "multicloud-bootstrap:accounts.aws" in found.stdout + found.stderr
    assert {resource["type"] for resource in project.state("bootstrap")} <= {STACK_TYPE}
