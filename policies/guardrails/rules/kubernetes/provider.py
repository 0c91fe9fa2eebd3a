"""How Pulumi writes to a cluster."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import present
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Resource

PROVIDER = ("pulumi:providers:kubernetes",)


def _server_side(provider: Resource) -> Iterator[Finding]:
    if not provider.flag("enableServerSideApply", default=True):
        yield Finding("enableServerSideApply", "is off")


RULES = (
    ResourceRule(
        id="kubernetes-provider-server-side-apply",
        types=PROVIDER,
        severity=Severity.MEDIUM,
        description="The cluster itself merges what Pulumi writes.",
        why="Otherwise Pulumi overwrites what controllers and webhooks own, and unknown fields vanish unseen.",
        remedy="Set enable_server_side_apply=True.",
        check=_server_side,
    ),
    ResourceRule(
        id="kubernetes-provider-knows-its-cluster",
        types=PROVIDER,
        severity=Severity.MEDIUM,
        description="A provider tells one cluster from another by an identifier of its own.",
        why="Pulumi otherwise guesses by the kubeconfig, and a new login replaces everything in the cluster.",
        remedy="Set cluster_identifier to the cluster's endpoint.",
        check=present("clusterIdentifier"),
    ),
)
