"""Domain types of the settings: a value that a cloud would refuse, or that would be unsafe, is refused here.

Each check says what would go wrong (the consequence) and what to write instead (the remedy); the loader adds the file,
the key and the value.
"""

import re
from ipaddress import IPv4Network
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator
from pydantic.fields import FieldInfo

Check = tuple[AfterValidator, FieldInfo]
Path = tuple[str | int, ...]


class Model(BaseModel):
    """A frozen settings object: unknown keys are errors, and no value is coerced from another YAML type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True)


class Refusal(ValueError):
    """Why a value is refused.

    `at` leads from the value that was checked to the part of it that is wrong, such as `("zones", 1)`.
    """

    def __init__(self, consequence: str, remedy: str, *, at: Path = ()) -> None:
        super().__init__(f"{consequence}; {remedy}")
        self.consequence = consequence
        self.remedy = remedy
        self.at = at


FIXED = "fixed after the first deployment"
Value = TypeVar("Value")
Fixed = Annotated[Value, FIXED]
"""Marks a setting, or the names in a mapping, whose change would replace what holds data: Pulumi refuses that.

docs/operations.md says how such a change is made nevertheless. A test finds the settings that must be marked.
"""


Mode = Literal["standby", "active"]
"""The role of the standby region: waiting, or in the primary's place."""


class ByMode(Model, Generic[Value]):
    """A size in each role of the standby region; moving between them changes sizes and nothing else."""

    standby: Value
    """While the primary serves; enough to take what replication sends, and to start from."""

    active: Value
    """While this region serves in its place."""

    def of(self, mode: Mode) -> Value:
        """The size in a role."""
        return self.active if mode == "active" else self.standby


def matching(pattern: str, consequence: str, remedy: str) -> Check:
    """A check that a pattern matches the whole string."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise Refusal(consequence, remedy)
        return value

    return AfterValidator(check), Field(json_schema_extra={"pattern": f"^(?:{pattern})$"})


def one_of(values: tuple[Any, ...], consequence: str, remedy: str) -> Check:
    """A check that a value is one of a list."""

    def check(value: Any) -> Any:
        if value not in values:
            raise Refusal(consequence, remedy)
        return value

    return AfterValidator(check), Field(json_schema_extra={"enum": list(values)})


def between(low: float, high: float, consequence: str) -> Check:
    """A check that a number lies within two bounds, both included."""

    def check(value: float) -> float:
        if not low <= value <= high:
            raise Refusal(consequence, f"use {low} to {high}")
        return value

    return AfterValidator(check), Field(json_schema_extra={"minimum": low, "maximum": high})


def distinct(consequence: str) -> AfterValidator:
    """A check that a list repeats no value."""

    def check(values: tuple[Any, ...]) -> tuple[Any, ...]:
        for position, value in enumerate(values):
            if value in values[:position]:
                raise Refusal(consequence, "remove the repetition", at=(position,))
        return values

    return AfterValidator(check)


# --- Clouds, regions and accounts ---

# Regions that every account may use without opting in (AWS, Regions and Availability Zones).
AWS_REGIONS = (
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
    "us-east-1", "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip

# Google Cloud, Regions and zones.
GCP_REGIONS = (
    "africa-south1", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3",
    "asia-south1", "asia-south2", "asia-southeast1", "asia-southeast2", "australia-southeast1",
    "australia-southeast2", "europe-central2", "europe-north1", "europe-north2", "europe-southwest1",
    "europe-west1", "europe-west2", "europe-west3", "europe-west4", "europe-west6", "europe-west8",
    "europe-west9", "europe-west10", "europe-west12", "me-central1", "me-central2", "me-west1",
    "northamerica-northeast1", "northamerica-northeast2", "northamerica-south1", "southamerica-east1",
    "southamerica-west1", "us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1",
    "us-west2", "us-west3", "us-west4",
)  # fmt: skip

AwsRegion = Annotated[
    str,
    *one_of(
        AWS_REGIONS, "AWS has no such region that every account may use", "write one of its regions, such as us-west-2"
    ),
]

GcpRegion = Annotated[
    str, *one_of(GCP_REGIONS, "Google Cloud has no such region", "write one of its regions, such as us-central1")
]

AwsZone = Annotated[
    str,
    *matching(
        r"[a-z]{2}-[a-z]+-\d[a-z]",
        "AWS has no availability zone with such a name",
        "write a region's name and a letter, such as us-west-2a",
    ),
]

AwsAccountId = Annotated[
    str, *matching(r"\d{12}", "AWS has no such account: its ids have 12 digits", 'write it in quotes: "…"')
]

GcpProjectId = Annotated[
    str,
    *matching(
        r"[a-z][a-z0-9-]{4,28}[a-z0-9]",
        "Google Cloud has no project with such an id",
        "write 6 to 30 lower-case letters, digits and hyphens, starting with a letter",
    ),
]

GcpProjectNumber = Annotated[
    str,
    *matching(
        r"[1-9]\d{5,18}",
        "Google Cloud has no such project: a number has digits only",
        'write it in quotes, as `gcloud projects describe` prints it: "…"',
    ),
]

IamArn = Annotated[
    str,
    *matching(
        r"arn:aws:iam::\d{12}:(role|user)/[\w+=,.@/-]{1,512}",
        "it names no IAM role or user, so nobody could use the access",
        "write arn:aws:iam::<account>:role/<name>",
    ),
]

IdentityPoolId = Annotated[
    str,
    *matching(
        r"(?!gcp-)[a-z0-9-]{4,32}",
        "Google Cloud refuses it as the id of an identity pool or of a provider in one",
        "use 4 to 32 lower-case letters, digits and hyphens that do not start with gcp-",
    ),
]

IamRoleName = Annotated[
    str,
    *matching(
        r"[A-Za-z0-9_+=,.@-]{1,64}",
        "IAM takes no role of this name, so nobody could ever act as it",
        "write the role's name, without path or ARN: 1 to 64 letters, digits and _+=,.@-",
    ),
]

EmailAddress = Annotated[
    str, *matching(r"[\w.+-]+@[\w.-]+\.[a-z]{2,63}", "no mail would arrive", "write one address, such as a team's list")
]

# --- Networks ---

RFC_1918 = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""Private ranges."""


