import json
from dataclasses import replace

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

BUCKET = "arn:aws:s3:::assets/*"
ROLE_ARN = "arn:aws:iam::111122223333:role/worker"
GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def everywhere(action: object, **more: object) -> list[tuple[Subject, str]]:
    """A grant on every resource, in each kind of identity policy."""
    given = grant(action, **more)
    return [
        *((policy.set("policy", given), "policy") for policy in (POLICY, ROLE_POLICY, USER_POLICY, GROUP_POLICY)),
        (ROLE.set("inlinePolicies.0.policy", given), "inlinePolicies[0].policy"),
    ]


def document(**statement: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def grant(action: object, resource: object = "*", **more: object) -> str:
    return document(Action=action, Resource=resource, **more)


def trust(principal: object, action: str = "sts:AssumeRole", **more: object) -> Subject:
    return ROLE.set("assumeRolePolicy", document(Action=action, Principal=principal, **more))


def github(*subjects: str, operator: str = "StringLike") -> Subject:
    condition = {operator: {"token.actions.githubusercontent.com:sub": list(subjects)}}
    return trust({"Federated": GITHUB}, "sts:AssumeRoleWithWebIdentity", Condition=condition)


POLICY = Subject("aws:iam/policy:Policy", {"policy": grant("s3:GetObject", BUCKET)})
ROLE_POLICY = Subject("aws:iam/rolePolicy:RolePolicy", {"role": "worker", "policy": grant("s3:GetObject", BUCKET)})
ROLE = Subject(
    "aws:iam/role:Role",
    {
        "assumeRolePolicy": document(Action="sts:AssumeRole", Principal={"Service": "pods.eks.amazonaws.com"}),
        "inlinePolicies": [{"name": "read", "policy": grant("s3:GetObject", BUCKET)}],
    },
)
ATTACHMENT = Subject(
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    {"role": "worker", "policyArn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"},
)
SHARED_ATTACHMENT = Subject(
    "aws:iam/policyAttachment:PolicyAttachment", {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "roles": ["a"]}
)
USER_POLICY = Subject("aws:iam/userPolicy:UserPolicy", {"user": "someone", "policy": grant("s3:GetObject", BUCKET)})
USER_ATTACHMENT = Subject(
    "aws:iam/userPolicyAttachment:UserPolicyAttachment", {"user": "someone", "policyArn": "arn:aws:iam::aws:policy/A"}
)
GROUP_POLICY = Subject("aws:iam/groupPolicy:GroupPolicy", {"group": "team", "policy": grant("s3:GetObject", BUCKET)})
GROUP_ATTACHMENT = Subject(
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment", {"group": "team", "policyArn": "arn:aws:iam::aws:policy/A"}
)
ATTACHMENTS = (ATTACHMENT, SHARED_ATTACHMENT, USER_ATTACHMENT, GROUP_ATTACHMENT)

CASES = {
    "aws-iam-no-full-admin": Cases(
        passes=[
            POLICY,
            ROLE,
            ATTACHMENT,
            POLICY.set("policy", grant("*", BUCKET)),
            POLICY.set("policy", grant("*", Effect="Deny")),
            POLICY.set("policy", grant(["s3:*", "ec2:Describe*"])),
        ],
        fails=[
            *everywhere("*"),
            (ROLE_POLICY.set("policy", grant(["s3:GetObject", "*"], [BUCKET, "*"])), "policy"),
            (POLICY.set("policy", document(NotAction="iam:*", Resource="*")), "policy"),
            (POLICY.set("policy", document(Action="*", NotResource=BUCKET)), "policy"),
            (ROLE.set("inlinePolicies", [UNKNOWN, {"policy": grant("*")}]), "inlinePolicies[1].policy"),
            (ROLE.set("managedPolicyArns", [UNKNOWN, ADMINISTRATOR]), "managedPolicyArns[1]"),
            *((each.set("policyArn", ADMINISTRATOR), "policyArn") for each in ATTACHMENTS),
        ],
        unknown=[POLICY.set("policy", UNKNOWN), ATTACHMENT.set("policyArn", UNKNOWN)],
    ),
    "aws-iam-no-service-wildcard": Cases(
        passes=[POLICY, POLICY.set("policy", grant("s3:*", BUCKET)), POLICY.set("policy", grant("*"))],
        fails=[
            *everywhere(["ec2:DescribeVpcs", "S3:*"]),
        ],
        unknown=[ROLE.set("inlinePolicies.0.policy", UNKNOWN)],
    ),
    "aws-iam-no-wildcard-pass-role": Cases(
        passes=[
            POLICY.set("policy", grant("iam:PassRole", ROLE_ARN)),
            POLICY.set("policy", grant("*")),
            POLICY.set(
                "policy",
                grant("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}),
            ),
        ],
        fails=[
            *everywhere("iam:PassRole"),
            (POLICY.set("policy", grant("iam:P*")), "policy"),
            (ROLE_POLICY.set("policy", grant("IAM:*")), "policy"),
        ],
        unknown=[ROLE_POLICY.set("policy", UNKNOWN)],
    ),
    "aws-iam-role-trust-named": Cases(
        passes=[
            ROLE,
            trust({"AWS": "arn:aws:iam::111122223333:root"}),
            trust("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
        ],
        fails=[
            (trust("*"), "assumeRolePolicy"),
            (trust({"AWS": "*"}, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), "assumeRolePolicy"),
            (trust({"Federated": "*"}, "sts:AssumeRoleWithWebIdentity"), "assumeRolePolicy"),
            (
                ROLE.set("assumeRolePolicy", document(Action="sts:AssumeRole", NotPrincipal={"AWS": ROLE_ARN})),
                "assumeRolePolicy",
            ),
        ],
        unknown=[ROLE.set("assumeRolePolicy", UNKNOWN)],
    ),
    "aws-iam-federated-subject-pinned": Cases(
        passes=[
            ROLE,
            github("repo:example/platform:ref:refs/heads/main", operator="StringEquals"),
            github("repo:example@1/platform@2:environment:prod"),
            github("system:serviceaccount:core:api", "system:serviceaccount:core:*"),
            trust(
                {"Federated": "accounts.google.com"},
                "sts:AssumeRoleWithWebIdentity",
                Condition={"StringEquals": {"accounts.google.com:sub": "112233445566778899000"}},
            ),
        ],
        fails=[
            (trust({"Federated": GITHUB}, "sts:AssumeRoleWithWebIdentity"), "assumeRolePolicy"),
            (
                trust(
                    {"Federated": GITHUB},
                    "sts:AssumeRoleWithWebIdentity",
                    Condition={"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}},
                ),
                "assumeRolePolicy",
            ),
            (github("*"), "assumeRolePolicy"),
            (github("repo:*"), "assumeRolePolicy"),
            (github("repo:example/*:ref:refs/heads/main"), "assumeRolePolicy"),
            (github("repo:example/platform:ref:refs/heads/main", "repo:*/platform:*"), "assumeRolePolicy"),
            (github("system:serviceaccount:*:api"), "assumeRolePolicy"),
            (github("*:admin"), "assumeRolePolicy"),
        ],
        unknown=[ROLE.set("assumeRolePolicy", UNKNOWN)],
    ),
    "aws-iam-no-user-policies": Cases(
        passes=[SHARED_ATTACHMENT],
        fails=[
            (USER_POLICY, "user"),
            (USER_ATTACHMENT, "user"),
            (SHARED_ATTACHMENT.set("users", ["someone"]), "users"),
        ],
        unknown=[SHARED_ATTACHMENT.set("users", UNKNOWN)],
    ),
    "aws-iam-no-access-keys": Cases(
        passes=[replace(POLICY, name="anything else")],
        fails=[
            (Subject("aws:iam/accessKey:AccessKey", {"user": "someone"}), ""),
            (
                Subject(
                    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
                    {"userName": "someone", "serviceName": "cassandra.amazonaws.com"},
                ),
                "",
            ),
        ],
    ),
}

test_verdicts = verdicts(CASES)
