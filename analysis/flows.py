"""Who can talk to whom in a cluster, by its network policies and its mesh, in a previewed graph.

cluster = Cluster(graph)
cluster.leaves(core, auth, 8080)  # the network lets it out
cluster.enters(core, auth, 8080)  # and in
cluster.admits(core, auth, Request(8080))  # and auth's proxy answers it
cluster.knows("core", Place("database.example.com", address, 5432))  # core's own proxy connects there

It reads policies as Kubernetes and Istio do: https://kubernetes.io/docs/concepts/services-networking/network-policies/,
https://istio.io/latest/docs/reference/config/security/authorization-policy/. Selectors by expressions, deny rules and
conditions are refused, since they would be read wrongly.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from preview.graph import Graph, Node

NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
NAMESPACE = "kubernetes:core/v1:Namespace"
RELEASE = "kubernetes:helm.sh/v3:Release"
SECURITY, NETWORKING = "kubernetes:security.istio.io/", "kubernetes:networking.istio.io/"


@dataclass(frozen=True)
class Pod:
    """A pod, or any that is like it."""

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)
    service_account: str = "default"


@dataclass(frozen=True)
class Place:
    """Something outside of the cluster."""

    host: str
    address: IPv4Address
    port: int


@dataclass(frozen=True)
class Request:
    """What is asked for."""

    port: int
    method: str = "POST"
    path: str = "/some/path"
    host: str = ""


class Cluster:
    """The policies of one cluster."""

    def __init__(self, graph: Graph, *, root: str = "istio-system", trust_domain: str = "cluster.local") -> None:
        """Read a graph; `root` is the namespace whose policies hold for the whole mesh."""
        self._root, self._trust_domain = root, trust_domain
        self._network = [_metadata(node) | node.inputs["spec"] for node in graph.of_type(NETWORK_POLICY)]
        self._namespaces = {
            found["metadata"]["name"]: found["metadata"].get("labels", {})
            for found in (node.inputs for node in graph.of_type(NAMESPACE))
        }
        self._policies = list(_of_mesh(graph, SECURITY, "AuthorizationPolicy"))
        self._authentications = list(_of_mesh(graph, SECURITY, "PeerAuthentication"))
        self._sidecars = list(_of_mesh(graph, NETWORKING, "Sidecar"))
        self._entries = list(_of_mesh(graph, NETWORKING, "ServiceEntry"))
        self._registry_only = any(
            release.inputs["values"].get("meshConfig", {}).get("outboundTrafficPolicy", {}).get("mode")
            == "REGISTRY_ONLY"
            for release in graph.of_type(RELEASE)
        )

    @property
    def closed(self) -> set[str]:
        """Namespaces of which nothing is let in or out unless another policy says so."""
        return {
            policy["namespace"]
            for policy in self._network
            if not policy.get("podSelector", {}).get("matchLabels")
            and set(policy["policyTypes"]) == {"Ingress", "Egress"}
            and not policy.get("ingress")
            and not policy.get("egress")
        }

    @property
    def strict(self) -> bool:
        """Whether every pod of the mesh takes mutual TLS alone, so that nobody can claim another's identity."""
        modes = [(policy["namespace"], policy.get("mtls", {}).get("mode")) for policy in self._authentications]
        return (self._root, "STRICT") in modes and all(mode == "STRICT" for _, mode in modes)

    def leaves(self, source: Pod, target: Pod | IPv4Address, port: int, protocol: str = "TCP") -> bool:
        """Whether the network lets `source` connect to a port of `target`."""
        return self._allowed("Egress", source, target, port, protocol)

    def enters(self, source: Pod | IPv4Address, target: Pod, port: int, protocol: str = "TCP") -> bool:
        """Whether the network lets `target` be connected to."""
        return self._allowed("Ingress", target, source, port, protocol)

    def admits(self, source: Pod | None, target: Pod, request: Request) -> bool:
        """Whether the proxy of `target` answers a request; nobody's is one without an identity.

        Where policies select the pod, one of them must have a rule that matches.
        """
        policies = [policy for policy in self._policies if self._governs(policy, target)]
        if any(policy.get("action", "ALLOW") != "ALLOW" for policy in policies):
            raise NotImplementedError("a policy denies, and this reads only what policies allow")
        if not policies:
            return True
        return any(self._matches(rule, source, request) for policy in policies for rule in policy.get("rules", ()))

    def knows(self, namespace: str, place: Place) -> bool:
        """Whether proxies of a namespace connect to something outside of the cluster."""
        modes = {
            sidecar["namespace"]: sidecar.get("outboundTrafficPolicy", {}).get("mode") for sidecar in self._sidecars
        }
        if not self._registry_only or modes.get(namespace) == "ALLOW_ANY":
            return True
        return any(
            entry["namespace"] == namespace
            and any(port["number"] == place.port for port in entry["ports"])
            and (
                any(place.address in IPv4Network(cidr) for cidr in entry.get("addresses", ()))
                or (not entry.get("addresses") and any(fnmatchcase(place.host, host) for host in entry["hosts"]))
            )
            for entry in self._entries
        )

    def _allowed(self, way: str, pod: Pod, other: Pod | IPv4Address, port: int, protocol: str) -> bool:
        policies = [
            policy
            for policy in self._network
            if policy["namespace"] == pod.namespace
            and way in policy["policyTypes"]
            and _selects(policy.get("podSelector", {}), pod.labels)
        ]
        if not policies:
            return True
        end = "from" if way == "Ingress" else "to"
        return any(
            self._is_peer(rule.get(end, ()), other, policy["namespace"]) and _is_port(rule, port, protocol)
            for policy in policies
            for rule in policy.get(way.lower(), ())
        )

    def _is_peer(self, peers: Sequence[Mapping[str, Any]], other: Pod | IPv4Address, namespace: str) -> bool:
        return not peers or any(self._is(peer, other, namespace) for peer in peers)

    def _is(self, peer: Mapping[str, Any], other: Pod | IPv4Address, namespace: str) -> bool:
        block = peer.get("ipBlock")
        if isinstance(other, IPv4Address):
            return (
                block is not None
                and other in IPv4Network(block["cidr"])
                and not any(other in IPv4Network(cidr) for cidr in block.get("except", ()))
            )
        if block is not None:
            return False
        where = peer.get("namespaceSelector")
        if where is None:
            return other.namespace == namespace and _selects(peer["podSelector"], other.labels)
        named = {"kubernetes.io/metadata.name": other.namespace, **self._namespaces.get(other.namespace, {})}
        return _selects(where, named) and _selects(peer.get("podSelector", {}), other.labels)

    def _governs(self, policy: Mapping[str, Any], target: Pod) -> bool:
        return policy["namespace"] in (self._root, target.namespace) and _selects(
            policy.get("selector", {}), target.labels
        )

    def _matches(self, rule: Mapping[str, Any], source: Pod | None, request: Request) -> bool:
        if rule.get("when"):
            raise NotImplementedError("a policy has conditions, which this does not read")
        callers = [found["source"] for found in rule.get("from", ())]
        operations = [found["operation"] for found in rule.get("to", ())]
        return (not callers or any(self._is_caller(caller, source) for caller in callers)) and (
            not operations or any(_is_operation(operation, request) for operation in operations)
        )

    def _is_caller(self, caller: Mapping[str, Any], source: Pod | None) -> bool:
        if caller.keys() != {"principals"}:
            raise NotImplementedError(f"a policy knows callers by {', '.join(caller)}, and this by principals alone")
        if source is None:
            return False
        principal = f"{self._trust_domain}/ns/{source.namespace}/sa/{source.service_account}"
        return any(fnmatchcase(principal, pattern) for pattern in caller["principals"])


