"""Each stack exports what its contract says, and nothing that is secret."""

import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from pulumi import Output

from preview.graph import Graph
from stacks.contracts import DrExports, ProdExports

CONTRACTS = {"prod": ProdExports, "dr": DrExports}

# What holds data, by stack: resource type, and how the inventory names a resource of it.
STORES = {
    "prod": {
        "aws:rds/cluster:Cluster": "database",
        "aws:dynamodb/table:Table": "tables/{}",
        "aws:msk/topic:Topic": "stream/{}",
        "aws:elasticache/replicationGroup:ReplicationGroup": "cache",
        "aws:opensearch/domain:Domain": "search",
    },
    "dr": {
        "gcp:sql/databaseInstance:DatabaseInstance": "database",
        "gcp:bigtable/table:Table": "tables/{}",
        "gcp:managedkafka/topic:Topic": "stream/{}",
        "gcp:memorystore/instance:Instance": "cache",
    },
}


@pytest.fixture
def inventory(prod: Graph) -> dict[str, Any]:
    return prod.document["outputs"]["inventory"]


def mismatches(value: Any, kind: Any, path: str = "") -> list[str]:
    """Where a value of plain data departs from a type of the contracts."""
    if is_typeddict(kind):
        hints = get_type_hints(kind)
        if not isinstance(value, dict) or value.keys() != hints.keys():
            return [f"{path}: {value!r} has not exactly the keys {sorted(hints)}"]
        return [found for key in hints for found in mismatches(value[key], hints[key], f"{path}.{key}")]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Mapping and isinstance(value, dict):
        return [found for key in value for found in mismatches(value[key], arguments[1], f"{path}.{key}")]
    if origin is Sequence and isinstance(value, list):
        return [found for part in value for found in mismatches(part, arguments[0], f"{path}[]")]
    if origin is Literal:
        return [] if value in arguments else [f"{path}: {value!r} is none of {arguments}"]
    if origin in (Union, UnionType):
        return min((mismatches(value, option, path) for option in arguments), key=len)
    if origin is Output:
        return mismatches(value, *arguments, path)
    return [] if type(value) is kind else [f"{path}: {value!r} is no {kind}"]


@pytest.mark.parametrize("stack", CONTRACTS)
def test_exports_are_those_of_the_contract(stack: str, graphs: dict[str, Graph]) -> None:
    assert not mismatches(graphs[stack].document["outputs"], CONTRACTS[stack])


@pytest.mark.parametrize("stack", ["prod", "dr", "interconnect"])
def test_no_export_is_secret(stack: str, graphs: dict[str, Graph]) -> None:
    text = str(graphs[stack].document["outputs"])
    assert "[secret]" not in text
    # A certificate is public; every other PEM block is refused.
    assert not re.search(r"password|private.?key|BEGIN (?!CERTIFICATE)", text, re.IGNORECASE)


@pytest.mark.parametrize("stack", STORES)
def test_every_store_is_in_the_inventory(stack: str, graphs: dict[str, Graph]) -> None:
    graph = graphs[stack]
    found = {
        pattern.format(node.name.partition("-")[2].partition(".")[0])
        for kind, pattern in STORES[stack].items()
        for node in graph.of_type(kind)
    }
    assert found
    assert found <= graph.document["outputs"]["inventory"]["stores"].keys()


@pytest.mark.parametrize("stack", STORES)
def test_every_store_has_a_peer_and_a_key(stack: str, graphs: dict[str, Graph]) -> None:
    inventory = graphs[stack].document["outputs"]["inventory"]
    for name, store in inventory["stores"].items():
        assert (store["peer"] == "none") == (store["rpoMinutes"] == 0), name
        assert store["key"] in inventory["keys"], name


def test_the_inventory_tells_what_is_deployed(prod: Graph, inventory: dict[str, Any]) -> None:
    [cluster] = prod.of_type("aws:rds/cluster:Cluster")
    stores = inventory["stores"]
    assert stores["database"]["backupDays"] == cluster.inputs["backupRetentionPeriod"]
    assert inventory["keys"]["database"]["id"] == cluster.inputs["kmsKeyId"]
    for table in prod.of_type("aws:dynamodb/table:Table"):
        days = table.inputs["pointInTimeRecovery"]["recoveryPeriodInDays"]
        assert stores[f"tables/{table.name.removeprefix('tables-')}"]["backupDays"] == days
    parameters = prod.of_type("aws:rds/clusterParameterGroup:ClusterParameterGroup")[0].inputs["parameters"]
    floor = {"name": "ssl_min_protocol_version", "value": inventory["minimumTls"], "applyMethod": "pending-reboot"}
    assert floor in parameters
    # An asymmetric key, such as DNSSEC's, cannot rotate.
    keys = [node.inputs for node in prod.of_type("aws:kms/key:Key")]
    rotations = {key["rotationPeriodInDays"] for key in keys if key.get("enableKeyRotation")}
    assert {key["rotationDays"] for key in inventory["keys"].values()} == rotations


def test_the_inventorys_ranges_are_those_of_the_network(prod: Graph, inventory: dict[str, Any]) -> None:
    ranges = {name: IPv4Network(text) for name, text in inventory["ranges"].items()}
    assert all(found.subnet_of(ranges["block"]) for found in ranges.values())
    [vpc] = prod.of_type("aws:ec2/vpc:Vpc")
    assert vpc.inputs["cidrBlock"] == inventory["ranges"]["vpc"]


def test_the_standbys_inventory_tells_what_is_deployed(dr: Graph) -> None:
    inventory = dr.document["outputs"]["inventory"]
    [database] = dr.of_type("gcp:sql/databaseInstance:DatabaseInstance")
    kept = database.inputs["settings"]["backupConfiguration"]["backupRetentionSettings"]["retainedBackups"]
    assert inventory["stores"]["database"]["backupDays"] == kept
    assert inventory["keys"]["database"]["id"] == database.inputs["encryptionKeyName"]
    ranges = {name: IPv4Network(text) for name, text in inventory["ranges"].items()}
    assert all(found.subnet_of(ranges["block"]) for found in ranges.values())
    subnets = dr.of_type("gcp:compute/subnetwork:Subnetwork")
    assert {node.inputs["ipCidrRange"] for node in subnets} <= set(inventory["ranges"].values())
    rotations = {
        node.inputs["rotationPeriod"]
        for node in dr.of_type("gcp:kms/cryptoKey:CryptoKey")
        if node.inputs["purpose"] == "ENCRYPT_DECRYPT"
    }
    assert rotations == {f"{key['rotationDays'] * 86400}s" for key in inventory["keys"].values()}
