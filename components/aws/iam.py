"""IAM documents and roles, built in Python: no look-up, and the policies that judge a plan see the whole document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import iam

Statement = dict[str, Any]
Patterns = pulumi.Input[str] | Sequence[pulumi.Input[str]] | pulumi.Output[list[str]]


def document(*statements: Statement) -> pulumi.Output[str]:
    """A policy document as JSON; it resolves when the ARNs in it do."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True)


def allow(
    actions: Sequence[str],
    resources: Patterns,
    *,
    sid: str | None = None,
    conditions: Mapping[str, Mapping[str, Any]] | None = None,
    principal: Mapping[str, Any] | None = None,
) -> Statement:
    """An Allow statement; `principal` only in resource policies. Actions are sorted: their order has no meaning."""
    statement: Statement = {"Effect": "Allow", "Action": sorted(actions), "Resource": resources}
    if sid:
        statement["Sid"] = sid
    if principal:
        statement["Principal"] = principal
    if conditions:
        statement["Condition"] = conditions
    return statement


def deny_without_tls(actions: Sequence[str], resources: Patterns) -> Statement:
    """A statement of a resource policy that refuses every caller who does not use TLS."""
    return {
        "Effect": "Deny",
        "Sid": "TlsOnly",
        "Principal": "*",
        "Action": sorted(actions),
        "Resource": resources,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def service_trust(
    service: str, account_id: str | None = None, actions: Sequence[str] = ("sts:AssumeRole",)
) -> Statement:
    """Trust in an AWS service; `account_id` keeps other accounts from using it as a confused deputy.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html. Left out for services that send no source.
    """
    statement: Statement = {"Effect": "Allow", "Action": list(actions), "Principal": {"Service": service}}
    if account_id:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account_id}}
    return statement


def pod_identity_trust(account_id: str) -> Statement:
    """Trust in EKS Pod Identity, which tags the session with cluster, namespace and service account."""
    return service_trust("pods.eks.amazonaws.com", account_id, ("sts:AssumeRole", "sts:TagSession"))


def google_trust(unique_id: pulumi.Input[str], audience: str | None = None) -> Statement:
    """Trust in one Google service account, by the number that no later account of its name has; no key exists.

    Programs of ours say whom their tokens are for, so that one for anybody else is refused. Google does not document
    what audience its services' tokens have: of theirs the subject alone is asked for.
    """
    issuer = "accounts.google.com"
    asked = {f"{issuer}:sub": unique_id}
    if audience is not None:
        # What the token calls its audience; `aud` is the account where a token names one.
        asked[f"{issuer}:oaud"] = audience
    return {
        "Effect": "Allow",
        "Action": ["sts:AssumeRoleWithWebIdentity"],
        "Principal": {"Federated": issuer},
        "Condition": {"StringEquals": asked},
    }


@dataclass(frozen=True)
class Role:
    """A role and the policies without which it can do nothing: who uses it waits for `policies` too."""

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    policies: list[pulumi.Resource]


def role(
    name: str,
    trust: Statement,
    parent: pulumi.Resource,
    *,
    description: str,
    role_name: str | None = None,
    managed: Sequence[str] = (),
    inline: Mapping[str, Sequence[Statement]] | None = None,
) -> Role:
    """Make a role with AWS-managed policies (by path) and inline ones (statements by policy name).

    `role_name` only where another cloud admits it by that name.
    """
    opts = pulumi.ResourceOptions(parent=parent)
    made = iam.Role(name, name=role_name, assume_role_policy=document(trust), description=description, opts=opts)
    policies: list[pulumi.Resource] = [
        iam.RolePolicyAttachment(
            f"{name}-{policy.rsplit('/', 1)[-1].lower()}",
            role=made.name,
            policy_arn=f"arn:aws:iam::aws:policy/{policy}",
            opts=opts,
        )
        for policy in managed
    ]
    policies += [
        iam.RolePolicy(f"{name}-{suffix}", role=made.name, policy=document(*statements), opts=opts)
        for suffix, statements in (inline or {}).items()
    ]
    return Role(made.arn, made.name, policies)
