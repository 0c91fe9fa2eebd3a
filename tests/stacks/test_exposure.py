"""What IAM documents grant, and what security groups admit: nothing without limits, save what tables explain."""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest

from preview.graph import Graph, Node

# What its policy lets through is still for the caller's own policy to allow.
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"

# Statements on every resource, by type, pattern of the logical name, and Sid or action: each with its reason.
ANY_RESOURCE: Mapping[tuple[str, str, str], str] = {
    ("aws:kms/key:Key", "*", "*"): "in a key's policy, `*` is that key alone",
    (ENDPOINT, "endpoints-*", "OwnIdentities"): "an endpoint's policy grants nothing: it "
    "narrows one service's traffic to this account's principals, whose own policies name the resources",
    (
        "aws:iam/rolePolicy:RolePolicy",
        "controllers-load-balancer-rights",
        "Read",
    ): "reads that AWS restricts to no resource",
    (
        "aws:iam/rolePolicy:RolePolicy",
        "controllers-karpenter-rights",
        "Read",
    ): "reads that AWS restricts to no resource",
    ("aws:iam/rolePolicy:RolePolicy", "controllers-karpenter-rights", "Prices"): "AWS's price list is no resource",
    ("aws:iam/rolePolicy:RolePolicy", "controllers-karpenter-rights", "NodeProfiles"): "a list of what the account has",
    ("aws:iam/rolePolicy:RolePolicy", "controllers-external-dns-rights", "Find"): "zones can only be listed together",
    ("aws:iam/rolePolicy:RolePolicy", "controllers-cert-manager-rights", "Find"): "zones can only be listed together",
    ("aws:iam/rolePolicy:RolePolicy", "controllers-kyverno*-rights", "Login"): "a login to the registry opens nothing",
    (
        "aws:iam/rolePolicy:RolePolicy",
        "controllers-external-secrets-rights",
        "Token",
    ): "a login to the registry opens nothing",
    ("aws:iam/rolePolicy:RolePolicy", "controllers-karpenter-rights", "ZonalShift"): "the condition names the cluster",
    ("aws:iam/rolePolicy:RolePolicy", "controllers-traces-rights", "Traces"): "X-Ray restricts writes to no "
    "resource; the condition narrows them to the region",
    ("aws:iam/rolePolicy:RolePolicy", "controllers-grafana-rights", "Read"): "CloudWatch restricts metrics to no "
    "resource; the condition narrows it to the regions that have any",
}

# Security-group rules that admit every address, by logical name: the documented front doors.
FRONT_DOORS: Mapping[str, str] = {}

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
WORLD = {"0.0.0.0/0", "::/0"}


def texts(value: Any) -> Iterator[str]:
    """Every text in a resource's inputs."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def documents(node: Node) -> Iterator[list[dict[str, Any]]]:
    """The statements of every IAM document among a resource's inputs."""
    for text in texts(node.inputs):
        if '"Statement"' in text:
            found = json.loads(text)["Statement"]
            yield [found] if isinstance(found, dict) else found


def statements(graph: Graph) -> Iterator[tuple[Node, dict[str, Any]]]:
    for node in graph.nodes.values():
        for document in documents(node):
            for statement in document:
                yield node, statement


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def explanation(node: Node, statement: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """The row of the table that explains a statement on every resource."""
    for row in ANY_RESOURCE:
        token, name, which = row
        said = {statement.get("Sid", ""), *listed(statement.get("Action"))}
        if node.type == token and fnmatchcase(node.name, name) and any(fnmatchcase(each, which) for each in said):
            return row
    return None


@pytest.fixture
def allowed(prod: Graph) -> list[tuple[Node, dict[str, Any]]]:
    return [(node, statement) for node, statement in statements(prod) if statement["Effect"] == "Allow"]


class TestPolicies:
    def test_documents_are_found_wherever_they_stand(self, allowed: list[tuple[Node, dict[str, Any]]]) -> None:
        assert {node.type for node, _ in allowed} >= {
            "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
            ENDPOINT,
            "aws:ecr/registryPolicy:RegistryPolicy",
            "aws:iam/role:Role",
            "aws:iam/rolePolicy:RolePolicy",
            "aws:kms/key:Key",
            "aws:opensearch/domain:Domain",
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:secretsmanager/secretPolicy:SecretPolicy",
        }

    def test_none_allows_every_action(self, allowed: list[tuple[Node, dict[str, Any]]]) -> None:
        for node, statement in allowed:
            assert "NotAction" not in statement, node.urn
            assert not {"*", "*:*"} & set(listed(statement["Action"])), node.urn

    def test_none_allows_a_whole_service_where_it_grants(self, allowed: list[tuple[Node, dict[str, Any]]]) -> None:
        for node, statement in allowed:
            if node.type != ENDPOINT:
                wide = [action for action in listed(statement["Action"]) if action.endswith(":*")]
                assert not wide, f"{node.urn}: {wide}"

    def test_every_resource_only_where_a_table_says_why(self, allowed: list[tuple[Node, dict[str, Any]]]) -> None:
        for node, statement in allowed:
            assert "NotResource" not in statement, node.urn
            if "*" in listed(statement.get("Resource")):
                assert explanation(node, statement), f"{node.urn}: {statement.get('Sid') or statement['Action']}"

    def test_the_table_has_no_row_left_over(self, allowed: list[tuple[Node, dict[str, Any]]]) -> None:
        used = {explanation(node, statement) for node, statement in allowed if "*" in listed(statement.get("Resource"))}
        assert set(ANY_RESOURCE) <= used

    def test_anyone_is_a_principal_only_under_a_condition(self, allowed: list[tuple[Node, dict[str, Any]]]) -> None:
        for node, statement in allowed:
            principal = statement.get("Principal", {})
            anyone = principal == "*" or "*" in listed(principal.get("AWS"))
            assert not anyone or node.type == ENDPOINT or statement.get("Condition"), node.urn


class TestSecurityGroups:
    def admitting_the_world(self, prod: Graph) -> set[str]:
        found = set()
        for node in prod.of_type(INGRESS, GROUP_RULE, GROUP):
            rules = node.inputs.get("ingress", []) if node.type == GROUP else [node.inputs]
            for rule in rules:
                if (node.type != GROUP_RULE or rule["type"] == "ingress") and WORLD & set(texts(rule)):
                    found.add(node.name)
        return found

    def test_only_front_doors_admit_every_address(self, prod: Graph) -> None:
        assert self.admitting_the_world(prod) == set(FRONT_DOORS)
