"""The objects that the program makes itself: their shape, and that Autopilot admits those of the standby."""

from collections.abc import Mapping
from typing import Any

import pytest

from preview.graph import Graph
from tests.kubernetes.manifests import (
    has_pods,
    manifest,
    priority_class,
    priority_classes,
    raw,
    refused_by_autopilot,
    title,
    without_requests,
)
from tests.kubernetes.schemas import built_in, closed, custom_problems, definitions, problems

# The end of types that change a part of an object which is another's, and name that part alone.
PATCH = "Patch"

POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "sample", "namespace": "core"},
    "spec": {
        "containers": [
            {
                "name": "main",
                "image": "registry.example.com/sample@sha256:0",
                "resources": {"requests": {"cpu": "1", "memory": "1Gi"}},
                "volumeMounts": [{"name": "node", "mountPath": "/node", "readOnly": True}],
            }
        ],
        "volumes": [{"name": "node", "hostPath": {"path": "/var/log/pods"}}],
    },
}
DEFINITION: dict[str, Any] = {
    "kind": "CustomResourceDefinition",
    "spec": {
        "group": "example.com",
        "names": {"kind": "Thing"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "properties": {
                                    "port": {"x-kubernetes-int-or-string": True},
                                    "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                                },
                            }
                        },
                    }
                },
            },
            {"name": "v1alpha1", "served": False},
        ],
    },
}


@pytest.fixture(scope="session")
def version(prod: Graph) -> str:
    """The Kubernetes version that EKS runs; GKE's channel chooses its own, and takes what this one takes."""
    (cluster,) = prod.of_type("aws:eks/cluster:Cluster")
    return f"{cluster.inputs['version']}.0"


@pytest.mark.parametrize("stack", ["prod", "dr", "interconnect"])
def test_every_object_has_the_shape_that_its_cluster_asks_for(
    graphs: Mapping[str, Graph], stack: str, version: str
) -> None:
    things = [manifest(node) for node in raw(graphs[stack]) if not node.type.endswith(PATCH)]
    assert things
    wrong = {title(thing): found for thing in things if built_in(thing) and (found := problems(thing, version))}
    assert not wrong


def test_autopilot_admits_every_object_of_the_standby(dr: Graph) -> None:
    things = [manifest(node) for node in raw(dr)]
    refused = {title(thing): found for thing in things if (found := [*refused_by_autopilot(thing)])}
    assert not refused
    guessed = {title(thing): found for thing in things if (found := [*without_requests(thing)])}
    assert not guessed


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_every_pod_names_a_class_of_priority_that_its_cluster_has(graphs: Mapping[str, Graph], stack: str) -> None:
    known = priority_classes(graphs[stack])
    found = {title(thing): priority_class(thing) for thing in map(manifest, raw(graphs[stack])) if has_pods(thing)}
    assert found
    assert not {at: name for at, name in found.items() if name not in known}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hostNetwork": True}, "hostNetwork is on"),
        ({"hostPID": True}, "hostPID is on"),
        ({"hostIPC": True}, "hostIPC is on"),
        ({"volumes": [{"name": "node", "hostPath": {"path": "/etc"}}]}, "volume node is of the node at /etc"),
        ({"volumes": [{"name": "other", "hostPath": {"path": "/var/logs"}}]}, "volume other is of the node"),
        ({"containers": [{"name": "main", "securityContext": {"privileged": True}}]}, "main is privileged"),
        ({"initContainers": [{"name": "first", "securityContext": {"privileged": True}}]}, "first is privileged"),
        ({"containers": [{"name": "main", "ports": [{"hostPort": 80}]}]}, "takes a port of the node"),
        ({"containers": [{"name": "main", "securityContext": {"procMount": "Unmasked"}}]}, "unmasks /proc"),
        (
            {"containers": [{"name": "main", "securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}]},
            "adds SYS_ADMIN",
        ),
        (
            {"containers": [{"name": "main", "volumeMounts": [{"name": "node", "mountPath": "/node"}]}]},
            "volume node is of the node at /var/log/pods",
        ),
    ],
)
def test_what_autopilot_refuses_is_seen(change: Mapping[str, Any], reason: str) -> None:
    pod = {**POD, "spec": {**POD["spec"], **change}}
    job = {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": pod["spec"]}}}}}
    assert not [*refused_by_autopilot(POD)]
    for thing in (pod, job):
        assert any(reason in found for found in refused_by_autopilot(thing))


def test_containers_without_requests_are_seen() -> None:
    assert not [*without_requests(POD)]
    bare = {**POD, "spec": {"containers": [{"name": "main", "resources": {"requests": {"cpu": "1"}}}]}}
    assert [*without_requests(bare)] == ["container main requests no memory"]


def test_wrong_shapes_are_seen(version: str) -> None:
    assert not problems(POD, version)
    assert problems({**POD, "spec": {**POD["spec"], "hostNetworks": True}}, version)
    assert problems({**POD, "spec": {}}, version)
    assert problems({**POD, "apiVersion": "extensions/v1beta1"}, version)
    assert built_in({"apiVersion": "rbac.authorization.k8s.io/v1"})
    assert not built_in({"apiVersion": "external-secrets.io/v1"})
    assert not built_in({"apiVersion": "gateway.networking.k8s.io/v1"})


def test_wrong_custom_resources_are_seen() -> None:
    known = definitions([DEFINITION, POD])
    assert [*known] == [("example.com/v1", "Thing")]
    right = {
        "apiVersion": "example.com/v1",
        "kind": "Thing",
        "metadata": {},
        "spec": {"port": "http", "free": {"a": 1}},
    }
    assert not [*custom_problems(right, known)]
    assert [*custom_problems({**right, "spec": {"ports": 80}}, known)]
    assert [*custom_problems({**right, "spec": {"port": 1.5}}, known)]
    assert closed({"type": "string", "nullable": True}) == {"type": ["string", "null"], "nullable": True}
