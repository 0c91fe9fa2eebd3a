"""Settings that all stacks must agree on; Pulumi.yaml alone holds them."""

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from settings.addresses import Addresses, AddressPlan, plan
from settings.failover import FAILOVER_IMAGE, FailoverSettings
from settings.front_door import FrontDoorSettings
from settings.kubernetes import PlatformSettings
from settings.observability import Receivers
from settings.types import (
    ArtifactName,
    AttributeName,
    AwsAccountId,
    AwsRegion,
    BucketUse,
    DatabaseName,
    DomainName,
    Fixed,
    GcpProjectId,
    GcpProjectNumber,
    GcpRegion,
    IamRoleName,
    IdentityPoolId,
    IndexName,
    Label,
    Minutes,
    Model,
    Refusal,
    SecretName,
    TableName,
    TopicName,
    between,
    distinct,
)
from settings.workloads import Workloads, WorkloadSettings, check_calls, check_uses


def _three_zones(region: str) -> str:
    if region == "us-west-1":
        raise Refusal(
            "it offers an account two zones, and MSK takes exactly two there", "choose a region with three zones"
        )
    return region


# Continents within which Cloud Storage pairs two regions, by the first part of a region's name: the bucket's location
# and that of the keys which may encrypt it. https://docs.cloud.google.com/storage/docs/locations
CONTINENTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"asia": ("ASIA", "asia"), "europe": ("EU", "europe"), "us": ("US", "us")}
)


def _on_a_continent_with_pairs(region: str) -> str:
    if region.split("-")[0] not in CONTINENTS:
        raise Refusal(
            "Cloud Storage pairs no regions there, so state and objects would be in one region alone",
            f"choose a region whose name starts with {', '.join(CONTINENTS)}",
        )
    return region


class Regions(Model):
    """The two regions: far apart, so that one disaster cannot take both."""

    aws: Fixed[Annotated[AwsRegion, AfterValidator(_three_zones)]]
    """The primary region, on AWS."""

    gcp: Fixed[Annotated[GcpRegion, AfterValidator(_on_a_continent_with_pairs)]]
    """The standby region, on Google Cloud."""

    gcp_second: Fixed[GcpRegion]
    """A second region of the standby's continent: state, objects and secrets are kept in both, and outlive either."""

    @field_validator("gcp_second")
    @classmethod
    def _regions_pair(cls, second: str, info: ValidationInfo) -> str:
        first = info.data.get("gcp", "")
        if second == first:
            raise Refusal("one disaster would take both copies", "name another region of the continent")
        if first and second.split("-")[0] != first.split("-")[0]:
            raise Refusal(
                f"Cloud Storage pairs regions of one continent only, and regions.gcp is {first}",
                f"name a region whose name starts with {first.split('-')[0]}",
            )
        return second

    @property
    def gcp_continent(self) -> tuple[str, str]:
        """Location of buckets that both Google Cloud regions hold, and that of the keys which may encrypt them."""
        return CONTINENTS[self.gcp.split("-")[0]]


class Accounts(Model):
    """The account and project that providers are pinned to, so that no stack lands in the wrong one."""

    aws: Fixed[AwsAccountId]
    """The AWS account's id."""

    gcp_project: Fixed[GcpProjectId]
    """The Google Cloud project's id."""

    gcp_project_number: GcpProjectNumber
    """The same project's number: identities between the clouds name it."""


FederatedCaller = Literal["images", "replication", "secrets"]
"""What somebody of the primary region comes to Google Cloud for."""


class Federation(Model):
    """How the primary region acts on Google Cloud without a key: the names that both sides know."""

    pool: Fixed[IdentityPoolId] = "aws-primary"
    """The workload identity pool; Google keeps the name of a deleted one for 30 days."""

    provider: IdentityPoolId = "aws-account"
    """The pool's provider, which trusts the AWS account."""

    cluster_provider: IdentityPoolId = "primary-cluster"
    """What the pool calls the primary's cluster, whose pods copy secrets."""

    replication_role: IamRoleName = "standby-replication"
    """The AWS role that reports to the standby how far replication is behind."""

    images_role: IamRoleName = "standby-images"
    """The AWS role that copies images to the standby."""

    @field_validator("cluster_provider")
    @classmethod
    def _providers_differ(cls, provider: str, info: ValidationInfo) -> str:
        if provider == info.data.get("provider"):
            raise Refusal("the AWS account's provider has that name", "name another one")
        return provider

    @field_validator("images_role")
    @classmethod
    def _roles_differ(cls, role: str, info: ValidationInfo) -> str:
        if role == info.data.get("replication_role"):
            raise Refusal("one role would have the rights of both", "name a role of its own")
        return role

    def pool_name(self, project_number: int | str) -> str:
        """The pool's full name, as members of IAM and audiences of tokens contain it."""
        return f"projects/{project_number}/locations/global/workloadIdentityPools/{self.pool}"


