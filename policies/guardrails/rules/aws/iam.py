"""IAM: what policies grant, whom roles trust, and credentials that outlive their purpose."""

import re
from collections.abc import Callable, Iterator

from pulumi_policy import Severity

from guardrails.checks import each
from guardrails.iam import Statement, statements
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node, Resource

ROLE = "aws:iam/role:Role"
IDENTITY_POLICIES = (
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
)
ATTACHMENTS = (
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
)
USER_POLICY = "aws:iam/userPolicy:UserPolicy"
USER_ATTACHMENT = "aws:iam/userPolicyAttachment:UserPolicyAttachment"
POLICY_ATTACHMENT = "aws:iam/policyAttachment:PolicyAttachment"
ACCESS_KEY = "aws:iam/accessKey:AccessKey"
SERVICE_CREDENTIAL = "aws:iam/serviceSpecificCredential:ServiceSpecificCredential"

ADMINISTRATOR = ":policy/AdministratorAccess"

NARROWING_KEYS = (
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
)
"""Condition keys that tell whose the caller is; one of them makes a `*` principal mean something."""

# Subjects that name one repository, or one namespace; other issuers' subjects only need to start with something.
PINNED_SUBJECTS = {
    "repo:": re.compile(r"repo:[^:/*?]+/[^:/*?]+:"),
    "system:serviceaccount:": re.compile(r"system:serviceaccount:[^:*?]+:"),
}

Judge = Callable[[Statement], str | None]


def _identity_documents(judge: Judge) -> Callable[[Resource], Iterator[Finding]]:
    """A check of each statement in an identity policy, a role's inline ones included."""

    def document(node: Node) -> Iterator[Finding]:
        for statement in statements(node.text("policy")):
            problem = judge(statement)
            if problem:
                yield Finding(node.at("policy"), f"{problem} in statement {statement.index}")

    inline = each("inlinePolicies", document)

    def check(resource: Resource) -> Iterator[Finding]:
        yield from (inline if resource.type == ROLE else document)(resource)

    return check


def _all_of_all(statement: Statement) -> bool:
    everything = "*" in statement.actions or statement.everything_but_actions
    return statement.allows and everything and statement.any_resource


def _full_admin_document(statement: Statement) -> str | None:
    return "allows every action on every resource" if _all_of_all(statement) else None


def _full_admin(resource: Resource) -> Iterator[Finding]:
    if resource.type in ATTACHMENTS:
        if resource.text("policyArn").endswith(ADMINISTRATOR):
            yield Finding("policyArn", "attaches AdministratorAccess")
        return
    yield from _identity_documents(_full_admin_document)(resource)
    if resource.type == ROLE:
        for at, arn in resource.known_texts("managedPolicyArns"):
            if arn.endswith(ADMINISTRATOR):
                yield Finding(at, "attaches AdministratorAccess")


def _service_wildcard(statement: Statement) -> str | None:
    whole = [action for action in statement.actions if action.endswith(":*")]
    if statement.allows and statement.any_resource and whole and not statement.everything_but_actions:
        return "allows every action of a service on every resource"
    return None


def _pass_any_role(statement: Statement) -> str | None:
    passes = statement.allows_action("iam:PassRole") and statement.any_resource
    if passes and not _all_of_all(statement) and not statement.restricts("iam:PassedToService"):
        return "allows passing any role to any service"
    return None


def _trusts_everyone(role: Node) -> Iterator[Finding]:
    for statement in statements(role.text("assumeRolePolicy")):
        anyone = statement.any_principal or "*" in statement.principals.get("Federated", ())
        if statement.allows and anyone and not statement.restricts(*NARROWING_KEYS):
            yield Finding("assumeRolePolicy", f"trusts everyone in statement {statement.index}")


