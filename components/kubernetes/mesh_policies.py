"""What the mesh lets pass and how: the same objects on both clouds, in words that both meshes understand.

Whatever the managed mesh does not support is nowhere here (tests/components/kubernetes/test_mesh_portability.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions

from components.kubernetes import gateway
from components.kubernetes.component import KubernetesComponent, Scope
from settings.kubernetes.mesh import MeshSettings
from settings.workloads import WorkloadSettings

NETWORKING, SECURITY, TELEMETRY = "networking.istio.io/v1", "security.istio.io/v1", "telemetry.istio.io/v1"

SERVICE_PORT = 80
"""Of every workload's Service."""

ROUTE = "primary"
"""The route of callers in the mesh, of which a canary's controller moves shares."""

OBSERVABILITY = "observability"
METRICS_PATH = "/metrics"


@dataclass(frozen=True)
class Mesh:
    """One cluster's mesh, as far as policies must know it."""

    root: pulumi.Input[str]
    """The namespace whose objects hold for the whole mesh."""

    trust_domain: str
    """What the names of its identities start with."""

    access_log: str
    """The provider of access logs."""

    tracing: str
    """The provider of traces."""

    registry_only: bool
    """Whether proxies connect to nobody whom the registry does not hold."""

    ready: Sequence[pulumi.Resource]
    """What must exist before the cluster takes objects of the mesh's kinds."""

    def identity(self, namespace: str, service_account: str) -> str:
        """How policies name a pod's identity: https://spiffe.io, without the scheme."""
        return f"{self.trust_domain}/ns/{namespace}/sa/{service_account}"


@dataclass(frozen=True)
class External:
    """Something outside of the cluster that workloads connect to, as the registry names it."""

    hosts: Sequence[str]
    port: int
    addresses: Sequence[str] = ()
    """Ranges that it is known by; without any it is known by the name in the TLS handshake."""


class _OfMesh(KubernetesComponent):
    """A component that makes objects of the mesh's kinds."""

    mesh: Mesh

    def _make(
        self,
        name: str,
        api_version: str,
        kind: str,
        metadata: Mapping[str, Any],
        spec: Mapping[str, Any],
        *,
        ignored: Sequence[str] = (),
    ) -> None:
        apiextensions.CustomResource(
            name,
            api_version=api_version,
            kind=kind,
            metadata=metadata,
            spec=spec,
            opts=self.child(depends_on=list(self.mesh.ready), ignore_changes=list(ignored)),
        )


class MeshDefaults(_OfMesh):
    """What holds for the whole mesh: mutual TLS and nothing else, no request unless a policy lets it in; telemetry."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: MeshSettings,
        *,
        mesh: Mesh,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("MeshDefaults", name, scope, "restricted", opts)
        self.mesh = mesh

        def everywhere(object_name: str) -> dict[str, Any]:
            return {"name": object_name, "namespace": mesh.root}

        self._make(
            f"{name}-mutual-tls",
            SECURITY,
            "PeerAuthentication",
            everywhere("default"),
            {"mtls": {"mode": "STRICT"}},
        )
        # It lets in what matches one of its rules, and has none.
        self._make(f"{name}-default-deny", SECURITY, "AuthorizationPolicy", everywhere("default-deny"), {})
        self._make(
            f"{name}-telemetry",
            TELEMETRY,
            "Telemetry",
            everywhere("default"),
            {
                "accessLogging": [
                    {"providers": [{"name": mesh.access_log}], "disabled": not settings.access_log},
                ],
                "tracing": [
                    {
                        "providers": [{"name": mesh.tracing}],
                        "randomSamplingPercentage": settings.trace_percent,
                    }
                ],
            },
        )
        self.register_outputs({})


class PublicRoutes(_OfMesh):
    """Which workload the gateway sends a request to: by path, the longest that matches."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        mesh: Mesh,
        namespace: pulumi.Input[str],
        names: Sequence[str],
        workloads: Mapping[str, WorkloadSettings],
        canaries: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Lead requests for `names` to the public ones of `workloads`; `namespace` is the gateway's."""
        super().__init__("PublicRoutes", name, scope, "confidential", opts)
        self.mesh = mesh
        public = {workload: found for workload, found in workloads.items() if found.public}
        ways = [
            (path, route, workload)
            for workload, found in public.items()
            for path, route in zip(found.paths, public_routes(workload, found), strict=True)
        ]
        routes = [
            {"name": route, "match": _matches(path), **_route(workload, public[workload], canaries=canaries)}
            for path, route, workload in sorted(ways, key=lambda way: (-len(way[0].rstrip("/")), way))
        ]
        self._make(
            f"{name}-routes",
            NETWORKING,
            "VirtualService",
            {"name": gateway.NAME, "namespace": namespace},
            {"hosts": list(names), "gateways": [gateway.NAME], "http": routes},
            ignored=_weights(routes),
        )
        self._make(
            f"{name}-admission",
            SECURITY,
            "AuthorizationPolicy",
            {"name": "allow-from-outside", "namespace": namespace},
            {
                "selector": {"matchLabels": gateway.PODS},
                "action": "ALLOW",
                "rules": [{"to": [{"operation": {"hosts": list(names), "ports": [str(gateway.HTTPS)]}}]}],
            },
        )
        self.register_outputs({})


