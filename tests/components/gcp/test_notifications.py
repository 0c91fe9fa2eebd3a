"""Notification channels: the receivers that both regions share, by secrets that nobody is shown."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from preview.graph import Graph

SECRETS = """
  multicloud:pagerduty_service_key: {secure: AAAA}
  multicloud:opsgenie_url: {secure: BBBB}
"""


@pytest.fixture
def plan(project_copy: Path, preview: Callable) -> Callable[[str], dict]:
    def run(secrets: str) -> dict:
        project = project_copy / "Pulumi.yaml"
        found = yaml.safe_load(project.read_text())
        found["config"]["receivers"]["value"] = {"pagerduty": {"severities": ["page"]}, "opsgenie": {}}
        project.write_text(yaml.safe_dump(found))
        stack = project_copy / "Pulumi.dr.yaml"
        stack.write_text(stack.read_text() + secrets)
        return json.loads(preview("dr", "--json", "--pass", "update", "--project", str(project_copy)).stdout)

    return run


def test_each_receiver_has_a_channel_whose_secret_is_never_shown(plan: Callable[[str], dict]) -> None:
    document = plan(SECRETS)
    channels = {
        node.name.rsplit("-", 1)[1]: node.inputs
        for node in Graph(document).of_type("gcp:monitoring/notificationChannel:NotificationChannel")
    }
    assert channels["pagerduty"]["type"] == "pagerduty"
    assert channels["pagerduty"]["sensitiveLabels"] == {"serviceKey": "[secret]"}
    assert channels["opsgenie"]["type"] == "webhook_tokenauth"
    assert channels["opsgenie"]["labels"] == {"url": "[secret]"}
    exported = document["outputs"]["observability"]["channelNames"]
    assert {severity: len(names) for severity, names in exported.items()} == {"page": 2, "ticket": 1}
    warnings = [found["message"] for found in document["diagnostics"] if found["severity"] == "warning"]
    assert [message for message in warnings if "April 2027" in message]


def test_one_without_its_secret_stops_the_plan(plan: Callable[[str], dict]) -> None:
    [message] = [found["message"] for found in plan("")["diagnostics"] if found["severity"] == "error"]
    assert "pulumi config set --secret pagerduty_service_key --stack dr" in message
    assert "pulumi config set --secret opsgenie_url --stack dr" in message
