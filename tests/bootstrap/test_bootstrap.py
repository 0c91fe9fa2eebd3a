"""What stands before the first stack: state that survives, identities that are pinned, costs that are seen."""

import json
from typing import Any

import pytest

from preview.graph import Graph, Node

IMMUTABLE = "repo:example-owner@1000001/example-platform@2000002"
OWNED = ("service", "environment", "owner", "cost-centre", "data-class", "dr-role")


def only(graph: Graph, token: str, name: str = "") -> Node:
    [node] = [node for node in graph.of_type(token) if name in node.name]
    return node


class TestState:
    @pytest.fixture
    def bucket(self, bootstrap: Graph) -> dict[str, Any]:
        return only(bootstrap, "gcp:storage/bucket:Bucket").inputs

    def test_outlives_a_region(self, bucket: dict[str, Any]) -> None:
        assert bucket["location"] == "US"
        assert bucket["customPlacementConfig"] == {"dataLocations": ["US-CENTRAL1", "US-WEST1"]}
        assert bucket["rpo"] == "ASYNC_TURBO"

    def test_outlives_a_mistake(self, bucket: dict[str, Any]) -> None:
        assert bucket["versioning"] == {"enabled": True}
        assert bucket["softDeletePolicy"] == {"retentionDurationSeconds": 7776000}
        assert not bucket["forceDestroy"]

    def test_loses_only_versions_that_are_old_and_many(self, bucket: dict[str, Any]) -> None:
        [rule] = bucket["lifecycleRules"]
        assert rule["condition"] == {"withState": "ARCHIVED", "numNewerVersions": 50, "daysSinceNoncurrentTime": 365}

    def test_is_never_public(self, bucket: dict[str, Any]) -> None:
        assert bucket["publicAccessPrevention"] == "enforced"
        assert bucket["uniformBucketLevelAccess"]

    def test_is_encrypted_by_a_key_that_its_agent_may_use_before(self, bootstrap: Graph) -> None:
        bucket = only(bootstrap, "gcp:storage/bucket:Bucket")
        key = only(bootstrap, "gcp:kms/cryptoKey:CryptoKey", "objects")
        grant = only(bootstrap, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "storage-agent")
        assert bucket.inputs["encryption"] == {"defaultKmsKeyName": key.state["id"]}
        assert grant.urn in bucket.state["dependencies"]
        assert "service-123456789012@gs-project-accounts" in grant.inputs["member"]

    def test_keys_outlive_a_region_rotate_and_go_slowly(self, bootstrap: Graph) -> None:
        assert only(bootstrap, "gcp:kms/keyRing:KeyRing").inputs["location"] == "us"
        for key in bootstrap.of_type("gcp:kms/cryptoKey:CryptoKey"):
            assert key.inputs["rotationPeriod"] == "7776000s"
            assert key.inputs["destroyScheduledDuration"] == "2592000s"

    def test_stacks_are_told_where_it_is(self, bootstrap: Graph) -> None:
        outputs = bootstrap.document["outputs"]
        key = only(bootstrap, "gcp:kms/cryptoKey:CryptoKey", "secrets")
        assert outputs["backend"] == "gs://example-platform-state"
        assert outputs["secretsProvider"] == f"gcpkms://{key.state['id']}"


class TestGithubOnAws:
    @pytest.mark.parametrize(
        ("purpose", "subjects"),
        [
            ("plan", [f"{IMMUTABLE}:pull_request", f"{IMMUTABLE}:ref:refs/heads/main"]),
            ("apply", [f"{IMMUTABLE}:environment:production"]),
        ],
    )
    def test_roles_trust_whole_subjects(self, purpose: str, subjects: list[str], bootstrap: Graph) -> None:
        role = only(bootstrap, "aws:iam/role:Role", purpose)
        [statement] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        issuer = "token.actions.githubusercontent.com"
        assert statement["Condition"] == {
            "StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": subjects}
        }
        provider = only(bootstrap, "aws:iam/openIdConnectProvider:OpenIdConnectProvider")
        assert statement["Principal"] == {"Federated": provider.outputs["arn"]}

    def test_a_plan_changes_nothing(self, bootstrap: Graph) -> None:
        role = only(bootstrap, "aws:iam/role:Role", "plan").outputs["name"]
        attached = {
            node.inputs["policyArn"].removeprefix("arn:aws:iam::aws:policy/")
            for node in bootstrap.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
            if node.inputs["role"] == role
        }
        assert attached == {"SecurityAudit", "job-function/ViewOnlyAccess"}
        assert role not in {node.inputs["role"] for node in bootstrap.of_type("aws:iam/rolePolicy:RolePolicy")}

    def test_a_deployment_cannot_widen_its_own_door(self, bootstrap: Graph) -> None:
        guard = json.loads(only(bootstrap, "aws:iam/rolePolicy:RolePolicy", "guard").inputs["policy"])
        [statement] = guard["Statement"]
        doors = [*bootstrap.of_type("aws:iam/role:Role", "aws:iam/openIdConnectProvider:OpenIdConnectProvider")]
        assert statement["Effect"] == "Deny"
        assert set(statement["Resource"]) == {node.outputs["arn"] for node in doors}


