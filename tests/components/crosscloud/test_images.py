"""Replication of images: pushes and a schedule start a copy that may read these repositories, and nothing wider."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.crosscloud.images import SCRIPT
from preview.graph import Graph, Node

PROGRAM = """
from components.crosscloud.images import ImageReplication, Source, Target
from settings.replication import ImageReplicationSettings

topic = "arn:aws:sns:us-west-2:111122223333:sample"
ecr, google = "111122223333.dkr.ecr.us-west-2.amazonaws.com", "us-central1-docker.pkg.dev/example-standby"
ImageReplication(
    "images",
    on_aws,
    on_gcp,
    ImageReplicationSettings(rpo=90),
    source=Source(
        repository_urls={
            "core": f"{ecr}/platform-test/core", "charts/workload": f"{ecr}/platform-test/charts/workload"
        },
        vpc_id="vpc-0123456789abcdef0",
        subnet_ids=["subnet-0000000000000000a", "subnet-0000000000000000b"],
        role_name="standby-images",
        key_arn="arn:aws:kms:us-west-2:111122223333:key/logs",
        queues_key_arn="arn:aws:kms:us-west-2:111122223333:key/queues",
        topic_arns={"us-west-2": {"page": topic, "ticket": topic}},
    ),
    target=Target(
        repository_urls={"core": f"{google}/images/core", "charts/workload": f"{google}/charts/workload"},
        audience="//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/p/providers/aws",
        account="aws-images@example-standby.iam.gserviceaccount.com",
        record_bucket="sample-logs",
        channels={"page": ["projects/example-standby/notificationChannels/1"], "ticket": []},
    ),
    opts=opts,
)
"""

AUDIENCE = "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/p/providers/aws"
NAMES = {"platform-test/core", "platform-test/charts/workload"}
REPOSITORY = "arn:aws:ecr:us-west-2:111122223333:repository/"


@pytest.fixture(scope="module")
def graph(sample: Callable[[str], Graph]) -> Graph:
    return sample(PROGRAM)


@pytest.fixture(scope="module")
def project(graph: Graph) -> Node:
    return only(graph, "aws:codebuild/project:Project")


def only(graph: Graph, token: str, name: str | None = None) -> Node:
    [found] = [node for node in graph.of_type(token) if name in (None, node.name)]
    return found


def commands(project: Node) -> list[str]:
    return json.loads(project.inputs["source"]["buildspec"])["phases"]["build"]["commands"]


def ends(project: Node) -> dict[str, Any]:
    """What ends.json says in the build."""
    [written] = [command for command in commands(project) if command.startswith("cat > ends.json")]
    return json.loads(written.partition("\n")[2].removesuffix("END"))


def rights(graph: Graph, role: str) -> dict[str, dict[str, Any]]:
    """The statement that grants an action, by action."""
    name = only(graph, "aws:iam/role:Role", role).outputs["name"]
    return {
        action: statement
        for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if policy.inputs["role"] == name
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in statement["Action"]
    }


class TestBuild:
    def test_it_runs_the_script_with_both_ends(self, project: Node) -> None:
        script, _, run = commands(project)
        assert script == f"cat > copy_images.py <<'END'\n{SCRIPT.read_text()}END"
        assert "\nEND\n" not in SCRIPT.read_text()
        assert run == "python3 copy_images.py ends.json"
        google = "us-central1-docker.pkg.dev/example-standby"
        assert ends(project) == {
            "region": "us-west-2",
            "source": "111122223333.dkr.ecr.us-west-2.amazonaws.com",
            "repositories": {
                "platform-test/core": f"{google}/images/core",
                "platform-test/charts/workload": f"{google}/charts/workload",
            },
            "audience": AUDIENCE,
            "account": "aws-images@example-standby.iam.gserviceaccount.com",
            "project": "example-standby",
            "bucket": "sample-logs",
            "record": "replication/images.json",
        }

    def test_it_is_encrypted_logged_and_unprivileged(self, graph: Graph, project: Node) -> None:
        log = only(graph, "aws:cloudwatch/logGroup:LogGroup")
        assert (
            project.inputs["encryptionKey"] == log.inputs["kmsKeyId"] == "arn:aws:kms:us-west-2:111122223333:key/logs"
        )
        assert project.inputs["logsConfig"]["cloudwatchLogs"] == {"status": "ENABLED", "groupName": log.outputs["name"]}
        assert project.inputs["environment"]["privilegedMode"] is False

    def test_it_stops_before_its_token_does(self, project: Node) -> None:
        assert project.inputs["buildTimeout"] < 60

    def test_it_goes_out_by_https_and_nobody_comes_in(self, graph: Graph, project: Node) -> None:
        group = only(graph, "aws:ec2/securityGroup:SecurityGroup")
        assert project.inputs["vpcConfig"] == {
            "vpcId": "vpc-0123456789abcdef0",
            "subnets": ["subnet-0000000000000000a", "subnet-0000000000000000b"],
            "securityGroupIds": [group.state["id"]],
        }
        out = only(graph, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
        assert (out.inputs["securityGroupId"], out.inputs["fromPort"], out.inputs["toPort"]) == (
            group.state["id"], 443, 443,
        )  # fmt: skip
        assert not graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")


class TestRights:
    def test_the_role_is_the_one_that_the_standby_admits(self, graph: Graph, project: Node) -> None:
        role = only(graph, "aws:iam/role:Role", "images-copies")
        assert role.inputs["name"] == "standby-images"
        assert project.inputs["serviceRole"] == role.outputs["arn"]
        [trust] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        assert trust["Principal"] == {"Service": "codebuild.amazonaws.com"}
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}

    def test_it_reads_these_repositories_and_changes_none(self, graph: Graph) -> None:
        granted = rights(graph, "images-copies")
        registry = {action: granted[action]["Resource"] for action in granted if action.startswith("ecr:")}
        assert registry.pop("ecr:GetAuthorizationToken") == "*"
        for action, resources in registry.items():
            assert action.removeprefix("ecr:").startswith(("BatchCheck", "BatchGet", "Get", "List")), action
            assert set(resources) == {f"{REPOSITORY}{name}" for name in NAMES}
        assert {action.split(":")[0] for action in granted} == {"ec2", "ecr", "kms", "logs"}

    def test_builds_interfaces_are_lent_to_codebuild_in_its_subnets(self, graph: Graph) -> None:
        lend = rights(graph, "images-copies")["ec2:CreateNetworkInterfacePermission"]
        assert lend["Condition"] == {
            "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
            "ArnEquals": {
                "ec2:Subnet": [f"arn:aws:ec2:us-west-2:111122223333:subnet/subnet-0000000000000000{x}" for x in "ab"]
            },
        }

    def test_eventbridge_starts_this_build_and_nothing_else(self, graph: Graph, project: Node) -> None:
        granted = rights(graph, "images-starter")
        assert {action: found["Resource"] for action, found in granted.items()} == {
            "codebuild:StartBuild": project.outputs["arn"]
        }


class TestStart:
    def test_pushes_to_these_repositories_and_a_schedule_start_it(self, graph: Graph) -> None:
        token = "aws:cloudwatch/eventRule:EventRule"
        assert json.loads(only(graph, token, "images-pushed").inputs["eventPattern"]) == {
            "source": ["aws.ecr"],
            "detail-type": ["ECR Image Action"],
            "detail": {
                "action-type": ["PUSH"],
                "result": ["SUCCESS"],
                "repository-name": ["platform-test/core", "platform-test/charts/workload"],
            },
        }
        assert only(graph, token, "images-comparison").inputs["scheduleExpression"] == "rate(15 minutes)"

    def test_each_rule_starts_the_build_as_the_starter(self, graph: Graph, project: Node) -> None:
        starter = only(graph, "aws:iam/role:Role", "images-starter").outputs["arn"]
        queue = only(graph, "aws:sqs/queue:Queue").outputs["arn"]
        rules = {rule.name: rule.outputs["name"] for rule in graph.of_type("aws:cloudwatch/eventRule:EventRule")}
        targets = graph.of_type("aws:cloudwatch/eventTarget:EventTarget")
        assert {target.inputs["rule"] for target in targets} == set(rules.values())
        for target in targets:
            assert target.inputs["arn"] == project.outputs["arn"]
            assert target.inputs["roleArn"] == starter
            assert target.inputs["deadLetterConfig"] == {"arn": queue}
            assert target.inputs["retryPolicy"]["maximumEventAgeInSeconds"] <= 3600

    def test_a_push_names_its_repository_and_the_schedule_none(self, graph: Graph) -> None:
        token = "aws:cloudwatch/eventTarget:EventTarget"
        transformer = only(graph, token, "images-pushed").inputs["inputTransformer"]
        assert transformer["inputPaths"] == {"repository": "$.detail.repository-name"}
        sent = json.loads(transformer["inputTemplate"].replace("<repository>", '"platform-test/core"'))
        [variable] = sent["environmentVariablesOverride"]
        assert (variable["name"], variable["value"]) == ("REPOSITORY", "platform-test/core")
        assert "inputTransformer" not in only(graph, token, "images-comparison").inputs

    def test_only_these_rules_may_leave_what_did_not_start(self, graph: Graph) -> None:
        send, tls = json.loads(only(graph, "aws:sqs/queuePolicy:QueuePolicy").inputs["policy"])["Statement"]
        assert send["Principal"] == {"Service": "events.amazonaws.com"}
        rules = {rule.outputs["arn"] for rule in graph.of_type("aws:cloudwatch/eventRule:EventRule")}
        assert set(send["Condition"]["ArnEquals"]["aws:SourceArn"]) == rules
        assert tls["Effect"] == "Deny"
        assert only(graph, "aws:sqs/queue:Queue").inputs["kmsMasterKeyId"].endswith(":key/queues")
        assert only(graph, "aws:cloudwatch/metricAlarm:MetricAlarm").inputs["threshold"] == 0


def test_the_standby_is_told_when_the_rpo_is_broken_even_with_aws_dark(graph: Graph, project: Node) -> None:
    policy = only(graph, "gcp:monitoring/alertPolicy:AlertPolicy")
    query = policy.inputs["conditions"][0]["conditionPrometheusQueryLanguage"]["query"]
    quiet = 90 - project.inputs["buildTimeout"]
    metric = f'custom_googleapis_com:replication_images_missing{{monitored_resource="global"}}[{quiet}m]'
    assert query == f"absent_over_time({metric}) or min_over_time({metric}) > 0"
    assert policy.inputs["severity"] == "CRITICAL"
    assert policy.inputs["notificationChannels"]


def test_the_link_wires_what_both_sides_export(interconnect: Graph, prod: Graph, dr: Graph) -> None:
    project = only(interconnect, "aws:codebuild/project:Project")
    wired, primary, standby = ends(project), prod.document["outputs"], dr.document["outputs"]
    assert {f"{wired['source']}/{name}": target for name, target in wired["repositories"].items()} == {
        url: standby["registry"]["repositoryUrls"][artifact]
        for artifact, url in primary["registry"]["repositoryUrls"].items()
    }
    assert wired["audience"] == standby["federation"]["audience"]
    assert wired["account"] == standby["federation"]["serviceAccounts"]["images"]
    assert wired["bucket"] == standby["buckets"]["logs"]
    assert project.inputs["vpcConfig"]["subnets"] == primary["network"]["subnetIds"]["private"]
    role = only(interconnect, "aws:iam/role:Role", "images-copies").inputs["name"]
    provider = only(dr, "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider")
    assert f"'{role}'" in provider.inputs["attributeCondition"]
    keys = {key.name: key for key in interconnect.of_type("aws:kms/key:Key")}
    assert "events.amazonaws.com" in keys["keys-queues"].inputs["policy"]