class WorkloadPolicies(_OfMesh):
    """One workload in the mesh: who may ask it for what, how it is asked, and whom its own proxy knows."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: MeshSettings,
        *,
        mesh: Mesh,
        namespace: pulumi.Input[str],
        workload_name: str,
        workloads: Mapping[str, WorkloadSettings],
        externals: Mapping[str, External],
        canaries: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the objects of one of `workloads` in its `namespace`.

        `externals` are what it connects to outside of the cluster, by name; `canaries` tells whether new revisions
        take over step by step, by a second Service.
        """
        super().__init__("WorkloadPolicies", name, scope, "confidential", opts)
        self.mesh = mesh
        self._name, self._namespace = name, namespace
        self._workload_name, self._workload = workload_name, workloads[workload_name]
        self._admission(workloads)
        self._destinations(settings, canaries=canaries)
        route = _route(workload_name, self._workload, canaries=canaries)
        routes = [{"name": ROUTE, **route}]
        self._object(
            "routes",
            NETWORKING,
            "VirtualService",
            workload_name,
            {"hosts": [host_of(workload_name)], "http": routes},
            ignored=_weights(routes),
        )
        self._reach(externals)
        self.register_outputs({})

    def _object(
        self,
        suffix: str,
        api_version: str,
        kind: str,
        object_name: str,
        spec: Mapping[str, Any],
        *,
        ignored: Sequence[str] = (),
    ) -> None:
        metadata: dict[str, Any] = {"name": object_name, "namespace": self._namespace}
        if kind == "VirtualService":
            # Canaries and experiments change its list of routes, and so hold all of it.
            metadata["annotations"] = {"pulumi.com/patchForce": "true"}
        self._make(f"{self._name}-{suffix}", api_version, kind, metadata, spec, ignored=ignored)

    def _admission(self, workloads: Mapping[str, WorkloadSettings]) -> None:
        """A policy for each who may ask: without it, it may not. Metrics are told by the proxy, beside its policies."""
        workload, asked = self._workload, {"ports": [str(self._workload.port)]}
        for caller, other in workloads.items():
            if self._workload_name in other.calls:
                self._admit(caller, self.mesh.identity(caller, caller), asked)
        if workload.public:
            paths = [pattern for path in workload.paths for pattern in _patterns(path)]
            door = self.mesh.identity(gateway.NAMESPACE, gateway.SERVICE_ACCOUNT)
            # What it tells of itself is not for the outside.
            kept = {} if workload.metrics_port else {"notPaths": _patterns(METRICS_PATH)}
            self._admit(gateway.NAMESPACE, door, {**asked, "paths": paths, **kept})

    def _admit(self, caller: str, principal: str, operation: Mapping[str, Any]) -> None:
        self._object(
            f"from-{caller}",
            SECURITY,
            "AuthorizationPolicy",
            f"allow-from-{caller}",
            {
                "selector": {"matchLabels": {"app.kubernetes.io/name": self._workload_name}},
                "action": "ALLOW",
                "rules": [{"from": [{"source": {"principals": [principal]}}], "to": [{"operation": operation}]}],
            },
        )

    def _destinations(self, settings: MeshSettings, *, canaries: bool) -> None:
        """Connections to the workload: few enough to survive a slow one, and none to a pod that keeps failing.

        A pod of the same zone is asked first, and others when those fail: both meshes do so where they watch for
        failing pods, and neither needs to be told.
        """
        for service in services(self._workload_name, self._workload, canaries=canaries):
            self._object(
                f"to-{service}",
                NETWORKING,
                "DestinationRule",
                service,
                {
                    "host": host_of(self._workload_name, service),
                    "trafficPolicy": {
                        "tls": {"mode": "ISTIO_MUTUAL"},
                        "connectionPool": {
                            "tcp": {
                                "maxConnections": settings.connections,
                                "connectTimeout": f"{settings.connect_seconds}s",
                            },
                            "http": {
                                "http1MaxPendingRequests": settings.connections,
                                "http2MaxRequests": settings.connections,
                            },
                        },
                        "outlierDetection": {
                            "consecutive5xxErrors": 5,
                            "interval": "10s",
                            "baseEjectionTime": f"{settings.ejection_seconds}s",
                            # An error of the application shows at every pod, and some must go on.
                            "maxEjectionPercent": 50,
                        },
                    },
                },
            )

    def _reach(self, externals: Mapping[str, External]) -> None:
        """Whom the workload's proxy knows: nobody else's services, and outside of the cluster what it uses."""
        egress = [f"{namespace}/*" for namespace in (*self._workload.calls, OBSERVABILITY)]
        spec: dict[str, Any] = {"egress": [{"hosts": ["./*", *egress]}]}
        if self.mesh.registry_only and self._workload.internet:
            # Its names are nobody's to list; the network lets it out by HTTPS alone.
            spec["outboundTrafficPolicy"] = {"mode": "ALLOW_ANY"}
        self._object("reach", NETWORKING, "Sidecar", "default", spec)
        for external, found in externals.items() if self.mesh.registry_only else ():
            self._object(
                f"reach-{external}",
                NETWORKING,
                "ServiceEntry",
                external,
                {
                    "hosts": list(found.hosts),
                    **({"addresses": list(found.addresses)} if found.addresses else {}),
                    "ports": [
                        {"number": found.port, "name": external, "protocol": "TCP" if found.addresses else "TLS"}
                    ],
                    "location": "MESH_EXTERNAL",
                    "resolution": "NONE",
                    "exportTo": ["."],
                },
            )


