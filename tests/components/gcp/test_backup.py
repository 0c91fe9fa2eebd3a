"""Backup for GKE: whole, encrypted, elsewhere, and rehearsed without touching what lives."""

import pytest

from preview.graph import Graph, Node


@pytest.fixture
def plan(dr: Graph) -> Node:
    [plan] = dr.of_type("gcp:gkebackup/backupPlan:BackupPlan")
    return plan


def restore(dr: Graph, purpose: str) -> Node:
    [found] = [n for n in dr.of_type("gcp:gkebackup/restorePlan:RestorePlan") if n.name == f"cluster-backup-{purpose}"]
    return found


def test_the_cluster_has_the_agent(dr: Graph) -> None:
    [cluster] = dr.of_type("gcp:container/cluster:Cluster")
    assert cluster.inputs["addonsConfig"] == {"gkeBackupAgentConfig": {"enabled": True}}


def test_backups_are_whole_and_lie_in_the_second_region_under_a_key_from_there(dr: Graph, plan: Node) -> None:
    [key] = [node for node in dr.of_type("gcp:kms/cryptoKey:CryptoKey") if node.name == "keys-cluster-backups"]
    assert plan.inputs["location"] == "us-west1"
    assert "/locations/us-west1/" in key.inputs["keyRing"]
    assert plan.inputs["backupConfig"] == {
        "allNamespaces": True,
        "includeSecrets": True,
        "includeVolumeData": True,
        "permissiveMode": False,
        "encryptionKey": {"gcpKmsEncryptionKey": key.state["id"]},
    }


def test_the_newest_is_a_day_old_at_most_and_none_is_deleted_early(plan: Node) -> None:
    assert plan.inputs["backupSchedule"] == {"rpoConfig": {"targetRpoMinutes": 1440}}
    assert plan.inputs["retentionPolicy"] == {"backupRetainDays": 35, "backupDeleteLockDays": 14, "locked": False}


def test_everything_can_be_restored_around_what_is_there_already(dr: Graph, plan: Node) -> None:
    found = restore(dr, "everything")
    assert found.inputs["backupPlan"] == plan.state["id"]
    assert found.inputs["location"] == "us-central1"
    config = found.inputs["restoreConfig"]
    assert config["allNamespaces"] is True
    assert config["namespacedResourceRestoreMode"] == "MERGE_SKIP_ON_CONFLICT"
    assert config["clusterResourceConflictPolicy"] == "USE_EXISTING_VERSION"


def test_a_rehearsal_restores_beside_the_living_namespace(dr: Graph) -> None:
    config = restore(dr, "rehearsal").inputs["restoreConfig"]
    assert config["selectedNamespaces"] == {"namespaces": ["core"]}
    assert config["namespacedResourceRestoreMode"] == "FAIL_ON_CONFLICT"
    assert config["volumeDataRestorePolicy"] == "RESTORE_VOLUME_DATA_FROM_BACKUP"
    assert config["clusterResourceRestoreScope"] == {"noGroupKinds": True}
    actions = [action for rule in config["transformationRules"] for action in rule["fieldActions"]]
    assert {action["path"]: action["value"] for action in actions} == {
        "/metadata/name": "core-rehearsal",
        "/metadata/namespace": "core-rehearsal",
    }
