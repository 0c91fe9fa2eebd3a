"""Settings of the nodes that Karpenter starts in the primary region; Google sizes its cluster itself."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from settings.types import Label, LabelValue, Model, between, distinct, matching

ONCE = distinct("one mention is enough")

QuietHours = Annotated[
    str,
    *matching(
        r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d",
        "Karpenter could not tell when it starts or ends",
        'write two UTC times in quotes, such as "14:00-22:00"',
    ),
]


class NodePoolSettings(Model):
    """One kind of nodes, and how many there may be."""

    architectures: Annotated[tuple[Literal["arm64", "amd64"], ...], Field(min_length=1), ONCE] = ("arm64",)
    """Processors that its images are built for."""

    capacity: Annotated[tuple[Literal["on-demand", "spot"], ...], Field(min_length=1), ONCE] = ("on-demand",)
    """How nodes are bought: spot ones are cheaper, taken first if named, and go with two minutes' notice."""

    families: Annotated[
        tuple[Annotated[str, *matching(r"[a-z]{1,4}", "EC2 has no such family", "write one such as m")], ...],
        Field(min_length=1),
        ONCE,
    ] = ("c", "m", "r")
    """First letters of instance types: c for computing, m for anything, r for memory."""

    oldest_generation: Annotated[int, *between(5, 12, "older ones do not run on Nitro, and newer there are none")] = 7
    """The oldest generation of instance types."""

    cpus: Annotated[int, *between(2, 192, "one processor is what a node itself needs, and EC2 has few with more")] = 32
    """The most processors of a node: the larger it is, the more goes with it."""

    cpu_limit: Annotated[int, *between(2, 10_000, "the network plan has addresses for no more")] = 400
    """Processors of all its nodes together; beyond, pods wait."""

    memory_limit_gib: Annotated[int, *between(4, 100_000, "the network plan has addresses for no more")] = 1600
    """Memory of all its nodes together, in GiB."""

    days: Annotated[int, *between(1, 90, "a node that old lacks patches that are known to attackers")] = 14
    """Days after which a node is replaced, and with it whatever has become of it."""

    disruption_percent: Annotated[
        int, *between(1, 50, "with none no node would ever be renewed, and more than half at once is an outage")
    ] = 10
    """Share of its nodes that may be replaced at a time."""

    quiet_hours: QuietHours | None = "14:00-22:00"
    """Hours of the day, UTC, in which no node is replaced to save money or to renew it; none if null."""

    labels: Mapping[str, LabelValue] = Field(default_factory=dict)
    """Kubernetes labels of the nodes."""

    taints: Mapping[str, Literal["NoSchedule", "NoExecute", "PreferNoSchedule"]] = Field(default_factory=dict)
    """Kubernetes taints of the nodes: effect by key; the taint's value is empty."""


class NodeSettings(Model):
    """Nodes that come and go with the pods, beside the cluster's managed groups."""

    pools: Annotated[Mapping[Label, NodePoolSettings], Field(min_length=1)] = {"general": NodePoolSettings()}
    """Kinds of nodes by name."""

    image: Annotated[
        str,
        *matching(
            r"latest|v\d+\.\d+\.\d+",
            "AWS publishes no such image of Bottlerocket",
            "write latest, or a version such as v1.62.0",
        ),
    ] = "latest"
    """Version of Bottlerocket; nodes with another one are replaced. The latest comes unasked, a share at a time."""

    data_volume_gib: Annotated[
        int, *between(20, 16384, "images alone need 20 GiB, and no node needs more than 16384")
    ] = 100
    """Size of the volume with images and the pods' ephemeral storage, in GiB."""
