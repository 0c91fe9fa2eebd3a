"""Settings of the AWS components: one class a component, each default safe for production."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from settings.types import (
    RFC_1918,
    AwsRegion,
    AwsZone,
    BackupDays,
    BrokerType,
    Cidr,
    ClusterVersion,
    DailyWindow,
    DatabaseClass,
    Fixed,
    IamArn,
    InstanceType,
    KafkaVersion,
    LabelValue,
    LogRetentionDays,
    Model,
    NodeGroupName,
    PostgresVersion,
    Refusal,
    WeeklyWindow,
    between,
    distinct,
    minutes_of_week,
    one_of,
)

INTERFACE_ENDPOINTS: Mapping[str, str] = {
    "acm-pca": "acm-pca",
    "autoscaling": "autoscaling",
    "cloudtrail": "cloudtrail",
    "codebuild": "codebuild",
    "ec2": "ec2",
    "ec2messages": "ec2messages",
    "ecr.api": "ecr",
    "ecr.dkr": "ecr",
    "eks": "eks",
    "eks-auth": "eks-auth",
    "elasticache": "elasticache",
    "elasticfilesystem": "elasticfilesystem",
    "elasticloadbalancing": "elasticloadbalancing",
    "events": "events",
    "guardduty-data": "guardduty",
    "kinesis-streams": "kinesis",
    "kms": "kms",
    "lambda": "lambda",
    "logs": "logs",
    "monitoring": "cloudwatch",
    "rds": "rds",
    "secretsmanager": "secretsmanager",
    "sns": "sns",
    "sqs": "sqs",
    "ssm": "ssm",
    "ssmmessages": "ssmmessages",
    "sts": "sts",
    "tagging": "tag",
    "xray": "xray",
}
"""Services with an interface endpoint, com.amazonaws.<region>.<service>, and the prefix of their actions in IAM."""

InterfaceEndpoint = Annotated[
    str,
    *one_of(
        tuple(INTERFACE_ENDPOINTS),
        "no interface endpoint of this name is known here; S3 and DynamoDB always have their gateway endpoints",
        f"use {', '.join(INTERFACE_ENDPOINTS)}",
    ),
]


def _zones(zones: tuple[str, ...]) -> tuple[str, ...]:
    if len(zones) < 3:
        raise Refusal(
            "MSK places its brokers, and Aurora its copies, in three zones, so that one may be lost",
            "name three or four zones",
        )
    if len(zones) > 4:
        raise Refusal("the address plan holds ranges for four zones", "name three or four zones")
    if len(set(zones)) != len(zones):
        raise Refusal("a zone is named twice, so its loss would take most of everything", "name each zone once")
    return zones


class NetworkSettings(Model):
    """The VPC of a region."""

    zones: Fixed[Annotated[tuple[AwsZone, ...], AfterValidator(_zones)]]
    """Three or four availability zones; their order decides their address ranges, so that a fourth goes last."""

    interface_endpoints: tuple[InterfaceEndpoint, ...] = (
        "autoscaling",
        "ec2",
        "ecr.api",
        "ecr.dkr",
        "eks",
        "eks-auth",
        "elasticloadbalancing",
        "kms",
        "logs",
        "monitoring",
        "secretsmanager",
        "sqs",
        "ssm",
        "ssmmessages",
        "sts",
    )
    """AWS services reached through the VPC instead of the internet, by the last part of their endpoint's name."""

    flow_log_retention_days: LogRetentionDays = 365
    """Days for which the VPC's flow logs are kept."""


