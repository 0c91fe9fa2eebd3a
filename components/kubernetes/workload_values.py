"""Values of charts/service for a workload: in both clusters the same but for what each region has of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pulumi

from components.kubernetes import gateway
from components.kubernetes.mesh_policies import ROUTE, public_routes
from components.kubernetes.priorities import Priority
from components.kubernetes.vault_configuration import store
from settings.types import Mode
from settings.workloads import WorkloadSettings

SECRETS_FOLDER = "/run/secrets/application"
"""Where pods find their secrets: a file each, by the name in the settings."""

TRACES = "http://opentelemetry-collector.observability:4317"
"""Where pods send their traces (OTLP by gRPC)."""

PROMETHEUS = "http://kube-prometheus-stack-prometheus.observability:9090"
"""What tells whether a canary answers well."""


@dataclass(frozen=True)
class Identity:
    """Who a workload's pods are in their cloud."""

    service_account: pulumi.Input[str]
    """Its name, known once its pods get their rights: whoever is told it waits for them."""

    database_user: pulumi.Input[str]
    """The user of the relational database that they log in as, by a token of the cloud's."""

    annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """The service account's."""


@dataclass(frozen=True)
class Region:
    """What a workload finds in its region."""

    role: Literal["primary", "standby"]
    mode: Mode
    name: str
    """The cloud's name of it."""

    environment: Mapping[str, pulumi.Input[str]]
    """Environment variables of all."""

    repositories: Mapping[str, pulumi.Input[str]]
    """Where images are, without a tag, by artifact."""

    secrets: Mapping[str, str]
    """Names of secrets in the cloud's store, by the name in the settings."""

    database: Mapping[str, pulumi.Input[str]]
    """Those of who uses the relational database; the two below likewise."""

    cache: Mapping[str, pulumi.Input[str]]
    stream: Mapping[str, pulumi.Input[str]]
    key_value: Mapping[str, pulumi.Input[str]]
    """Those of who uses any table."""

    tables: Mapping[str, pulumi.Input[str]]
    """Tables' names in the region, by the name in the settings."""

    buckets: Mapping[str, pulumi.Input[str]]
    """Buckets' names, by what they hold."""

    fence_url: str
    """An object that forbids writing by its existence."""

    fence_lease_seconds: int
    """For how long a writer may go on without a clear answer for it."""

    rollouts: bool
    """Whether Argo Rollouts runs in the cluster: a new revision takes over at once elsewhere."""


def rank(name: str, workloads: Mapping[str, WorkloadSettings]) -> Priority:
    """The class of priority of a workload's pods: users wait for the public ones, and for whom those call."""
    doors = [name, *(caller for caller, workload in workloads.items() if name in workload.calls)]
    return "service-high" if any(workloads[door].public for door in doors) else "service"


def values(
    name: str, workload: WorkloadSettings, region: Region, identity: Identity, *, priority: pulumi.Input[str] = ""
) -> dict[str, Any]:
    """The chart's values; they hold outputs where the region's resources tell what is in them.

    `priority` is the name of a class, the cluster's default if empty.
    """
    replicas, probes, resources = workload.replica_range(region.mode), workload.probes, workload.resources
    return {
        "image": {"repository": region.repositories[workload.image], "digest": workload.digest},
        "version": workload.version,
        "port": workload.port,
        "metricsPort": workload.metrics_port,
        "replicas": {"minimum": replicas.minimum, "maximum": replicas.maximum},
        "cpuTargetPercent": workload.cpu_target_percent,
        "resources": {"cpuMillicores": resources.cpu_millicores, "memoryMib": resources.memory_mib},
        "priorityClassName": priority,
        "probes": {"live": probes.live, "ready": probes.ready, "startSeconds": probes.start_seconds},
        "serviceAccount": {"annotations": dict(identity.annotations)},
        "rollout": {
            "enabled": workload.canary and region.rollouts,
            "route": ROUTE,
            # What comes by the gateway follows its routes alone.
            "virtualServices": [
                {"name": f"{gateway.NAME}.{gateway.NAMESPACE}", "routes": public_routes(name, workload)}
            ]
            if workload.public
            else [],
            "prometheus": PROMETHEUS,
        },
        "secrets": {
            "folder": SECRETS_FOLDER,
            "files": {secret: region.secrets[secret] for secret in workload.uses.secrets},
            "vault": {"store": store(name), "files": {secret: f"{name}/{secret}" for secret in workload.uses.vault}},
        },
        "environment": environment(name, workload, region, identity),
    }


def environment(
    name: str, workload: WorkloadSettings, region: Region, identity: Identity
) -> dict[str, pulumi.Input[str]]:
    """What a pod is told: its region and what it uses there; what the settings say themselves wins."""
    uses = workload.uses
    told: dict[str, pulumi.Input[str]] = {
        **region.environment,
        "REGION": region.name,
        "REGION_ROLE": region.role,
        "REGION_MODE": region.mode,
        "OTEL_SERVICE_NAME": identity.service_account,
        "OTEL_EXPORTER_OTLP_ENDPOINT": TRACES,
        "OTEL_RESOURCE_ATTRIBUTES": f"service.namespace={name},service.version={workload.version}",
    }
    if writes(workload):
        told |= {"FENCE_URL": region.fence_url, "FENCE_LEASE_SECONDS": str(region.fence_lease_seconds)}
    if uses.database:
        told |= {**region.database, "DATABASE_USER": identity.database_user}
    if uses.cache:
        told |= region.cache
    if uses.topics:
        told |= region.stream
    if uses.tables:
        told |= region.key_value
    told |= {_variable("TABLE", table): region.tables[table] for table in uses.tables}
    told |= {_variable("BUCKET", bucket): region.buckets[bucket] for bucket in uses.buckets}
    told |= {_variable("URL", called): f"http://{called}.{called}" for called in workload.calls}
    return {**told, **workload.environment}


def writes(workload: WorkloadSettings) -> bool:
    """Whether a workload writes anything that both regions have, and so must stop in a region that is fenced.

    A cache is each region's own.
    """
    uses = workload.uses
    return (
        uses.database
        or "write" in {*uses.tables.values(), *uses.buckets.values()}
        or any(use != "consume" for use in uses.topics.values())
    )


def _variable(*parts: str) -> str:
    """An environment variable's name, such as TABLE_IDEMPOTENCY_KEYS."""
    return "_".join(parts).replace("-", "_").upper()
