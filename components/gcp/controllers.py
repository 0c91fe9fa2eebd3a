"""The cluster's controllers as Google Cloud sees them: an identity each, and what it may do."""

from collections.abc import Mapping
from typing import Literal

import pulumi
from pulumi_gcp import artifactregistry, dns, kms, projects, secretmanager

from components.gcp.component import GcpComponent, Scope
from components.gcp.iam import custom_role, pod

Controller = Literal[
    "autoneg", "cert-manager", "external-dns", "external-secrets", "flux", "litmus", "mesh-faults", "telemetry", "vault"
]

PODS: Mapping[Controller, tuple[str, str]] = {
    "autoneg": ("autoneg-system", "autoneg-controller-manager"),
    "cert-manager": ("cert-manager", "cert-manager"),
    "external-dns": ("external-dns", "external-dns"),
    "external-secrets": ("external-secrets", "external-secrets"),
    "flux": ("flux-system", "source-controller"),
    "litmus": ("litmus", "pod-delete"),
    "mesh-faults": ("mesh-faults", "mesh-faults"),
    "telemetry": ("observability", "opentelemetry-sampler"),
    "vault": ("vault", "vault"),
}
"""Namespace and service account of each, as the cluster's contents will name them."""

# It attaches network endpoint groups to backend services that this program made, and changes nothing else of them.
# https://github.com/GoogleCloudPlatform/gke-autoneg-controller
ATTACH_BACKENDS = (
    "compute.backendServices.get",
    "compute.backendServices.update",
    "compute.healthChecks.useReadOnly",
    "compute.networkEndpointGroups.use",
    "compute.regionBackendServices.get",
    "compute.regionBackendServices.update",
    "compute.regionHealthChecks.useReadOnly",
)

# Zones can only be listed together; what is in them takes the role below.
FIND_ZONES = ("dns.managedZones.list",)

# Records without the zone itself, which roles/dns.admin could delete.
EDIT_RECORDS = (
    "dns.changes.create",
    "dns.changes.get",
    "dns.changes.list",
    "dns.managedZones.get",
    "dns.resourceRecordSets.create",
    "dns.resourceRecordSets.delete",
    "dns.resourceRecordSets.get",
    "dns.resourceRecordSets.list",
    "dns.resourceRecordSets.update",
)

# Vault looks at its key when it starts. https://developer.hashicorp.com/vault/docs/configuration/seal/gcpckms
UNSEAL = (
    "cloudkms.cryptoKeys.get",
    "cloudkms.cryptoKeyVersions.useToDecrypt",
    "cloudkms.cryptoKeyVersions.useToEncrypt",
)

# OpenTelemetry's collector sends what pods measure, trace and log; Google offers no narrower place than the project.
TELEMETRY_ROLES = ("roles/cloudtrace.agent", "roles/logging.logWriter", "roles/monitoring.metricWriter")

# An experiment asks how fast an error budget burns: by PromQL, of all metrics or of none.
READ_METRICS = ("monitoring.timeSeries.list",)


class Controllers(GcpComponent):
    """Rights by Workload Identity for what the cluster's contents install later, given to their pods' own identity.

    No service account stands between: a pod is its own principal, so there is nothing to impersonate. DNS controllers
    edit the cluster's own zone alone, which holds no front-door name: no fault of theirs can move the platform's
    users. Secrets, keys and repositories are granted one by one. Config Sync's identity comes with the fleet.
    """

    members: dict[Controller, pulumi.Output[str]]
    """Each controller's member for IAM."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        workload_pool: pulumi.Input[str],
        zone_name: pulumi.Input[str],
        secrets: Mapping[str, pulumi.Input[str]],
        repositories: Mapping[str, pulumi.Input[str]],
        vault_key_id: pulumi.Input[str],
        experiments: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Grant the rights.

        `workload_pool` is the cluster's, known once it exists; `zone_name` the managed zone that controllers write to;
        `secrets` and `repositories` (which Flux reads) are ids by name; `vault_key_id` unseals Vault;
        with `experiments` those with faults read what they do to an objective.
        """
        super().__init__("Controllers", name, scope, "internal", opts)
        self.members = {
            controller: pod(scope, workload_pool, namespace, service_account)
            for controller, (namespace, service_account) in PODS.items()
        }
        self._project_role(
            f"{name}-autoneg", "autoneg", self._role(f"{name}-attach-backends", "Attaches backends", ATTACH_BACKENDS)
        )
        if experiments:
            reader = self._role(f"{name}-read-metrics", "Reads metrics", READ_METRICS)
            judged: tuple[Controller, ...] = ("litmus", "mesh-faults")
            for controller in judged:
                self._project_role(f"{name}-{controller}", controller, reader)
        for role in TELEMETRY_ROLES:
            self._project_role(f"{name}-telemetry-{role.split('.')[-1].lower()}", "telemetry", role)
        self._dns(name, zone_name)
        for secret, secret_id in secrets.items():
            secretmanager.SecretIamMember(
                f"{name}-external-secrets-{secret}",
                secret_id=secret_id,
                role="roles/secretmanager.secretAccessor",
                member=self.members["external-secrets"],
                opts=self.child(),
            )
        for repository, repository_id in repositories.items():
            artifactregistry.RepositoryIamMember(
                f"{name}-flux-{repository}",
                repository=repository_id,
                location=scope.region,
                role="roles/artifactregistry.reader",
                member=self.members["flux"],
                opts=self.child(),
            )
        kms.CryptoKeyIAMMember(
            f"{name}-vault",
            crypto_key_id=vault_key_id,
            role=self._role(f"{name}-unseal", "Unseals Vault", UNSEAL),
            member=self.members["vault"],
            opts=self.child(),
        )
        self.register_outputs({"members": self.members})

    def _role(self, name: str, title: str, permissions: tuple[str, ...]) -> pulumi.Output[str]:
        return custom_role(self, name, title=title, permissions=permissions, opts=self.child())

    def _project_role(self, name: str, controller: Controller, role: pulumi.Input[str]) -> None:
        projects.IAMMember(
            name, project=self.scope.project, role=role, member=self.members[controller], opts=self.child()
        )

    def _dns(self, name: str, zone_name: pulumi.Input[str]) -> None:
        """ExternalDNS writes the cluster's names; cert-manager proves them to certificate authorities (DNS-01)."""
        finder = self._role(f"{name}-find-zones", "Finds zones", FIND_ZONES)
        editor = self._role(f"{name}-edit-records", "Edits a zone's records", EDIT_RECORDS)
        controllers: tuple[Controller, ...] = ("cert-manager", "external-dns")
        for controller in controllers:
            self._project_role(f"{name}-{controller}-zones", controller, finder)
            dns.DnsManagedZoneIamMember(
                f"{name}-{controller}-records",
                managed_zone=zone_name,
                role=editor,
                member=self.members[controller],
                opts=self.child(),
            )
