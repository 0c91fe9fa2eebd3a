"""The workloads that both clusters run: what each is, whom it calls and what data it uses.

Everything that a workload needs is made from its row here, in both clouds: namespace, identity and rights, deployment,
ways through the mesh and the network, objective and alerts. Removing the row removes all of it and nothing else.
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from settings.replication import ImageDigest
from settings.types import (
    ArtifactName,
    BucketUse,
    ByMode,
    Mode,
    Model,
    Refusal,
    SecretName,
    TableName,
    TopicName,
    between,
    distinct,
    matching,
)

# Namespaces of what else runs in the clusters, what network policies call places outside them, and the gateway's
# VirtualService, which Argo Rollouts does not tell from a workload's by its namespace.
RESERVED_NAMES = (
    "amazon-cloudwatch", "argo-rollouts", "argocd", "autoneg-system", "cert-manager", "chaos-mesh",
    "config-management-system", "default",
    "external-dns", "external-secrets", "flux-system", "karpenter", "kyverno", "litmus", "load-balancing",
    "mesh-faults", "monitoring", "observability", "observability-nodes", "opentelemetry-operator", "sonarqube",
    "standby-secrets", "trivy-system", "vault", "zap",
    "api-server", "buckets", "cache", "database", "internet", "mesh", "public", "switch", "tables", "topics",
)  # fmt: skip

WorkloadName = Annotated[
    str,
    *matching(
        rf"(?!kube-|istio-|gke-|({'|'.join(RESERVED_NAMES)})$)[a-z]([a-z0-9-]{{0,23}}[a-z0-9])?",
        "it cannot be a namespace, a Helm release and part of a Google account's id at once, or is another's name",
        "use 1 to 25 lower-case letters, digits and hyphens that start with a letter, such as core",
    ),
]
"""A workload's name: of its namespace, its service account, its Service and its release."""

Access = Literal["read", "write"]
"""What a workload may do with a store: read, or read and write."""

TopicUse = Literal["publish", "consume", "both"]
"""What a workload does with a topic."""

HttpPath = Annotated[
    str, *matching(r"/[A-Za-z0-9/._-]{0,99}", "it is not the path of a URL", "start it with a slash, such as /healthz")
]
Port = Annotated[int, *between(1024, 65535, "a process without privileges binds no lower port")]
Replicas = Annotated[int, *between(1, 100, "with none it does not run, and quotas are made for a hundred")]


class ReplicaRange(Model):
    """How many pods run: the autoscaler stays in this range."""

    minimum: Replicas
    """Pods that always run."""

    maximum: Replicas
    """The most pods."""

    @field_validator("maximum")
    @classmethod
    def _range_is_one(cls, maximum: int, info: ValidationInfo) -> int:
        minimum = info.data.get("minimum", maximum)
        if maximum < minimum:
            raise Refusal(f"{minimum} replicas always run", f"use {minimum} or more")
        return maximum


class ReplicasByMode(ByMode[ReplicaRange]):
    """Pods in each role of a region; the primary is always active."""

    standby: ReplicaRange = ReplicaRange(minimum=1, maximum=2)
    """While the primary serves: enough to show that it would run."""

    active: ReplicaRange = ReplicaRange(minimum=3, maximum=12)
    """While the region serves."""

    @model_validator(mode="after")
    def _survives_a_zone(self) -> Self:
        if self.active.minimum < 2:
            raise Refusal(
                "whoever serves users must outlive the loss of a node or a zone",
                "use 2 or more",
                at=("active", "minimum"),
            )
        return self


class ResourceSettings(Model):
    """What a pod asks for, and may use at most."""

    cpu_millicores: Annotated[int, *between(50, 16000, "Autopilot gives a pod 50 to 16,000 millicores")] = 250
    """CPU that a pod asks for; it may use more while its node has some."""

    memory_mib: Annotated[int, *between(52, 65536, "Autopilot gives a pod 52 MiB to 64 GiB")] = 256
    """Memory that a pod asks for, and may use at most: more would take its neighbours'."""


class ProbeSettings(Model):
    """Where a pod tells how it is."""

    live: HttpPath = "/healthz"
    """Answers while the process works; else it is restarted. Asks nothing of other services."""

    ready: HttpPath = "/readyz"
    """Answers while the pod can serve."""

    start_seconds: Annotated[int, *between(5, 600, "a pod that starts for longer never catches up in a failover")] = 60
    """Seconds that a start may take before the pod is restarted."""


