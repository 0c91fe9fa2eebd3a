"""The bucket that holds all stacks' state, and the keys that encrypt it and the secrets in it."""

import pulumi
from pulumi_gcp import kms, storage

from components.gcp.component import GcpComponent, Scope
from settings.bootstrap import StateSettings

DAY = 24 * 60 * 60
ROTATION_DAYS = 90
DESTRUCTION_DAYS = 30

# The most that Cloud Storage offers: a deleted state, or bucket, comes back for so long.
SOFT_DELETE_DAYS = 90

# How many former versions of a state are kept however old, and for how many days all are.
VERSIONS = 50
VERSION_DAYS = 365


class StateStore(GcpComponent):
    """State that outlives a region of Google Cloud and all of AWS, so that a failover can read it.

    Two regions hold each object, the second within 15 minutes (turbo replication); versions, and 90 days in which a
    deletion is undone; nothing public. The keys stand in the continent's multi-region, rotate, and wait 30 days before
    they are destroyed. No retention policy: it would refuse the deletion of lock files, without which no update ends.
    """

    bucket: pulumi.Output[str]
    secrets_key: pulumi.Output[str]
    """The key's full name: `gcpkms://<name>` is every stack's secrets provider."""

    url: pulumi.Output[str]
    """What `pulumi login` takes."""

    secrets_provider: pulumi.Output[str]
    """What `pulumi stack init --secrets-provider` takes."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: StateSettings,
        *,
        second_region: str,
        location: str,
        key_location: str,
        services: list[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make bucket and keys, in the scope's region and a second; `services` are the APIs that must be on before."""
        super().__init__("StateStore", name, scope, "restricted", opts)
        # Chosen names: the stacks' files hold the key's, and neither can ever be reused.
        ring = kms.KeyRing(
            f"{name}-ring", name="state", location=key_location, opts=self.child(stateful=True, depends_on=services)
        )
        keys = {
            use: kms.CryptoKey(
                f"{name}-{use}",
                name=use,
                key_ring=ring.id,
                purpose="ENCRYPT_DECRYPT",
                rotation_period=f"{ROTATION_DAYS * DAY}s",
                destroy_scheduled_duration=f"{DESTRUCTION_DAYS * DAY}s",
                opts=self.child(stateful=True),
            )
            for use in ("objects", "secrets")
        }
        agent = kms.CryptoKeyIAMMember(
            f"{name}-storage-agent",
            crypto_key_id=keys["objects"].id,
            role="roles/cloudkms.cryptoKeyEncrypterDecrypter",
            member=f"serviceAccount:service-{scope.project_number}@gs-project-accounts.iam.gserviceaccount.com",
            opts=self.child(),
        )
        bucket = storage.Bucket(
            f"{name}-bucket",
            name=settings.bucket,
            location=location,
            custom_placement_config={"data_locations": [scope.region.upper(), second_region.upper()]},
            rpo="ASYNC_TURBO",
            storage_class="STANDARD",
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            versioning={"enabled": True},
            soft_delete_policy={"retention_duration_seconds": SOFT_DELETE_DAYS * DAY},
            lifecycle_rules=[
                {
                    "action": {"type": "Delete"},
                    "condition": {
                        "with_state": "ARCHIVED",
                        "num_newer_versions": VERSIONS,
                        "days_since_noncurrent_time": VERSION_DAYS,
                    },
                }
            ],
            encryption={"default_kms_key_name": keys["objects"].id},
            force_destroy=False,
            # Cloud Storage refuses the key until its agent may use it.
            opts=self.child(stateful=True, depends_on=[agent]),
        )
        self.bucket, self.secrets_key = bucket.name, keys["secrets"].id
        self.url = pulumi.Output.concat("gs://", self.bucket)
        self.secrets_provider = pulumi.Output.concat("gcpkms://", self.secrets_key)
        self.register_outputs({"url": self.url, "secretsProvider": self.secrets_provider})
