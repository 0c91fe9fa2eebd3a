"""Two roles of one AWS account get tokens, each for one purpose; nobody else gets any from this stack."""

from collections.abc import Callable

import pytest

from preview.graph import Graph, Node

FEDERATION = """
from components.gcp.federation import Federation
from settings.shared import Federation as Settings

Federation(
    "federation",
    scope,
    Settings(),
    aws_account_id="111122223333",
    secrets={"session-signing": "projects/example-standby/secrets/session-signing"},
    repositories={"images": "projects/example-standby/locations/us-central1/repositories/images"},
    record_bucket="sample-logs",
    opts=opts,
)
"""


def only(graph: Graph, token: str) -> Node:
    [found] = graph.of_type(token)
    return found


@pytest.fixture
def with_secrets(sample: Callable[[str], Graph]) -> Graph:
    return sample(FEDERATION)


@pytest.fixture
def pool(dr: Graph) -> Node:
    return only(dr, "gcp:iam/workloadIdentityPool:WorkloadIdentityPool")


@pytest.fixture
def provider(dr: Graph) -> Node:
    return only(dr, "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider")


def test_the_pool_has_the_name_that_the_primary_knows(pool: Node, provider: Node) -> None:
    assert pool.inputs["workloadIdentityPoolId"] == provider.inputs["workloadIdentityPoolId"] == "aws-primary"
    assert pool.protected


def test_only_two_roles_of_the_one_account_enter(provider: Node) -> None:
    assert provider.inputs["aws"] == {"accountId": "111122223333"}
    assert provider.inputs["attributeCondition"] == (
        "assertion.account == '111122223333' && attribute.role in ['standby-images', 'standby-replication']"
    )


def test_no_session_name_makes_a_subject_too_long(provider: Node) -> None:
    mapping = provider.inputs["attributeMapping"]
    assert mapping["google.subject"] == mapping["attribute.role"] == "assertion.arn.extract('assumed-role/{role}/')"


def test_no_role_may_act_as_the_account_that_copies_secrets(dr: Graph, pool: Node) -> None:
    admitted = {
        node.inputs["serviceAccountId"].split("/")[-1].split("@")[0]: (node.inputs["role"], node.inputs["member"])
        for node in dr.of_type("gcp:serviceaccount/iAMMember:IAMMember")
        if node.name.startswith("federation-")
    }
    principals = f"principalSet://iam.googleapis.com/{pool.outputs['name']}/attribute.role"
    user = "roles/iam.workloadIdentityUser"
    assert admitted == {
        "aws-images": (user, f"{principals}/standby-images"),
        "aws-replication": (user, f"{principals}/standby-replication"),
    }


def test_replication_may_only_write_metrics(dr: Graph) -> None:
    grants = [
        (node.type, node.inputs["role"])
        for node in dr.nodes.values()
        if "aws-replication@" in str(node.inputs.get("member"))
    ]
    assert grants == [("gcp:projects/iAMMember:IAMMember", "roles/monitoring.metricWriter")]


def test_images_are_added_and_never_deleted_where_ours_are_kept(dr: Graph) -> None:
    grants = {
        (node.inputs["role"], node.inputs.get("repository", "").rsplit("-", 1)[-1])
        for node in dr.nodes.values()
        if "aws-images@" in str(node.inputs.get("member"))
    }
    writer = "roles/artifactregistry.writer"
    assert grants == {
        (writer, "bundles"), (writer, "charts"), (writer, "images"),
        ("roles/monitoring.metricWriter", ""), ("roles/storage.objectUser", ""),
    }  # fmt: skip


def test_the_record_of_images_is_one_object(dr: Graph) -> None:
    grant = next(node for node in dr.nodes.values() if node.name == "federation-images-record")
    bucket = dr.document["outputs"]["buckets"]["logs"]
    assert grant.inputs["bucket"] == bucket
    assert grant.inputs["condition"]["expression"] == (
        f'resource.name == "projects/_/buckets/{bucket}/objects/replication/images.json"'
    )


def test_secrets_are_compared_and_added_one_by_one_and_nothing_else(with_secrets: Graph) -> None:
    role = only(with_secrets, "gcp:projects/iAMCustomRole:IAMCustomRole")
    assert role.inputs["permissions"] == [
        "secretmanager.secrets.get",
        "secretmanager.versions.access",
        "secretmanager.versions.add",
        "secretmanager.versions.get",
    ]
    grants = [node for node in with_secrets.nodes.values() if "aws-secrets@" in str(node.inputs.get("member"))]
    [grant] = grants
    assert grant.inputs["secretId"] == "projects/example-standby/secrets/session-signing"
    assert grant.inputs["role"] == role.state["id"] == f"projects/example-standby/roles/{role.inputs['roleId']}"


def test_callers_are_told_the_audience(dr: Graph, provider: Node) -> None:
    audience = dr.document["outputs"]["federation"]["audience"]
    assert audience == f"//iam.googleapis.com/{provider.outputs['name']}"
