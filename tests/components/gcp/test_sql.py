"""Cloud SQL for PostgreSQL: two zones, encrypted, private, mutual TLS, no password, replicable, backed up."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from preview.graph import Graph, Node

INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance"
Changed = Callable[[Mapping[str, object]], Graph]


def instance_of(graph: Graph) -> Node:
    [instance] = graph.of_type(INSTANCE)
    return instance


@pytest.fixture
def settings(dr: Graph) -> dict[str, Any]:
    return instance_of(dr).inputs["settings"]


def flags(settings: Mapping[str, Any]) -> dict[str, str]:
    return {flag["name"]: flag["value"] for flag in settings["databaseFlags"]}


class TestPlacement:
    def test_it_has_a_twin_in_another_zone_and_is_always_on(self, settings: dict[str, Any]) -> None:
        assert settings["availabilityType"] == "REGIONAL"
        assert settings["activationPolicy"] == "ALWAYS"

    def test_it_has_a_private_address_alone_once_the_network_is_peered(self, dr: Graph) -> None:
        instance = instance_of(dr)
        [network] = dr.of_type("gcp:compute/network:Network")
        [peering] = dr.of_type("gcp:servicenetworking/connection:Connection")
        reached = instance.inputs["settings"]["ipConfiguration"]
        assert reached["ipv4Enabled"] is False
        assert reached["privateNetwork"] == network.state["id"]
        assert "authorizedNetworks" not in reached
        assert peering.urn in instance.state["dependencies"]
        assert instance.inputs["settings"]["dataApiAccess"] == "DISALLOW_DATA_API"

    def test_it_serves_the_version_and_the_database_of_the_primary(self, dr: Graph, prod: Graph) -> None:
        [cluster] = prod.of_type("aws:rds/cluster:Cluster")
        [database] = dr.of_type("gcp:sql/database:Database")
        assert instance_of(dr).inputs["databaseVersion"] == f"POSTGRES_{cluster.inputs['engineVersion']}"
        assert database.inputs["name"] == cluster.inputs["databaseName"]


class TestSecurity:
    def test_it_is_encrypted_with_its_own_key(self, dr: Graph) -> None:
        [key] = [key for key in dr.of_type("gcp:kms/cryptoKey:CryptoKey") if key.name == "keys-database"]
        assert instance_of(dr).inputs["encryptionKeyName"] == key.state["id"]

    def test_clients_need_a_certificate_and_the_server_renews_its_own(self, settings: dict[str, Any]) -> None:
        assert settings["ipConfiguration"]["sslMode"] == "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
        assert settings["ipConfiguration"]["serverCaMode"] == "GOOGLE_MANAGED_CAS_CA"
        assert settings["ipConfiguration"]["serverCertificateRotationMode"] == "AUTOMATIC_ROTATION_DURING_MAINTENANCE"

    def test_logins_are_iams_and_none_has_a_password(self, dr: Graph, settings: dict[str, Any]) -> None:
        assert flags(settings)["cloudsql.iam_authentication"] == "on"
        assert not {"rootPassword", "rootPasswordWo"} & instance_of(dr).inputs.keys()
        users = dr.of_type("gcp:sql/user:User")
        assert {user.inputs["type"] for user in users} == {"CLOUD_IAM_SERVICE_ACCOUNT"}
        assert not [user for user in users if {"password", "passwordWo"} & user.inputs.keys()]
        assert settings["passwordValidationPolicy"]["enablePasswordPolicy"] is True

    def test_administrators_are_groups_let_into_this_instance_alone(self, dr_with: Changed) -> None:
        group = "database-administrators@example.com"
        zones = ["us-central1-b", "us-central1-c"]
        graph = dr_with({"database": {"administrators": [group]}, "key_value_store": {"zones": zones}})
        [user] = [node for node in graph.of_type("gcp:sql/user:User") if node.name.startswith("database-")]
        assert (user.inputs["name"], user.inputs["type"]) == (group, "CLOUD_IAM_GROUP")
        assert "password" not in user.inputs
        grants = [
            node
            for node in graph.of_type("gcp:projects/iAMMember:IAMMember")
            if node.inputs["member"] == f"group:{group}"
        ]
        assert {grant.inputs["role"] for grant in grants} == {"roles/cloudsql.client", "roles/cloudsql.instanceUser"}
        name = instance_of(graph).outputs["name"]
        for grant in grants:
            assert f'/instances/{name}"' in grant.inputs["condition"]["expression"]

    def test_it_logs_what_cis_asks_and_no_values(self, settings: dict[str, Any]) -> None:
        found = flags(settings)
        assert found["cloudsql.enable_pgaudit"] == "on"
        assert found["log_connections"] == found["log_disconnections"] == "on"
        assert found["log_statement"] == "ddl"
        assert found["log_min_duration_statement"] == "-1"


class TestReplication:
    def test_logical_decoding_is_on_before_anything_needs_it(self, settings: dict[str, Any]) -> None:
        assert flags(settings)["cloudsql.logical_decoding"] == "on"

    def test_growing_by_itself_is_no_change(self, dr: Graph, settings: dict[str, Any]) -> None:
        assert settings["diskAutoresize"] is True
        assert "settings.diskSize" in instance_of(dr).state["ignoreChanges"]


class TestRecovery:
    def test_backups_lie_in_the_second_region_and_any_second_of_weeks_can_be_restored(
        self, settings: dict[str, Any]
    ) -> None:
        backups = settings["backupConfiguration"]
        assert backups["enabled"] is True
        assert backups["location"] == "us-west1"
        assert backups["pointInTimeRecoveryEnabled"] is True
        assert 7 <= backups["transactionLogRetentionDays"] <= backups["backupRetentionSettings"]["retainedBackups"]

    def test_it_is_protected_at_both_levels_and_leaves_its_backups(self, dr: Graph, settings: dict[str, Any]) -> None:
        assert instance_of(dr).inputs["deletionProtection"] is True
        assert settings["deletionProtectionEnabled"] is True
        assert settings["retainBackupsOnDelete"] is True
        assert settings["finalBackupConfig"]["enabled"] is True

    def test_a_region_to_throw_away_can_be_thrown_away(self, dr_with: Changed) -> None:
        instance = instance_of(dr_with({"protection": False}))
        assert instance.inputs["deletionProtection"] is False
        assert instance.inputs["settings"]["deletionProtectionEnabled"] is False


class TestInsight:
    def test_slow_queries_are_seen(self, settings: dict[str, Any]) -> None:
        assert settings["insightsConfig"]["queryInsightsEnabled"] is True

    def test_labels_reach_what_is_billed(self, settings: dict[str, Any]) -> None:
        assert settings["userLabels"]["data-class"] == "confidential"