def _federation_pinned(role: Node) -> Iterator[Finding]:
    for statement in statements(role.text("assumeRolePolicy")):
        if not statement.allows_action("sts:AssumeRoleWithWebIdentity") or "Federated" not in statement.principals:
            continue
        subjects = statement.condition_values("*:sub")
        if not subjects:
            yield Finding("assumeRolePolicy", f"leaves the token's subject open in statement {statement.index}")
        elif not all(_is_pinned(subject) for subject in subjects):
            yield Finding("assumeRolePolicy", f"admits too many subjects in statement {statement.index}")


def _is_pinned(subject: str) -> bool:
    for scheme, pinned in PINNED_SUBJECTS.items():
        if subject.startswith(scheme):
            return pinned.match(subject) is not None
    return subject[0] not in "*?"


def _user_policy(resource: Resource) -> Iterator[Finding]:
    if resource.type != POLICY_ATTACHMENT or resource.has("users"):
        yield Finding("users" if resource.type == POLICY_ATTACHMENT else "user", "gets a policy of its own")


def _long_lived(resource: Resource) -> Iterator[Finding]:
    yield Finding("", "is a credential without an end")


RULES = (
    ResourceRule(
        id="aws-iam-no-full-admin",
        types=(*IDENTITY_POLICIES, *ATTACHMENTS, ROLE),
        severity=Severity.CRITICAL,
        description="No identity may do everything.",
        why="Whoever takes over that identity owns the account, its logs and its backups.",
        remedy="Name the actions and the resources that the work needs.",
        check=_full_admin,
    ),
    ResourceRule(
        id="aws-iam-no-service-wildcard",
        types=(*IDENTITY_POLICIES, ROLE),
        severity=Severity.MEDIUM,
        description="No policy allows all of a service on every resource.",
        why="It includes deleting the service's data, and whatever AWS adds to the service tomorrow.",
        remedy="Name the actions, or the resources they may touch.",
        check=_identity_documents(_service_wildcard),
    ),
    ResourceRule(
        id="aws-iam-no-wildcard-pass-role",
        types=(*IDENTITY_POLICIES, ROLE),
        severity=Severity.HIGH,
        description="No policy allows passing any role to any service.",
        why="Passing a stronger role to a machine of one's own is the shortest way to become an administrator.",
        remedy="Name the roles in resources, or add a condition on iam:PassedToService.",
        check=_identity_documents(_pass_any_role),
    ),
    ResourceRule(
        id="aws-iam-role-trust-named",
        types=(ROLE,),
        severity=Severity.CRITICAL,
        description="Roles trust named principals.",
        why="Any AWS account in the world could assume the role.",
        remedy="Name the principal in assume_role_policy, or add a condition on aws:PrincipalOrgID.",
        check=_trusts_everyone,
    ),
    ResourceRule(
        id="aws-iam-federated-subject-pinned",
        types=(ROLE,),
        severity=Severity.CRITICAL,
        description="Roles for federated tokens pin the token's subject.",
        why="Everybody who gets a token from the same issuer, such as any GitHub repository, could assume the role.",
        remedy="Add a StringEquals condition on <issuer>:sub that names the repository or service account.",
        check=_federation_pinned,
    ),
    ResourceRule(
        id="aws-iam-no-user-policies",
        types=(USER_POLICY, USER_ATTACHMENT, POLICY_ATTACHMENT),
        severity=Severity.MEDIUM,
        description="Users get permissions through groups or roles alone.",
        why="What hangs on one user is forgotten when that user changes jobs.",
        remedy="Attach the policy to a role that the user may assume.",
        check=_user_policy,
    ),
    ResourceRule(
        id="aws-iam-no-access-keys",
        types=(ACCESS_KEY, SERVICE_CREDENTIAL),
        severity=Severity.HIGH,
        description="No access key or service credential is made.",
        why="It lies in the state, works from anywhere, and stays valid until somebody remembers it.",
        remedy="Use a role: Pod Identity in the cluster, OIDC in CI, federation between the clouds.",
        check=_long_lived,
    ),
)
