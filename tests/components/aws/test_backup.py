"""Backups: locked, copied to a second region, kept by class of data, and restored on trial."""

import json

from components.aws.backup import RESOURCES
from preview.graph import Graph, Node


def vault(prod: Graph, name: str) -> Node:
    [found] = [node for node in prod.of_type("aws:backup/vault:Vault") if node.name == name]
    return found


class TestVaults:
    def test_each_has_a_key_of_its_own_region(self, prod: Graph) -> None:
        keys = {node.outputs["arn"]: node for node in prod.of_type("aws:kms/key:Key")}
        for node in prod.of_type("aws:backup/vault:Vault"):
            assert keys[node.inputs["kmsKeyArn"]].inputs.get("region") == node.inputs.get("region")

    def test_one_is_in_another_region(self, prod: Graph) -> None:
        assert vault(prod, "vaults-copies").inputs["region"] == "us-east-2"
        assert "region" not in vault(prod, "vaults-vault").inputs

    def test_each_is_locked_for_as_long_as_its_shortest_backups(self, prod: Graph) -> None:
        kept = [plan.inputs["rules"][0]["lifecycle"]["deleteAfter"] for plan in prod.of_type("aws:backup/plan:Plan")]
        locks = prod.of_type("aws:backup/vaultLockConfiguration:VaultLockConfiguration")
        assert {lock.inputs["backupVaultName"] for lock in locks} == {
            node.outputs["name"] for node in prod.of_type("aws:backup/vault:Vault")
        }
        for lock in locks:
            assert lock.inputs["minRetentionDays"] == min(kept)

    def test_the_lock_can_be_lifted_unless_the_settings_say_otherwise(self, prod: Graph) -> None:
        for lock in prod.of_type("aws:backup/vaultLockConfiguration:VaultLockConfiguration"):
            assert "changeableForDays" not in lock.inputs


class TestPlans:
    def test_each_class_of_data_has_one_that_copies_every_backup(self, prod: Graph) -> None:
        copies = vault(prod, "vaults-copies").outputs["arn"]
        plans = prod.of_type("aws:backup/plan:Plan")
        assert {plan.name for plan in plans} == {
            f"vaults-{each}" for each in ("internal", "confidential", "restricted")
        }
        for plan in plans:
            [rule] = plan.inputs["rules"]
            assert rule["targetVaultName"] == vault(prod, "vaults-vault").outputs["name"]
            [copy] = rule["copyActions"]
            assert copy["destinationVaultArn"] == copies
            assert copy["lifecycle"] == rule["lifecycle"]

    def test_each_selects_this_environments_data_of_its_class(self, prod: Graph) -> None:
        for selection in prod.of_type("aws:backup/selection:Selection"):
            [conditions] = selection.inputs["conditions"]
            tags = {
                found["key"].removeprefix("aws:ResourceTag/"): found["value"] for found in conditions["stringEquals"]
            }
            assert tags == {
                "data-class": selection.name.removeprefix("vaults-"),
                "environment": "production",
                "service": "platform",
            }
            assert selection.inputs["resources"] == list(RESOURCES)

    def test_the_databases_tables_and_assets_carry_a_class_that_has_one(self, prod: Graph) -> None:
        classes = {plan.name.removeprefix("vaults-") for plan in prod.of_type("aws:backup/plan:Plan")}
        for token in ("aws:rds/cluster:Cluster", "aws:dynamodb/table:Table", "aws:s3/bucket:Bucket"):
            for node in prod.of_type(token):
                assert node.inputs["tags"]["data-class"] in classes

    def test_logs_and_locked_objects_are_left_out(self, prod: Graph) -> None:
        arns = {node.outputs["arn"]: node.name for node in prod.of_type("aws:s3/bucket:Bucket")}
        for selection in prod.of_type("aws:backup/selection:Selection"):
            left_out = {arns[arn] for arn in selection.inputs["notResources"]}
            assert left_out == {"access-logs-bucket", "backups-bucket", "logs-bucket"}


class TestRegion:
    def test_services_that_aws_lists_besides_are_no_change(self, prod: Graph) -> None:
        [settings] = prod.of_type("aws:backup/regionSettings:RegionSettings")
        given = {name for name in settings.inputs if name.startswith("resourceType")}
        assert given == set(settings.state["ignoreChanges"])


class TestRestoring:
    def test_databases_tables_and_assets_are_restored_on_trial(self, prod: Graph) -> None:
        tests = {
            node.inputs["protectedResourceType"]: node
            for node in prod.of_type("aws:backup/restoreTestingSelection:RestoreTestingSelection")
        }
        [cluster] = prod.of_type("aws:rds/cluster:Cluster")
        tables = {node.outputs["arn"] for node in prod.of_type("aws:dynamodb/table:Table")}
        assert tests["Aurora"].inputs["protectedResourceArns"] == [cluster.outputs["arn"]]
        assert set(tests["DynamoDB"].inputs["protectedResourceArns"]) == tables
        assert set(tests) == {"Aurora", "DynamoDB", "S3"}

    def test_a_database_is_restored_into_our_subnets(self, prod: Graph) -> None:
        [test] = [
            node
            for node in prod.of_type("aws:backup/restoreTestingSelection:RestoreTestingSelection")
            if node.inputs["protectedResourceType"] == "Aurora"
        ]
        [cluster] = prod.of_type("aws:rds/cluster:Cluster")
        assert test.inputs["restoreMetadataOverrides"] == {"dbSubnetGroupName": cluster.inputs["dbSubnetGroupName"]}

    def test_names_are_letters_digits_and_underscores_within_50(self, prod: Graph) -> None:
        for token in (
            "aws:backup/restoreTestingPlan:RestoreTestingPlan",
            "aws:backup/restoreTestingSelection:RestoreTestingSelection",
        ):
            for node in prod.of_type(token):
                assert node.inputs["name"].replace("_", "").isalnum()
                assert len(node.inputs["name"]) <= 50


class TestRoles:
    def test_who_makes_backups_cannot_restore_and_neither_serves_other_accounts(self, prod: Graph) -> None:
        attached: dict[str, set[str]] = {}
        for node in prod.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment"):
            attached.setdefault(node.inputs["role"], set()).add(node.inputs["policyArn"].rsplit("/", 1)[1])
        roles = {role.name: role for role in prod.of_type("aws:iam/role:Role") if role.name.startswith("vaults-")}
        assert attached[roles["vaults-keeper"].outputs["name"]] == {
            "AWSBackupServiceRolePolicyForBackup",
            "AWSBackupServiceRolePolicyForS3Backup",
        }
        assert attached[roles["vaults-restorer"].outputs["name"]] == {
            "AWSBackupServiceRolePolicyForRestores",
            "AWSBackupServiceRolePolicyForS3Restore",
        }
        for role in roles.values():
            [trust] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
            assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