class NodeGroupSettings(Model):
    """One managed group of worker nodes."""

    architecture: Literal["arm64", "x86_64"] = "arm64"
    """The processor that images are built for."""

    instance_types: Annotated[tuple[InstanceType, ...], Field(min_length=1, max_length=20)]
    """Several types of one size let the group find capacity when one is short; EKS takes 20."""

    capacity: Literal["ON_DEMAND", "SPOT"] = "ON_DEMAND"
    """SPOT nodes are cheaper, and may be taken away with two minutes' notice."""

    minimum: Annotated[int, *between(0, 450, "EKS keeps at most 450 nodes in a group by default")] = 3
    """Nodes of the group; Karpenter starts more beside it."""

    maximum: Annotated[int, *between(1, 450, "EKS keeps at most 450 nodes in a group by default")] = 12
    """Nodes that people may take the group to by hand, as while Karpenter cannot run; nothing else does."""

    data_volume_gib: Annotated[
        int, *between(20, 16384, "images alone need 20 GiB, and no node needs more than 16384")
    ] = 100
    """Size of the volume with images and the pods' ephemeral storage, in GiB."""

    labels: Mapping[str, LabelValue] = Field(default_factory=dict)
    """Kubernetes labels of the nodes."""

    taints: Mapping[str, Literal["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"]] = Field(default_factory=dict)
    """Kubernetes taints of the nodes: effect by key; the taint's value is empty."""

    @field_validator("instance_types")
    @classmethod
    def _architecture_matches(cls, types: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        architecture = info.data.get("architecture")
        for position, name in enumerate(types):
            # Graviton families carry a g after their generation: m8g, c7gn, im4gn.
            offered = "arm64" if re.match(r"a1\.|[a-z]+\d+g", name) else "x86_64"
            if architecture and offered != architecture:
                raise Refusal(
                    f"its processor is {offered}, and a node with an image for {architecture} never starts",
                    f"set architecture to {offered}, or name types of {architecture}",
                    at=(position,),
                )
        return types

    @field_validator("maximum")
    @classmethod
    def _bounds_are_ordered(cls, maximum: int, info: ValidationInfo) -> int:
        minimum = info.data.get("minimum", 0)
        if minimum > maximum:
            raise Refusal(f"EKS refuses a maximum below the minimum, {minimum}", "raise maximum or lower minimum")
        return maximum


NODE_GROUPS: Mapping[str, NodeGroupSettings] = {
    "system": NodeGroupSettings(
        instance_types=("m8g.large", "m7g.large"),
        minimum=3,
        maximum=6,
        taints={"CriticalAddonsOnly": "NO_SCHEDULE"},
    ),
    "general": NodeGroupSettings(instance_types=("m8g.2xlarge", "m7g.2xlarge"), minimum=3, maximum=30),
}


ONCE = distinct("AWS takes each but once")


def _administrators(principals: tuple[str, ...]) -> tuple[str, ...]:
    if not principals:
        raise Refusal(
            "nobody could ever use the cluster, since its creator has no rights in it either",
            "name the role that administers clusters, such as arn:aws:iam::<account>:role/<name>",
        )
    return principals


class ClusterSettings(Model):
    """The EKS cluster."""

    version: ClusterVersion = "1.35"
    """The Kubernetes version; 1.35 is in standard support until 27 March 2027 (EKS release calendar)."""

    support: Literal["STANDARD", "EXTENDED"] = "STANDARD"
    """What happens at the end of a version's standard support: STANDARD upgrades it, EXTENDED bills for more time."""

    api_allowed_cidrs: Annotated[tuple[Cidr, ...], Field(max_length=40)] = ()
    """Public ranges, /28 or narrower, that may reach the API server; empty keeps its public endpoint off."""

    administrators: Annotated[tuple[IamArn, ...], AfterValidator(_administrators), ONCE]
    """IAM principals with cluster-admin rights: creating the cluster gives none, so somebody must be named."""

    viewers: Annotated[tuple[IamArn, ...], ONCE] = ()
    """IAM principals that may read everything but secrets."""

    node_groups: Annotated[Mapping[NodeGroupName, NodeGroupSettings], Field(min_length=1)] = NODE_GROUPS
    """Groups of worker nodes by name: one for what runs the cluster, one for workloads."""

    log_retention_days: LogRetentionDays = 365
    """Days for which the control plane's logs are kept."""

    container_log_retention_days: LogRetentionDays = 30
    """Days for which the logs of nodes and pods are kept in CloudWatch."""

    @field_validator("viewers")
    @classmethod
    def _one_role_a_principal(cls, viewers: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for position, viewer in enumerate(viewers):
            if viewer in info.data.get("administrators", ()):
                raise Refusal(
                    "EKS takes one access entry a principal, and it already administers",
                    "remove it here",
                    at=(position,),
                )
        return viewers

    @field_validator("api_allowed_cidrs")
    @classmethod
    def _api_is_narrow(cls, cidrs: tuple[Cidr, ...]) -> tuple[Cidr, ...]:
        for position, cidr in enumerate(cidrs):
            if cidr.prefixlen < 28:
                raise Refusal(
                    f"{cidr.num_addresses} addresses could try the cluster's API server",
                    "name ranges of /28 or narrower",
                    at=(position,),
                )
            if any(cidr.overlaps(private) for private in RFC_1918):
                raise Refusal(
                    "the public endpoint never sees a private address, and EKS refuses the range",
                    "remove it: the private endpoint is always on",
                    at=(position,),
                )
        return cidrs


class DatabaseSettings(Model):
    """The Aurora PostgreSQL cluster."""

    version: PostgresVersion = "17"
    """The major version; Aurora upgrades minor versions itself. A later one stops the database for minutes, at once."""

    instance_class: DatabaseClass = "db.r8g.xlarge"
    """The instances' class; a change waits for the maintenance window, and then restarts each."""

    instances: Annotated[int, *between(1, 16, "Aurora takes one writer and at most 15 readers")] = 3
    """One writer and the rest readers, spread over the zones in turn."""

    backup_days: BackupDays = 35
    """Days for which automated backups are kept."""

    backup_window: DailyWindow = "08:00-09:00"
    """When the daily backup is made, in UTC."""

    maintenance_window: WeeklyWindow = "sun:10:00-sun:11:00"
    """When patches are applied, in UTC; it may not overlap the backup window."""

    log_retention_days: LogRetentionDays = 365
    """Days for which PostgreSQL's logs are kept."""

    @field_validator("maintenance_window")
    @classmethod
    def _windows_are_apart(cls, window: str, info: ValidationInfo) -> str:
        backup = info.data.get("backup_window")
        if backup and minutes_of_week(backup) & minutes_of_week(window):
            raise Refusal(f"RDS refuses it, since it overlaps backup_window, {backup}", "move one of the two windows")
        return window


class StreamSettings(Model):
    """The MSK cluster."""

    version: KafkaVersion = "3.9.x.kraft"
    """The Kafka version; a cluster never moves from ZooKeeper to KRaft."""

    instance_type: BrokerType = "kafka.m7g.large"
    """The brokers' type."""

    brokers_per_zone: Annotated[int, *between(1, 10, "MSK keeps 30 brokers in a cluster by default")] = 1
    """Brokers in each zone."""

    volume_gib: Annotated[int, *between(100, 16384, "MSK's brokers take volumes of at most 16384 GiB")] = 500
    """First size of each broker's volume in GiB, which then grows by itself and never shrinks."""

    volume_maximum_gib: Annotated[int, *between(100, 16384, "MSK's brokers take volumes of at most 16384 GiB")] = 4096
    """Greatest size that each broker's volume may grow to, in GiB."""

    log_retention_days: LogRetentionDays = 90
    """Days for which the brokers' logs are kept."""

    @field_validator("volume_maximum_gib")
    @classmethod
    def _volumes_can_grow(cls, maximum: int, info: ValidationInfo) -> int:
        size = info.data.get("volume_gib", 0)
        if size > maximum:
            raise Refusal(f"it is below volume_gib, {size}, and MSK's volumes never shrink", "raise volume_maximum_gib")
        return maximum


POINT_IN_TIME_DAYS = 35
"""Days that a table can be restored to, any second of them: the most that DynamoDB offers."""


class KeyValueStoreSettings(Model):
    """Where the DynamoDB tables live beside the primary region."""

    replica_regions: Annotated[tuple[AwsRegion, ...], ONCE] = ("us-east-2",)
    """Regions with a replica of every table, each under its own customer-managed key."""


class KeySettings(Model):
    """Customer-managed KMS keys."""

    rotation_days: Annotated[
        int, *between(90, 365, "KMS rotates at least every 90 days, and CIS wants once a year")
    ] = 365
    """Days between rotations."""

    deletion_window_days: Annotated[
        int, *between(14, 30, "KMS waits at most 30 days, and less than 14 leave little time to notice a mistake")
    ] = 30
    """Days in which a key's deletion can still be cancelled."""
