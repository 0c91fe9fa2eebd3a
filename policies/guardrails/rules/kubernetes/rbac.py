"""Rights in a cluster: no administrators, no wildcards, nothing for everybody."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule
from guardrails.subject import Resource

VERSIONS = ("v1", "v1alpha1", "v1beta1")
ROLES = tuple(
    f"kubernetes:rbac.authorization.k8s.io/{version}:{kind}" for kind in ("ClusterRole", "Role") for version in VERSIONS
)
BINDINGS = tuple(
    f"kubernetes:rbac.authorization.k8s.io/{version}:{kind}"
    for kind in ("ClusterRoleBinding", "RoleBinding")
    for version in VERSIONS
)

EVERYBODY = ("system:anonymous", "system:authenticated", "system:unauthenticated", "system:serviceaccounts")


def _administrators(binding: Resource) -> Iterator[Finding]:
    if binding.text("roleRef.name") in ("cluster-admin", "system:masters"):
        yield Finding("roleRef.name", "is cluster-admin")
    for subject in binding.items("subjects"):
        if subject.text("name") == "system:masters":
            yield Finding(subject.at("name"), "is a group that no rule binds")


def _everybody(binding: Resource) -> Iterator[Finding]:
    for subject in binding.items("subjects"):
        if subject.text("name") in EVERYBODY:
            yield Finding(subject.at("name"), "is everybody")


def _wildcards(role: Resource) -> Iterator[Finding]:
    for rule in role.items("rules"):
        for path in ("apiGroups", "resources", "verbs"):
            for at, text in rule.known_texts(path):
                if text == "*":
                    yield Finding(at, "is a wildcard")


RULES = (
    ResourceRule(
        id="kubernetes-rbac-no-cluster-admin",
        types=BINDINGS,
        severity=Severity.CRITICAL,
        description="Nothing in a cluster is its administrator.",
        why="Whoever takes over such a pod has every secret and every node; people come by the cloud's own access.",
        remedy="Bind a role that names what is needed.",
        check=_administrators,
    ),
    ResourceRule(
        id="kubernetes-rbac-no-rights-for-everybody",
        types=BINDINGS,
        severity=Severity.CRITICAL,
        description="No role is bound to everybody.",
        why="Anyone who reaches the API server, or any pod at all, then has these rights.",
        remedy="Name the service accounts or groups that need the role.",
        check=_everybody,
    ),
    ResourceRule(
        id="kubernetes-rbac-no-wildcards",
        types=ROLES,
        severity=Severity.HIGH,
        description="Roles name the kinds and verbs that they grant.",
        why="A wildcard grants kinds and verbs that nobody has thought of, secrets and impersonation among them.",
        remedy="List api_groups, resources and verbs.",
        check=_wildcards,
    ),
)
