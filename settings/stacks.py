"""The settings tree of each stack: the keys of Pulumi.<stack>.yaml beside those of Pulumi.yaml."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from settings.aws import (
    ClusterSettings,
    DatabaseSettings,
    KeySettings,
    KeyValueStoreSettings,
    NetworkSettings,
    StreamSettings,
)
from settings.data import BackupSettings, CacheSettings, RegistrySettings, SearchSettings, StorageSettings
from settings.edge import EdgeSettings
from settings.gcp import backup as gcp_backup
from settings.gcp import cluster as gcp_cluster
from settings.gcp import data as gcp_data
from settings.gcp import edge as gcp_edge
from settings.gcp import keys as gcp_keys
from settings.gcp import network as gcp_network
from settings.gcp import observability as gcp_observability
from settings.gcp import registry as gcp_registry
from settings.gcp import secrets as gcp_secrets
from settings.gcp import security as gcp_security
from settings.gcp import storage as gcp_storage
from settings.gcp import stream as gcp_stream
from settings.interconnect import LinkKind, LinkSettings
from settings.observability import RECEIVER_SECRETS, ObservabilitySettings
from settings.replication import (
    DATABASE_PASSWORD,
    WARMER_IMAGE,
    WRITER_IMAGE,
    CacheWarmingSettings,
    ImageReplicationSettings,
    ObjectReplicationSettings,
    RowReplicationSettings,
    SecretReplicationSettings,
    StreamReplicationSettings,
    TableReplicationSettings,
    WriterSettings,
)
from settings.security import RunnerSettings, SecuritySettings
from settings.shared import Regions, Shared
from settings.types import Mode, Refusal


class Prod(Shared):
    """The AWS primary region."""

    optional_secrets: ClassVar[Mapping[str, str]] = RECEIVER_SECRETS

    size: Literal["production", "small"] = "production"
    """Which defaults the keys below have: those shown, or those of a small environment (settings/sizes.py)."""

    protection: bool = True
    """Deletion protection, final snapshots and Pulumi's `protect`; false only for an environment to throw away."""

    network: NetworkSettings
    """The VPC."""

    keys: KeySettings = KeySettings()
    """Customer-managed KMS keys."""

    cluster: ClusterSettings
    """The EKS cluster."""

    database: DatabaseSettings = DatabaseSettings()
    """The Aurora PostgreSQL cluster."""

    stream: StreamSettings = StreamSettings()
    """The MSK cluster."""

    key_value_store: KeyValueStoreSettings = KeyValueStoreSettings()
    """The DynamoDB tables' replicas."""

    cache: CacheSettings = CacheSettings()
    """The ElastiCache replication group."""

    search: SearchSettings = SearchSettings()
    """The OpenSearch domain."""

    storage: StorageSettings = StorageSettings()
    """The S3 buckets."""

    registry: RegistrySettings = RegistrySettings()
    """The private image registry, ECR."""

    backup: BackupSettings = BackupSettings()
    """AWS Backup."""
    edge: EdgeSettings
    """DNS, certificates, content delivery, firewall, partners."""
    security: SecuritySettings = SecuritySettings()
    """The account's audit trail and detective services."""

    runner: RunnerSettings = RunnerSettings()
    """The CI runner inside the VPC."""
    observability: ObservabilitySettings = ObservabilitySettings()
    """Alarms, dashboards and traces."""

    def needed_secrets(self) -> tuple[str, ...]:
        """The URL of each receiver."""
        return tuple(f"{kind}_url" for kind in self.receivers)

    @field_validator("network")
    @classmethod
    def _zones_are_of_the_region(cls, network: NetworkSettings, info: ValidationInfo) -> NetworkSettings:
        regions: Regions | None = info.data.get("regions")
        for position, zone in enumerate(network.zones):
            if regions and zone[:-1] != regions.aws:
                raise Refusal(
                    f"it is not in {regions.aws}, the region that regions.aws names",
                    f"name zones of {regions.aws}",
                    at=("zones", position),
                )
        return network

    @field_validator("key_value_store")
    @classmethod
    def _replicas_are_elsewhere(cls, store: KeyValueStoreSettings, info: ValidationInfo) -> KeyValueStoreSettings:
        regions: Regions | None = info.data.get("regions")
        if regions and regions.aws in store.replica_regions:
            raise Refusal(
                f"the tables already live in {regions.aws}, and DynamoDB refuses a replica beside its table",
                "name other regions",
                at=("replica_regions", store.replica_regions.index(regions.aws)),
            )
        return store

    @field_validator("registry")
    @classmethod
    def _images_are_copied_elsewhere(cls, registry: RegistrySettings, info: ValidationInfo) -> RegistrySettings:
        regions: Regions | None = info.data.get("regions")
        if regions and registry.replica_region == regions.aws:
            raise Refusal("the images are already there", "name another region", at=("replica_region",))
        return registry

    @field_validator("backup")
    @classmethod
    def _backups_are_copied_elsewhere(cls, backup: BackupSettings, info: ValidationInfo) -> BackupSettings:
        regions: Regions | None = info.data.get("regions")
        if regions and backup.copy_region == regions.aws:
            raise Refusal("the backups are already there", "name another region", at=("copy_region",))
        return backup


