"""What Vault in the cluster needs of Google Cloud, and what the primary's Vault is copied through."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import kms, projects, secretmanager, storage

from components.gcp.bucket import Bucket
from components.gcp.component import GcpComponent, Scope
from components.gcp.iam import custom_role, pod
from components.gcp.secrets import DAY
from settings.gcp.secrets import SecretStoreSettings
from settings.kubernetes.vault import EXPORTER

NAMESPACE, SNAPSHOTS = "vault", "vault"
"""The pods' namespace, and the folder of their snapshots."""

REKEY_DAYS = 365
"""Days after which people are reminded to replace the recovery keys: some of their holders have left by then."""

# Cloud Storage asks for both where an object is there already; nothing is read, and versions bring old ones back.
REPLACE_OBJECTS = ("storage.objects.create", "storage.objects.delete")


class Vault(GcpComponent):
    """The secret for the recovery keys, and rights of the programs beside Vault, each for one thing.

    The primary's exporter replaces an object that it can neither read nor decrypt: a service account of the primary's
    cluster, whom the pool knows once the regions are joined. The importer reads and decrypts it, and writes nothing.
    """

    recovery_secret_id: pulumi.Output[str]
    """projects/<project>/secrets/<id>."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: SecretStoreSettings,
        *,
        prefix: str,
        secret_keys: Mapping[str, pulumi.Input[str]],
        reminder_topic_id: pulumi.Input[str],
        workload_pool: pulumi.Input[str],
        backups: Bucket,
        copies: Bucket,
        copies_key_id: pulumi.Input[str],
        primary_pool: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the secret in the regions of `secret_keys`, and grant the rights.

        `backups` gets snapshots, `copies` the primary's secrets under `copies_key_id`; `primary_pool` is the name of
        the pool of the primary's identities.
        """
        super().__init__("Vault", name, scope, "restricted", opts)
        self._name = name
        recovery = secretmanager.Secret(
            f"{name}-recovery",
            secret_id=f"{prefix}-vault-recovery-keys",
            replication={
                "user_managed": {
                    "replicas": [
                        {"location": region, "customer_managed_encryption": {"kms_key_name": key}}
                        for region, key in secret_keys.items()
                    ]
                }
            },
            rotation={"next_rotation_time": settings.first_reminder, "rotation_period": f"{REKEY_DAYS * DAY}s"},
            topics=[{"name": reminder_topic_id}],
            version_destroy_ttl=f"{settings.destruction_days * DAY}s",
            deletion_protection=scope.protect,
            # Secret Manager moves it on with each reminder, and takes none that is past.
            opts=self.child(stateful=True, ignore_changes=["rotation.nextRotationTime"]),
        )
        self.recovery_secret_id = recovery.id
        configure, snapshot, importer = (
            pod(scope, workload_pool, NAMESPACE, f"vault-{program}") for program in ("configure", "snapshot", "import")
        )
        secretmanager.SecretIamMember(
            f"{name}-recovery",
            secret_id=recovery.id,
            role="roles/secretmanager.secretVersionAdder",
            member=configure,
            opts=self.child(),
        )
        folder = pulumi.Output.concat("projects/_/buckets/", backups.name, f"/objects/{SNAPSHOTS}/")
        storage.BucketIAMMember(
            f"{name}-snapshots",
            bucket=backups.name,
            role="roles/storage.objectCreator",
            member=snapshot,
            condition={
                "title": "Snapshots of Vault",
                "expression": pulumi.Output.concat('resource.name.startsWith("', folder, '")'),
            },
            opts=self.child(),
        )
        exporter = pulumi.Output.concat("principal://iam.googleapis.com/", primary_pool, f"/subject/{EXPORTER}")
        replace = custom_role(
            self, f"{name}-replacer", title="Replaces objects", permissions=REPLACE_OBJECTS, opts=self.child()
        )
        self._copy("export", copies, replace, copies_key_id, "roles/cloudkms.cryptoKeyEncrypter", exporter)
        self._copy(
            "import", copies, "roles/storage.objectViewer", copies_key_id, "roles/cloudkms.cryptoKeyDecrypter", importer
        )
        projects.IAMMember(
            f"{name}-import-metrics",
            project=scope.project,
            role="roles/monitoring.metricWriter",
            member=importer,
            opts=self.child(),
        )
        self.register_outputs({"recoverySecretId": self.recovery_secret_id})

    def _copy(
        self,
        way: str,
        bucket: Bucket,
        role: pulumi.Input[str],
        key_id: pulumi.Input[str],
        key_role: str,
        member: pulumi.Input[str],
    ) -> None:
        """One side's rights on the bucket of copies and on their key."""
        storage.BucketIAMMember(f"{self._name}-{way}", bucket=bucket.name, role=role, member=member, opts=self.child())
        kms.CryptoKeyIAMMember(
            f"{self._name}-{way}-key", crypto_key_id=key_id, role=key_role, member=member, opts=self.child()
        )
