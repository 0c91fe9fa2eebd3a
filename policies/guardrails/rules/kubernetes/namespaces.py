"""Namespaces: what their pods may do, what reaches them, and what keeps enough of them running."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule, StackRule
from guardrails.rules.kubernetes.workloads import DEPLOYMENTS, STATEFUL_SETS
from guardrails.subject import Node, Resource, Stack

NAMESPACE = ("kubernetes:core/v1:Namespace",)
NETWORK_POLICY = (
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    "kubernetes:extensions/v1beta1:NetworkPolicy",
)
BUDGET = (
    "kubernetes:policy/v1:PodDisruptionBudget",
    "kubernetes:policy/v1beta1:PodDisruptionBudget",
)
AUTOSCALER = tuple(
    f"kubernetes:autoscaling/{version}:HorizontalPodAutoscaler" for version in ("v1", "v2", "v2beta1", "v2beta2")
)

ENFORCED = r"metadata.labels.pod-security\.kubernetes\.io/enforce"

Place = tuple[str, str]
"""A namespace, and a name in it."""


def _standard(namespace: Resource) -> Iterator[Finding]:
    standard = namespace.text(ENFORCED)
    if standard in ("baseline", "restricted"):
        return
    if standard != "privileged":
        yield Finding(namespace.at(ENFORCED), "is neither restricted nor baseline")
    elif namespace.text("metadata.name") not in namespace.reasons("privileged"):
        yield Finding(namespace.at(ENFORCED), "is privileged, and nothing says why")


def _denies_all(policy: Resource) -> bool:
    """Whether a policy is about all pods of its namespace, both ways, and lets nothing through."""
    return (
        {"Ingress", "Egress"} <= set(policy.texts("spec.policyTypes"))
        and not policy.has("spec.podSelector.matchLabels")
        and not policy.has("spec.podSelector.matchExpressions")
        and not policy.has("spec.ingress")
        and not policy.has("spec.egress")
    )


def _closed(stack: Stack) -> Iterator[Finding]:
    closed = {policy.text("metadata.namespace") for policy in stack.of_type(*NETWORK_POLICY) if _denies_all(policy)}
    for namespace in stack.of_type(*NAMESPACE):
        if namespace.text("metadata.name") not in closed:
            yield Finding("", "has no network policy that denies everything", namespace)


def _place(node: Resource) -> Place:
    return node.text("metadata.namespace", "default"), node.text("metadata.name")


def _labels(node: Node, path: str) -> dict[str, str]:
    return {at.removeprefix(f"{labels.at('')}."): text for labels in node.items(path) for at, text in labels.leaves()}


def _scaled(stack: Stack) -> set[Place]:
    """What autoscalers keep at two pods or more."""
    return {
        (_place(scaler)[0], scaler.text("spec.scaleTargetRef.name"))
        for scaler in stack.of_type(*AUTOSCALER)
        if scaler.number("spec.minReplicas", 1) > 1
    }


def _budgets(stack: Stack) -> Iterator[Finding]:
    budgets = [
        (_place(budget)[0], _labels(budget, "spec.selector.matchLabels").items()) for budget in stack.of_type(*BUDGET)
    ]
    scaled = _scaled(stack)
    for workload in stack.of_type(*DEPLOYMENTS, *STATEFUL_SETS):
        place = _place(workload)
        if workload.number("spec.replicas", 1) < 2 and place not in scaled:
            continue
        labels = _labels(workload, "spec.template.metadata.labels").items()
        if not any(namespace == place[0] and wanted and wanted <= labels for namespace, wanted in budgets):
            yield Finding("spec.replicas", "is two or more, and no disruption budget selects the pods", workload)


RULES = (
    ResourceRule(
        id="kubernetes-namespace-pod-security",
        types=NAMESPACE,
        severity=Severity.HIGH,
        description="Namespaces enforce a Pod Security standard.",
        why="Whoever may create a pod there otherwise creates one that owns its node.",
        remedy="Label the namespace pod-security.kubernetes.io/enforce: restricted; where its pods need more, "
        "baseline, or privileged with a reason in the rule's settings.",
        settings={
            "privileged": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "default": {
                    "chaos-mesh": "its daemon puts faults into the network and the processes of a node's pods",
                    "observability-nodes": "its agents read each node's files, processes and logs",
                },
                "description": "Why a namespace's pods need to be privileged, by its name; a reason is needed.",
            }
        },
        check=_standard,
    ),
    StackRule(
        id="kubernetes-namespace-denied-by-default",
        types=(*NAMESPACE, *NETWORK_POLICY),
        severity=Severity.HIGH,
        description="Each namespace denies all traffic but what its network policies name.",
        why="One pod that is broken into otherwise reaches every other pod of the cluster, and the internet.",
        remedy="Add a NetworkPolicy to the namespace with an empty pod_selector and policy_types Ingress and Egress.",
        check=_closed,
    ),
    StackRule(
        id="kubernetes-workload-disruption-budget",
        types=(*DEPLOYMENTS, *STATEFUL_SETS, *BUDGET, *AUTOSCALER),
        severity=Severity.MEDIUM,
        description="Workloads of several pods have a disruption budget.",
        why="A node's upgrade otherwise takes all pods of a service at once.",
        remedy="Add a PodDisruptionBudget with the workload's labels in its namespace.",
        check=_budgets,
    ),
)
