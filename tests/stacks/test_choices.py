"""What the other choices of prod's settings change: one environment that makes them all."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from preview.graph import Graph

CHOICES = {
    "size": "small",
    "search": {"service_linked_role": "existing"},
    "registry": {"registry": "external"},
    "storage": {"object_lock": "COMPLIANCE"},
    "backup": {"days": {"confidential": 90}, "lock": "compliance", "region_settings": "external"},
}


@pytest.fixture(scope="module")
def other(root: Path, tmp_path_factory: pytest.TempPathFactory, preview: Callable) -> Graph:
    """The simulated update of an environment with other choices than the shipped one."""
    folder = tmp_path_factory.mktemp("other")
    for part in ("settings", "components", "stacks"):
        (folder / part).symlink_to(root / part)
    for file in (*root.glob("Pulumi*.yaml"), root / "__main__.py"):
        shutil.copy(file, folder)
    stack = yaml.safe_load((folder / "Pulumi.prod.yaml").read_text())
    stack["config"] |= {f"multicloud:{key}": value for key, value in CHOICES.items()}
    (folder / "Pulumi.prod.yaml").write_text(yaml.safe_dump(stack))
    result = preview(
        "prod", "--json", "--pass", "update", "--project", str(folder), "--policy-pack", str(root / "policies")
    )
    document = json.loads(result.stdout)
    assert result.returncode == 0, document.get("policyViolations") or result.stderr
    return Graph(document)


def test_a_service_linked_role_that_exists_is_not_made_again(other: Graph) -> None:
    assert not other.of_type("aws:iam/serviceLinkedRole:ServiceLinkedRole")
    assert other.of_type("aws:opensearch/domain:Domain")


def test_a_registry_that_others_govern_keeps_its_repositories_and_templates(other: Graph) -> None:
    assert not other.of_type(
        "aws:ecr/registryPolicy:RegistryPolicy",
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
    )
    assert other.of_type("aws:ecr/repository:Repository")
    assert len(other.of_type("aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate")) == 4


def test_compliance_locks_leave_a_grace_and_bind_everyone(other: Graph) -> None:
    locks = other.of_type("aws:backup/vaultLockConfiguration:VaultLockConfiguration")
    assert {lock.inputs["changeableForDays"] for lock in locks} == {14}
    assert {lock.inputs["minRetentionDays"] for lock in locks} == {90}
    [lock] = other.of_type("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")
    assert lock.inputs["rule"]["defaultRetention"]["mode"] == "COMPLIANCE"


def test_only_classes_of_data_with_days_have_a_plan(other: Graph) -> None:
    assert [plan.name for plan in other.of_type("aws:backup/plan:Plan")] == ["vaults-confidential"]
    assert not other.of_type("aws:backup/regionSettings:RegionSettings")


def test_a_small_environment_costs_less_and_is_no_less_safe(other: Graph, prod: Graph) -> None:
    def inputs(graph: Graph, token: str) -> dict:
        [node] = graph.of_type(token)
        return node.inputs

    cache = "aws:elasticache/replicationGroup:ReplicationGroup"
    small, large = inputs(other, cache), inputs(prod, cache)
    assert small["numNodeGroups"] * (small["replicasPerNodeGroup"] + 1) == 2
    for safe in ("multiAzEnabled", "automaticFailoverEnabled", "transitEncryptionMode", "engineVersion"):
        assert small[safe] == large[safe]
    domain = "aws:opensearch/domain:Domain"
    small, large = inputs(other, domain), inputs(prod, domain)
    assert "dedicatedMasterCount" not in small["clusterConfig"]
    for safe in ("domainEndpointOptions", "nodeToNodeEncryption", "offPeakWindowOptions"):
        assert small[safe] == large[safe]
    assert small["clusterConfig"]["zoneAwarenessConfig"] == large["clusterConfig"]["zoneAwarenessConfig"]


def hourly(graph: Graph) -> int:
    """How many things run, and are billed, by the hour: nodes of every kind, gateways, endpoints, replicas."""
    total = 0
    for node in graph.nodes.values():
        given = node.inputs
        match node.type:
            case "aws:eks/nodeGroup:NodeGroup":
                total += given["scalingConfig"]["minSize"]
            case "aws:rds/clusterInstance:ClusterInstance" | "aws:ec2/natGateway:NatGateway":
                total += 1
            case "aws:msk/cluster:Cluster":
                total += given["numberOfBrokerNodes"]
            case "aws:elasticache/replicationGroup:ReplicationGroup":
                total += given["numNodeGroups"] * (given["replicasPerNodeGroup"] + 1)
            case "aws:opensearch/domain:Domain":
                cluster = given["clusterConfig"]
                total += cluster["instanceCount"] + cluster.get("dedicatedMasterCount", 0)
            case "aws:ec2/vpcEndpoint:VpcEndpoint":
                total += len(given.get("subnetIds", []))
            case "aws:dynamodb/table:Table":
                total += len(given.get("replicas", []))
    return total


def test_a_small_environment_runs_at_most_two_thirds_of_what_production_runs(other: Graph, prod: Graph) -> None:
    assert hourly(other) <= hourly(prod) * 2 / 3
