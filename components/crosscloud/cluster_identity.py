"""How pods of the primary's cluster are known on Google Cloud: by its tokens, which Google verifies without a key."""

from collections.abc import Sequence

import pulumi
from pulumi_gcp import iam

from components.aws import component as aws
from components.crosscloud.component import CrossCloudComponent
from components.gcp import component as gcp
from components.gcp.component import granted


class ClusterIdentity(CrossCloudComponent):
    """The cluster's place in the pool of the primary's identities; Google has its public keys from its issuer.

    Service accounts that are not named get no token at all. What the others may do, is said where it is granted.
    """

    audience: pulumi.Output[str]
    """What Google calls the cluster in an exchange of tokens, known once it does."""

    def __init__(
        self,
        name: str,
        on_aws: aws.Scope,
        on_gcp: gcp.Scope,
        *,
        pool: str,
        provider: str,
        issuer: pulumi.Input[str],
        subjects: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Let `subjects` in, as system:serviceaccount:<namespace>:<name>; `issuer` signs the cluster's tokens."""
        super().__init__("ClusterIdentity", name, on_aws, on_gcp, "restricted", opts)
        made = iam.WorkloadIdentityPoolProvider(
            f"{name}-provider",
            workload_identity_pool_id=pool,
            workload_identity_pool_provider_id=provider,
            display_name="Cluster of the primary region",
            oidc={"issuer_uri": issuer},
            attribute_mapping={"google.subject": "assertion.sub"},
            attribute_condition=f"assertion.sub in [{', '.join(repr(subject) for subject in sorted(subjects))}]",
            opts=self.child(),
        )
        # By the project's number, as Google asks for it, and as the primary's cluster is told it.
        named = f"projects/{self.gcp.project_number}/locations/global/workloadIdentityPools/{pool}/providers/{provider}"
        self.audience = granted(pulumi.Output.from_input(f"//iam.googleapis.com/{named}"), made)
        self.register_outputs({"audience": self.audience})
