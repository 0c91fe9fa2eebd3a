"""The standby's two roles: `mode: active` changes sizes, counts and alerting, in place, and needs nothing of AWS."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from analysis.replacements import losses
from preview.graph import Graph
from tests.stacks.variants import update

# What may differ between the roles, by type: paths of inputs, list positions left out.
SIZES: Mapping[str, set[str]] = {
    "gcp:bigtable/instance:Instance": {"clusters.autoscalingConfig.maxNodes", "clusters.autoscalingConfig.minNodes"},
    "gcp:managedkafka/cluster:Cluster": {"capacityConfig.memoryBytes", "capacityConfig.vcpuCount"},
    "gcp:memorystore/instance:Instance": {"shardCount"},
    "gcp:monitoring/alertPolicy:AlertPolicy": {"documentation.subject", "enabled", "severity"},
    "gcp:sql/databaseInstance:DatabaseInstance": {"settings.tier"},
    "kubernetes:batch/v1:CronJob": {"spec.suspend"},
    "kubernetes:helm.sh/v3:Release": {"values.autoscaling.maxReplicas", "values.autoscaling.minReplicas"},
    "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease": {
        "spec.values.environment.REGION_MODE",
        "spec.values.replicas.maximum",
        "spec.values.replicas.minimum",
    },
    "kubernetes:core/v1:ResourceQuota": {
        "spec.hard.limits.memory",
        "spec.hard.pods",
        "spec.hard.requests.cpu",
        "spec.hard.requests.memory",
    },
}


@pytest.fixture(scope="module")
def standby() -> Graph:
    return update("dr", {"mode": "standby"})


@pytest.fixture(scope="module")
def active() -> Graph:
    return update("dr", {"mode": "active"})


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """The paths at which two values differ, without positions in lists."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for one, other in zip(old, new, strict=True):
            yield from differences(one, other, path)
    elif old != new:
        yield path


def test_both_roles_have_the_same_resources(standby: Graph, active: Graph) -> None:
    assert standby.nodes.keys() == active.nodes.keys()


def test_a_role_changes_sizes_counts_and_alerting_and_nothing_else(standby: Graph, active: Graph) -> None:
    found: dict[str, set[str]] = {}
    for urn, node in standby.nodes.items():
        if changed := set(differences(node.inputs, active.nodes[urn].inputs)):
            found.setdefault(node.type, set()).update(changed)
    assert found == SIZES


@pytest.mark.parametrize("roles", [("standby", "active"), ("active", "standby")])
def test_no_change_of_role_replaces_or_deletes(roles: tuple[str, str], request: pytest.FixtureRequest) -> None:
    assert not losses(*(request.getfixturevalue(role) for role in roles))


@pytest.mark.parametrize("role", ["standby", "active"])
def test_neither_role_needs_aws(role: str, request: pytest.FixtureRequest) -> None:
    graph: Graph = request.getfixturevalue(role)
    assert not [urn for urn, node in graph.nodes.items() if node.type.startswith(("aws:", "pulumi:providers:aws"))]
    assert not [urn for urn in graph.nodes if "StackReference" in urn]
