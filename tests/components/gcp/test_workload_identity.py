"""Workloads' accounts on Google Cloud: rights on exactly the data that the settings name."""

import pytest

from preview.graph import Graph, Node

ROLES = {
    "api-gateway": {"pods": "iam.workloadIdentityUser", "cache": "memorystore.dbConnectionUser"},
    "auxiliary": {
        "pods": "iam.workloadIdentityUser",
        "database-client": "cloudsql.client",
        "database-instanceuser": "cloudsql.instanceUser",
        "stream": "managedkafka.client",
        "publish-notifications": "pubsub.publisher",
        "consume-notifications": "pubsub.subscriber",
        "consume-domain-events": "pubsub.subscriber",
        "bucket-assets": "storage.objectViewer",
    },
    "auth": {
        "pods": "iam.workloadIdentityUser",
        "cache": "memorystore.dbConnectionUser",
        "stream": "managedkafka.client",
        "publish-audit-events": "pubsub.publisher",
        "table-accounts": "bigtable.user",
        "table-accounts.by-email": "bigtable.user",
        "table-sessions": "bigtable.user",
        "table-sessions.by-user": "bigtable.user",
    },
}


def grants(graph: Graph, workload: str) -> dict[str, Node]:
    """Grants by their names."""
    [component] = [
        node for node in graph.of_type("multicloud:gcp:WorkloadIdentity") if node.name == f"workload-{workload}"
    ]
    prefix = f"workload-{workload}-"
    return {node.name.removeprefix(prefix): node for node in graph.children(component.urn) if "role" in node.inputs}


@pytest.mark.parametrize("workload", ROLES)
def test_rights_are_on_what_is_used_and_on_nothing_else(workload: str, dr: Graph) -> None:
    found = {name: node.inputs["role"].removeprefix("roles/") for name, node in grants(dr, workload).items()}

    assert found == ROLES[workload]


def test_tables_that_are_read_are_not_written(dr: Graph) -> None:
    found = grants(dr, "core")

    assert found["table-accounts"].inputs["role"] == found["table-accounts.by-email"].inputs["role"]
    assert found["table-accounts"].inputs["role"] == "roles/bigtable.reader"
    assert found["table-orders"].inputs["role"] == "roles/bigtable.user"
    assert found["table-orders.by-status"].inputs["table"] == "orders.by-status"


def test_every_right_is_the_accounts_own_but_the_one_to_act_as_it(dr: Graph) -> None:
    for workload in ROLES:
        for name, node in grants(dr, workload).items():
            if name == "pods":
                assert node.inputs["member"].endswith(f"/subject/ns/{workload}/sa/{workload}")
            else:
                assert node.inputs["member"].startswith("serviceAccount:")


def test_who_uses_the_database_is_a_user_of_it_and_of_no_other(dr: Graph) -> None:
    users = [node for node in dr.of_type("gcp:sql/user:User") if node.name.startswith("workload-")]

    assert {node.name for node in users} == {"workload-core-database", "workload-auxiliary-database"}
    for node in users:
        assert node.inputs["type"] == "CLOUD_IAM_SERVICE_ACCOUNT"
        assert not node.inputs["name"].endswith(".gserviceaccount.com")
    for role in ("client", "instanceuser"):
        condition = grants(dr, "core")[f"database-{role}"].inputs["condition"]
        assert f"/instances/{users[0].inputs['instance']}" in condition["expression"]
