"""What the mesh's objects say is understood by both meshes: by Istio of our release, and by Google's managed one.

The managed control plane of new fleets is TRAFFIC_DIRECTOR. It ignores what it does not support, silently. From
https://docs.cloud.google.com/service-mesh/docs/supported-features-managed and …/docs/onboarding/unsupported-istio-apis,
lists that call themselves incomplete.
"""

from collections.abc import Iterator

import pytest

from preview.graph import Graph

UNSUPPORTED_KINDS = {"EnvoyFilter", "IstioOperator", "ProxyConfig", "WasmPlugin", "WorkloadEntry", "WorkloadGroup"}
UNSUPPORTED_FIELDS = {
    "DestinationRule": (
        "localityLbSetting",
        "tls.credentialName",
        "tls.caCertificates",
        "tunnel",
        "warmup",
    ),
    "Gateway": ("tls.verifyCertificateHash", "tls.verifyCertificateSpki"),
    "Sidecar": ("outboundTrafficPolicy", "inboundConnectionPool", "ingress"),
    "VirtualService": ("delegate", "mirrors", "tcp", "tls"),
    "AuthorizationPolicy": ("provider", "targetRef", "targetRefs"),
    "Telemetry": ("metrics.overrides", "accessLogging.filter"),
}
"""By kind, names that no path to a field holds: those on Google's lists, and near ones that we have no need of."""

ONLY_OURS = {"ServiceEntry"}
"""Kinds that the standby has none of: see stacks/platform/mesh.py."""


def fields(value: object, path: str = "") -> Iterator[str]:
    """The path of every field in an object, without positions in lists."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}"
            yield from fields(inner, f"{path}.{key}")
    if isinstance(value, list):
        for inner in value:
            yield from fields(inner, path)


def objects(graph: Graph) -> Iterator[tuple[str, str, dict]]:
    for node in graph.nodes.values():
        if ".istio.io/" in node.type:
            yield node.name, node.type.rpartition(":")[2], node.inputs.get("spec", {})


def unsupported(graph: Graph) -> list[str]:
    """Objects and fields that the managed mesh would ignore."""
    found = [name for name, kind, _ in objects(graph) if kind in UNSUPPORTED_KINDS | ONLY_OURS]
    return found + [
        f"{name}{path}"
        for name, kind, spec in objects(graph)
        for path in fields(spec)
        for field in UNSUPPORTED_FIELDS.get(kind, ())
        if path.endswith(f".{field}")
    ]


def test_the_managed_mesh_understands_every_object(dr: Graph) -> None:
    assert {kind for _, kind, _ in objects(dr)} >= {"AuthorizationPolicy", "DestinationRule", "VirtualService"}
    assert unsupported(dr) == []


@pytest.mark.parametrize(
    ("kind", "spec", "path"),
    [
        ("EnvoyFilter", {}, ""),
        ("Sidecar", {"outboundTrafficPolicy": {"mode": "ALLOW_ANY"}}, ".outboundTrafficPolicy"),
        (
            "DestinationRule",
            {"trafficPolicy": {"loadBalancer": {"localityLbSetting": {"failoverPriority": ["zone"]}}}},
            ".trafficPolicy.loadBalancer.localityLbSetting",
        ),
        (
            "Gateway",
            {"servers": [{"tls": {"verifyCertificateSpki": ["x"]}}]},
            ".servers.tls.verifyCertificateSpki",
        ),
    ],
)
def test_a_field_that_it_ignores_is_found(kind: str, spec: dict, path: str) -> None:
    urn = f"urn:pulumi:dr::x::kubernetes:networking.istio.io/v1:{kind}::one"
    state = {"urn": urn, "type": f"kubernetes:networking.istio.io/v1:{kind}", "inputs": {"spec": spec}}
    graph = Graph({"steps": [{"urn": urn, "op": "create", "newState": state}]})
    assert unsupported(graph) == [f"one{path}"]
