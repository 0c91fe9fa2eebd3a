"""As whom Pub/Sub's import topics read on AWS."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_gcp import serviceaccount

from components.aws.iam import Role, Statement, google_trust, role
from components.crosscloud.component import CrossCloudComponent
from components.gcp.component import granted


def import_reader(
    parent: CrossCloudComponent,
    name: str,
    what: str,
    *,
    agent: pulumi.Input[str],
    inline: Mapping[str, Sequence[Statement]],
) -> tuple[pulumi.Output[str], Role]:
    """The address of the Google service account that imports name, ready for use, and the AWS role that trusts it.

    Pub/Sub gets the account's tokens (`agent` is Pub/Sub's own account, as an IAM member) and acts with them as the
    role, so that no key exists. `what` is read, with the rights in `inline`.

    https://docs.cloud.google.com/pubsub/docs/create-aws-kinesis-import-topic
    """
    opts = pulumi.ResourceOptions(parent=parent)
    account = serviceaccount.Account(
        f"{name}-reader",
        account_id=f"{name}-reader",
        display_name=f"Pub/Sub, which reads {what} on AWS",
        opts=opts,
    )
    tokens = serviceaccount.IAMMember(
        f"{name}-reader-tokens",
        service_account_id=account.name,
        role="roles/iam.serviceAccountTokenCreator",
        member=agent,
        opts=opts,
    )
    access = role(
        f"{name}-reader",
        google_trust(account.unique_id),
        parent,
        description=f"Google Cloud's Pub/Sub reads {what}",
        inline=inline,
    )
    return granted(account.email, tokens), access
