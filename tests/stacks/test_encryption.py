"""Whatever holds data has a customer-managed key, save what one table a cloud exempts with its reason."""

import importlib
import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from components.aws import exemptions as aws
from components.gcp import exemptions as gcp
from preview.graph import Graph, Node

Keys = Callable[[Graph, Node], list[Any]]
"""The keys that a resource names, one for each part of it that is encrypted: none where it leaves that to the cloud."""

BUCKET_ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"


def at(*paths: str) -> Keys:
    """The values at dotted paths; a list on the way stands for each of its items."""
    return lambda _, node: [value for path in paths for value in _values(node.inputs, path.split("."))]


def _values(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _values(each, path)
    elif not path:
        yield value
    else:
        yield from _values((value or {}).get(path[0]), path[1:])


def _bucket(graph: Graph, bucket: Node) -> list[Any]:
    rules = [
        node.inputs["rules"] for node in graph.of_type(BUCKET_ENCRYPTION) if node.inputs["bucket"] == bucket.state["id"]
    ]
    return list(_values(rules, ["applyServerSideEncryptionByDefault", "kmsMasterKeyId"]))


def _cloud_control(_: Graph, node: Node) -> list[Any]:
    assert node.inputs["typeName"] == "AWS::SecretsManager::Secret", "say here how its type is encrypted"
    return [json.loads(node.inputs["desiredState"]).get("KmsKeyId")]


STORES: Mapping[str, Keys] = {
    "aws:amp/workspace:Workspace": at("kmsKeyArn"),
    "aws:backup/vault:Vault": at("kmsKeyArn"),
    "aws:cfg/deliveryChannel:DeliveryChannel": at("s3KmsKeyArn"),
    "aws:cloudcontrol/resource:Resource": _cloud_control,
    "aws:cloudtrail/trail:Trail": at("kmsKeyId"),
    "aws:cloudwatch/logGroup:LogGroup": at("kmsKeyId"),
    "aws:codebuild/project:Project": at("encryptionKey"),
    "aws:dynamodb/table:Table": at("serverSideEncryption.kmsKeyArn", "replicas.kmsKeyArn"),
    "aws:ebs/volume:Volume": at("kmsKeyId"),
    "aws:ec2/launchTemplate:LaunchTemplate": at("blockDeviceMappings.ebs.kmsKeyId"),
    "aws:ecr/repository:Repository": at("encryptionConfigurations.kmsKey"),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": at("encryptionConfigurations.kmsKey"),
    "aws:eks/cluster:Cluster": at("encryptionConfig.provider.keyArn"),
    "aws:elasticache/replicationGroup:ReplicationGroup": at("kmsKeyId"),
    "aws:kinesis/stream:Stream": at("kmsKeyId"),
    "aws:msk/cluster:Cluster": at("encryptionInfo.encryptionAtRestKmsKeyArn"),
    "aws:opensearch/domain:Domain": at("encryptAtRest.kmsKeyId"),
    "aws:rds/cluster:Cluster": at("kmsKeyId", "masterUserSecretKmsKeyId"),
    "aws:rds/clusterInstance:ClusterInstance": at("performanceInsightsKmsKeyId"),
    "aws:s3/bucket:Bucket": _bucket,
    "aws:secretsmanager/secret:Secret": at("kmsKeyId"),
    "aws:sns/topic:Topic": at("kmsMasterKeyId"),
    "aws:sqs/queue:Queue": at("kmsMasterKeyId"),
    "gcp:artifactregistry/repository:Repository": at("kmsKeyName"),
    "gcp:bigquery/dataset:Dataset": at("defaultEncryptionConfiguration.kmsKeyName"),
    "gcp:bigtable/instance:Instance": at("clusters.kmsKeyName"),
    "gcp:cloudrunv2/job:Job": at("template.template.encryptionKey"),
    "gcp:cloudrunv2/service:Service": at("template.encryptionKey"),
    "gcp:compute/disk:Disk": at("diskEncryptionKey.kmsKeySelfLink"),
    "gcp:container/cluster:Cluster": at(
        "databaseEncryption.keyName", "clusterAutoscaling.autoProvisioningDefaults.bootDiskKmsKey"
    ),
    "gcp:gkebackup/backupPlan:BackupPlan": at("backupConfig.encryptionKey.gcpKmsEncryptionKey"),
    "gcp:logging/projectBucketConfig:ProjectBucketConfig": at("cmekSettings.kmsKeyName"),
    "gcp:managedkafka/cluster:Cluster": at("gcpConfig.kmsKey"),
    "gcp:memorystore/instance:Instance": at("kmsKey"),
    "gcp:pubsub/topic:Topic": at("kmsKeyName"),
    "gcp:secretmanager/secret:Secret": at("replication.userManaged.replicas.customerManagedEncryption.kmsKeyName"),
    "gcp:sql/databaseInstance:DatabaseInstance": at("encryptionKeyName"),
    "gcp:storage/bucket:Bucket": at("encryption.defaultKmsKeyName"),
}

TAKES_A_KEY = re.compile(
    r"kms_key|kms_master|kms_encryption|encryption_(config|info|key)|encrypt_at_rest|database_encryption|cmek|boot_disk_kms"
)

ASIDE = {
    BUCKET_ENCRYPTION: "is a bucket's own encryption",
    "gcp:storage/bucketObject:BucketObject": "has the key of its bucket",
}
"""Types that take a key for what another resource holds."""

KEYS = {"aws:kms/key:Key": ("arn", "keyId"), "gcp:kms/cryptoKey:CryptoKey": ("id",)}
"""Types of keys, and the outputs by which others name them."""


@pytest.fixture(params=[("prod", aws.EXEMPTIONS), ("dr", gcp.EXEMPTIONS)], ids=["prod", "dr"])
def exempted(request: pytest.FixtureRequest, graphs: dict[str, Graph]) -> tuple[Graph, Mapping[str, str]]:
    """A stack, and what is exempted in it."""
    stack, exemptions = request.param
    return graphs[stack], exemptions


def stores(graph: Graph) -> list[Node]:
    return graph.of_type(*STORES)


def arguments(token: str) -> set[str]:
    """The names of a type's arguments, those within objects included."""
    package, module, name = token.split(":")
    sdk = importlib.import_module(f"pulumi_{package}.{module.split('/')[0]}")
    found: set[str] = set()
    seen: set[str] = set()

    def collect(hints: Mapping[str, object]) -> None:
        found.update(hints)
        for shape in {
            shape for hint in hints.values() for shape in re.findall(r"(?<![\w.])\w+ArgsDict", str(hint))
        } - seen:
            seen.add(shape)
            collect(getattr(sdk, shape).__annotations__)

    taken = inspect.signature(getattr(sdk, name)._internal_init).parameters
    collect({name: parameter.annotation for name, parameter in taken.items()})
    return found


def test_each_store_names_a_key_of_ours(exempted: tuple[Graph, Mapping[str, str]]) -> None:
    graph, exemptions = exempted
    ours = {
        {**key.outputs, "id": key.state["id"]}[output]
        for token in KEYS
        for key in graph.of_type(token)
        for output in KEYS[token]
    }
    for node in stores(graph):
        if node.name not in exemptions:
            named = STORES[node.type](graph, node)
            assert named, f"{node.urn} leaves its encryption to the cloud"
            assert set(named) <= ours, f"{node.urn} leaves a part of its encryption to the cloud"


def test_every_exemption_is_still_needed(exempted: tuple[Graph, Mapping[str, str]]) -> None:
    graph, exemptions = exempted
    found = {node.name: node for node in stores(graph)}
    for name, reason in exemptions.items():
        assert name in found, f"{name} is gone"
        assert not any(STORES[found[name].type](graph, found[name])), f"{name} has a key now"
        assert reason


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_type_that_takes_a_key_is_overlooked(exempted: tuple[Graph, Mapping[str, str]]) -> None:
    graph, _ = exempted
    types = {node.type for node in graph.nodes.values() if node.type.startswith(("aws:", "gcp:"))}
    for token in sorted(types - {*STORES, *ASIDE}):
        taken = {name for name in arguments(token) if TAKES_A_KEY.search(name)}
        assert not taken, f"{token} takes {taken}: add it to STORES"
