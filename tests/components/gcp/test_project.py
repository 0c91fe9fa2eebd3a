"""The project: everything is recorded, and what nobody should make is refused, whoever asks."""

from collections.abc import Callable, Mapping

import pytest

from components.gcp import github, guards
from preview.graph import Graph, Node

POLICY = "gcp:orgpolicy/policy:Policy"


def only(graph: Graph, token: str) -> Node:
    [found] = graph.of_type(token)
    return found


@pytest.fixture
def rules(dr: Graph) -> dict[str, dict]:
    """The one rule of each guard, by constraint."""
    found = {}
    for policy in dr.of_type(POLICY):
        assert policy.inputs["parent"] == "projects/123456789012"
        prefix, _, constraint = policy.inputs["name"].rpartition("/")
        assert prefix == "projects/123456789012/policies"
        [found[constraint]] = policy.inputs["spec"]["rules"]
    return found


def test_every_access_by_everybody_is_recorded(dr: Graph) -> None:
    config = only(dr, "gcp:projects/iAMAuditConfig:IAMAuditConfig")
    assert config.inputs["service"] == "allServices"
    assert config.inputs["auditLogConfigs"] == [
        {"logType": "ADMIN_READ"},
        {"logType": "DATA_READ"},
        {"logType": "DATA_WRITE"},
    ]


class TestGuards:
    def test_what_is_on_or_off_is_on(self, rules: Mapping[str, dict]) -> None:
        enforced = {constraint for constraint, rule in rules.items() if rule == {"enforce": "TRUE"}}
        assert enforced == set(guards.ENFORCED)
        assert {"iam.disableServiceAccountKeyCreation", "sql.restrictPublicIp"} <= enforced

    def test_machines_get_no_public_address(self, rules: Mapping[str, dict]) -> None:
        assert rules["compute.vmExternalIpAccess"] == {"denyAll": "TRUE"}

    def test_data_stays_on_the_continent(self, rules: Mapping[str, dict]) -> None:
        assert rules["gcp.resourceLocations"] == {"values": {"allowedValues": ["in:us-locations", "global"]}}

    def test_tokens_come_from_the_primary_and_from_ci_alone(self, rules: Mapping[str, dict]) -> None:
        assert rules["iam.workloadIdentityPoolAwsAccounts"] == {"values": {"allowedValues": ["111122223333"]}}
        issuers = rules["iam.workloadIdentityPoolProviders"]["values"]["allowedValues"]
        assert issuers == ["https://sts.amazonaws.com", github.ISSUER]

    def test_a_named_issuer_is_trusted_too(self) -> None:
        issuer = "https://oidc.eks.us-west-2.amazonaws.com/id/0123456789ABCDEF"
        found = guards.rules(locations="us-locations", aws_account_id="111122223333", issuers=[issuer])
        assert found["iam.workloadIdentityPoolProviders"] == {
            "values": {"allowed_values": ["https://sts.amazonaws.com", github.ISSUER, issuer]}
        }

    def test_the_switch_objects_bucket_is_not_closed(self, rules: Mapping[str, dict]) -> None:
        assert "storage.publicAccessPrevention" not in rules
        assert "gcp.restrictNonCmekServices" not in rules


def test_nothing_runs_as_the_accounts_that_google_gives(dr: Graph) -> None:
    accounts = only(dr, "gcp:projects/defaultServiceAccounts:DefaultServiceAccounts")
    assert accounts.inputs["action"] == "DISABLE"
    assert accounts.inputs["restorePolicy"] == "REVERT_AND_IGNORE_FAILURE"


def test_logins_are_by_iam(dr: Graph) -> None:
    item = only(dr, "gcp:compute/projectMetadataItem:ProjectMetadataItem")
    assert (item.inputs["key"], item.inputs["value"]) == ("enable-oslogin", "TRUE")


def test_what_the_organisation_sets_is_left_to_it(dr_with: Callable[[Mapping[str, object]], Graph]) -> None:
    external = ["audit-log", "contacts", "default-accounts", "guards"]
    graph = dr_with({"security": {"external": external, "contacts": ["security@example.com"]}})
    [project] = [node for node in graph.nodes.values() if node.type == "multicloud:gcp:ProjectBaseline"]
    children = [node.type for node in graph.nodes.values() if node.parent == project.urn]
    assert children == ["gcp:compute/projectMetadataItem:ProjectMetadataItem"]


def test_people_hear_of_dangers_and_findings_can_be_followed(
    dr_with: Callable[[Mapping[str, object]], Graph],
) -> None:
    graph = dr_with({"security": {"contacts": ["security@example.com"], "findings": True}})
    contact = only(graph, "gcp:essentialcontacts/contact:Contact")
    assert contact.inputs["email"] == "security@example.com"
    assert contact.inputs["parent"] == "projects/example-standby"
    assert set(contact.inputs["notificationCategorySubscriptions"]) == {"SECURITY", "SUSPENSION", "TECHNICAL_INCIDENTS"}

    [topic] = [node for node in graph.of_type("gcp:pubsub/topic:Topic") if node.name == "project-findings"]
    [key] = [node for node in graph.of_type("gcp:kms/cryptoKey:CryptoKey") if node.name == "keys-findings"]
    assert topic.inputs["kmsKeyName"] == key.state["id"]
    assert topic.inputs["messageRetentionDuration"] == "2678400s"
    config = only(graph, "gcp:securitycenter/v2ProjectNotificationConfig:V2ProjectNotificationConfig")
    assert config.inputs["pubsubTopic"] == topic.state["id"]
    [publisher] = [
        node for node in graph.of_type("gcp:pubsub/topicIAMMember:TopicIAMMember") if "findings" in node.name
    ]
    assert publisher.inputs["topic"] == topic.outputs["name"]
    assert publisher.inputs["member"] == f"serviceAccount:{config.outputs['serviceAccount']}"
    assert publisher.inputs["role"] == "roles/pubsub.publisher"
