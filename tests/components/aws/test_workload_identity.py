"""Workloads' roles on AWS: rights on exactly the data that the settings name."""

import json
import re
from typing import Any

import pytest

from preview.graph import Graph

Statements = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def rights(prod: Graph) -> dict[str, Statements]:
    """Statements by workload and their ids."""
    found = {}
    for node in prod.of_type("aws:iam/rolePolicy:RolePolicy"):
        if match := re.fullmatch(r"workload-(.+)-role-rights", node.name):
            statements = json.loads(node.inputs["policy"])["Statement"]
            found[match[1]] = {statement["Sid"]: statement for statement in statements}
    return found


def resources(statement: dict[str, Any]) -> set[str]:
    """What a statement names, by the last part of each ARN."""
    named = statement["Resource"]
    return {arn.partition("/")[2] for arn in ([named] if isinstance(named, str) else named)}


def topics(statement: dict[str, Any]) -> set[str]:
    return {name.rpartition("/")[2] for name in resources(statement)}


@pytest.mark.parametrize(
    ("workload", "sids"),
    [
        ("api-gateway", {"Cache"}),
        (
            "auth",
            {"Cache", "Stream", "Publish", "Transactions", "ReadTables", "WriteTables", "TablesKey"},
        ),
        (
            "auxiliary",
            {"Database", "Stream", "Publish", "Consume", "Transactions", "Groups"}
            | {"ListBuckets", "ReadObjects", "ObjectsKey"},
        ),
    ],
)
def test_rights_are_on_what_is_used_and_on_nothing_else(
    workload: str, sids: set[str], rights: dict[str, Statements]
) -> None:
    assert rights[workload].keys() == sids


def test_tables_that_are_read_are_not_written(rights: dict[str, Statements]) -> None:
    own = "platform-production-"
    tables = {f"{own}{table}" for table in ("accounts", "idempotency-keys", "orders")}

    assert resources(rights["core"]["ReadTables"]) == tables | {f"{table}/index/*" for table in tables}
    assert resources(rights["core"]["WriteTables"]) == tables - {f"{own}accounts"}
    assert not any("Scan" in action for action in rights["core"]["ReadTables"]["Action"])


def test_topics_are_published_and_consumed_by_whom_the_settings_name(rights: dict[str, Statements]) -> None:
    assert topics(rights["core"]["Publish"]) == {"account-snapshots", "audit-events", "domain-events"}
    assert topics(rights["core"]["Consume"]) == {"domain-events"}
    assert topics(rights["auxiliary"]["Publish"]) == {"notifications"}
    assert topics(rights["auxiliary"]["Consume"]) == {"domain-events", "notifications"}


@pytest.mark.parametrize("sid", ["Groups", "Transactions"])
def test_consumer_groups_and_transactions_are_called_after_the_workload(
    sid: str, rights: dict[str, Statements]
) -> None:
    assert topics(rights["core"][sid]) == {"core", "core.*"}


def test_buckets_that_are_read_are_not_written(rights: dict[str, Statements]) -> None:
    assert "WriteObjects" in rights["core"]
    assert rights["auxiliary"]["ObjectsKey"]["Action"] == ["kms:Decrypt"]
    assert resources(rights["core"]["WriteObjects"]) == {"*"}


def test_each_logs_in_to_the_database_as_itself(rights: dict[str, Statements]) -> None:
    for workload in ("core", "auxiliary"):
        assert rights[workload]["Database"]["Resource"].endswith(f"/{workload}")


def test_keys_are_used_through_their_stores_alone(rights: dict[str, Statements]) -> None:
    for sid, service in (("TablesKey", "dynamodb"), ("ObjectsKey", "s3")):
        assert rights["core"][sid]["Condition"] == {
            "StringEquals": {"kms:ViaService": f"{service}.us-west-2.amazonaws.com"}
        }


def test_nobody_may_read_secrets_or_use_a_wildcard_for_a_resource(rights: dict[str, Statements]) -> None:
    for statements in rights.values():
        for statement in statements.values():
            assert statement["Resource"] != "*"
            assert not any(action.startswith("secretsmanager:") or "*" in action for action in statement["Action"])


def test_roles_are_for_the_service_accounts_of_the_workloads_names(prod: Graph, rights: dict[str, Statements]) -> None:
    found = [
        node.inputs
        for node in prod.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        if node.name.startswith("workload-")
    ]

    assert {inputs["namespace"] for inputs in found} == rights.keys()
    assert all(inputs["namespace"] == inputs["serviceAccount"] for inputs in found)
