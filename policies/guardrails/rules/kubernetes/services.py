"""Services: who reaches pods from outside the cluster."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule
from guardrails.subject import Resource

SERVICE = ("kubernetes:core/v1:Service",)


def _exposed(service: Resource) -> Iterator[Finding]:
    if service.text("spec.type", "ClusterIP") in ("LoadBalancer", "NodePort"):
        yield Finding("spec.type", "opens a way into the cluster past its front door")
    if service.has("spec.externalIPs"):
        yield Finding("spec.externalIPs", "takes traffic to addresses that are not the cluster's")


RULES = (
    ResourceRule(
        id="kubernetes-service-not-exposed",
        types=SERVICE,
        severity=Severity.HIGH,
        description="Services are reached from within the cluster alone.",
        why="A load balancer that a cluster makes, or a node's port, has no firewall, no certificate and no owner.",
        remedy='Set spec.type="ClusterIP", and let the load balancer of the program lead to the gateway.',
        check=_exposed,
    ),
)
