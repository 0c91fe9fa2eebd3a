"""Children of a component that touches both clouds are marked in each cloud's own way."""

from collections.abc import Callable
from pathlib import Path

import pytest

from preview.graph import Graph

PROGRAM = """
import sys
sys.path.insert(0, {root!r})
import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp
from components.aws.component import Scope as AwsScope
from components.crosscloud.component import CrossCloudComponent
from components.gcp.component import Scope as GcpScope
from components.tags import Tags

tags = Tags("platform", "test", "team", "platform", "link")
amazon = AwsScope("111122223333", "us-west-2", tags, protect=True)
google = GcpScope("example-standby", "123456789012", "us-central1", tags, protect=True)


class Both(CrossCloudComponent):
    def __init__(self, name, opts):
        super().__init__("Both", name, amazon, google, "internal", opts)
        aws.kinesis.Stream(f"{{name}}-stream", opts=self.child(stateful=True))
        gcp.pubsub.Topic(f"{{name}}-topic", labels={{"own": "label"}}, opts=self.child())
        gcp.monitoring.AlertPolicy(
            f"{{name}}-lag", combiner="OR", conditions=[], display_name="lag", opts=self.child()
        )
        self.register_outputs({{}})


providers = [aws.Provider("aws", region="us-west-2"), gcp.Provider("gcp", project="example-standby")]
Both("both", pulumi.ResourceOptions(providers=providers))
"""

MARKS = {
    "service": "platform",
    "environment": "test",
    "owner": "team",
    "cost-centre": "platform",
    "dr-role": "link",
    "data-class": "internal",
}


@pytest.fixture(scope="module")
def both(root: Path, run_sample: Callable[[str], Graph]) -> Graph:
    return run_sample(PROGRAM.format(root=str(root)))


def test_children_are_tagged_and_named_on_aws(both: Graph) -> None:
    [stream] = both.of_type("aws:kinesis/stream:Stream")
    assert stream.inputs["tags"] == {"Name": "both-stream", **MARKS}


def test_children_are_labelled_on_google_cloud_wherever_a_type_has_its_labels(both: Graph) -> None:
    [topic] = both.of_type("gcp:pubsub/topic:Topic")
    [alert] = both.of_type("gcp:monitoring/alertPolicy:AlertPolicy")
    assert topic.inputs["labels"] == {**MARKS, "own": "label"}
    assert alert.inputs["userLabels"] == MARKS


def test_only_what_holds_data_is_protected(both: Graph) -> None:
    assert [node.name for node in both.nodes.values() if node.protected] == ["both-stream"]