class Dr(Shared):
    """The Google Cloud standby region."""

    optional_secrets: ClassVar[Mapping[str, str]] = gcp_observability.RECEIVER_SECRETS

    mode: Mode = "standby"
    """The region's role, which sizes it; `pulumi config set mode active` during a failover."""

    size: Literal["production", "small"] = "production"
    """Which defaults the keys below have: those shown, or those of a small environment (settings/sizes.py)."""

    protection: bool = True
    """Deletion protection, final backups and Pulumi's `protect`; false only for an environment to throw away."""

    keys: gcp_keys.KeySettings = gcp_keys.KeySettings()
    """Customer-managed keys of Cloud KMS."""

    network: gcp_network.NetworkSettings = gcp_network.NetworkSettings()
    """The VPC network."""

    edge: gcp_edge.EdgeSettings = gcp_edge.EdgeSettings()
    """DNS, certificates, load balancer, firewall, partners."""

    cluster: gcp_cluster.ClusterSettings = gcp_cluster.ClusterSettings()
    """The GKE Autopilot cluster."""

    admission: gcp_cluster.AdmissionSettings = gcp_cluster.AdmissionSettings()
    """What may run in the cluster."""

    registry: gcp_registry.RegistrySettings = gcp_registry.RegistrySettings()
    """Artifact Registry, which holds all that runs in the cluster."""

    backup: gcp_backup.BackupSettings = gcp_backup.BackupSettings()
    """Backup for GKE."""

    security: gcp_security.SecuritySettings = gcp_security.SecuritySettings()
    """The project's audit log, guards and contacts."""

    observability: gcp_observability.ObservabilitySettings = gcp_observability.ObservabilitySettings()
    """Logs, alarms, dashboards and checks from outside."""

    database: gcp_data.DatabaseSettings = gcp_data.DatabaseSettings()
    """The Cloud SQL for PostgreSQL instance."""

    key_value_store: gcp_data.KeyValueStoreSettings
    """The Bigtable instance."""

    cache: gcp_data.CacheSettings = gcp_data.CacheSettings()
    """The Memorystore for Valkey instance."""

    stream: gcp_stream.StreamSettings = gcp_stream.StreamSettings()
    """The Managed Kafka cluster."""

    messaging: gcp_stream.MessagingSettings = gcp_stream.MessagingSettings()
    """The Pub/Sub subscriptions."""

    storage: gcp_storage.StorageSettings = gcp_storage.StorageSettings()
    """The Cloud Storage buckets."""

    secret_store: gcp_secrets.SecretStoreSettings
    """Secret Manager."""

    @field_validator("edge")
    @classmethod
    def _signed_bucket_is_one_of_ours(cls, edge: gcp_edge.EdgeSettings, info: ValidationInfo) -> gcp_edge.EdgeSettings:
        known = info.data.get("buckets")
        if edge.signed_bucket and known is not None and edge.signed_bucket not in known:
            raise Refusal("there is no such bucket to serve", f"name one of {', '.join(known)}", at=("signed_bucket",))
        return edge

    def needed_secrets(self) -> tuple[str, ...]:
        """The key or URL of each receiver."""
        return tuple(gcp_observability.SECRET_OF[kind] for kind in self.receivers)

    @field_validator("key_value_store")
    @classmethod
    def _clusters_are_in_the_region(
        cls, store: gcp_data.KeyValueStoreSettings, info: ValidationInfo
    ) -> gcp_data.KeyValueStoreSettings:
        regions: Regions | None = info.data.get("regions")
        for position, zone in enumerate(store.zones):
            if regions and zone[:-2] != regions.gcp:
                raise Refusal(
                    f"it is not in {regions.gcp}, the region that regions.gcp names",
                    f"name zones of {regions.gcp}",
                    at=("zones", position),
                )
        return store


