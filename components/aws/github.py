"""What GitHub's workflows may do on AWS: plan from pull requests, deploy from one environment."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import iam

from components.aws.component import AwsComponent, Scope
from components.aws.iam import Statement, allow, document, role
from settings.bootstrap import GithubSettings

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

# Configuration, not contents: ReadOnlyAccess would also read objects and tables.
PLAN = ("SecurityAudit", "job-function/ViewOnlyAccess")

# All services but IAM, Organizations and the account itself; what of IAM the stacks need is in `_iam`.
APPLY = ("PowerUserAccess",)

ROLE_ACTIONS = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "iam:ListRoleTags",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
)
PROFILE_ACTIONS = (
    "iam:AddRoleToInstanceProfile",
    "iam:CreateInstanceProfile",
    "iam:DeleteInstanceProfile",
    "iam:GetInstanceProfile",
    "iam:RemoveRoleFromInstanceProfile",
    "iam:TagInstanceProfile",
    "iam:UntagInstanceProfile",
)
POLICY_ACTIONS = (
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:ListPolicyVersions",
    "iam:TagPolicy",
    "iam:UntagPolicy",
)
PASSWORD_POLICY_ACTIONS = (
    "iam:DeleteAccountPasswordPolicy",
    "iam:GetAccountPasswordPolicy",
    "iam:UpdateAccountPasswordPolicy",
)


class GithubAccess(AwsComponent):
    """Roles for one repository, by short-lived tokens: no access key anywhere.

    Tokens are matched by their whole subject: the environment's may deploy, those of pull requests and of the default
    branch may plan. Who may deploy can make roles, and so do anything in the account: the environment's reviewers are
    the door. Only what guards that door, these roles and the identity provider, is out of its reach.
    """

    role_arns: dict[str, pulumi.Output[str]]
    """ARN by purpose, `plan` and `apply`: what the workflow assumes."""

    def __init__(
        self, name: str, scope: Scope, settings: GithubSettings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("GithubAccess", name, scope, "restricted", opts)
        # No thumbprint: AWS checks GitHub's certificate by its own list of authorities.
        provider = iam.OpenIdConnectProvider(
            f"{name}-provider",
            url=f"https://{ISSUER}",
            client_id_lists=[AUDIENCE],
            opts=self.child(stateful=True),
        )
        plan = role(
            f"{name}-plan",
            _trust(provider.arn, settings.subjects["plan"]),
            self,
            description="GitHub Actions: plans, from pull requests and the default branch",
            managed=PLAN,
        )
        apply = role(
            f"{name}-apply",
            _trust(provider.arn, settings.subjects["apply"]),
            self,
            description=f"GitHub Actions: deploys, from the environment {settings.environment}",
            managed=APPLY,
            inline={"iam": _iam(scope.account_id)},
        )
        guarded: list[pulumi.Input[str]] = [plan.arn, apply.arn, provider.arn]
        iam.RolePolicy(
            f"{name}-apply-guard",
            role=apply.name,
            policy=document({"Sid": "NotItsOwnDoor", "Effect": "Deny", "Action": "iam:*", "Resource": guarded}),
            opts=self.child(),
        )
        self.role_arns = {"plan": plan.arn, "apply": apply.arn}
        self.register_outputs({"roleArns": self.role_arns})


def _trust(provider_arn: pulumi.Input[str], subjects: Sequence[str]) -> Statement:
    """Trust in tokens for AWS that have one of the whole subjects."""
    return {
        "Effect": "Allow",
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
        "Principal": {"Federated": provider_arn},
        "Condition": {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": sorted(subjects)}},
    }


def _iam(account_id: str) -> list[Statement]:
    """Rights in IAM; roles have automatic names, so that all of the account's are meant."""
    own = f"arn:aws:iam::{account_id}"
    return [
        allow(ROLE_ACTIONS, f"{own}:role/*", sid="Roles"),
        allow(
            ["iam:PassRole"],
            f"{own}:role/*",
            sid="PassToServices",
            conditions={"StringLike": {"iam:PassedToService": "*.amazonaws.com"}},
        ),
        allow(
            ["iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:GetServiceLinkedRoleDeletionStatus"],
            f"{own}:role/aws-service-role/*",
            sid="ServiceLinkedRoles",
        ),
        allow(PROFILE_ACTIONS, f"{own}:instance-profile/*", sid="InstanceProfiles"),
        allow(POLICY_ACTIONS, f"{own}:policy/*", sid="Policies"),
        # The password policy is the account's: IAM knows no resource for it.
        allow(PASSWORD_POLICY_ACTIONS, "*", sid="PasswordPolicy"),
    ]
