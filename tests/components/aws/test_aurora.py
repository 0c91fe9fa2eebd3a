"""Aurora PostgreSQL: three zones, encrypted, private, TLS only, replicable, backed up."""

import pytest

from preview.graph import Graph, Node


@pytest.fixture
def cluster(prod: Graph) -> Node:
    [cluster] = prod.of_type("aws:rds/cluster:Cluster")
    return cluster


def parameters(prod: Graph, token: str) -> dict[str, tuple[str, str]]:
    [group] = prod.of_type(token)
    return {found["name"]: (found["value"], found["applyMethod"]) for found in group.inputs["parameters"]}


class TestPlacement:
    def test_instances_stand_in_all_zones_and_none_is_public(self, prod: Graph) -> None:
        instances = prod.of_type("aws:rds/clusterInstance:ClusterInstance")
        assert sorted(node.inputs["availabilityZone"] for node in instances) == [
            "us-west-2a",
            "us-west-2b",
            "us-west-2c",
        ]
        assert not any(node.inputs["publiclyAccessible"] for node in instances)

    def test_it_names_exactly_three_zones_or_would_be_replaced(self, cluster: Node) -> None:
        assert len(cluster.inputs["availabilityZones"]) == 3

    def test_only_the_cluster_reaches_it(self, prod: Graph, cluster: Node) -> None:
        [eks] = prod.of_type("aws:eks/cluster:Cluster")
        [group] = cluster.inputs["vpcSecurityGroupIds"]
        rules = [
            node.inputs
            for node in prod.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
            if node.inputs["securityGroupId"] == group
        ]
        assert [(rule["referencedSecurityGroupId"], rule["fromPort"], rule["toPort"]) for rule in rules] == [
            (eks.outputs["vpcConfig"]["clusterSecurityGroupId"], 5432, 5432)
        ]


class TestSecurity:
    def test_it_is_encrypted_with_its_own_key(self, prod: Graph, cluster: Node) -> None:
        [key] = [key for key in prod.of_type("aws:kms/key:Key") if key.name == "keys-database"]
        assert cluster.inputs["storageEncrypted"] is True
        assert cluster.inputs["kmsKeyId"] == key.outputs["arn"]

    def test_rds_keeps_the_master_password_and_applications_log_in_by_iam(self, cluster: Node) -> None:
        assert cluster.inputs["manageMasterUserPassword"] is True
        assert cluster.inputs["iamDatabaseAuthenticationEnabled"] is True
        assert "masterPassword" not in cluster.inputs

    def test_it_takes_tls_alone(self, prod: Graph) -> None:
        found = parameters(prod, "aws:rds/clusterParameterGroup:ClusterParameterGroup")
        assert found["rds.force_ssl"][0] == "1"
        assert found["ssl_min_protocol_version"][0] == "TLSv1.2"


class TestReplication:
    def test_logical_replication_is_on(self, prod: Graph) -> None:
        found = parameters(prod, "aws:rds/clusterParameterGroup:ClusterParameterGroup")
        assert found["rds.logical_replication"][0] == "1"

    def test_static_parameters_and_what_may_be_a_default_wait_for_a_restart(self, prod: Graph) -> None:
        found = parameters(prod, "aws:rds/clusterParameterGroup:ClusterParameterGroup")
        assert {method for _, method in found.values()} == {"pending-reboot"}


class TestUpgrade:
    def test_it_runs_before_the_instances_get_the_new_versions_parameters(self, prod: Graph, cluster: Node) -> None:
        [group] = prod.of_type("aws:rds/parameterGroup:ParameterGroup")
        assert cluster.inputs["applyImmediately"] is True
        assert cluster.inputs["allowMajorVersionUpgrade"] is True
        assert cluster.inputs["dbInstanceParameterGroupName"] == group.outputs["name"]
        for node in prod.of_type("aws:rds/clusterInstance:ClusterInstance"):
            assert cluster.urn in node.state["dependencies"]


class TestRecovery:
    def test_backups_last_and_nothing_is_deleted_in_passing(self, cluster: Node) -> None:
        assert cluster.inputs["backupRetentionPeriod"] >= 7
        assert cluster.inputs["deletionProtection"] is True
        assert cluster.inputs["skipFinalSnapshot"] is False
        assert cluster.inputs["deleteAutomatedBackups"] is False

    def test_every_exported_log_has_an_encrypted_group_first(self, prod: Graph, cluster: Node) -> None:
        groups = {node.inputs.get("name"): node for node in prod.of_type("aws:cloudwatch/logGroup:LogGroup")}
        for export in cluster.inputs["enabledCloudwatchLogsExports"]:
            group = groups[f"/aws/rds/cluster/{cluster.inputs['clusterIdentifier']}/{export}"]
            assert group.urn in cluster.state["dependencies"]
            assert group.inputs["kmsKeyId"].startswith("arn:aws:kms:")


class TestInsight:
    def test_every_instance_is_watched(self, prod: Graph) -> None:
        for node in prod.of_type("aws:rds/clusterInstance:ClusterInstance"):
            assert node.inputs["performanceInsightsEnabled"] is True
            assert node.inputs["performanceInsightsKmsKeyId"].startswith("arn:aws:kms:")
            assert node.inputs["monitoringInterval"] in (1, 5, 10, 15, 30, 60)
            assert ":role/" in node.inputs["monitoringRoleArn"]
