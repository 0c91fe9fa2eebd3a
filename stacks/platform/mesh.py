"""The mesh: Istio's own on EKS, Google's on GKE, and the same words for both of who may ask whom."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.kubernetes import istio
from components.kubernetes.gateway import HTTPS, Entrance, Gateway
from components.kubernetes.istio import Issuer, Istio
from components.kubernetes.mesh_policies import External, Mesh, MeshDefaults, PublicRoutes, WorkloadPolicies
from components.kubernetes.namespace import Namespace, Peer, address_peer, namespace_peer
from settings.shared import Shared
from settings.workloads import WorkloadSettings
from stacks.platform.site import OnAws, OnGcp, Site

COLLECTOR = "opentelemetry-collector.observability.svc.cluster.local"

MESH_CA, PUBLIC_CA = "mesh-ca", "letsencrypt"
"""ClusterIssuers of cert-manager: a private root for the mesh, and a public CA by ACME."""

TRUST_DOMAIN = "cluster.local"
"""Istio's default; the managed mesh has its project's."""

# A number that no pod reaches: how many there are is the autoscaler's to say, and the balancer only spreads.
REQUESTS_PER_POD = CONNECTIONS_PER_POD = 10_000

CLOUDFRONT_HOPS = 1
"""CloudFront adds the viewer's address; the network load balancer behind it adds none."""

GOOGLE_HOPS = 2
"""Cloud Load Balancing adds the client's address and its own.

https://docs.cloud.google.com/load-balancing/docs/https#x-forwarded-for_header
"""


@dataclass(frozen=True)
class Foundation:
    """What the mesh needs of the sections before it."""

    certificates: tuple[pulumi.Resource, ...] = ()
    """What must exist before certificates can be asked for: cert-manager and its issuers."""

    balancers: tuple[pulumi.Resource, ...] = ()
    """What must exist before pods are put into load balancers: the controllers that do it."""

    priority: pulumi.Input[str] = "platform-critical"
    """The class of priority of what everything else waits for."""

    namespaces: Mapping[str, pulumi.Input[str]] | None = None
    """Namespaces of the workloads by their name, known once they are closed."""


def install(site: Site, foundation: Foundation | None = None) -> Mesh:
    """Make the mesh, its gateway and its policies."""
    foundation = foundation or Foundation()
    settings, workloads = site.settings.platform.mesh, site.settings.workloads
    on_aws = isinstance(site.here, OnAws)
    mesh = _istio(site, foundation) if on_aws else _managed(site, site.here)
    MeshDefaults("mesh", site.scope, settings, mesh=mesh, opts=site.opts)
    gateway = Gateway(
        "gateway",
        site.scope,
        replicas=settings.gateway.of(site.scope.mode),
        entrance=_from_cloudfront(site, site.here, foundation) if on_aws else _from_google(site, site.here),
        certificate_names=_certificate_names(site),
        issuer=Issuer(PUBLIC_CA, foundation.certificates),
        control_plane=[_control_plane(site)],
        backends={name: workload.port for name, workload in workloads.items() if workload.public},
        priority=foundation.priority,
        mesh_ready=mesh.ready,
        opts=site.opts,
    )
    # A failover must not wait for a canary: only the primary leads revisions in step by step.
    PublicRoutes(
        "public",
        site.scope,
        mesh=mesh,
        namespace=gateway.namespace,
        names=site.here.names,
        workloads=workloads,
        canaries=on_aws,
        opts=site.opts,
    )
    namespaces = foundation.namespaces or {name: name for name in workloads}
    for name, workload in workloads.items():
        WorkloadPolicies(
            f"mesh-{name}",
            site.scope,
            settings,
            mesh=mesh,
            namespace=namespaces[name],
            workload_name=name,
            workloads=workloads,
            externals=_externals(site.settings, site.here, workload) if isinstance(site.here, OnAws) else {},
            canaries=on_aws,
            opts=site.opts,
        )
    return mesh


def _istio(site: Site, foundation: Foundation) -> Mesh:
    control_plane = Istio(
        "istio",
        site.scope,
        site.settings.platform.mesh,
        issuer=Issuer(MESH_CA, foundation.certificates),
        trust_domain=TRUST_DOMAIN,
        collector=COLLECTOR,
        priority=foundation.priority,
        opts=site.opts,
    )
    return Mesh(
        control_plane.namespace,
        TRUST_DOMAIN,
        access_log="envoy",
        tracing=istio.TRACING,
        registry_only=True,
        ready=control_plane.ready,
    )