class TestGithubOnGoogleCloud:
    @pytest.fixture
    def provider(self, bootstrap: Graph) -> dict[str, Any]:
        token = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
        return only(bootstrap, token).inputs

    def test_only_the_repository_of_these_numbers_is_admitted(self, provider: dict[str, Any]) -> None:
        assert provider["attributeCondition"] == (
            "assertion.repository_id == '2000002' && assertion.repository_owner_id == '1000001'"
        )

    def test_tokens_are_sorted_by_their_whole_subject(self, provider: dict[str, Any]) -> None:
        assert provider["attributeMapping"]["attribute.purpose"] == (
            f"(assertion.sub == '{IMMUTABLE}:environment:production') ? 'apply' : "
            f"((assertion.sub == '{IMMUTABLE}:pull_request' || assertion.sub == '{IMMUTABLE}:ref:refs/heads/main')"
            " ? 'plan' : 'none')"
        )

    @pytest.mark.parametrize("purpose", ["plan", "apply"])
    def test_each_purpose_acts_as_its_own_account(self, purpose: str, bootstrap: Graph) -> None:
        binding = only(bootstrap, "gcp:serviceaccount/iAMMember:IAMMember", purpose).inputs
        account = only(bootstrap, "gcp:serviceaccount/account:Account", purpose)
        pool = only(bootstrap, "gcp:iam/workloadIdentityPool:WorkloadIdentityPool").outputs["name"]
        assert binding["serviceAccountId"] == account.outputs["name"]
        assert binding["member"] == f"principalSet://iam.googleapis.com/{pool}/attribute.purpose/{purpose}"

    def test_a_plan_changes_nothing(self, bootstrap: Graph) -> None:
        granted = {
            node.inputs["role"]
            for node in bootstrap.nodes.values()
            if "github-gcp-plan" in node.name and "role" in node.inputs and "federation" not in node.name
        }
        assert granted == {
            "roles/cloudkms.cryptoKeyDecrypter",
            "roles/iam.securityReviewer",
            "roles/serviceusage.serviceUsageConsumer",
            "roles/storage.objectViewer",
            "roles/viewer",
        }

    def test_nobody_is_owner_or_editor(self, bootstrap: Graph) -> None:
        roles = {node.inputs.get("role") for node in bootstrap.nodes.values()}
        assert not roles & {"roles/owner", "roles/editor"}

    def test_there_is_no_key(self, bootstrap: Graph) -> None:
        assert not [node for node in bootstrap.nodes.values() if node.type.endswith((":Key", ":AccessKey"))]


class TestBudgets:
    def test_both_clouds_warn_before_and_at_the_limit(self, bootstrap: Graph) -> None:
        aws = only(bootstrap, "aws:budgets/budget:Budget").inputs
        assert [(each["notificationType"], each["threshold"]) for each in aws["notifications"]] == [
            ("ACTUAL", 80),
            ("ACTUAL", 100),
            ("FORECASTED", 100),
        ]
        assert all(each["subscriberEmailAddresses"] == ["costs@example.com"] for each in aws["notifications"])
        google = only(bootstrap, "gcp:billing/budget:Budget").inputs
        assert [(each["spendBasis"], each["thresholdPercent"]) for each in google["thresholdRules"]] == [
            ("CURRENT_SPEND", 0.8),
            ("CURRENT_SPEND", 1),
            ("FORECASTED_SPEND", 1),
        ]
        channel = only(bootstrap, "gcp:monitoring/notificationChannel:NotificationChannel")
        assert google["allUpdatesRule"]["monitoringNotificationChannels"] == [channel.state["id"]]
        assert channel.inputs["labels"] == {"email_address": "costs@example.com"}


def test_what_cannot_be_made_again_is_protected(bootstrap: Graph) -> None:
    assert {node.type for node in bootstrap.nodes.values() if node.protected} == {
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
        "gcp:kms/cryptoKey:CryptoKey",
        "gcp:kms/keyRing:KeyRing",
        "gcp:storage/bucket:Bucket",
    }


def test_everything_is_owned_and_has_an_explicit_provider(bootstrap: Graph) -> None:
    for node in bootstrap.nodes.values():
        if node.is_component or node.is_provider:
            continue
        assert "::default" not in node.state["provider"], node.urn
        owned = next((node.inputs[key] for key in ("tags", "userLabels", "labels") if key in node.inputs), None)
        assert owned is None or all(owned.get(key) for key in OWNED), node.urn


def test_apis_stay_on_when_this_goes(bootstrap: Graph) -> None:
    for service in bootstrap.of_type("gcp:projects/service:Service"):
        assert not service.inputs["disableOnDestroy"]


def test_no_export_is_secret(bootstrap: Graph) -> None:
    assert "[secret]" not in json.dumps(bootstrap.document["outputs"])
