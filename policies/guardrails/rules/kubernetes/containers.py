"""Containers: what they may do, what they are made from, what they ask for, and how one knows that they work."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule
from guardrails.rules.kubernetes.workloads import SERVERS, SPECS, each_container
from guardrails.subject import Node

CONTEXT = "securityContext"
DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


def _settled(container: Node, pod: Node, key: str) -> Node:
    """The one of a container and its pod that decides on a key of the security context."""
    return container if container.has(f"{CONTEXT}.{key}") else pod


def _privileged(container: Node, _pod: Node) -> Iterator[Finding]:
    if container.flag(f"{CONTEXT}.privileged"):
        yield Finding(container.at(f"{CONTEXT}.privileged"), "is on")


def _escalation(container: Node, _pod: Node) -> Iterator[Finding]:
    path = f"{CONTEXT}.allowPrivilegeEscalation"
    if container.flag(path, default=True):
        yield Finding(container.at(path), "is not False")


def _root(container: Node, pod: Node) -> Iterator[Finding]:
    path = f"{CONTEXT}.runAsNonRoot"
    if not _settled(container, pod, "runAsNonRoot").flag(path):
        yield Finding(container.at(path), "is not True")
    decides = _settled(container, pod, "runAsUser")
    if decides.has(f"{CONTEXT}.runAsUser") and decides.number(f"{CONTEXT}.runAsUser") == 0:
        yield Finding(container.at(f"{CONTEXT}.runAsUser"), "is root")


def _file_system(container: Node, _pod: Node) -> Iterator[Finding]:
    path = f"{CONTEXT}.readOnlyRootFilesystem"
    if not container.flag(path):
        yield Finding(container.at(path), "is not True")


def _capabilities(container: Node, _pod: Node) -> Iterator[Finding]:
    path = f"{CONTEXT}.capabilities"
    if "ALL" not in container.texts(f"{path}.drop"):
        yield Finding(container.at(f"{path}.drop"), "does not drop ALL")
    for at, capability in container.known_texts(f"{path}.add"):
        if capability not in container.choices("allowed"):
            yield Finding(at, "is a capability that no container needs")


def _system_calls(container: Node, pod: Node) -> Iterator[Finding]:
    path = f"{CONTEXT}.seccompProfile.type"
    decides = _settled(container, pod, "seccompProfile")
    if decides.text(path, "Unconfined") not in ("RuntimeDefault", "Localhost"):
        yield Finding(container.at(path), "is not RuntimeDefault")


def _image(container: Node, _pod: Node) -> Iterator[Finding]:
    if not DIGEST.search(container.text("image")):
        yield Finding(container.at("image"), "has no digest")


def _resources(container: Node, _pod: Node) -> Iterator[Finding]:
    for path in ("requests.cpu", "requests.memory", "limits.memory"):
        if not container.has(f"resources.{path}"):
            yield Finding(container.at(f"resources.{path}"), "is not set")


def _probes(container: Node, _pod: Node) -> Iterator[Finding]:
    for probe in ("livenessProbe", "readinessProbe"):
        if not container.has(probe):
            yield Finding(container.at(probe), "is not set")


RULES = (
    ResourceRule(
        id="kubernetes-container-not-privileged",
        types=tuple(SPECS),
        severity=Severity.CRITICAL,
        description="No container is privileged.",
        why="A privileged container is root on its node, and so has what every pod there has.",
        remedy="Remove security_context.privileged.",
        check=each_container(_privileged),
    ),
    ResourceRule(
        id="kubernetes-container-no-escalation",
        types=tuple(SPECS),
        severity=Severity.HIGH,
        description="No process in a container gains more rights than the one that started it.",
        why="A set-user-id program in the image otherwise makes root of whoever broke in.",
        remedy="Set security_context.allow_privilege_escalation=False.",
        check=each_container(_escalation),
    ),
    ResourceRule(
        id="kubernetes-container-not-root",
        types=tuple(SPECS),
        severity=Severity.HIGH,
        description="No container runs as root.",
        why="Root in a container is one flaw of the kernel from root on the node.",
        remedy="Set security_context.run_as_non_root=True on the pod or the container, and no run_as_user of 0.",
        check=each_container(_root),
    ),
    ResourceRule(
        id="kubernetes-container-read-only-root",
        types=tuple(SPECS),
        severity=Severity.MEDIUM,
        description="Containers cannot change their own image's files.",
        why="Whoever breaks in otherwise leaves programs behind, and replaces those that run.",
        remedy="Set security_context.read_only_root_filesystem=True, and mount an empty_dir where files are written.",
        check=each_container(_file_system),
    ),
    ResourceRule(
        id="kubernetes-container-no-capabilities",
        types=tuple(SPECS),
        severity=Severity.HIGH,
        description="Containers give up all Linux capabilities.",
        why="The usual set still forges packets and changes owners of files, which no service needs.",
        remedy='Set security_context.capabilities to drop ["ALL"] and to add none but those that are allowed.',
        settings={
            "allowed": {
                "type": "array",
                "items": {"type": "string"},
                "default": ["NET_BIND_SERVICE"],
                "description": "Capabilities that a container may add.",
            }
        },
        check=each_container(_capabilities),
    ),
    ResourceRule(
        id="kubernetes-container-seccomp",
        types=tuple(SPECS),
        severity=Severity.MEDIUM,
        description="Containers make only the system calls that the runtime's profile lets through.",
        why="Flaws of the kernel lie mostly in calls that no service makes.",
        remedy='Set security_context.seccomp_profile.type="RuntimeDefault" on the pod or the container.',
        check=each_container(_system_calls),
    ),
    ResourceRule(
        id="kubernetes-container-image-by-digest",
        types=tuple(SPECS),
        severity=Severity.HIGH,
        description="Containers name their image by digest.",
        why="A tag means today what somebody pushed last: what was tested and signed is not what runs.",
        remedy="Append @sha256:… to the image, as the registry gave it out when it was pushed.",
        check=each_container(_image),
    ),
    ResourceRule(
        id="kubernetes-container-resources",
        types=tuple(SPECS),
        severity=Severity.MEDIUM,
        description="Containers say what processor and memory they need, and how much memory at most.",
        why="Without it a leak in one takes the memory of its neighbours, and Autopilot guesses and bills.",
        remedy="Set resources.requests to cpu and memory, and resources.limits to memory.",
        check=each_container(_resources),
    ),
    ResourceRule(
        id="kubernetes-container-probes",
        types=SERVERS,
        severity=Severity.MEDIUM,
        description="Containers that serve tell whether they are ready and alive.",
        why="Requests otherwise reach a pod that cannot answer yet, and one that hangs is never started anew.",
        remedy="Set readiness_probe and liveness_probe.",
        check=each_container(_probes, first=False),
    ),
)