class UseSettings(Model):
    """What data a workload uses; it gets rights on just that, in both clouds."""

    database: bool = False
    """Whether it uses the relational database."""

    cache: bool = False
    """Whether it uses the cache."""

    tables: Annotated[Mapping[TableName, Access], Field(default_factory=dict)]
    """Tables by name."""

    topics: Annotated[Mapping[TopicName, TopicUse], Field(default_factory=dict)]
    """Topics by name."""

    buckets: Annotated[Mapping[BucketUse, Access], Field(default_factory=dict)]
    """Buckets by what they hold."""

    secrets: Annotated[tuple[SecretName, ...], distinct("one copy is enough")] = ()
    """Secrets that are mounted in its pods."""

    vault: Annotated[tuple[SecretName, ...], distinct("one copy is enough")] = ()
    """Secrets of the region's Vault that are mounted beside them: the field `value` of `apps/<workload>/<name>`."""

    @field_validator("vault")
    @classmethod
    def _files_are_different(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for name in names:
            if name in info.data.get("secrets", ()):
                raise Refusal(
                    f"the cloud's secret {name} is mounted as the same file", "give one of the two another name"
                )
        return names


class WorkloadSettings(Model):
    """One workload."""

    image: ArtifactName
    """The image, of those in `artifacts`."""

    digest: ImageDigest
    """The image's digest: the same in both registries, and so the same revision in both regions."""

    version: Annotated[
        str,
        *matching(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", "no label can hold it", "use 1 to 63 characters"),
    ] = "1"
    """What people call this revision; in labels and traces."""

    port: Port = 8080
    """The port that it serves HTTP on, without TLS: the mesh encrypts."""

    metrics_port: Port | None = None
    """The port with /metrics, where it is another; the mesh's proxy in the pod alone asks it."""

    public: bool = False
    """Whether the ingress gateway sends requests from outside to it."""

    paths: Annotated[tuple[HttpPath, ...], distinct("one is enough")] = ("/",)
    """Prefixes of the paths that the gateway sends to it, where it is public; the longest that matches wins."""

    calls: Annotated[tuple[WorkloadName, ...], distinct("one way is enough")] = ()
    """Workloads that it calls; every other one refuses it."""

    uses: UseSettings = UseSettings()
    """What data it uses."""

    internet: bool = False
    """Whether it calls names of the public internet, by HTTPS."""

    replicas: ReplicasByMode = ReplicasByMode()
    """How many pods run in each role of a region."""

    cpu_target_percent: Annotated[
        int, *between(20, 90, "below a fifth pods idle, and above nine tenths new ones come too late")
    ] = 65
    """Mean CPU use, in percent of what pods ask for, that the autoscaler keeps."""

    resources: ResourceSettings = ResourceSettings()
    """What a pod asks for."""

    probes: ProbeSettings = ProbeSettings()
    """Where a pod tells how it is."""

    timeout_seconds: Annotated[int, *between(1, 300, "the front doors wait for 300 seconds at most")] = 10
    """Seconds that a caller waits for an answer."""

    retries: Annotated[int, *between(0, 5, "retries multiply the load of whoever is in trouble already")] = 2
    """How often a caller's request that never arrived is sent again."""

    canary: bool = True
    """Whether a new revision takes over step by step, as long as it answers well; else at once, pod by pod."""

    environment: Annotated[Mapping[str, str], Field(default_factory=dict)]
    """Further environment variables, nothing secret."""

    def replica_range(self, mode: Mode) -> ReplicaRange:
        """How many pods run in a role of a region."""
        return self.replicas.of(mode)


Workloads = Annotated[Mapping[WorkloadName, WorkloadSettings], Field(min_length=1)]
"""The workloads by name."""


def check_calls(workloads: Mapping[str, WorkloadSettings]) -> None:
    """Refuse a call to nobody or to oneself, and two workloads that want the same requests."""
    taken: dict[str, str] = {}
    for name, workload in workloads.items():
        for position, called in enumerate(workload.calls):
            if called == name or called not in workloads:
                raise Refusal(
                    "a workload's calls to itself never leave its pods" if called == name else "nobody has that name",
                    f"name one of {', '.join(sorted(workloads.keys() - {name}))}",
                    at=(name, "calls", position),
                )
        for position, path in enumerate(workload.paths if workload.public else ()):
            if path in taken:
                raise Refusal(
                    f"the gateway sends it to {taken[path]}", "choose another path", at=(name, "paths", position)
                )
            taken[path] = name


def check_uses(workloads: Mapping[str, WorkloadSettings], known: Mapping[str, Collection[str]]) -> None:
    """Refuse what does not exist: `known` holds the names of artifacts, tables, topics, buckets and secrets."""
    for name, workload in workloads.items():
        if workload.image not in known["artifacts"]:
            raise Refusal("no registry holds it", "name one of artifacts, or add it there", at=(name, "image"))
        for kind in ("tables", "topics", "buckets", "secrets"):
            for used in getattr(workload.uses, kind):
                if used not in known[kind]:
                    raise Refusal(
                        f"it uses {used}, and there is none of that name",
                        f"name one of {', '.join(known[kind])}, or remove it",
                        at=(name, "uses", kind),
                    )
