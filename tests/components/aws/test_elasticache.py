"""The cache: TLS and IAM only, several zones, and nothing that a failover of a node loses."""

import pytest

from preview.graph import Graph, Node


@pytest.fixture
def cache(prod: Graph) -> Node:
    [cache] = prod.of_type("aws:elasticache/replicationGroup:ReplicationGroup")
    return cache


class TestSecurity:
    def test_it_is_encrypted_at_rest_with_its_own_key_and_in_transit_for_every_client(
        self, prod: Graph, cache: Node
    ) -> None:
        [key] = [key for key in prod.of_type("aws:kms/key:Key") if key.name == "keys-cache"]
        assert cache.inputs["atRestEncryptionEnabled"] is True
        assert cache.inputs["kmsKeyId"] == key.outputs["arn"]
        assert cache.inputs["transitEncryptionEnabled"] is True
        assert cache.inputs["transitEncryptionMode"] == "required"

    def test_only_iam_logs_anyone_in(self, prod: Graph, cache: Node) -> None:
        [group] = prod.of_type("aws:elasticache/userGroup:UserGroup")
        users = prod.of_type("aws:elasticache/user:User")
        assert cache.inputs["userGroupIds"] == [group.inputs["userGroupId"]]
        assert group.inputs["userIds"] == [user.inputs["userId"] for user in users]
        for user in users:
            assert user.inputs["authenticationMode"] == {"type": "iam"}
            assert user.inputs["userName"] == user.inputs["userId"]
            assert not {"passwords", "passwordsWo", "noPasswordRequired"} & set(user.inputs)
        assert not {"authToken", "authTokenWo"} & set(cache.inputs)

    def test_nobody_logs_in_as_default(self, prod: Graph) -> None:
        assert "default" not in {user.inputs["userName"] for user in prod.of_type("aws:elasticache/user:User")}

    def test_applications_may_not_empty_or_reconfigure_it(self, prod: Graph) -> None:
        [user] = [user for user in prod.of_type("aws:elasticache/user:User") if user.name == "cache-application"]
        rights = user.inputs["accessString"].split()
        assert rights[0] == "on"
        assert {"-@admin", "-@dangerous"} <= set(rights[rights.index("+@all") :])

    def test_it_stands_in_the_data_subnets_and_admits_the_cluster_alone(self, prod: Graph, cache: Node) -> None:
        [subnets] = prod.of_type("aws:elasticache/subnetGroup:SubnetGroup")
        assert cache.inputs["subnetGroupName"] == subnets.outputs["name"]
        assert subnets.inputs["subnetIds"] == prod.document["outputs"]["network"]["subnetIds"]["data"]
        [rule] = [
            node
            for node in prod.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
            if node.inputs["securityGroupId"] in cache.inputs["securityGroupIds"]
        ]
        assert (rule.inputs["fromPort"], rule.inputs["toPort"]) == (6379, 6379)
        assert "cidrIpv4" not in rule.inputs


class TestDurability:
    def test_each_shard_fails_over_to_another_zone(self, cache: Node) -> None:
        assert cache.inputs["automaticFailoverEnabled"] is True
        assert cache.inputs["multiAzEnabled"] is True
        assert cache.inputs["replicasPerNodeGroup"] >= 1

    def test_it_leaves_snapshots_each_day_and_at_its_end(self, cache: Node) -> None:
        assert cache.inputs["snapshotRetentionLimit"] >= 7
        assert cache.inputs["finalSnapshotIdentifier"]


class TestEngine:
    def test_an_upgrade_runs_before_the_former_versions_parameters_go(self, cache: Node) -> None:
        assert cache.inputs["applyImmediately"] is True

    def test_the_version_names_no_patch(self, cache: Node) -> None:
        assert cache.inputs["engine"] == "valkey"
        assert cache.inputs["engineVersion"].count(".") == 1

    def test_the_parameters_are_of_the_versions_family_and_turn_cluster_mode_on(self, prod: Graph, cache: Node) -> None:
        [parameters] = prod.of_type("aws:elasticache/parameterGroup:ParameterGroup")
        assert cache.inputs["parameterGroupName"] == parameters.outputs["name"]
        assert parameters.inputs["family"] == f"valkey{cache.inputs['engineVersion'].split('.')[0]}"
        assert {"name": "cluster-enabled", "value": "yes"} in parameters.inputs["parameters"]
        assert cache.inputs["clusterMode"] == "enabled"

    def test_both_logs_reach_groups_of_ours(self, prod: Graph, cache: Node) -> None:
        groups = {node.outputs["name"] for node in prod.of_type("aws:cloudwatch/logGroup:LogGroup")}
        logs = {found["logType"]: found["destination"] for found in cache.inputs["logDeliveryConfigurations"]}
        assert set(logs) == {"engine-log", "slow-log"}
        assert set(logs.values()) <= groups


def test_the_user_for_the_standbys_cache_only_reads(prod: Graph) -> None:
    [warmer] = [user for user in prod.of_type("aws:elasticache/user:User") if user.name == "cache-warmer"]
    rights = warmer.inputs["accessString"].split()
    assert rights[:3] == ["on", "~*", "-@all"]
    reads = {"cluster|slots", "readonly", "ping", "scan", "memory|usage", "pexpiretime", "dump", "exists"}
    assert {right.removeprefix("+") for right in rights[3:]} == reads
