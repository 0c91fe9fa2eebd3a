"""Objects that make pods, and where each keeps what its pods are made from."""

from collections.abc import Callable, Iterator, Mapping

from guardrails.checks import isolated
from guardrails.model import Check, Finding
from guardrails.subject import Node, Resource

POD = ("kubernetes:core/v1:Pod",)
JOBS = ("kubernetes:batch/v1:Job",)
CRON_JOBS = (
    "kubernetes:batch/v1:CronJob",
    "kubernetes:batch/v1beta1:CronJob",
    "kubernetes:batch/v2alpha1:CronJob",
)
DEPLOYMENTS = (
    "kubernetes:apps/v1:Deployment",
    "kubernetes:apps/v1beta1:Deployment",
    "kubernetes:apps/v1beta2:Deployment",
    "kubernetes:extensions/v1beta1:Deployment",
    "kubernetes:argoproj.io/v1alpha1:Rollout",
)
STATEFUL_SETS = (
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:apps/v1beta1:StatefulSet",
    "kubernetes:apps/v1beta2:StatefulSet",
)
DAEMON_SETS = (
    "kubernetes:apps/v1:DaemonSet",
    "kubernetes:apps/v1beta2:DaemonSet",
    "kubernetes:extensions/v1beta1:DaemonSet",
)
REPLICA_SETS = (
    "kubernetes:apps/v1:ReplicaSet",
    "kubernetes:apps/v1beta2:ReplicaSet",
    "kubernetes:extensions/v1beta1:ReplicaSet",
    "kubernetes:core/v1:ReplicationController",
)

SERVERS = (*DEPLOYMENTS, *STATEFUL_SETS, *DAEMON_SETS, *REPLICA_SETS)
"""Types whose pods run until they are told to stop."""

SPECS: Mapping[str, str] = {
    **dict.fromkeys(POD, "spec"),
    **dict.fromkeys((*JOBS, *SERVERS), "spec.template.spec"),
    **dict.fromkeys(CRON_JOBS, "spec.jobTemplate.spec.template.spec"),
}
"""Where what pods are made from is, by type."""


def each_container(check: Callable[[Node, Node], Iterator[Finding]], *, first: bool = True) -> Check:
    """A check of every container of a pod, given the pod too; `first` tells whether those that start it count."""

    def checked(resource: Resource) -> Iterator[Finding]:
        for pod in resource.items(SPECS[resource.type]):
            for kind in ("initContainers", "containers") if first else ("containers",):
                for container in pod.items(kind):
                    yield from isolated(lambda node, pod=pod: check(node, pod), container)

    return checked
