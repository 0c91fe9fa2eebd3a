"""The comparison of tables: it reads DynamoDB, writes Bigtable, and can do nothing else."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from preview.graph import Graph, Node

PROGRAM = """
from components.crosscloud.reconciliation import Reconciliation
from components.crosscloud.tables import Source, Target
from settings.replication import TableReplicationSettings, WriterSettings
from settings.shared import IndexSettings, TableSettings

Reconciliation(
    "reconciliation",
    on_aws,
    on_gcp,
    TableReplicationSettings(scan_items_per_second=500),
    writer=WriterSettings(image_digest="sha256:" + "ab" * 32),
    tables={
        "sessions": TableSettings(
            hash_key="session_id",
            attributes={"session_id": "S", "user_id": "S", "seen_at": "N"},
            indexes={"by-user": IndexSettings(hash_key="user_id", range_key="seen_at")},
            rpo=15,
        ),
        "orders": TableSettings(
            hash_key="account_id", range_key="created_at", attributes={"account_id": "S", "created_at": "N"}
        ),
    },
    source=Source(
        names={"sessions": "platform-test-sessions", "orders": "platform-test-orders"},
        key_arn="arn:aws:kms:us-west-2:111122223333:key/sample",
        arns={
            "sessions": "arn:aws:dynamodb:us-west-2:111122223333:table/platform-test-sessions",
            "orders": "arn:aws:dynamodb:us-west-2:111122223333:table/platform-test-orders",
        },
        tables_key_arn="arn:aws:kms:us-west-2:111122223333:key/tables",
    ),
    target=Target(
        instance="sample-tables",
        tables={"sessions": "sessions", "orders": "orders"},
        indexes={"sessions": {"by-user": "sessions.by-user"}, "orders": {}},
        profile="replication",
        image="us-central1-docker.pkg.dev/example-standby/images/bigtable-writer",
        network="projects/example-standby/global/networks/sample",
        subnet="projects/example-standby/regions/us-central1/subnetworks/serverless",
        regions=["us-central1", "us-west1"],
        messages_key="projects/example-standby/locations/us-central1/keyRings/r/cryptoKeys/messages",
        images_key="projects/example-standby/locations/us-central1/keyRings/r/cryptoKeys/images",
        agent="serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com",
        channels={"page": ["projects/example-standby/notificationChannels/1"], "ticket": []},
    ),
    fence_url="https://storage.googleapis.com/sample-switch/fence",
    opts=opts,
)
"""


ACCOUNT = "gcp:serviceaccount/account:Account"
AUDIENCE = "platform-test-reconciliation"


@pytest.fixture(scope="module")
def graph(sample: Callable[[str], Graph]) -> Graph:
    return sample(PROGRAM)


@pytest.fixture(scope="module")
def task(graph: Graph) -> dict[str, object]:
    [job] = graph.of_type("gcp:cloudrunv2/job:Job")
    return job.inputs["template"]["template"]


@pytest.fixture(scope="module")
def container(task: dict) -> dict:
    [found] = task["containers"]
    return found


@pytest.fixture(scope="module")
def environment(container: dict) -> dict[str, str]:
    return {each["name"]: each["value"] for each in container["envs"]}


def account(graph: Graph) -> Node:
    [found] = graph.of_type(ACCOUNT)
    return found


def test_it_runs_the_writers_image_and_repairs(container: dict) -> None:
    assert container["image"].endswith(f"@sha256:{'ab' * 32}")
    assert container["commands"] == ["python", "-m", "bigtable_writer.reconcile"]
    assert container["args"] == ["--repair"]


def test_it_has_the_settings_that_the_program_reads(root: Path, environment: dict[str, str]) -> None:
    documented = (root / "services/bigtable_writer/reconcile.py").read_text().split('"""')[1]
    for variable in environment:
        assert f"`{variable}`" in documented, variable
    for variable in ("PROJECT", "INSTANCE", "APP_PROFILE", "AWS_REGION", "AWS_ROLE", "AUDIENCE"):
        assert environment[variable]
    assert environment["ITEMS_PER_SECOND"] == "500"
    assert environment["FENCE"] == "https://storage.googleapis.com/sample-switch/fence"
    assert json.loads(environment["TABLES"]).keys() == {"platform-test-sessions", "platform-test-orders"}


def test_the_role_trusts_the_jobs_account_and_its_audience_alone(graph: Graph, environment: dict[str, str]) -> None:
    [role] = graph.of_type("aws:iam/role:Role")
    assert environment["AWS_ROLE"] == role.outputs["arn"]
    [trust] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Federated": "accounts.google.com"}
    assert trust["Condition"] == {
        "StringEquals": {
            "accounts.google.com:sub": account(graph).outputs["uniqueId"],
            "accounts.google.com:oaud": environment["AUDIENCE"],
        }
    }
    assert environment["AUDIENCE"] == AUDIENCE


def test_the_role_reads_the_tables_and_does_nothing_else(graph: Graph) -> None:
    [policy] = graph.of_type("aws:iam/rolePolicy:RolePolicy")
    tables, key = json.loads(policy.inputs["policy"])["Statement"]
    assert tables["Action"] == ["dynamodb:BatchGetItem", "dynamodb:Scan"]
    assert set(tables["Resource"]) == {
        f"arn:aws:dynamodb:us-west-2:111122223333:table/platform-test-{table}" for table in ("sessions", "orders")
    }
    assert (key["Action"], key["Resource"]) == (["kms:Decrypt"], "arn:aws:kms:us-west-2:111122223333:key/tables")
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "dynamodb.us-west-2.amazonaws.com"}}


def test_the_account_writes_into_one_instance_and_does_nothing_else(graph: Graph, task: dict) -> None:
    assert task["serviceAccount"] == account(graph).outputs["email"]
    granted = {
        (node.type.split(":")[-1], node.inputs["role"])
        for node in graph.nodes.values()
        if node.inputs.get("member") == account(graph).outputs["member"]
    }
    assert granted == {("InstanceIamMember", "roles/bigtable.user")}


def test_a_comparison_that_ends_early_tells_people(graph: Graph) -> None:
    [policy] = graph.of_type("gcp:monitoring/alertPolicy:AlertPolicy")
    text = policy.inputs["conditions"][0]["conditionMatchedLog"]["filter"]
    [job] = graph.of_type("gcp:cloudrunv2/job:Job")
    assert 'resource.type = "cloud_run_job"' in text
    assert text.split('job_name : "')[1].split('"')[0] in job.outputs["name"]
