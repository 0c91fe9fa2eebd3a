"""The Kubernetes objects of a stack as the API server gets them, and what their pods ask for."""

from collections.abc import Iterator, Mapping
from typing import Any

from preview.graph import Graph, Node

Manifest = Mapping[str, Any]

RELEASE = "kubernetes:helm.sh/v3:Release"

# Where each kind keeps what its pods are made from.
POD_SPECS: Mapping[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(
        ("DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet", "Rollout"),
        ("spec", "template", "spec"),
    ),
}

# Of Prometheus's operator, which makes pods with their class.
OPERATED = ("Alertmanager", "Prometheus")

PRIORITY_CLASS = "kubernetes:scheduling.k8s.io/v1:PriorityClass"
SYSTEM_CLASSES = ("system-cluster-critical", "system-node-critical")

# https://docs.cloud.google.com/kubernetes-engine/docs/concepts/autopilot-security#linux-capabilities
AUTOPILOT_CAPABILITIES = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "NET_RAW",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
        "SYS_PTRACE",
    ]
)


def raw(graph: Graph) -> list[Node]:
    """The objects that the program makes itself, custom ones included, without the charts' releases."""
    return [node for node in graph.nodes.values() if node.type.startswith("kubernetes:") and node.type != RELEASE]


def manifest(node: Node) -> Manifest:
    """What the API server gets of an object; secrets, which a preview hides, are left out."""
    return _without_secrets(node.inputs)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_secrets(inner) for key, inner in value.items() if inner != "[secret]"}
    if isinstance(value, list):
        return [_without_secrets(inner) for inner in value if inner != "[secret]"]
    return value


def title(thing: Manifest) -> str:
    """How a failed test names an object."""
    metadata = thing.get("metadata") or {}
    return f"{thing.get('kind')} {metadata.get('namespace', '')}/{metadata.get('name', '')}"


def pod_spec(thing: Manifest) -> Manifest | None:
    """What the object's pods are made from; None for objects without pods."""
    spec: Any = thing
    for key in POD_SPECS.get(thing.get("kind", ""), ("no pods",)):
        spec = (spec or {}).get(key)
    return spec


def priority_class(thing: Manifest) -> str | None:
    """The class of priority that the object's pods name, those that an operator makes of it included."""
    spec = thing["spec"] if thing.get("kind") in OPERATED else pod_spec(thing)
    return (spec or {}).get("priorityClassName")


def has_pods(thing: Manifest) -> bool:
    """Whether pods are made of the object."""
    return thing.get("kind") in OPERATED or pod_spec(thing) is not None


def priority_classes(graph: Graph) -> frozenset[str]:
    """Names of the classes that pods of a stack's cluster may have: the program's, and on EKS Kubernetes' own.

    Google takes those outside kube-system only with a quota.
    """
    made = {str(node.inputs["metadata"]["name"]) for node in graph.of_type(PRIORITY_CLASS)}
    own = () if any(graph.of_type("gcp:container/cluster:Cluster")) else SYSTEM_CLASSES
    return frozenset([*made, *own])


def containers(spec: Manifest) -> Iterator[Manifest]:
    """Every container of a pod."""
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        yield from spec.get(kind) or ()


def refused_by_autopilot(thing: Manifest) -> Iterator[str]:
    """Why GKE Autopilot would not admit an object; nothing if it would.

    https://docs.cloud.google.com/kubernetes-engine/docs/concepts/autopilot-security
    """
    if (thing.get("metadata") or {}).get("namespace") == "kube-system":
        yield "is in kube-system, which Google manages"
    spec = pod_spec(thing)
    if spec is None:
        return
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield f"{key} is on"
    writable = {
        mount["name"]
        for container in containers(spec)
        for mount in container.get("volumeMounts") or ()
        if not mount.get("readOnly")
    }
    for volume in spec.get("volumes") or ():
        path = (volume.get("hostPath") or {}).get("path")
        if path is not None and (volume["name"] in writable or not f"{path}/".startswith("/var/log/")):
            yield f"volume {volume['name']} is of the node at {path}, and only what is below /var/log can be read"
    for container in containers(spec):
        yield from (f"container {container['name']} {reason}" for reason in _refused(container))


def _refused(container: Manifest) -> Iterator[str]:
    context = container.get("securityContext") or {}
    if context.get("privileged"):
        yield "is privileged"
    added = set((context.get("capabilities") or {}).get("add") or ())
    if excess := sorted(added - AUTOPILOT_CAPABILITIES):
        yield f"adds {', '.join(excess)}"
    if any(port.get("hostPort") for port in container.get("ports") or ()):
        yield "takes a port of the node"
    if context.get("procMount", "Default") != "Default":
        yield "unmasks /proc"


def without_requests(thing: Manifest) -> Iterator[str]:
    """Containers that do not say what they need, for which Autopilot guesses."""
    for container in containers(pod_spec(thing) or {}):
        asked = (container.get("resources") or {}).get("requests") or {}
        if missing := [resource for resource in ("cpu", "memory") if resource not in asked]:
            yield f"container {container['name']} requests no {' and no '.join(missing)}"
