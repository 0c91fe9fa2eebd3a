"""The mesh: pods talk to each other encrypted, and only those that are named."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule
from guardrails.subject import Resource

VERSIONS = ("v1", "v1beta1")
PEERS = tuple(f"kubernetes:security.istio.io/{version}:PeerAuthentication" for version in VERSIONS)
AUTHORIZATION = tuple(f"kubernetes:security.istio.io/{version}:AuthorizationPolicy" for version in VERSIONS)


def _strict(policy: Resource) -> Iterator[Finding]:
    # What is left out is as the namespace or the mesh has it.
    if policy.text("spec.mtls.mode", "UNSET") not in ("STRICT", "UNSET"):
        yield Finding("spec.mtls.mode", "lets pods talk in plain text")
    for port, way in policy.entries("spec.portLevelMtls"):
        if way.text("mode", "UNSET") not in ("STRICT", "UNSET"):
            yield Finding(f"spec.portLevelMtls.{port}.mode", "lets pods talk in plain text")


def _open(policy: Resource) -> Iterator[Finding]:
    if policy.text("spec.action", "ALLOW") != "ALLOW":
        return
    for rule in policy.items("spec.rules"):
        if not any(rule.has(part) for part in ("from", "to", "when")):
            yield Finding(rule.at(""), "names nobody and nothing, and so allows everything")


RULES = (
    ResourceRule(
        id="kubernetes-mesh-strict-tls",
        types=PEERS,
        severity=Severity.HIGH,
        description="Pods of the mesh take mutual TLS alone.",
        why="Plain text can be read and forged by whoever gets into the network, and nobody knows who sent it.",
        remedy='Set spec.mtls.mode="STRICT", and no weaker mode for a port.',
        check=_strict,
    ),
    ResourceRule(
        id="kubernetes-mesh-authorization-named",
        types=AUTHORIZATION,
        severity=Severity.HIGH,
        description="No authorisation policy allows everything.",
        why="One such policy undoes all others for the pods it selects.",
        remedy="Name in each rule who may call (from), what (to), or when.",
        check=_open,
    ),
)
