"""How Google's service accounts act as AWS roles: by tokens that Google signs, so that no key exists."""

import pulumi

from components.aws.iam import Statement


def google_trust(unique_id: pulumi.Input[str]) -> Statement:
    """Trust in one Google service account and no other, by its number: an address may be given to another one later.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html
    """
    return {
        "Effect": "Allow",
        "Action": ["sts:AssumeRoleWithWebIdentity"],
        "Principal": {"Federated": "accounts.google.com"},
        "Condition": {"StringEquals": {"accounts.google.com:sub": unique_id}},
    }
