"""What the Pod Security Standards refuse about a pod, as far as a chart may get it wrong.

https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.kubernetes.manifests import AUTOPILOT_CAPABILITIES, Manifest, containers, pod_spec

BASELINE_CAPABILITIES = AUTOPILOT_CAPABILITIES - {"NET_RAW", "SYS_PTRACE"}
VOLUMES = frozenset(
    ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret", "name"]
)


def beyond(standard: str | None, thing: Manifest) -> Iterator[str]:
    """Why a namespace of a standard starts no pod of an object; nothing if it does, or the standard is `privileged`."""
    spec = pod_spec(thing)
    if spec is None or standard == "privileged":
        return
    yield from _beyond_baseline(spec)
    if standard == "restricted":
        yield from _beyond_restricted(spec)


def _beyond_baseline(spec: Manifest) -> Iterator[str]:
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield f"{key} is on"
    for volume in spec.get("volumes") or ():
        if "hostPath" in volume:
            yield f"volume {volume['name']} is of the node"
    for container in containers(spec):
        context = container.get("securityContext") or {}
        if context.get("privileged"):
            yield f"container {container['name']} is privileged"
        if excess := sorted(set((context.get("capabilities") or {}).get("add") or ()) - BASELINE_CAPABILITIES):
            yield f"container {container['name']} adds {', '.join(excess)}"
        if any(port.get("hostPort") for port in container.get("ports") or ()):
            yield f"container {container['name']} takes a port of the node"


def _beyond_restricted(spec: Manifest) -> Iterator[str]:
    whole: Mapping[str, Any] = spec.get("securityContext") or {}
    for volume in spec.get("volumes") or ():
        if other := sorted(set(volume) - VOLUMES):
            yield f"volume {volume['name']} is a {other[0]}"
    for container in containers(spec):
        context = {**whole, **(container.get("securityContext") or {})}
        capabilities = context.get("capabilities") or {}
        for wrong, reason in (
            (context.get("allowPrivilegeEscalation") is not False, "may gain privileges"),
            (context.get("runAsNonRoot") is not True, "may run as root"),
            (context.get("runAsUser") == 0, "runs as root"),
            ("ALL" not in (capabilities.get("drop") or ()), "keeps capabilities"),
            (bool(set(capabilities.get("add") or ()) - {"NET_BIND_SERVICE"}), "adds capabilities"),
            (
                (context.get("seccompProfile") or {}).get("type") not in ("RuntimeDefault", "Localhost"),
                "may make any system call",
            ),
        ):
            if wrong:
                yield f"container {container['name']} {reason}"
