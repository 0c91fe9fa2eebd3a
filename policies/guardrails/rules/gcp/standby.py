"""What a standby must never hold: anything that needs AWS, since it takes over when AWS is gone.

Every AWS resource and function needs an AWS provider in its stack: refusing the provider refuses them all, before the
first of them is made.
"""

from collections.abc import Callable, Iterator, Mapping

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule, Setting
from guardrails.subject import Resource

STANDBY: Mapping[str, Setting] = {
    "standbyStacks": {
        "type": "array",
        "items": {"type": "string"},
        "default": ["dr"],
        "description": "Names of stacks that must work while AWS does not.",
    }
}

AWS_PROVIDERS = (
    "pulumi:providers:aws",
    "pulumi:providers:aws-native",
    "pulumi:providers:awsx",
    "pulumi:providers:eks",
)

# Part of every EKS cluster's address.
EKS = ".eks.amazonaws.com"


def _in_standby(check: Callable[[Resource], Iterator[Finding]]) -> Callable[[Resource], Iterator[Finding]]:
    def guarded(resource: Resource) -> Iterator[Finding]:
        if resource.stack in resource.choices("standbyStacks"):
            yield from check(resource)

    return guarded


def _provider(resource: Resource) -> Iterator[Finding]:
    yield Finding("", "needs AWS")


def _cluster(provider: Resource) -> Iterator[Finding]:
    if EKS in provider.text("kubeconfig"):
        yield Finding("kubeconfig", "is of a cluster on AWS")


RULES = (
    ResourceRule(
        id="gcp-standby-without-aws",
        types=AWS_PROVIDERS,
        severity=Severity.CRITICAL,
        description="A standby holds no AWS provider.",
        why="While AWS is down the provider hangs or fails, and with it the failover.",
        remedy="Move the resource to the stack that joins the clouds, and hand its names over as settings.",
        settings=STANDBY,
        check=_in_standby(_provider),
    ),
    ResourceRule(
        id="gcp-standby-without-eks",
        types=("pulumi:providers:kubernetes",),
        severity=Severity.CRITICAL,
        description="A standby deploys to no cluster on AWS.",
        why="While AWS is down the cluster does not answer, and the failover waits for it.",
        remedy="Give kubeconfig the standby's own cluster.",
        settings=STANDBY,
        check=_in_standby(_cluster),
    ),
)
