"""Settings of the standby's cluster, its fleet and what it admits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator

from settings.types import DomainName, Model, PublicKey, Refusal, between, distinct, matching

IamMember = Annotated[
    str,
    *matching(
        r"(user|group|serviceAccount):[^@\s]+@[\w.-]+|principal(Set)?://iam\.googleapis\.com/\S+",
        "IAM has no such member, or it stands for everybody",
        "write user:, group: or serviceAccount: and an address, or principal:// or principalSet:// of a pool",
    ),
]

IamMembers = Annotated[tuple[IamMember, ...], distinct("IAM takes a member of a role but once")]

DayTime = Annotated[
    str,
    *matching(r"([01]\d|2[0-3]):[0-5]\d", "a day has no such time", 'write hours and minutes in UTC, such as "08:00"'),
]

Moment = Annotated[
    str,
    *matching(
        r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ",
        "GKE answers in another form, and each plan would change it again",
        'write UTC to the second, such as "2027-11-26T00:00:00Z"',
    ),
]

KeyVersion = Annotated[
    str,
    *matching(r"[1-9]\d*", "Cloud KMS numbers a key's versions from 1", 'write the number in quotes, such as "1"'),
]

ExclusionName = Annotated[
    str,
    *matching(
        r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
        "GKE shows it to people and keeps exclusions by it",
        "use 1 to 63 lower-case letters, digits and hyphens, starting with a letter",
    ),
]


Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)


class MaintenanceSettings(Model):
    """When GKE may upgrade the cluster by itself."""

    days: Annotated[
        tuple[Day, ...],
        Field(min_length=1),
        distinct("a week has each day but once"),
    ] = ("sat", "sun")
    """Days on which a window opens."""

    start: DayTime = "08:00"
    """When it opens, in UTC."""

    hours: Annotated[int, *between(4, 24, "GKE takes windows of four hours to a day")] = 6
    """How long it stays open."""

    @field_validator("hours")
    @classmethod
    def _enough_in_a_month(cls, hours: int, info: ValidationInfo) -> int:
        days = len(info.data.get("days", DAYS))
        # https://docs.cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions
        if 4 * days * hours < 48:
            raise Refusal(
                f"{4 * days * hours} hours in four weeks are too few: GKE wants 48 in any 32 days",
                "lengthen the windows or add days",
            )
        return hours


class ExclusionSettings(Model):
    """A time in which GKE holds its upgrades back, window or not."""

    start: Moment
    """When it begins."""

    end: Moment
    """When it ends."""

    scope: Literal["NO_UPGRADES", "NO_MINOR_UPGRADES", "NO_MINOR_OR_NODE_UPGRADES"] = "NO_MINOR_OR_NODE_UPGRADES"
    """What is held back; of NO_UPGRADES GKE takes 30 days at most."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "ExclusionSettings":
        start, end = (datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S%z") for moment in (self.start, self.end))
        if end <= start:
            raise Refusal("it ends before it begins", "write a later end", at=("end",))
        if self.scope == "NO_UPGRADES" and (end - start).days > 30:
            raise Refusal(
                f"GKE holds all upgrades back for 30 days at most, and this is {(end - start).days}",
                "shorten it, or hold back less: NO_MINOR_OR_NODE_UPGRADES",
                at=("end",),
            )
        return self


class ClusterSettings(Model):
    """The GKE Autopilot cluster."""

    release_channel: Literal["REGULAR", "STABLE"] = "REGULAR"
    """How long a Kubernetes version has proved itself elsewhere before GKE upgrades to it."""

    maintenance: MaintenanceSettings = MaintenanceSettings()
    """When GKE may upgrade the cluster by itself."""

    maintenance_exclusions: Annotated[
        Mapping[ExclusionName, ExclusionSettings], Field(max_length=20, default_factory=dict)
    ]
    """Times in which it may not, by name; GKE takes 20."""

    external_access: bool = True
    """Whether the control plane's name answers outside the VPC too, as Google's APIs do: to whom IAM lets connect."""

    administrators: IamMembers = ()
    """IAM members with all rights in clusters (roles/container.admin), beside the project's owners and CI."""

    viewers: IamMembers = ()
    """IAM members that may read everything but secrets (roles/container.viewer)."""

    groups_domain: DomainName | None = None
    """Domain whose Google groups may be named in Kubernetes roles: members of gke-security-groups@<domain>."""

    security_posture: Literal["BASIC", "ENTERPRISE"] = "BASIC"
    """Google's checks of running workloads: of their configuration, or of threats as well."""


class AdmissionSettings(Model):
    """What may run: images that our attestor vouched for, and those that are Google's own."""

    public_keys: Annotated[Mapping[KeyVersion, PublicKey], Field(max_length=10, default_factory=dict)]
    """The signing key's public keys in PEM, by version; without one nothing but Google's own images can start."""

    attesters: IamMembers = ()
    """IAM members that may vouch for images: CI, after its tests."""
