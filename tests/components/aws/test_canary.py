"""The canary, where one is chosen: it tests the front door, and its reports are encrypted."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from preview.graph import Graph, Node

CANARY = """
  multicloud:observability:
    canary: {artifact_bucket: sample-artifacts, path: /ready, interval_minutes: 1}
"""


@pytest.fixture
def graph(project_copy: Path, preview: Callable, root: Path) -> Graph:
    file = project_copy / "Pulumi.prod.yaml"
    file.write_text(file.read_text() + CANARY)
    result = preview(
        "prod", "--json", "--pass", "update", "--project", str(project_copy), "--policy-pack", str(root / "policies")
    )
    assert result.returncode == 0, result.stdout
    return Graph(json.loads(result.stdout))


def test_no_canary_runs_unless_one_is_chosen(prod: Graph) -> None:
    assert not prod.of_type("aws:synthetics/canary:Canary")


def test_it_asks_for_the_chosen_page_and_raises_the_regions_alarm(graph: Graph) -> None:
    [canary] = graph.of_type("aws:synthetics/canary:Canary")
    assert canary.inputs["runConfig"]["environmentVariables"]["TARGET_URL"].endswith("/ready")
    assert canary.inputs["schedule"]["expression"] == "rate(1 minute)"
    assert canary.inputs["kmsKeyArn"] == canary.inputs["artifactConfig"]["s3Encryption"]["kmsKeyArn"]
    [alarm] = [node for node in graph.nodes.values() if node.name == "observability-alarms-canary-success"]
    assert alarm.inputs["dimensions"] == {"CanaryName": canary.outputs["name"]}
    [composite] = [
        node
        for node in graph.of_type("aws:cloudwatch/compositeAlarm:CompositeAlarm")
        if node.outputs["region"] == alarm.outputs["region"]
    ]
    assert alarm.outputs["name"] in composite.inputs["alarmRule"]


def test_another_script_is_another_object(graph: Graph) -> None:
    [script] = graph.of_type("aws:s3/bucketObject:BucketObject")
    [canary] = graph.of_type("aws:synthetics/canary:Canary")
    assert script.inputs["key"] == canary.inputs["s3Key"]
    assert script.inputs["serverSideEncryption"] == "aws:kms"


def test_its_role_writes_reports_and_nothing_else(graph: Graph) -> None:
    [policy] = [node for node in graph.of_type("aws:iam/rolePolicy:RolePolicy") if "canary" in node.name]
    everywhere = {action for found in statements(policy) if found["Resource"] == "*" for action in found["Action"]}
    assert everywhere == {"cloudwatch:PutMetricData", "s3:ListAllMyBuckets", "xray:PutTraceSegments"}


def statements(node: Node) -> list[dict]:
    return json.loads(node.inputs["policy"])["Statement"]
