"""Binary Authorization: what may start."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node

POLICY = "gcp:binaryauthorization/policy:Policy"

# Registries that Google alone pushes to, and that its clusters' own components come from.
GOOGLES_OWN = (
    "gcr.io/config-management-release/",
    "gcr.io/gke-release/",
    "gcr.io/gkeconnect/",
    "gcr.io/google-containers/",
    "gcr.io/google_containers/",
    "gcr.io/stackdriver-agents/",
    "gke.gcr.io/",
)


def _rule(rule: Node) -> Iterator[Finding]:
    if rule.text("evaluationMode") == "ALWAYS_ALLOW":
        yield Finding(rule.at("evaluationMode"), "lets every image start")
    if rule.text("enforcementMode") != "ENFORCED_BLOCK_AND_AUDIT_LOG":
        yield Finding(rule.at("enforcementMode"), "only writes down what it should refuse")


def _asks(policy: Node) -> Iterator[Finding]:
    for path in ("defaultAdmissionRule", "clusterAdmissionRules"):
        for rule in policy.items(path):
            yield from _rule(rule)


def _exempt(policy: Node) -> Iterator[Finding]:
    for pattern in policy.items("admissionWhitelistPatterns"):
        if not pattern.text("namePattern").startswith(GOOGLES_OWN):
            yield Finding(pattern.at("namePattern"), "exempts images that are not Google's own")


RULES = (
    ResourceRule(
        id="gcp-binary-authorization-enforced",
        types=(POLICY,),
        severity=Severity.HIGH,
        description="Binary Authorization refuses what nobody vouched for, by default and in each cluster.",
        why="A policy that allows everything, or only takes notes, protects nothing and looks as if it did.",
        remedy="Set evaluation_mode to require an attestation, and enforcement_mode to block and to log.",
        check=_asks,
    ),
    ResourceRule(
        id="gcp-binary-authorization-exempts-google-only",
        types=(POLICY,),
        severity=Severity.HIGH,
        description="Only Google's own images start without an attestation.",
        why="A pattern that others can push to is a way around the policy.",
        remedy="Remove the pattern from admission_whitelist_patterns, and have CI vouch for the image.",
        check=_exempt,
    ),
)
