"""What GitHub's workflows may do on Google Cloud: plan from pull requests, deploy from one environment."""

from collections.abc import Mapping
from typing import Literal

import pulumi
from pulumi_gcp import iam, kms, projects, serviceaccount, storage

from components.gcp.component import GcpComponent, Scope
from components.gcp.state import StateStore
from settings.bootstrap import GithubSettings

ISSUER = "https://token.actions.githubusercontent.com"

Purpose = Literal["plan", "apply"]

# A plan reads what is deployed, IAM included, and the state with its secrets; it changes nothing.
PROJECT_ROLES: Mapping[Purpose, tuple[str, ...]] = {
    # The providers name the project for quota: viewers may not use it for that.
    "plan": ("roles/iam.securityReviewer", "roles/serviceusage.serviceUsageConsumer", "roles/viewer"),
    # What the stacks hold, service by service: neither owner nor editor, which would include all that Google adds.
    "apply": (
        "roles/artifactregistry.admin",
        "roles/bigtable.admin",
        "roles/binaryauthorization.attestorsAdmin",
        "roles/binaryauthorization.policyAdmin",
        "roles/certificatemanager.owner",
        "roles/cloudkms.admin",
        "roles/cloudscheduler.admin",
        "roles/cloudsql.admin",
        "roles/compute.admin",
        "roles/container.admin",
        "roles/containeranalysis.admin",
        "roles/datamigration.admin",
        "roles/dns.admin",
        "roles/gkebackup.admin",
        "roles/essentialcontacts.admin",
        "roles/gkehub.admin",
        "roles/iam.roleAdmin",
        "roles/iam.serviceAccountAdmin",
        "roles/iam.serviceAccountUser",
        "roles/iam.workloadIdentityPoolAdmin",
        "roles/logging.admin",
        "roles/managedkafka.admin",
        "roles/memorystore.admin",
        "roles/monitoring.admin",
        "roles/networkconnectivity.consumerNetworkAdmin",
        "roles/pubsub.admin",
        "roles/resourcemanager.projectIamAdmin",
        "roles/run.admin",
        "roles/secretmanager.admin",
        "roles/servicedirectory.editor",
        "roles/servicenetworking.networksAdmin",
        "roles/serviceusage.serviceUsageAdmin",
        "roles/storage.admin",
        "roles/storagetransfer.admin",
    ),
}
STATE_ROLES: Mapping[Purpose, str] = {"plan": "roles/storage.objectViewer", "apply": "roles/storage.objectAdmin"}
SECRETS_ROLES: Mapping[Purpose, str] = {
    "plan": "roles/cloudkms.cryptoKeyDecrypter",
    "apply": "roles/cloudkms.cryptoKeyEncrypterDecrypter",
}


class GithubAccess(GcpComponent):
    """Workload identity for one repository: short-lived tokens, no key, two service accounts.

    The pool admits tokens of the repository's and its owner's numbers alone, and sorts them by their whole subject:
    the environment's may deploy, those of pull requests and of the default branch may plan, others nothing. Who may
    deploy can change IAM, and so do anything: the environment's reviewers are the door.
    """

    provider_name: pulumi.Output[str]
    """What the workflow names as its identity provider."""

    service_accounts: dict[Purpose, pulumi.Output[str]]
    """E-mail addresses of the service accounts, by purpose."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: GithubSettings,
        *,
        state: StateStore,
        services: list[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the pool and the accounts; `services` are the APIs that must be on before."""
        super().__init__("GithubAccess", name, scope, "restricted", opts)
        pool = iam.WorkloadIdentityPool(
            f"{name}-pool",
            workload_identity_pool_id="github",
            display_name="GitHub Actions",
            opts=self.child(stateful=True, depends_on=services),
        )
        provider = iam.WorkloadIdentityPoolProvider(
            f"{name}-provider",
            workload_identity_pool_id=pool.workload_identity_pool_id,
            workload_identity_pool_provider_id="actions",
            display_name="GitHub Actions",
            oidc={"issuer_uri": ISSUER},
            attribute_mapping={
                # Shown in audit logs; the subject itself may exceed the 127 bytes that are allowed here.
                "google.subject": "assertion.repository_id + '/' + assertion.run_id",
                "attribute.purpose": _purpose(settings.subjects),
            },
            attribute_condition=(
                f"assertion.repository_id == '{settings.repository_id}'"
                f" && assertion.repository_owner_id == '{settings.owner_id}'"
            ),
            opts=self.child(),
        )
        self.provider_name = provider.name
        self.service_accounts = {
            purpose: self._account(name, purpose, pool, state, services) for purpose in ("plan", "apply")
        }
        self.register_outputs({"providerName": self.provider_name, "serviceAccounts": self.service_accounts})

    def _account(
        self,
        name: str,
        purpose: Purpose,
        pool: iam.WorkloadIdentityPool,
        state: StateStore,
        services: list[pulumi.Resource],
    ) -> pulumi.Output[str]:
        """A service account that tokens of one purpose may act as, and what it may do."""
        account = serviceaccount.Account(
            f"{name}-{purpose}",
            account_id=f"github-{purpose}",
            display_name=f"GitHub Actions: {purpose}",
            opts=self.child(depends_on=services),
        )
        member = pulumi.Output.concat("serviceAccount:", account.email)
        serviceaccount.IAMMember(
            f"{name}-{purpose}-federation",
            service_account_id=account.name,
            role="roles/iam.workloadIdentityUser",
            member=pulumi.Output.concat(
                "principalSet://iam.googleapis.com/", pool.name, f"/attribute.purpose/{purpose}"
            ),
            opts=self.child(),
        )
        for role in PROJECT_ROLES[purpose]:
            projects.IAMMember(
                f"{name}-{purpose}-{role.removeprefix('roles/').replace('.', '-').lower()}",
                project=self.scope.project,
                role=role,
                member=member,
                opts=self.child(),
            )
        storage.BucketIAMMember(
            f"{name}-{purpose}-state",
            bucket=state.bucket,
            role=STATE_ROLES[purpose],
            member=member,
            opts=self.child(),
        )
        kms.CryptoKeyIAMMember(
            f"{name}-{purpose}-secrets",
            crypto_key_id=state.secrets_key,
            role=SECRETS_ROLES[purpose],
            member=member,
            opts=self.child(),
        )
        return account.email


def _purpose(subjects: Mapping[Purpose, tuple[str, ...]]) -> str:
    """A CEL expression that sorts tokens by their subject: what each may be used for."""
    apply, plan = (" || ".join(f"assertion.sub == '{each}'" for each in subjects[key]) for key in ("apply", "plan"))
    return f"({apply}) ? 'apply' : (({plan}) ? 'plan' : 'none')"