def _metadata(node: Node) -> dict[str, Any]:
    metadata = node.inputs["metadata"]
    return {"name": metadata["name"], "namespace": metadata["namespace"]}


def _of_mesh(graph: Graph, group: str, kind: str) -> Iterator[dict[str, Any]]:
    for node in graph.nodes.values():
        if node.type.startswith(group) and node.type.endswith(f":{kind}"):
            yield _metadata(node) | node.inputs.get("spec", {})


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    if selector.get("matchExpressions"):
        raise NotImplementedError("a selector has expressions, and this reads labels alone")
    return (selector.get("matchLabels") or {}).items() <= labels.items()


def _is_port(rule: Mapping[str, Any], port: int, protocol: str) -> bool:
    ports = rule.get("ports")
    return not ports or any(
        found.get("protocol", "TCP") == protocol
        and ("port" not in found or found["port"] <= port <= found.get("endPort", found["port"]))
        for found in ports
    )


def _is_operation(operation: Mapping[str, Any], request: Request) -> bool:
    asked = {"ports": str(request.port), "methods": request.method, "paths": request.path, "hosts": request.host}
    for key, patterns in operation.items():
        refused = key.startswith("not")
        value = asked[f"{key[3].lower()}{key[4:]}" if refused else key]
        if any(fnmatchcase(value, pattern) for pattern in patterns) is refused:
            return False
    return True