def host_of(workload_name: str, service: str | None = None) -> str:
    """The name of a workload's Service in the cluster, or of another one in its namespace."""
    return f"{service or workload_name}.{workload_name}.svc.cluster.local"


def public_routes(workload_name: str, workload: WorkloadSettings) -> list[str]:
    """Names of a public workload's routes through the gateway, one for each of its paths.

    A canary's controller moves shares of these too, in the VirtualService `public` of the gateway's namespace.
    """
    if len(workload.paths) == 1:
        return [workload_name]
    # With a dot, which no workload's name has.
    return [f"{workload_name}.{number}" for number in range(len(workload.paths))]


def services(workload_name: str, workload: WorkloadSettings, *, canaries: bool) -> list[str]:
    """A workload's Services: its own, and its canary's where it has one."""
    return [workload_name, *([f"{workload_name}-canary"] if canaries and workload.canary else [])]


def _route(workload_name: str, workload: WorkloadSettings, *, canaries: bool) -> dict[str, Any]:
    """Where requests for a workload go, how long they are waited for, and how often they are sent again.

    Only a request that never arrived is repeated: nobody knows which others may be.
    """
    found = services(workload_name, workload, canaries=canaries)
    weights = [100] + [0] * (len(found) - 1)
    return {
        "route": [
            {
                "destination": {"host": host_of(workload_name, service), "port": {"number": SERVICE_PORT}},
                **({"weight": weight} if len(found) > 1 else {}),
            }
            for service, weight in zip(found, weights, strict=True)
        ],
        "timeout": f"{workload.timeout_seconds}s",
        "retries": {"attempts": workload.retries, "retryOn": "connect-failure,refused-stream"}
        if workload.retries
        else {"attempts": 0},
    }


def _weights(routes: Sequence[Mapping[str, Any]]) -> list[str]:
    """The properties that a canary's controller moves while it leads a revision in."""
    return [
        f"spec.http[{position}].route[{number}].weight"
        for position, route in enumerate(routes)
        for number, destination in enumerate(route["route"])
        if "weight" in destination
    ]


def _matches(path: str) -> list[dict[str, Any]]:
    if path == "/":
        return [{"uri": {"prefix": "/"}}]
    return [{"uri": {"exact": path.rstrip("/")}}, {"uri": {"prefix": f"{path.rstrip('/')}/"}}]


def _patterns(path: str) -> list[str]:
    return ["/*"] if path == "/" else [path.rstrip("/"), f"{path.rstrip('/')}/*"]
