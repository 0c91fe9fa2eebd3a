from dataclasses import replace

from guardrails.rules.gcp.standby import AWS_PROVIDERS

from tests.policies.harness import UNKNOWN, Cases, Subject, secret, verdicts

PROVIDER = Subject("pulumi:providers:aws", {}, stack="dr")
GKE = "clusters: [{cluster: {server: https://gke-0123456789.us-central1.gke.goog}}]"
EKS = "clusters: [{cluster: {server: https://0123456789ABCDEF.gr7.us-west-2.eks.amazonaws.com}}]"
CLUSTER = Subject("pulumi:providers:kubernetes", {"kubeconfig": GKE}, stack="dr")

CASES = {
    "gcp-standby-without-aws": Cases(
        passes=[replace(PROVIDER, stack="prod"), replace(PROVIDER, stack="interconnect")],
        fails=[(replace(PROVIDER, type=token), "") for token in AWS_PROVIDERS],
    ),
    "gcp-standby-without-eks": Cases(
        passes=[CLUSTER, replace(CLUSTER, stack="prod").set("kubeconfig", EKS), CLUSTER.unset("kubeconfig")],
        fails=[
            (CLUSTER.set("kubeconfig", EKS), "kubeconfig"),
            (CLUSTER.set("kubeconfig", secret(EKS)), "kubeconfig"),
        ],
        unknown=[CLUSTER.set("kubeconfig", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
