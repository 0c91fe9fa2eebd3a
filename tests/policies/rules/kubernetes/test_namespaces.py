from dataclasses import replace

from guardrails.rules.kubernetes.namespaces import NETWORK_POLICY

from tests.policies.harness import UNKNOWN, Cases, Subject, configure, judge, servicer, verdicts

ENFORCE = "pod-security.kubernetes.io/enforce"
NAMESPACE = Subject(
    "kubernetes:core/v1:Namespace", {"metadata": {"name": "core", "labels": {ENFORCE: "restricted"}}}, name="core"
)
CLOSED = Subject(
    NETWORK_POLICY[0],
    {
        "metadata": {"name": "default-deny", "namespace": "core"},
        "spec": {"podSelector": {"matchLabels": {}}, "policyTypes": ["Ingress", "Egress"], "ingress": []},
    },
    name="closed",
)
WORKLOAD = Subject(
    "kubernetes:apps/v1:Deployment",
    {
        "metadata": {"name": "core", "namespace": "core"},
        "spec": {
            "replicas": 3,
            "template": {"metadata": {"labels": {"app.kubernetes.io/name": "core", "tier": "one"}}},
        },
    },
    name="workload",
)
BUDGET = Subject(
    "kubernetes:policy/v1:PodDisruptionBudget",
    {
        "metadata": {"name": "core", "namespace": "core"},
        "spec": {"selector": {"matchLabels": {"app.kubernetes.io/name": "core"}}},
    },
    name="budget",
)
SCALER = Subject(
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
    {
        "metadata": {"name": "core", "namespace": "core"},
        "spec": {"minReplicas": 2, "scaleTargetRef": {"kind": "Deployment", "name": "core"}},
    },
    name="scaler",
)
STANDARD = f"metadata.labels.{ENFORCE}"


def labelled(standard: object) -> Subject:
    return NAMESPACE.set("metadata.labels", {ENFORCE: standard})


CASES = {
    "kubernetes-namespace-pod-security": Cases(
        passes=[NAMESPACE, labelled("baseline"), labelled("privileged").set("metadata.name", "chaos-mesh")],
        fails=[
            (labelled("privileged"), STANDARD),
            (labelled("none"), STANDARD),
            (NAMESPACE.unset("metadata.labels"), STANDARD),
        ],
        unknown=[labelled(UNKNOWN)],
    ),
    "kubernetes-namespace-denied-by-default": Cases(
        passes=[
            [NAMESPACE, CLOSED],
            [NAMESPACE, replace(CLOSED, type=NETWORK_POLICY[1])],
            [NAMESPACE, CLOSED, CLOSED.set("spec.ingress", [{"from": []}])],
        ],
        fails=[
            ([NAMESPACE], ""),
            ([NAMESPACE, CLOSED.set("metadata.namespace", "auth")], ""),
            ([NAMESPACE, CLOSED.set("spec.policyTypes", ["Ingress"])], ""),
            ([NAMESPACE, CLOSED.set("spec.ingress", [{}])], ""),
            ([NAMESPACE, CLOSED.set("spec.egress", [{}])], ""),
            ([NAMESPACE, CLOSED.set("spec.podSelector.matchLabels", {"app": "core"})], ""),
            ([NAMESPACE, CLOSED.set("spec.podSelector.matchExpressions", [{"key": "app"}])], ""),
        ],
        unknown=[
            [NAMESPACE, CLOSED.set("spec.policyTypes", UNKNOWN)],
            # What a provider says of what it will make in a cluster that is not there yet.
            [replace(NAMESPACE, inputs={}), replace(CLOSED, inputs={})],
        ],
    ),
    "kubernetes-workload-disruption-budget": Cases(
        passes=[
            [WORKLOAD, BUDGET],
            [WORKLOAD.set("spec.replicas", 1)],
            [WORKLOAD.unset("spec.replicas"), SCALER.set("spec.minReplicas", 1)],
        ],
        fails=[
            ([WORKLOAD], "spec.replicas"),
            ([WORKLOAD.unset("spec.replicas"), SCALER], "spec.replicas"),
            ([WORKLOAD, BUDGET.set("metadata.namespace", "auth")], "spec.replicas"),
            ([WORKLOAD, BUDGET.set("spec.selector.matchLabels", {"tier": "two"})], "spec.replicas"),
            ([WORKLOAD, BUDGET.set("spec.selector.matchLabels", {})], "spec.replicas"),
            ([replace(WORKLOAD, type="kubernetes:apps/v1:StatefulSet")], "spec.replicas"),
        ],
        unknown=[[WORKLOAD.set("spec.replicas", UNKNOWN), BUDGET]],
    ),
}

test_verdicts = verdicts(CASES)


def test_a_privileged_namespace_needs_a_reason_that_says_something() -> None:
    rule = "kubernetes-namespace-pod-security"
    for reason, refused in (("it runs the nodes' agent", False), (" ", True)):
        analyzer = servicer()
        configure(analyzer, rule, privileged={"core": reason})
        assert bool(judge(analyzer, labelled("privileged")).of(rule).violations) == refused