def _network(value: object) -> IPv4Network:
    if isinstance(value, IPv4Network):
        return value
    try:
        if isinstance(value, str):
            return IPv4Network(value)
        problem = "a range is written as text"
    except ValueError as error:
        problem = str(error)
    raise Refusal(
        f"no network can be planned from it: {problem}",
        "write the range's first address and its prefix length, such as 10.64.0.0/12",
    )


Cidr = Annotated[IPv4Network, PlainValidator(_network, json_schema_input_type=str), PlainSerializer(str)]
"""An IPv4 range in CIDR notation, without host bits."""


def _private_asn(value: int) -> int:
    if not (64512 <= value <= 65534 or 4200000000 <= value <= 4294967294):
        raise Refusal(
            "it is no private ASN, and both clouds' routers refuse a public one that you do not own",
            "use 64512 to 65534 or 4200000000 to 4294967294 (RFC 6996)",
        )
    return value


Asn = Annotated[int, AfterValidator(_private_asn)]
"""A private autonomous-system number (RFC 6996)."""

DomainName = Annotated[
    str,
    *matching(
        r"(?=.{4,190}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
        "no public DNS zone can have this name",
        "write a lower-case name without a trailing dot, such as platform.example.com",
    ),
]

# --- Names ---

Label = Annotated[
    str,
    *matching(
        r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
        "Google Cloud refuses it as a label and Kubernetes as a name",
        "use 1 to 63 lower-case letters, digits and hyphens, starting with a letter",
    ),
]
"""A value that is legal as an AWS tag, a Google Cloud label and a Kubernetes name."""

LabelValue = Annotated[
    str,
    *matching(
        r"([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?",
        "Kubernetes refuses it as a label's value",
        "use at most 63 letters, digits, hyphens, underscores and dots",
    ),
]