class Interconnect(Shared):
    """What joins the two regions."""

    secrets: ClassVar[Mapping[str, str]] = {
        DATABASE_PASSWORD: "Password of `standby_replication`, the replication's login at the primary's database.",
    }

    keys: KeySettings = KeySettings()
    """Customer-managed KMS keys on AWS."""

    google_keys: gcp_keys.KeySettings = gcp_keys.KeySettings()
    """Customer-managed keys of Cloud KMS."""

    link: LinkSettings = LinkSettings()
    """The private link's bandwidth and parts."""

    kind: LinkKind = "vpn"
    """The private link: HA VPN, Partner or Dedicated Interconnect."""

    protection: bool = True
    """Deletion protection and Pulumi's `protect`; false only for an environment to throw away."""

    writer: WriterSettings
    """The service that writes DynamoDB's changes into Bigtable."""

    table_replication: TableReplicationSettings = TableReplicationSettings()
    """How DynamoDB's changes get to the writer."""

    object_replication: ObjectReplicationSettings
    """How objects get from S3 to Cloud Storage."""

    stream_replication: StreamReplicationSettings
    """How records get from MSK to the standby."""

    row_replication: RowReplicationSettings
    """How rows get from Aurora to Cloud SQL."""

    cache_warming: CacheWarmingSettings
    """How the cache's keys get to the standby."""

    image_replication: ImageReplicationSettings = ImageReplicationSettings()
    """How images, charts and bundles get from ECR to Artifact Registry."""

    secret_replication: SecretReplicationSettings = SecretReplicationSettings()
    """How the applications' secrets get to Secret Manager."""

    @field_validator("secret_replication")
    @classmethod
    def _rounds_keep_promises(
        cls, replication: SecretReplicationSettings, info: ValidationInfo
    ) -> SecretReplicationSettings:
        replication.check({name: secret.rpo for name, secret in info.data.get("app_secrets", {}).items()})
        return replication

    @field_validator("kind")
    @classmethod
    def _link_can_be_made(cls, kind: LinkKind, info: ValidationInfo) -> LinkKind:
        if {"link", "regions", "addresses"} <= info.data.keys():
            asns = info.data["addresses"].asns
            info.data["link"].check(kind, info.data["regions"].aws, (asns.aws, asns.gcp))
        return kind

    @field_validator("writer")
    @classmethod
    def _image_is_an_artifact(cls, writer: WriterSettings, info: ValidationInfo) -> WriterSettings:
        if WRITER_IMAGE not in info.data.get("artifacts", (WRITER_IMAGE,)):
            raise Refusal("no registry holds the writer's image", f"add {WRITER_IMAGE} to artifacts in Pulumi.yaml")
        return writer

    @field_validator("cache_warming")
    @classmethod
    def _warmer_is_an_artifact(cls, warming: CacheWarmingSettings, info: ValidationInfo) -> CacheWarmingSettings:
        if WARMER_IMAGE not in info.data.get("artifacts", (WARMER_IMAGE,)):
            raise Refusal("no registry holds the job's image", f"add {WARMER_IMAGE} to artifacts in Pulumi.yaml")
        return warming


STACKS: Mapping[str, type[Shared]] = MappingProxyType({"prod": Prod, "dr": Dr, "interconnect": Interconnect})
"""The tree of each stack by the stack's name."""
