"""Notifications: encrypted topics for this account's alarms, receivers by secret URLs, and nothing lost."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from preview.graph import Graph, Node


def statements(node: Node) -> dict[str, dict]:
    return {found["Sid"]: found for found in json.loads(node.inputs["policy"])["Statement"]}


class TestTopics:
    def test_there_is_one_a_severity_here_and_in_us_east_1(self, prod: Graph) -> None:
        exported = prod.document["outputs"]["observability"]["topicArns"]
        assert {region: sorted(topics) for region, topics in exported.items()} == {
            "us-west-2": ["page", "ticket"],
            "us-east-1": ["page", "ticket"],
        }

    def test_topics_and_queues_have_the_notifications_key_of_their_region(self, prod: Graph) -> None:
        for node in prod.of_type("aws:sns/topic:Topic", "aws:sqs/queue:Queue"):
            if not node.name.startswith("observability-"):
                continue
            key = node.inputs["kmsMasterKeyId"]
            [found] = [key_node for key_node in prod.of_type("aws:kms/key:Key") if key_node.outputs["arn"] == key]
            assert "notifications" in found.name
            assert found.outputs["region"] == node.outputs["region"]

    def test_this_accounts_alarms_and_backups_may_publish(self, prod: Graph) -> None:
        policies = prod.of_type("aws:sns/topicPolicy:TopicPolicy")
        assert len(policies) == len(prod.of_type("aws:sns/topic:Topic"))
        for policy in policies:
            found = statements(policy)["AlarmsAndBackups"]
            assert found["Action"] == ["sns:Publish"]
            assert found["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}

    def test_nobody_comes_without_tls(self, prod: Graph) -> None:
        for policy in prod.of_type("aws:sns/topicPolicy:TopicPolicy", "aws:sqs/queuePolicy:QueuePolicy"):
            denied = statements(policy)["TlsOnly"]
            assert denied["Effect"] == "Deny"
            assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}

    def test_only_the_topics_fill_the_queue_of_what_nobody_took(self, prod: Graph) -> None:
        topics = {topic.outputs["arn"] for topic in prod.of_type("aws:sns/topic:Topic")}
        for policy in prod.of_type("aws:sqs/queuePolicy:QueuePolicy"):
            if policy.name.startswith("observability-"):
                assert set(statements(policy)["Topics"]["Condition"]["ArnEquals"]["aws:SourceArn"]) < topics

    def test_their_key_opens_to_publishers_of_this_account(self, prod: Graph) -> None:
        [key] = [key for key in prod.of_type("aws:kms/key:Key") if key.name == "keys-notifications"]
        for found in statements(key).values():
            services = found["Principal"].get("Service")
            if services and services != ["events.amazonaws.com"]:
                assert found["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}


RECEIVERS = {"pagerduty": {"severities": ["page"]}, "opsgenie": {}}
URLS = """
  multicloud:pagerduty_url: {secure: AAAA}
  multicloud:opsgenie_url: {secure: BBBB}
"""


class TestReceivers:
    @pytest.fixture
    def plan(self, project_copy: Path, preview: Callable) -> Callable[[str], dict]:
        def run(secrets: str) -> dict:
            project = project_copy / "Pulumi.yaml"
            found = yaml.safe_load(project.read_text())
            found["config"]["receivers"]["value"] = RECEIVERS
            project.write_text(yaml.safe_dump(found))
            stack = project_copy / "Pulumi.prod.yaml"
            stack.write_text(stack.read_text() + secrets)
            result = preview("prod", "--json", "--pass", "update", "--project", str(project_copy))
            return json.loads(result.stdout)

        return run

    def test_each_is_told_of_its_severities_in_both_regions_and_its_url_is_never_shown(
        self, plan: Callable[[str], dict]
    ) -> None:
        document = plan(URLS)
        graph = Graph(document)
        subscriptions = graph.of_type("aws:sns/topicSubscription:TopicSubscription")
        severities = [
            (node.name.split("-")[3], node.name.split("-")[2], node.outputs["region"]) for node in subscriptions
        ]
        assert sorted(severities) == [
            ("opsgenie", severity, region) for severity in ("page", "ticket") for region in ("us-east-1", "us-west-2")
        ] + [("pagerduty", "page", region) for region in ("us-east-1", "us-west-2")]
        queues = {queue.outputs["arn"]: queue for queue in graph.of_type("aws:sqs/queue:Queue")}
        for node in subscriptions:
            assert node.inputs["protocol"] == "https"
            assert node.inputs["rawMessageDelivery"] is False
            assert node.inputs["endpoint"] == "[secret]"
            queue = queues[json.loads(node.inputs["redrivePolicy"])["deadLetterTargetArn"]]
            assert queue.outputs["region"] == node.outputs["region"]
        warnings = [found["message"] for found in document["diagnostics"] if found["severity"] == "warning"]
        assert [message for message in warnings if "April 2027" in message]

    def test_one_without_its_url_stops_the_plan(self, plan: Callable[[str], dict]) -> None:
        [message] = [found["message"] for found in plan("")["diagnostics"] if found["severity"] == "error"]
        assert "pulumi config set --secret pagerduty_url --stack prod" in message
        assert "pulumi config set --secret opsgenie_url --stack prod" in message