def _managed(site: Site, here: OnGcp) -> Mesh:
    """Google's mesh, which the fleet turns on: nothing of it runs in the namespace that holds for the whole mesh.

    Its logs and traces go to Cloud Logging and Cloud Trace. What its proxies reach outside of the cluster is fenced by
    the network alone: no documentation says that it takes ranges of addresses into its registry.
    """
    root = Namespace("mesh-root", site.scope, istio.NAMESPACE, data_class="restricted", opts=site.opts)
    return Mesh(
        root.namespace,
        f"{here.project}.svc.id.goog",
        access_log="stackdriver",
        tracing="stackdriver",
        registry_only=False,
        ready=[here.mesh],
    )


def _control_plane(site: Site) -> tuple[str, list[Peer], list[int]]:
    """Where proxies get configuration and certificates."""
    if isinstance(site.here, OnAws):
        return "mesh", [namespace_peer(istio.NAMESPACE)], [istio.XDS_PORT]
    return "mesh", [address_peer(str(site.settings.plan.gcp.google_apis))], [443]


def _from_cloudfront(site: Site, here: OnAws, foundation: Foundation) -> Entrance:
    tiers = site.settings.plan.aws.tiers
    return Entrance(
        # The gateway sees the load balancers' own addresses; partners' balancer is in the public subnets.
        sources=[address_peer(str(cidr)) for tier in ("private", "public") for cidr in tiers[tier]],
        trusted_hops=CLOUDFRONT_HOPS,
        server_names=here.names,
        # A pod counts as ready once the balancer sends to it.
        labels={"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"},
        target_groups=here.target_groups,
        ready=foundation.balancers,
    )


def _from_google(site: Site, here: OnGcp) -> Entrance:
    """Google's front ends, and its regional proxies with partners' connections."""

    def backend(use: str, name: str) -> dict[str, object]:
        if use in here.regional:
            return {"name": name, "region": here.region, "max_connections_per_endpoint": CONNECTIONS_PER_POD}
        return {"name": name, "max_rate_per_endpoint": REQUESTS_PER_POD}

    def attached(names: Mapping[str, str]) -> str:
        backends = [backend(use, name) for use, name in names.items()]
        return json.dumps({"backend_services": {str(HTTPS): backends}}, sort_keys=True)

    return Entrance(
        sources=[address_peer(str(cidr)) for cidr in (*here.front_ends, site.settings.plan.gcp.proxy_only)],
        trusted_hops=GOOGLE_HOPS,
        # The load balancer gives no name to its backends, and verifies none.
        server_names=["*"],
        annotations={
            "cloud.google.com/neg": json.dumps({"exposed_ports": {str(HTTPS): {}}}),
            "controller.autoneg.dev/neg": pulumi.Output.all(**here.backend_services).apply(attached),
        },
    )


def _certificate_names(site: Site) -> list[str]:
    """Names that the cluster can prove by its own cloud's zone: in the standby not those of the primary's zone."""
    if isinstance(site.here, OnAws):
        return list(site.here.names)
    own = site.settings.front_door.standby_names(site.settings.domain)["gcp"]
    return [name for name in site.here.names if name == own or name.endswith(f".{own}")]


def _externals(settings: Shared, here: OnAws, workload: WorkloadSettings) -> dict[str, External]:
    """What a workload connects to outside of EKS, and nothing else: stores by their subnets, APIs by their names."""
    ports, uses = here.store_ports, workload.uses
    subnets = [str(cidr) for cidr in settings.plan.aws.tiers["data"]]
    known = {
        "database": (uses.database, External(["database.external"], ports["database"], subnets)),
        "cache": (uses.cache, External(["cache.external"], ports["cache"], subnets)),
        "topics": (bool(uses.topics), External(["topics.external"], ports["topics"], subnets)),
        "tables": (bool(uses.tables), External([f"dynamodb.{here.region}.amazonaws.com"], HTTPS)),
        "buckets": (
            bool(uses.buckets),
            External([f"s3.{here.region}.amazonaws.com", f"*.s3.{here.region}.amazonaws.com"], HTTPS),
        ),
        # Whoever writes asks whether its region is fenced.
        "switch": (
            uses.database or bool(uses.tables or uses.topics or uses.buckets),
            External(["storage.googleapis.com"], HTTPS),
        ),
    }
    return {name: external for name, (used, external) in known.items() if used}
