"""Whatever holds data has a customer-managed key, save what one table exempts with AWS's reason."""

import importlib
import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from components.aws.exemptions import EXEMPTIONS
from preview.graph import Graph, Node

Keys = Callable[[Graph, Node], list[Any]]
"""The keys that a resource names, one for each part of it that is encrypted: none where it leaves that to AWS."""

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
    "aws:backup/vault:Vault": at("kmsKeyArn"),
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
}

TAKES_A_KEY = re.compile(r"kms_|encryption_(config|info|key)|encrypt_at_rest")


def stores(graph: Graph) -> list[Node]:
    return graph.of_type(*STORES)


def arguments(token: str) -> set[str]:
    package, module, name = token.split(":")
    sdk = importlib.import_module(f"pulumi_{package}.{module.split('/')[0]}")
    return set(inspect.signature(getattr(sdk, name)._internal_init).parameters)


def test_each_store_names_a_key_of_ours(prod: Graph) -> None:
    ours = {key.outputs[output] for key in prod.of_type("aws:kms/key:Key") for output in ("arn", "keyId")}
    for node in stores(prod):
        if node.name not in EXEMPTIONS:
            named = STORES[node.type](prod, node)
            assert named, f"{node.urn} leaves its encryption to AWS"
            assert set(named) <= ours, f"{node.urn} leaves a part of its encryption to AWS"


def test_every_exemption_is_still_needed(prod: Graph) -> None:
    found = {node.name: node for node in stores(prod)}
    for name, reason in EXEMPTIONS.items():
        assert name in found, f"{name} is gone"
        assert not any(STORES[found[name].type](prod, found[name])), f"{name} has a key now"
        assert reason


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_type_that_takes_a_key_is_overlooked(prod: Graph) -> None:
    for token in {node.type for node in prod.nodes.values() if node.type.startswith("aws:")} - set(STORES):
        taken = {name for name in arguments(token) if TAKES_A_KEY.search(name)}
        assert not taken, f"{token} takes {taken}: add it to STORES"