NodeGroupName = Annotated[
    str,
    *matching(
        r"[a-z]([a-z0-9-]{0,28}[a-z0-9])?",
        "IAM takes role names of at most 64 characters, and the group's role is named after it",
        "use 1 to 30 lower-case letters, digits and hyphens, starting with a letter",
    ),
]

DatabaseName = Annotated[
    str,
    *matching(
        r"(?!(postgres|rdsadmin|template[01])$)[a-z][a-z0-9_]{0,62}",
        "Aurora refuses it as the name of a database",
        "use 1 to 63 lower-case letters, digits and underscores, starting with a letter; PostgreSQL keeps a few",
    ),
]

BucketUse = Annotated[
    str,
    *matching(
        r"(?!(access-)?logs$|backups$|switch$)[a-z]([a-z0-9-]{0,18}[a-z0-9])?",
        "it cannot be part of a bucket's name, or the platform has such a bucket itself",
        "use 1 to 20 lower-case letters, digits and hyphens, starting with a letter, such as assets",
    ),
]
"""What a bucket holds."""

SecretName = Annotated[
    str,
    *matching(
        r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
        "one of the clouds refuses it as a secret's name",
        "use 1 to 63 lower-case letters, digits and hyphens, starting with a letter",
    ),
]
"""A secret's name in both clouds."""

TableName = Annotated[
    str,
    *matching(
        r"[a-z][a-z0-9-]{2,49}",
        "DynamoDB takes names of 3 to 255 characters and Bigtable of at most 50",
        "use 3 to 50 lower-case letters, digits and hyphens, starting with a letter",
    ),
]
"""A table's name in both clouds."""

IndexName = Annotated[
    str,
    *matching(
        r"[a-zA-Z0-9_.-]{3,255}",
        "DynamoDB refuses it as an index's name",
        "use 3 to 255 letters, digits, hyphens, underscores and dots",
    ),
]

AttributeName = Annotated[
    str, *matching(r".{1,255}", "DynamoDB takes key attributes of 1 to 255 characters", "write a shorter name")
]

TopicName = Annotated[
    str,
    *matching(
        r"(?!goog)[a-z][a-z0-9-]{2,199}",
        "Kafka takes names of at most 249 characters and Pub/Sub of 3 to 255 that do not start with goog",
        "use 3 to 200 lower-case letters, digits and hyphens, starting with a letter",
    ),
]
"""A topic's name in both clouds, without dots: MirrorMaker puts one between a cluster's name and a topic's."""

ArtifactName = Annotated[
    str,
    *matching(
        r"(?=.{2,200}$)[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*",
        "a registry refuses it as the name of an image",
        "use lower-case letters, digits and single separators, such as core or charts/service",
    ),
]
"""The name of an image, a chart or a bundle in the registries of both clouds."""

PublicKey = Annotated[
    str,
    *matching(
        r"-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+\n-----END PUBLIC KEY-----\n?",
        "no signature could be checked with it",
        "paste what `gcloud kms keys versions get-public-key` or `cosign public-key` prints",
    ),
]
"""A public key in PEM."""

AttestorName = Annotated[
    str,
    *matching(
        r"[a-z][a-z0-9]{0,31}",
        "the policy's expressions cannot name it",
        "use 1 to 32 lower-case letters and digits, starting with a letter",
    ),
]
"""A name for one of the keys that images are signed by."""

ImageDigest = Annotated[
    str,
    *matching(
        r"sha256:[0-9a-f]{64}",
        "it names no image for good: a tag may be moved to another one",
        "write the digest that CI printed when it pushed the image: sha256: and 64 hexadecimal digits",
    ),
]
"""The digest of an image."""

Issuer = Annotated[
    str,
    *matching(
        r"https://[a-z0-9.-]{1,200}(/[A-Za-z0-9._/-]{1,200})?",
        "Google takes an issuer of identities by its HTTPS address alone",
        "write it without query and last slash, such as https://oidc.eks.<region>.amazonaws.com/id/<id>",
    ),
]
"""Who issues identity tokens (OpenID Connect)."""

# --- Versions and sizes ---

ClusterVersion = Annotated[
    str,
    *matching(
        r"1\.(3[2-9]|[4-9]\d)",
        "EKS offers no such Kubernetes version, or ends its support within weeks",
        'write a version in standard support, in quotes, such as "1.35"',
    ),
]