class Ownership(Model):
    """Who answers for the resources; becomes tags on AWS and labels on Google Cloud."""

    service: Fixed[Label]
    """The service that the resources belong to."""

    environment: Fixed[Label]
    """The environment, such as production."""

    owner: Label
    """The team that answers for them."""

    cost_centre: Label
    """The cost centre that pays for them."""

    @field_validator("environment")
    @classmethod
    def _domains_can_be_named(cls, environment: str, info: ValidationInfo) -> str:
        name = f"{info.data.get('service', '')}-{environment}"
        if len(name) > 28:
            raise Refusal(
                f"service and environment make the name {name}, and OpenSearch takes at most 28 characters",
                "shorten one of the two",
            )
        return environment


class IndexSettings(Model):
    """A global secondary index of a table; it holds all attributes."""

    hash_key: AttributeName
    """The partition key."""

    range_key: AttributeName | None = None
    """The sort key, if any."""


class TableSettings(Model):
    """One table: DynamoDB in the primary region, Bigtable in the standby."""

    attributes: Annotated[Mapping[AttributeName, Literal["S", "N", "B"]], Field(min_length=1)]
    """Types (string, number, binary) of the key attributes, those of the indexes included, and of no others."""

    hash_key: Fixed[AttributeName]
    """The partition key."""

    range_key: Fixed[AttributeName | None] = None
    """The sort key, if any."""

    indexes: Annotated[Mapping[Fixed[IndexName], IndexSettings], Field(max_length=20, default_factory=dict)]
    """Global secondary indexes, each a table of its own in the standby; DynamoDB takes 20 a table by default."""

    ttl_attribute: AttributeName | None = None
    """The attribute with the item's expiry in Unix seconds, if items expire."""

    rpo: Minutes = 5
    """Recovery-point objective in minutes: the greatest age of the newest record that the standby lacks."""

    @field_validator("hash_key", "range_key")
    @classmethod
    def _key_has_a_type(cls, key: str | None, info: ValidationInfo) -> str | None:
        attributes = info.data.get("attributes", {key})
        if key is not None and key not in attributes:
            raise Refusal("DynamoDB refuses a key whose type is not given", f"add {key} to the table's attributes")
        return key

    @field_validator("indexes")
    @classmethod
    def _index_keys_have_types(
        cls, indexes: Mapping[str, IndexSettings], info: ValidationInfo
    ) -> Mapping[str, IndexSettings]:
        attributes = info.data.get("attributes")
        for name, index in indexes.items():
            for part in ("hash_key", "range_key"):
                key = getattr(index, part)
                if key is not None and attributes is not None and key not in attributes:
                    raise Refusal(
                        "DynamoDB refuses a key whose type is not given",
                        f"add {key} to the table's attributes",
                        at=(name, part),
                    )
        return indexes

    @field_validator("ttl_attribute")
    @classmethod
    def _expiry_is_a_number(cls, name: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("attributes", {}).get(name, "N") != "N":
            raise Refusal(
                "DynamoDB expires items by a number only, so none would ever expire", "name a numeric attribute"
            )
        return name

    @model_validator(mode="after")
    def _attributes_are_all_keys(self) -> "TableSettings":
        keys = {self.hash_key, self.range_key}
        for index in self.indexes.values():
            keys |= {index.hash_key, index.range_key}
        if unused := sorted(self.attributes.keys() - keys):
            raise Refusal(
                f"DynamoDB refuses attributes that no key uses: {', '.join(unused)}",
                "remove them: items may hold any attribute without naming it here",
                at=("attributes",),
            )
        return self


class TopicSettings(Model):
    """One topic: Kafka in the primary region, Kafka and Pub/Sub in the standby."""

    partitions: Annotated[int, *between(1, 1000, "one broker of MSK's default size holds 1000 partitions")] = 6
    """Partitions; they can be added later, never removed."""

    retention_hours: Annotated[int, *between(1, 31 * 24, "Pub/Sub keeps a topic's messages for at most 31 days")] = 168
    """Hours for which records are kept."""

    compacted: bool = False
    """Keeps the newest record of each key for good, instead of all records for a time."""

    envelope: bool = False
    """Whether each record must be an event envelope; Pub/Sub refuses others, Kafka looks at none."""

    rpo: Minutes = 5
    """Recovery-point objective in minutes: the greatest age of the newest record that the standby lacks."""

    @property
    def configuration(self) -> dict[str, str]:
        """The topic's configuration in Kafka, the same in both regions.

        https://kafka.apache.org/documentation/#topicconfigs
        """
        return {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "min.insync.replicas": "2",
            "retention.ms": str(self.retention_hours * 3_600_000),
        }


class RelationalSettings(Model):
    """One relational database: PostgreSQL on Aurora in the primary region, on Cloud SQL in the standby."""

    rpo: Minutes = 5
    """Recovery-point objective in minutes: the greatest age of the newest transaction that the standby lacks."""


class BucketSettings(Model):
    """One bucket of the applications: S3 in the primary region, a dual-region of Cloud Storage in the standby."""

    data_class: Literal["internal", "confidential", "restricted"] = "confidential"
    """How much harm the disclosure of its objects would do."""

    rpo: Minutes = 15
    """Recovery-point objective in minutes: the greatest age of the newest object that the standby lacks."""


class SecretSettings(Model):
    """One secret of the applications: Secrets Manager in the primary region, Secret Manager in the standby."""

    rotation_days: Annotated[int, *between(1, 365, "a secret that never changes is one day known")] = 90
    """Days after which its owner is reminded to replace it."""

    rpo: Minutes = 30
    """Recovery-point objective in minutes: for how long at most the standby may have an old value of it."""


class StackSettings(Model):
    """All settings of one stack."""

    secrets: ClassVar[Mapping[str, str]] = {}
    """Secret keys of a stack's own file, each with its description; they are read into outputs, beside the tree."""

    optional_secrets: ClassVar[Mapping[str, str]] = {}
    """The same for secrets that only some settings need; `needed_secrets` tells which."""

    def used(self) -> dict[str, Any]:
        """The settings as plain data, defaults included, without those that nothing is made from."""
        return self.model_dump(mode="json")

    def needed_secrets(self) -> tuple[str, ...]:
        """The optional secrets that these settings cannot do without."""
        return ()


class Shared(StackSettings):
    """The keys of Pulumi.yaml."""

    domain: Fixed[DomainName]
    """The public DNS zone of the platform."""

    regions: Regions
    """The two regions."""

    accounts: Accounts
    """The AWS account and the Google Cloud project."""

    federation: Federation = Federation()
    """How the primary region acts on Google Cloud without a key."""

    ownership: Ownership
    """Tags on AWS, labels on Google Cloud."""

    addresses: Addresses
    """What the address plan of both clouds is made from."""

    front_door: FrontDoorSettings
    """The public names, which both regions answer to, and the switch between the two."""

    failover: FailoverSettings
    """The failover as a program: what it promises, its image, its rehearsals and who may run it."""

    databases: Annotated[
        Mapping[Fixed[DatabaseName], RelationalSettings],
        Field(min_length=1, max_length=1),
    ]
    """The relational database by its name; one, since Aurora makes one with its cluster."""

    buckets: Annotated[Mapping[Fixed[BucketUse], BucketSettings], Field(min_length=1)]
    """The applications' buckets, by what they hold: S3 in the primary region, Cloud Storage in the standby."""

    app_secrets: Annotated[Mapping[Fixed[SecretName], SecretSettings], Field(default_factory=dict)]
    """The applications' secrets: the primary's are copied to the standby, which can read them without AWS."""

    artifacts: Annotated[tuple[ArtifactName, ...], Field(min_length=1), distinct("a registry takes each name but once")]
    """What both clouds' registries hold: images, charts (`charts/…`) and bundles of configuration (`bundles/…`)."""

    tables: Annotated[Mapping[Fixed[TableName], TableSettings], Field(min_length=1)]
    """Tables by name: DynamoDB in the primary region, Bigtable in the standby."""

    topics: Annotated[Mapping[Fixed[TopicName], TopicSettings], Field(min_length=1)]
    """Topics by name: Kafka in both regions, and Pub/Sub in the standby."""

    workloads: Workloads
    """What both clusters run, by name."""

    platform: PlatformSettings = PlatformSettings()
    """What else both clusters run."""

    receivers: Annotated[Receivers, Field(default_factory=dict)]
    """Products that tell people what goes wrong in either region (Opsgenie ends in April 2027); without any, alarms
    show on the dashboards alone."""

    @field_validator("platform")
    @classmethod
    def _scans_what_it_may(cls, platform: PlatformSettings, info: ValidationInfo) -> PlatformSettings:
        if {"domain", "front_door"} <= info.data.keys():
            domain = info.data["domain"]
            platform.dast.check(domain, info.data["front_door"].serving_names(domain))
        return platform

    @field_validator("failover")
    @classmethod
    def _records_are_not_public(cls, failover: FailoverSettings, info: ValidationInfo) -> FailoverSettings:
        doors = info.data.get("front_door")
        if doors and failover.records_bucket == doors.switch_bucket:
            raise Refusal("it is the switch's bucket, which anybody may read", "name another", at=("records_bucket",))
        return failover

    @field_validator("artifacts")
    @classmethod
    def _failover_is_an_artifact(cls, artifacts: tuple[str, ...]) -> tuple[str, ...]:
        if FAILOVER_IMAGE not in artifacts:
            raise Refusal("no registry holds the failover's image", f"add {FAILOVER_IMAGE}")
        return artifacts

    @field_validator("tables")
    @classmethod
    def _indexes_can_be_named(cls, tables: Mapping[str, TableSettings]) -> Mapping[str, TableSettings]:
        for name, table in tables.items():
            for index in table.indexes:
                if len(f"{name}.{index}") > 50:
                    raise Refusal(
                        f"the standby's table of the index would be {name}.{index}, and Bigtable takes 50 characters",
                        "shorten one of the two names",
                        at=(name, "indexes", index),
                    )
        return tables

    @field_validator("workloads")
    @classmethod
    def _workloads_have_what_they_use(
        cls, workloads: Mapping[str, WorkloadSettings], info: ValidationInfo
    ) -> Mapping[str, WorkloadSettings]:
        check_calls(workloads)
        keys = {kind: kind for kind in ("artifacts", "tables", "topics", "buckets")} | {"secrets": "app_secrets"}
        if set(keys.values()) <= info.data.keys():
            check_uses(workloads, {kind: info.data[key] for kind, key in keys.items()})
        return workloads

    @field_validator("platform")
    @classmethod
    def _promises_are_of_workloads(cls, platform: PlatformSettings, info: ValidationInfo) -> PlatformSettings:
        if {"workloads", "ownership"} <= info.data.keys():
            platform.check(info.data["workloads"], info.data["ownership"].environment)
        return platform

    @field_validator("platform")
    @classmethod
    def _what_is_delivered_is_kept(cls, platform: PlatformSettings, info: ValidationInfo) -> PlatformSettings:
        delivery = platform.delivery
        for field in ("chart", "bundle"):
            if getattr(delivery, field) not in info.data.get("artifacts", (getattr(delivery, field),)):
                raise Refusal("no registry holds it", "name one of artifacts, or add it there", at=("delivery", field))
        if delivery.sso and delivery.sso.client_secret not in info.data.get("app_secrets", delivery.sso.client_secret):
            raise Refusal(
                "no secret has that name",
                "name one of app_secrets, or add it there",
                at=("delivery", "sso", "client_secret"),
            )
        return platform

    def used(self) -> dict[str, Any]:
        """Without what the clusters run, as long as they run nothing: digests are known once there are registries."""
        unused: dict[str, Any] = {"platform": True, "workloads": True, "failover": {"image_digest"}}
        return self.model_dump(mode="json", exclude=None if self.platform.installed else unused)

    @cached_property
    def plan(self) -> AddressPlan:
        """Every range of both clouds."""
        return plan(self.addresses)

    @property
    def digests(self) -> dict[str, str]:
        """Digest of each workload's image, by the workload's name."""
        return {name: workload.digest for name, workload in self.workloads.items()}

    @property
    def delivered(self) -> dict[str, str | None]:
        """Digest of all that is delivered: equal in both regions once both are updated from the same settings."""
        delivery = self.platform.delivery
        images = {f"workloads/{name}": digest for name, digest in self.digests.items()}
        return {delivery.chart: delivery.chart_digest, delivery.bundle: delivery.bundle_digest, **images}

    @property
    def database_name(self) -> str:
        """The name of the one relational database."""
        return next(iter(self.databases))
