"""The program's life under the real engine: previewed, deployed, deployed again, destroyed."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
STACK_TYPE = "pulumi:pulumi:Stack"


class TestPreview:
    def test_plans_creations_only(self, stack):
        assert {step["op"] for step in stack.preview["steps"]} <= {"create", "read"}

    def test_reports_no_error(self, stack):
        assert [d for d in stack.preview.get("diagnostics", []) if d["severity"] == "error"] == []


class TestUpdate:
    def test_creates_what_the_preview_showed(self, stack):
        planned = {step["urn"] for step in stack.preview["steps"]}
        created = {resource["urn"] for resource in stack.project.state(stack.stack)}
        default_provider = {urn for urn in created if "::pulumi:providers:pulumi::default" in urn}
        assert created - default_provider == planned

    def test_a_second_one_changes_nothing(self, stack):
        stack.project.update(stack.stack, "--expect-no-changes")

    @pytest.mark.parametrize("name", ["prod", "dr", "interconnect"])
    def test_with_sample_settings_stops_before_the_first_resource(self, copy, name):
        project = copy(ROOT, name)
        found = project.pulumi("up", "--yes", "--skip-preview", "--stack", name, check=False, MULTICLOUD_SIMULATION="")
        assert found.returncode != 0
        assert "multicloud:domain" in found.stdout + found.stderr
        assert {resource["type"] for resource in project.state(name)} <= {STACK_TYPE}


class TestDestroy:
    def test_is_refused_while_resources_are_protected(self, deployed):
        prod = deployed(ROOT, "prod")
        before = prod.project.state("prod")
        found = prod.project.pulumi("destroy", "--yes", "--stack", "prod", check=False)
        assert found.returncode != 0
        assert "protect" in found.stdout + found.stderr
        assert prod.project.state("prod") == before

    def test_leaves_nothing_of_a_stack_without_protection(self, copy):
        project = copy(ROOT, "prod")
        project.configure("prod", {"protection": False})
        project.update("prod")
        project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "prod")
        assert project.state("prod") == []
