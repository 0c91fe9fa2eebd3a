"""What holds for every resource of every stack."""

import importlib
import inspect
import json
import re
from typing import Any

import pytest

from components.gcp.component import LABELS
from preview.graph import Graph, Node

OWNED = ("service", "environment", "owner", "cost-centre", "data-class", "dr-role")

# Types whose loss or replacement loses data, addresses that others know, or the way to data.
STATEFUL = {
    "aws:amp/workspace:Workspace",
    "aws:backup/vault:Vault",
    "aws:cloudcontrol/resource:Resource",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:dynamodb/table:Table",
    "aws:ec2/eip:Eip",
    "aws:ec2/vpc:Vpc",
    "aws:ec2transitgateway/transitGateway:TransitGateway",
    "aws:ecr/repository:Repository",
    "aws:eks/cluster:Cluster",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:kinesis/stream:Stream",
    "aws:kms/key:Key",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:msk/cluster:Cluster",
    "aws:msk/topic:Topic",
    "aws:opensearch/domain:Domain",
    "aws:rds/cluster:Cluster",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec",
    "aws:route53/keySigningKey:KeySigningKey",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
    "gcp:artifactregistry/repository:Repository",
    "gcp:bigtable/instance:Instance",
    "gcp:bigtable/table:Table",
    "gcp:certificatemanager/dnsAuthorization:DnsAuthorization",
    "gcp:compute/address:Address",
    "gcp:compute/globalAddress:GlobalAddress",
    "gcp:compute/haVpnGateway:HaVpnGateway",
    "gcp:compute/network:Network",
    "gcp:compute/serviceAttachment:ServiceAttachment",
    "gcp:compute/subnetwork:Subnetwork",
    "gcp:container/cluster:Cluster",
    "gcp:databasemigrationservice/migrationJob:MigrationJob",
    "gcp:dns/managedZone:ManagedZone",
    "gcp:gkebackup/backupPlan:BackupPlan",
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
    "gcp:kms/cryptoKey:CryptoKey",
    "gcp:kms/keyRing:KeyRing",
    "gcp:logging/projectBucketConfig:ProjectBucketConfig",
    "gcp:managedkafka/cluster:Cluster",
    "gcp:managedkafka/topic:Topic",
    "gcp:memorystore/instance:Instance",
    "gcp:pubsub/subscription:Subscription",
    "gcp:pubsub/topic:Topic",
    "aws:secretsmanager/secret:Secret",
    "gcp:secretmanager/secret:Secret",
    "gcp:servicenetworking/connection:Connection",
    "gcp:sql/database:Database",
    "gcp:sql/databaseInstance:DatabaseInstance",
    "gcp:storage/bucket:Bucket",
}


@pytest.fixture(params=["prod", "dr", "interconnect"])
def graph(request: pytest.FixtureRequest, graphs: dict[str, Graph]) -> Graph:
    return graphs[request.param]


def cloud_resources(graph: Graph) -> list[Node]:
    made = [node for node in graph.nodes.values() if node.op != "read"]
    return [node for node in made if not node.is_component and not node.is_provider]


def arguments(token: str) -> dict[str, str]:
    """The arguments of a token's class with their types as text, in the engine's spelling."""
    package, module, name = token.split(":")
    if package == "kubernetes":
        return {}  # Custom resources have no class of their own.
    sdk = importlib.import_module(f"pulumi_{package}.{module.split('/')[0]}")
    parameters = inspect.signature(getattr(sdk, name)._internal_init).parameters
    return {spelt(argument): str(parameter) for argument, parameter in parameters.items()}


