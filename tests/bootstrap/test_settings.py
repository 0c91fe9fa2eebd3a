"""Bootstrap's settings are checked like the stacks', and shares those of the platform's Pulumi.yaml."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from preview.graph import Graph

CASES = {
    "bucket's name": ("state.bucket", "Platform_State", "lower-case"),
    "repository with its owner": ("github.repository", "owner/platform", "without /"),
    "unquoted id": ("github.owner_id", 1000001, "in quotes"),
    "billing account in small letters": ("budgets.billing_account", "012345-6789ab-cdef01", "012345-6789AB-CDEF01"),
    "nobody to tell": ("budgets.receivers", [], "add what is missing"),
    "no address": ("budgets.receivers", ["costs"], "one address"),
    "a branch that git refuses": ("github.default_branch", "main branch", "such as main"),
    "unknown subject": ("github.subject", "any", "'immutable' or 'names'"),
    "misspelt key": ("github.environmnet", "production", "did you mean environment?"),
}


@pytest.fixture
def planned(root: Path, tmp_path: Path, preview: Callable) -> Callable[..., Graph]:
    """Preview a copy of the project with other settings: its own, and the platform's."""

    def run(own: Mapping[str, Any] | None = None, platform: Mapping[str, Any] | None = None) -> Graph:
        shutil.copytree(root / "bootstrap", tmp_path / "bootstrap", ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("settings", "components"):
            (tmp_path / part).symlink_to(root / part)
        project = yaml.safe_load((root / "Pulumi.yaml").read_text())
        for name, value in (platform or {}).items():
            project["config"][name]["value"].update(value)
        (tmp_path / "Pulumi.yaml").write_text(json.dumps(project))
        file = tmp_path / "bootstrap/Pulumi.bootstrap.yaml"
        stack = yaml.safe_load(file.read_text())
        for path, value in (own or {}).items():
            name, *parts = path.split(".")
            key = f"multicloud-bootstrap:{name}"
            if parts:
                stack["config"][key][parts[0]] = value
            else:
                stack["config"][key] = value
        file.write_text(json.dumps(stack))
        result = preview("--project", str(tmp_path / "bootstrap"), "--json", "--pass", "update")
        return Graph(json.loads(result.stdout))

    return run


def refusal(graph: Graph) -> str:
    [message] = [each["message"] for each in graph.document["diagnostics"]]
    return message


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_setting_is_refused(case: str, planned: Callable[..., Graph]) -> None:
    path, value, remedy = CASES[case]
    message = refusal(planned({path: value}))
    assert f"Pulumi.bootstrap.yaml: multicloud-bootstrap:{path}" in message
    assert remedy in message


def test_accounts_come_from_the_platforms_own_file(planned: Callable[..., Graph]) -> None:
    graph = planned(platform={"accounts": {"aws": "222233334444"}})
    [provider] = graph.of_type("pulumi:providers:aws")
    assert provider.inputs["allowedAccountIds"] == '["222233334444"]'


def test_a_shared_key_of_its_own_is_refused(planned: Callable[..., Graph]) -> None:
    message = refusal(planned({"regions": {"aws": "us-west-2", "gcp": "us-east1"}}))
    assert "multicloud-bootstrap:regions" in message
    assert "the stacks would disagree" in message


def test_a_continent_without_pairs_is_refused(planned: Callable[..., Graph]) -> None:
    message = refusal(planned({}, {"regions": {"gcp": "me-west1"}}))
    assert "Pulumi.yaml: multicloud-bootstrap:regions.gcp" in message


def test_europe_has_its_own_locations(planned: Callable[..., Graph]) -> None:
    graph = planned({}, {"regions": {"gcp": "europe-west1", "gcp_second": "europe-west3"}})
    assert graph.of_type("gcp:storage/bucket:Bucket")[0].inputs["location"] == "EU"
    assert graph.of_type("gcp:kms/keyRing:KeyRing")[0].inputs["location"] == "europe"


def test_names_are_trusted_by_explicit_choice(planned: Callable[..., Graph]) -> None:
    graph = planned({"github.subject": "names"})
    trusts = "".join(node.inputs["assumeRolePolicy"] for node in graph.of_type("aws:iam/role:Role"))
    assert "repo:example-owner/example-platform:environment:production" in trusts
