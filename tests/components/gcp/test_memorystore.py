"""Memorystore for Valkey: several zones, TLS and IAM alone, encrypted, on disk, backed up, in our network."""

import pytest

from preview.graph import Graph, Node


@pytest.fixture
def cache(dr: Graph) -> Node:
    [cache] = dr.of_type("gcp:memorystore/instance:Instance")
    return cache


def test_each_shard_survives_the_loss_of_a_zone(cache: Node) -> None:
    assert cache.inputs["mode"] == "CLUSTER"
    assert cache.inputs["replicaCount"] >= 1
    assert cache.inputs["zoneDistributionConfig"] == {"mode": "MULTI_ZONE"}


def test_clients_log_in_by_iam_over_tls(cache: Node) -> None:
    assert cache.inputs["authorizationMode"] == "IAM_AUTH"
    assert cache.inputs["transitEncryptionMode"] == "SERVER_AUTHENTICATION"


def test_it_is_encrypted_with_its_own_key(dr: Graph, cache: Node) -> None:
    [key] = [key for key in dr.of_type("gcp:kms/cryptoKey:CryptoKey") if key.name == "keys-cache"]
    assert cache.inputs["kmsKey"] == key.state["id"]


def test_its_endpoints_are_in_our_network_alone_once_a_policy_lets_them(dr: Graph, cache: Node) -> None:
    [network] = dr.of_type("gcp:compute/network:Network")
    policies = dr.of_type("gcp:networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy")
    [policy] = [each for each in policies if each.inputs["serviceClass"] == "gcp-memorystore"]
    assert cache.inputs["desiredAutoCreatedEndpoints"] == [
        {"network": network.state["id"], "projectId": "example-standby"}
    ]
    assert policy.inputs["serviceClass"] == "gcp-memorystore"
    assert policy.urn in cache.state["dependencies"]
    assert dr.document["outputs"]["cache"]["endpoint"].endswith(":6379")


def test_it_forgets_as_the_primarys_cache_does(cache: Node, prod: Graph) -> None:
    [parameters] = prod.of_type("aws:elasticache/parameterGroup:ParameterGroup")
    primary = {found["name"]: found["value"] for found in parameters.inputs["parameters"]}
    assert cache.inputs["engineConfigs"] == {"maxmemory-policy": primary["maxmemory-policy"]}


def test_what_it_holds_is_on_disk_and_in_daily_backups(cache: Node) -> None:
    assert cache.inputs["persistenceConfig"] == {"mode": "AOF", "aofConfig": {"appendFsync": "EVERY_SEC"}}
    assert int(cache.inputs["automatedBackupConfig"]["retention"].removesuffix("s")) >= 7 * 86400


def test_it_is_patched_in_a_known_hour_and_hard_to_delete(cache: Node) -> None:
    [window] = cache.inputs["maintenancePolicy"]["weeklyMaintenanceWindows"]
    assert window == {"day": "SUNDAY", "startTime": {"hours": 8}}
    assert cache.inputs["deletionProtectionEnabled"] is True
