"""Pods: what of their node they share, and who they are to the API server."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import off, together
from guardrails.model import Check, Finding, NodeCheck, ResourceRule
from guardrails.rules.kubernetes.workloads import SPECS, each_container
from guardrails.subject import Node, Resource


def _each_pod(check: NodeCheck) -> Check:
    def checked(resource: Resource) -> Iterator[Finding]:
        for pod in resource.items(SPECS[resource.type]):
            yield from check(pod)

    return checked


def _volumes(pod: Node) -> Iterator[Finding]:
    for volume in pod.items("volumes"):
        if volume.has("hostPath"):
            yield Finding(volume.at("hostPath"), "is a folder of the node")


def _ports(container: Node, _pod: Node) -> Iterator[Finding]:
    for port in container.items("ports"):
        if port.number("hostPort") > 0:
            yield Finding(port.at("hostPort"), "is a port of the node")


def _token(pod: Node) -> Iterator[Finding]:
    account = pod.text("serviceAccountName") or pod.text("serviceAccount") or "default"
    if account == "default" and pod.flag("automountServiceAccountToken", default=True):
        yield Finding(pod.at("automountServiceAccountToken"), "is not False, and the pod has no account of its own")


RULES = (
    ResourceRule(
        id="kubernetes-pod-no-host-namespaces",
        types=tuple(SPECS),
        severity=Severity.CRITICAL,
        description="Pods share neither network, processes nor memory with their node.",
        why="Such a pod sees every other pod's traffic or processes, and takes the node's identity for its own.",
        remedy="Remove host_network, host_pid and host_ipc.",
        check=_each_pod(together(off("hostNetwork"), off("hostPID"), off("hostIPC"))),
    ),
    ResourceRule(
        id="kubernetes-pod-no-host-paths",
        types=tuple(SPECS),
        severity=Severity.HIGH,
        description="Pods mount no folder of their node.",
        why="From such a folder a pod reads other pods' tokens, or writes what the node then runs.",
        remedy="Use an empty_dir, a projected volume or a persistent volume claim.",
        check=_each_pod(_volumes),
    ),
    ResourceRule(
        id="kubernetes-pod-no-host-ports",
        types=tuple(SPECS),
        severity=Severity.MEDIUM,
        description="Containers take no port of their node.",
        why="Network policies do not see what arrives there, and two such pods do not fit on one node.",
        remedy="Remove host_port, and reach the pods by a service.",
        check=each_container(_ports),
    ),
    ResourceRule(
        id="kubernetes-pod-no-default-token",
        types=tuple(SPECS),
        severity=Severity.MEDIUM,
        description="Pods have a service account of their own, or no token.",
        why="All pods of a namespace share the default account, so what one is granted all of them have.",
        remedy="Set service_account_name, or automount_service_account_token=False.",
        check=_each_pod(_token),
    ),
)
