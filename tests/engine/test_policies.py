"""The policy pack under the real engine: loaded as it is, with the verdicts of the embedded preview."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
PACK = "policies"
FAULT = """

import pulumi_aws

pulumi_aws.dynamodb.Table(
    "planted",
    attributes=[{"name": "id", "type": "S"}],
    hash_key="id",
    opts=pulumi.ResourceOptions(provider=pulumi_aws.Provider("planted", region="us-west-2")),
)
"""


@pytest.fixture(scope="module")
def prod(copy):
    return copy(ROOT, "prod")


def judged_by_cli(project):
    """Exit status, violations and skips of `pulumi preview`; a skip is an advisory violation there."""
    log = project.folder / "events.json"
    found = project.pulumi(
        "preview",
        "--stack",
        "prod",
        "--policy-pack",
        PACK,
        "--event-log",
        str(log),
        check=False,
        PULUMI_DEBUG_COMMANDS="true",
    )
    events = [json.loads(line).get("policyEvent") for line in log.read_text().splitlines()]
    judged = {(e["policyName"], e["resourceUrn"], e["message"].strip()) for e in events if e}
    skipped = {(policy, urn) for policy, urn, message in judged if message.startswith("can't run policy")}
    return found.returncode, {v for v in judged if v[:2] not in skipped}, skipped


def judged_by_preview(project):
    """The same of `python -m preview`, which here judges what the CLI judges: the preview."""
    (document,) = project.embedded("prod", "--policy-pack", PACK, "--policy-pass", "preview", check=False)
    violations = document.get("policyViolations", [])
    return (
        {(v["policyName"], v["urn"], v["message"].strip()) for v in violations},
        {(skip["policyName"], skip["urn"]) for skip in document.get("policySkips", [])},
    )


class TestPack:
    def test_finds_nothing_in_prod_and_skips_what_the_embedded_preview_skips(self, prod):
        status, violations, skipped = judged_by_cli(prod)
        assert (status, violations) == (0, set())
        assert (violations, skipped) == judged_by_preview(prod)

    def test_refuses_a_planted_fault_in_the_words_of_the_embedded_preview(self, prod):
        program = prod.folder / "__main__.py"
        program.write_text(program.read_text() + FAULT)
        status, violations, _ = judged_by_cli(prod)
        assert status != 0
        assert violations != set()
        assert violations == judged_by_preview(prod)[0]
