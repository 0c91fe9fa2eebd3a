"""The fleet that the cluster belongs to, and what Google runs in it for us: Config Sync and Cloud Service Mesh."""

from typing import Literal

import pulumi
from pulumi_gcp import artifactregistry, gkehub, serviceaccount

from components.gcp.cluster import Cluster
from components.gcp.component import GcpComponent, Scope
from components.gcp.registry import READER, Registry
from settings.kubernetes.delivery import DeliverySettings

Feature = Literal["configmanagement", "servicemesh"]

# Who pulls the bundle, in Kubernetes.
# https://docs.cloud.google.com/kubernetes-engine/config-sync/docs/how-to/grant-access-helm-oci
RECONCILER = "config-management-system/root-reconciler"


class Fleet(GcpComponent):
    """The cluster's membership, with a managed mesh and configuration that comes from our registry alone.

    Config Sync applies one bundle, named by its digest, and puts back what is changed by hand; it reads as an account
    that may read that repository and nothing else. Google upgrades Config Sync and the mesh. A project has one fleet,
    and a fleet each feature once. Policy Controller is left out: admission is Binary Authorization's, Pod Security's
    and the cluster's own policies, which hold on both clouds. So is the fleet's routing of logs, which serves fleets
    of several projects.
    """

    membership_id: pulumi.Output[str]
    """projects/<project>/locations/<region>/memberships/<name>."""

    bundle_account: pulumi.Output[str]
    """Address of the account that reads bundles."""

    mesh: pulumi.Resource
    """The cluster's part in the mesh: Google brings the mesh's kinds of objects into it soon after."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: DeliverySettings,
        *,
        cluster_name: str,
        cluster: Cluster,
        registry: Registry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Register the cluster under its own name, `cluster_name`."""
        super().__init__("Fleet", name, scope, "internal", opts)
        membership = gkehub.Membership(
            f"{name}-membership",
            membership_id=cluster_name,
            location=scope.region,
            endpoint={
                "gke_cluster": {
                    "resource_link": pulumi.Output.concat("//container.googleapis.com/", cluster.cluster_id)
                }
            },
            authority={"issuer": pulumi.Output.concat("https://container.googleapis.com/v1/", cluster.cluster_id)},
            opts=self.child(),
        )
        self.membership_id = membership.id
        self.bundle_account = self._reader(name, cluster, registry)
        self._feature(name, "configmanagement", membership, configmanagement=self._config_sync(settings, registry))
        self.mesh = self._feature(name, "servicemesh", membership, mesh={"management": "MANAGEMENT_AUTOMATIC"})
        self.register_outputs({"membershipId": self.membership_id, "bundleAccount": self.bundle_account})

    def _feature(
        self,
        name: str,
        feature: Feature,
        membership: gkehub.Membership,
        *,
        configmanagement: gkehub.FeatureMembershipConfigmanagementArgsDict | None = None,
        mesh: gkehub.FeatureMembershipMeshArgsDict | None = None,
    ) -> gkehub.FeatureMembership:
        """Turn a feature on in the fleet, and in the cluster."""
        made = gkehub.Feature(f"{name}-{feature}", name=feature, location="global", opts=self.child())
        return gkehub.FeatureMembership(
            f"{name}-{feature}-cluster",
            location="global",
            feature=made.name,
            membership=membership.membership_id,
            membership_location=self.scope.region,
            configmanagement=configmanagement,
            mesh=mesh,
            opts=self.child(),
        )

    def _config_sync(
        self, settings: DeliverySettings, registry: Registry
    ) -> gkehub.FeatureMembershipConfigmanagementArgsDict:
        sync: gkehub.FeatureMembershipConfigmanagementConfigSyncArgsDict = {
            "enabled": True,
            "prevent_drift": True,
            "source_format": "unstructured",
        }
        if settings.bundle_digest:
            bundle = registry.repository_urls[settings.bundle]
            sync["oci"] = {
                "sync_repo": pulumi.Output.concat(bundle, "@", settings.bundle_digest),
                "secret_type": "gcpserviceaccount",
                "gcp_service_account_email": self.bundle_account,
            }
        return {"management": "MANAGEMENT_AUTOMATIC", "config_sync": sync}

    def _reader(self, name: str, cluster: Cluster, registry: Registry) -> pulumi.Output[str]:
        """The account that reads bundles, once it may: Config Sync's pods act as it by Workload Identity."""
        account = serviceaccount.Account(
            f"{name}-bundles",
            account_id="config-sync",
            display_name="Config Sync: reads bundles",
            opts=self.child(),
        )
        reads = artifactregistry.RepositoryIamMember(
            f"{name}-bundles-read",
            repository=registry.repository_ids["bundles"],
            role=READER,
            member=account.member,
            opts=self.child(),
        )
        acts = serviceaccount.IAMMember(
            f"{name}-bundles-act-as",
            service_account_id=account.name,
            role="roles/iam.workloadIdentityUser",
            member=pulumi.Output.concat("serviceAccount:", cluster.workload_pool, f"[{RECONCILER}]"),
            opts=self.child(),
        )
        return pulumi.Output.all(account.email, reads.etag, acts.etag).apply(lambda granted: granted[0])
