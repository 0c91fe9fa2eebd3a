"""What the primary region may do on Google Cloud, by short-lived tokens: three things, and no key."""

from collections.abc import Mapping
from typing import get_args

import pulumi
from pulumi_gcp import artifactregistry, iam, projects, secretmanager, serviceaccount, storage

from components.gcp.component import GcpComponent, Scope
from components.gcp.iam import custom_role
from settings.shared import FederatedCaller
from settings.shared import Federation as FederationSettings

# External Secrets compares a secret with its newest version before it adds one: else each of its rounds would.
# https://external-secrets.io/latest/provider/google-secrets-manager/
COPY_SECRETS = (
    "secretmanager.secrets.get",
    "secretmanager.versions.access",
    "secretmanager.versions.add",
    "secretmanager.versions.get",
)

IMAGE_RECORD = "replication/images.json"
"""The object that says which images the primary holds, and which of them were not copied."""

CALLERS: tuple[FederatedCaller, ...] = get_args(FederatedCaller)

# The name in arn:aws:sts::<account>:assumed-role/<name>/<session>; empty for whatever is no role.
ROLE_NAME = "assertion.arn.extract('assumed-role/{role}/')"


class Federation(GcpComponent):
    """The primary region acts as service accounts here, each for one purpose; whoever else comes gets no token at all.

    The primary copies its images and its applications' secrets, and reports how far replication is behind. The accounts
    for images and reports each admit one role of one AWS account by name: who may make roles there is trusted as far as
    that, and no further. The account for secrets admits nobody yet: the stack that joins the regions lets in one
    service account of the primary's cluster, whose issuer is known once there is a cluster.
    """

    audience: pulumi.Output[str]
    """What an AWS role names when it exchanges its identity for a token."""

    pool_name: pulumi.Output[str]
    """projects/<number>/locations/global/workloadIdentityPools/<pool>."""

    service_accounts: dict[FederatedCaller, pulumi.Output[str]]
    """E-mail addresses of the service accounts."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: FederationSettings,
        *,
        aws_account_id: str,
        secrets: Mapping[str, pulumi.Input[str]],
        repositories: Mapping[str, pulumi.Input[str]],
        record_bucket: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make pool, provider and accounts; `secrets` are the ids of the applications' secrets, by their names.

        `repositories` are the ids of those that images are copied to, by what they hold; the bucket gets the record.
        """
        super().__init__("Federation", name, scope, "restricted", opts)
        roles: Mapping[FederatedCaller, str] = {
            "images": settings.images_role,
            "replication": settings.replication_role,
        }
        pool = self._pool(name, settings, aws_account_id, list(roles.values()))
        self.pool_name = pool.name
        accounts = {caller: self._account(name, caller) for caller in CALLERS}
        for caller, role in roles.items():
            serviceaccount.IAMMember(
                f"{name}-{caller}-role",
                service_account_id=accounts[caller].name,
                role="roles/iam.workloadIdentityUser",
                member=pulumi.Output.concat("principalSet://iam.googleapis.com/", pool.name, f"/attribute.role/{role}"),
                opts=self.child(),
            )
        self.service_accounts = {caller: account.email for caller, account in accounts.items()}
        members = {
            caller: pulumi.Output.concat("serviceAccount:", email) for caller, email in self.service_accounts.items()
        }
        reporting: tuple[FederatedCaller, ...] = ("images", "replication")
        for caller in reporting:
            projects.IAMMember(
                f"{name}-{caller}-metrics",
                project=scope.project,
                role="roles/monitoring.metricWriter",
                member=members[caller],
                opts=self.child(),
            )
        self._admit_images(name, members["images"], repositories, record_bucket)
        if secrets:
            copier = custom_role(
                self,
                f"{name}-secret-copier",
                title="Copies the values of secrets",
                permissions=COPY_SECRETS,
                opts=self.child(),
            )
            for secret, secret_id in secrets.items():
                secretmanager.SecretIamMember(
                    f"{name}-secrets-{secret}",
                    secret_id=secret_id,
                    role=copier,
                    member=members["secrets"],
                    opts=self.child(),
                )
        self.register_outputs({"audience": self.audience, "serviceAccounts": self.service_accounts})

    def _admit_images(
        self,
        name: str,
        member: pulumi.Output[str],
        repositories: Mapping[str, pulumi.Input[str]],
        record_bucket: pulumi.Input[str],
    ) -> None:
        """Let images be added, none be deleted, and one object be written."""
        for held, repository_id in repositories.items():
            artifactregistry.RepositoryIamMember(
                f"{name}-images-{held}",
                repository=repository_id,
                role="roles/artifactregistry.writer",
                member=member,
                opts=self.child(),
            )
        record = pulumi.Output.concat("projects/_/buckets/", record_bucket, "/objects/", IMAGE_RECORD)
        storage.BucketIAMMember(
            f"{name}-images-record",
            bucket=record_bucket,
            role="roles/storage.objectUser",
            member=member,
            condition={
                "title": "The record of copied images",
                "expression": pulumi.Output.concat('resource.name == "', record, '"'),
            },
            opts=self.child(),
        )

    def _pool(
        self, name: str, settings: FederationSettings, aws_account_id: str, roles: list[str]
    ) -> iam.WorkloadIdentityPool:
        pool = iam.WorkloadIdentityPool(
            f"{name}-pool",
            workload_identity_pool_id=settings.pool,
            display_name="AWS primary region",
            opts=self.child(stateful=True),
        )
        provider = iam.WorkloadIdentityPoolProvider(
            f"{name}-provider",
            workload_identity_pool_id=pool.workload_identity_pool_id,
            workload_identity_pool_provider_id=settings.provider,
            display_name="AWS account",
            aws={"account_id": aws_account_id},
            attribute_mapping={
                # An ARN with its session may exceed the 127 bytes that a subject may have, and is then refused.
                "google.subject": ROLE_NAME,
                "attribute.role": ROLE_NAME,
            },
            attribute_condition=(
                f"assertion.account == '{aws_account_id}'"
                f" && attribute.role in [{', '.join(repr(role) for role in sorted(roles))}]"
            ),
            opts=self.child(),
        )
        self.audience = pulumi.Output.concat("//iam.googleapis.com/", provider.name)
        return pool

    def _account(self, name: str, caller: FederatedCaller) -> serviceaccount.Account:
        return serviceaccount.Account(
            f"{name}-{caller}",
            account_id=f"aws-{caller}",
            display_name=f"AWS primary region: {caller}",
            opts=self.child(),
        )