PostgresVersion = Annotated[
    str,
    *matching(
        r"1[5-8]",
        "Aurora takes the major version here: it upgrades minor ones itself, and a pinned one would be planned as a "
        "downgrade that fails",
        'write a major version from 15 to 18, in quotes, such as "17"',
    ),
]

KafkaVersion = Annotated[
    str,
    *matching(
        r"3\.[7-9]\.x(\.kraft)?|4\.\d\.x\.kraft",
        "MSK offers no such version, or none whose brokers can be patched for long",
        'write one of its list, such as "3.9.x.kraft"',
    ),
]

InstanceType = Annotated[
    str,
    *matching(
        r"[a-z][a-z0-9-]*\d[a-z0-9-]*\.[a-z0-9-]+", "EC2 has no such instance type", "write one such as m8g.large"
    ),
]

DatabaseClass = Annotated[
    str,
    *matching(
        r"db\.[rtx]\d[a-z0-9]*\.(medium|large|\d*xlarge)",
        "Aurora has no such instance class: only memory-optimised and burstable ones",
        "write one such as db.r8g.xlarge",
    ),
]

BrokerType = Annotated[
    str,
    *matching(
        r"kafka\.(t3|m5|m7g)\.[a-z0-9]+",
        "MSK has no such standard broker, and express brokers take no volume or configuration of ours",
        "write one such as kafka.m7g.large",
    ),
]

# --- Time ---

Minutes = Annotated[int, *between(1, 7 * 24 * 60, "no alarm can watch such a duration")]
"""A duration in whole minutes, at most a week."""

BackupDays = Annotated[
    int, *between(7, 35, "AWS keeps automated backups for at most 35 days, and less than 7 do not survive a bad week")
]
"""Days for which automated backups are kept (at least 7: AWS FSBP RDS.11)."""

_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = f"(?:{'|'.join(_DAYS)})"
_MINUTES_A_DAY = 24 * 60
_MINUTES_A_WEEK = 7 * _MINUTES_A_DAY


def minutes_of_week(window: str) -> frozenset[int]:
    """The minutes of the week, from Monday 00:00 UTC, that a daily or weekly window covers."""

    def minute(text: str) -> int:
        *day, hour, minutes = text.split(":")
        return (_DAYS.index(day[0]) * _MINUTES_A_DAY if day else 0) + int(hour) * 60 + int(minutes)

    start, end = map(minute, window.split("-"))
    weekly = window[:3] in _DAYS
    length = (end - start) % (_MINUTES_A_WEEK if weekly else _MINUTES_A_DAY)
    starts = (start,) if weekly else range(start, _MINUTES_A_WEEK, _MINUTES_A_DAY)
    return frozenset((first + offset) % _MINUTES_A_WEEK for first in starts for offset in range(length))


def _window(minutes: int) -> AfterValidator:
    def check(window: str) -> str:
        if len(minutes_of_week(window)) < minutes:
            raise Refusal("RDS refuses a window of less than 30 minutes", "move its end")
        return window

    return AfterValidator(check)


DailyWindow = Annotated[
    str,
    *matching(
        f"{_TIME}-{_TIME}",
        "RDS refuses it as a daily window",
        'write two UTC times in quotes, at least 30 minutes apart, such as "08:00-09:00"',
    ),
    _window(7 * 30),
]

WeeklyWindow = Annotated[
    str,
    *matching(
        f"{_DAY}:{_TIME}-{_DAY}:{_TIME}",
        "RDS refuses it as a weekly window",
        'write two UTC times in quotes, at least 30 minutes apart, such as "sun:10:00-sun:11:00"',
    ),
    _window(30),
]

# CloudWatch Logs, PutRetentionPolicy; 0 (never expire) is left out on purpose.
LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip

LogRetentionDays = Annotated[
    int,
    *one_of(
        LOG_RETENTION_DAYS,
        "CloudWatch Logs refuses this retention",
        f"use one of {', '.join(map(str, LOG_RETENTION_DAYS))} days",
    ),
]