def spelt(argument: str) -> str:
    """An argument as the engine spells it."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), argument)


def marks(token: str) -> str | None:
    """The argument with tags or labels, in the engine's spelling, if a token's class takes such a mapping."""
    argument = spelt("tags" if token.startswith("aws:") else LABELS.get(token, "labels"))
    return argument if "Mapping" in arguments(token).get(argument, "") else None


UNLABELLED = {
    "aws-for-fluent-bit": "its chart takes no labels for all that it makes",
    "base": "Istio's kinds of objects belong to the cluster",
    "cni": "its chart takes labels for its pods alone",
    "gateway": "its labels select its pods",
    "istiod": "its chart takes labels for its pods alone",
    "karpenter-crd": "Karpenter's kinds of objects belong to the cluster",
    "trivy-operator": "its chart takes labels for its pods alone",
    "vault": "its chart takes labels for its pods alone",
}
"""Charts that give our labels to nothing, or to a part of what they make, and why."""


def labels_within(values: object) -> dict[str, str]:
    """The mapping in a release's values that holds the marks: each chart has a place of its own for it."""
    if isinstance(values, dict):
        if "dr-role" in values:
            return values
        return next(filter(None, map(labels_within, values.values())), {})
    return {}


def owned(node: Node) -> dict[str, str] | None:
    """A resource's tags or labels, if it takes any; a release gives them to what its chart makes."""
    if node.type == "kubernetes:helm.sh/v3:Release":
        found = labels_within(node.inputs["values"])
        return None if not found and node.inputs["chart"].rpartition("/")[2] in UNLABELLED else found
    if node.type.startswith("kubernetes:"):
        return node.inputs["metadata"].get("labels", {})
    argument = marks(node.type)
    return node.inputs.get(argument, {}) if argument else None


class TestEveryResource:
    def test_has_an_explicit_provider(self, graph: Graph) -> None:
        for node in cloud_resources(graph):
            assert "::default" not in node.state["provider"], node.urn

    def test_stands_under_a_component(self, graph: Graph) -> None:
        for node in cloud_resources(graph):
            assert graph.nodes[node.parent].type.startswith("multicloud:"), node.urn

    def test_is_named_after_its_component(self, graph: Graph) -> None:
        for node in graph.nodes.values():
            parent = graph.nodes.get(node.parent)
            if parent and parent.type.startswith("multicloud:"):
                assert node.name.startswith(f"{parent.name}-"), node.urn

    def test_carries_its_owner_and_its_role(self, graph: Graph) -> None:
        for node in cloud_resources(graph):
            found = owned(node)
            missing = [key for key in OWNED if found is not None and not found.get(key)]
            assert not missing, f"{node.urn} lacks the marks {missing}"

    def test_is_protected_if_it_is_stateful(self, graph: Graph) -> None:
        for node in cloud_resources(graph):
            assert node.protected == (node.type in STATEFUL), node.urn

    def test_ignores_changes_of_inputs_that_it_has(self, graph: Graph) -> None:
        for node in cloud_resources(graph):
            for path in node.state.get("ignoreChanges", []):
                # What something else brings may be given by nobody here.
                found: Any = {**dict.fromkeys(arguments(node.type)), **node.outputs, **node.inputs}
                for key in re.findall(r"[^.\[\]]+", path):
                    step = int(key) if isinstance(found, list) else key
                    assert step in (range(len(found)) if isinstance(found, list) else found or {}), (
                        f"{node.urn}: {path}"
                    )
                    found = found[step]


def test_every_document_lists_each_resource_once(graphs: dict[str, Graph]) -> None:
    for stack, graph in graphs.items():
        steps = [step["urn"] for step in graph.document["steps"]]
        assert len(steps) == len(set(steps)), stack


def test_the_standby_holds_nothing_of_aws(graphs: dict[str, Graph]) -> None:
    assert not [urn for urn in graphs["dr"].nodes if "aws" in urn.split("::")[2]]


def test_the_primary_holds_nothing_of_google(graphs: dict[str, Graph]) -> None:
    assert not [urn for urn in graphs["prod"].nodes if "gcp" in urn.split("::")[2]]


def test_no_value_of_a_simulated_update_is_unknown(prod: Graph) -> None:
    assert "04da6b54-80e4-46f7-96ec-b56ff0331ba9" not in json.dumps(prod.document)
