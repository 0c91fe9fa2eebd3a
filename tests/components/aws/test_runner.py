"""The CI runner: inside the VPC, with no rights of its own but those a job cannot do without."""

import json
from collections.abc import Callable

import pytest

from preview.graph import Graph, Node

REPOSITORY = "example-org/platform"
APPLY = "arn:aws:iam::111122223333:role/apply"
PROJECT = "aws:codebuild/project:Project"
CONNECTION = "aws:codeconnections/connection:Connection"


@pytest.fixture
def connected(prod_with: Callable[..., Graph]) -> Graph:
    return prod_with({"runner": {"repository": REPOSITORY, "connected": True}})


@pytest.fixture
def project(connected: Graph) -> Node:
    [project] = connected.of_type(PROJECT)
    return project


def test_there_is_none_until_a_repository_is_named(prod: Graph) -> None:
    assert not prod.of_type(PROJECT, CONNECTION)


def test_until_somebody_connects_github_there_is_only_the_connection(prod_with: Callable[..., Graph]) -> None:
    graph = prod_with({"runner": {"repository": REPOSITORY}})
    assert len(graph.of_type(CONNECTION)) == 1
    assert not graph.of_type(PROJECT)


def test_queued_jobs_of_the_repository_start_it(connected: Graph, project: Node) -> None:
    [connection] = connected.of_type(CONNECTION)
    assert project.inputs["name"] == "platform-production-runner"
    assert project.inputs["source"]["location"] == f"https://github.com/{REPOSITORY}.git"
    assert project.inputs["source"]["auth"] == {"type": "CODECONNECTIONS", "resource": connection.outputs["arn"]}
    [webhook] = connected.of_type("aws:codebuild/webhook:Webhook")
    assert webhook.inputs["filterGroups"] == [{"filters": [{"type": "EVENT", "pattern": "WORKFLOW_JOB_QUEUED"}]}]


def test_it_reaches_the_clusters_api_and_https_and_nobody_reaches_it(connected: Graph, project: Node) -> None:
    private = {
        node.state["id"]
        for node in connected.of_type("aws:ec2/subnet:Subnet")
        if node.inputs["tags"]["tier"] == "private"
    }
    assert set(project.inputs["vpcConfig"]["subnets"]) == private
    groups = {node.state["id"]: node.name for node in connected.of_type("aws:ec2/securityGroup:SecurityGroup")}
    members = project.inputs["vpcConfig"]["securityGroupIds"]
    assert [groups[member] for member in members] == ["runner-jobs", "cluster-clients"]
    ways_in = connected.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert not [rule for rule in ways_in if rule.inputs["securityGroupId"] in members]
    out = connected.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    assert {rule.inputs["fromPort"] for rule in out if rule.inputs["securityGroupId"] in members} == {443}


def test_it_is_encrypted_logged_and_unprivileged(connected: Graph, project: Node) -> None:
    [key] = [key for key in connected.of_type("aws:kms/key:Key") if key.name == "keys-logs"]
    [log] = [node for node in connected.of_type("aws:cloudwatch/logGroup:LogGroup") if node.name == "runner-jobs"]
    assert project.inputs["encryptionKey"] == log.inputs["kmsKeyId"] == key.outputs["arn"]
    assert project.inputs["logsConfig"]["cloudwatchLogs"] == {"status": "ENABLED", "groupName": log.outputs["name"]}
    assert project.inputs["environment"]["privilegedMode"] is False


def test_it_assumes_no_role_unless_one_is_named(connected: Graph) -> None:
    assert "sts:AssumeRole" not in _rights(connected)


def test_it_assumes_the_named_role_and_no_other(prod_with: Callable[..., Graph]) -> None:
    graph = prod_with({"runner": {"repository": REPOSITORY, "connected": True, "apply_role": APPLY}})
    assert _rights(graph)["sts:AssumeRole"] == APPLY


def test_its_interfaces_are_lent_to_codebuild_alone(connected: Graph) -> None:
    [policy] = [node for node in connected.of_type("aws:iam/rolePolicy:RolePolicy") if node.name == "runner-jobs-build"]
    [lend] = [found for found in json.loads(policy.inputs["policy"])["Statement"] if found["Sid"] == "LendInterfaces"]
    assert lend["Condition"]["StringEquals"] == {"ec2:AuthorizedService": "codebuild.amazonaws.com"}
    assert len(lend["Condition"]["ArnEquals"]["ec2:Subnet"]) == 3


def _rights(graph: Graph) -> dict[str, object]:
    """The resources of each action that the runner's role is granted."""
    return {
        action: found["Resource"]
        for node in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if node.name.startswith("runner-jobs")
        for found in json.loads(node.inputs["policy"])["Statement"]
        for action in found["Action"]
    }
