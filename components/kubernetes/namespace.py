"""A namespace that nothing enters or leaves until it is said, and what its pods may take and may not do."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi
from pulumi_kubernetes import core, networking

from components.kubernetes.component import Cloud, KubernetesComponent, Scope, name_of
from components.tags import DataClass

PodSecurity = Literal["restricted", "baseline", "privileged"]

Port = int | range | tuple[str, int]
"""A TCP port, some of them in a row, or a protocol and a port."""

Peer = networking.v1.NetworkPolicyPeerArgsDict
"""A peer of a network policy."""

# Where pods get names and identities from: addresses of the node itself, which no selector reaches.
# https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-config.html
# https://docs.cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
NODE_SERVICES: Mapping[Cloud, Mapping[str, Sequence[Port]]] = {
    "aws": {"169.254.170.23/32": (80,)},
    "gcp": {
        "169.254.20.10/32": (("UDP", 53), 53),
        "169.254.169.252/32": (988,),
        "169.254.169.254/32": (("UDP", 53), 53, 80),
    },
}
# Who answers for the cluster's names: on GKE a cache on the node, as whom the Service's address is known to policies.
RESOLVERS: Mapping[Cloud, Sequence[str]] = {"aws": ["kube-dns"], "gcp": ["kube-dns", "node-local-dns"]}

MONITORING: Mapping[Cloud, str] = {"aws": "observability", "gcp": "gke-gmp-system"}
"""The namespace of what collects metrics: our Prometheus, or Google's collectors."""


def under(standard: PodSecurity) -> dict[str, str]:
    """The labels of a namespace whose pods keep to a standard.

    https://kubernetes.io/docs/concepts/security/pod-security-standards/
    """
    return {f"pod-security.kubernetes.io/{mode}": standard for mode in ("audit", "enforce", "warn")}


def namespace_peer(namespace: str, pods: Mapping[str, str] | None = None) -> Peer:
    """The pods of a namespace, or those among them with these labels."""
    found: Peer = {"namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": namespace}}}
    return {**found, "pod_selector": {"match_labels": dict(pods)}} if pods else found


def address_peer(cidr: str, *excepted: str) -> Peer:
    """A range of addresses without those `excepted`."""
    return {"ip_block": {"cidr": cidr, "except_": list(excepted)} if excepted else {"cidr": cidr}}


class Namespace(KubernetesComponent):
    """A namespace under a Pod Security standard, closed to the network both ways but for names and identities.

    What else its pods may do is said with `admit` and `let_out`, one policy each, so that a reader finds each way in
    a line and its removal closes it. Policies of Kubernetes know no user and no path: who may ask what is the mesh's
    to say. https://kubernetes.io/docs/concepts/services-networking/network-policies/
    """

    namespace: pulumi.Output[str]
    """Its name, known once it exists and is closed: who takes it needs no `depends_on`."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        namespace: str,
        *,
        pod_security: PodSecurity = "restricted",
        data_class: DataClass = "internal",
        labels: Mapping[str, str] | None = None,
        quota: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the namespace; `quota` limits what all its pods may ask for, in Kubernetes' words."""
        super().__init__("Namespace", name, scope, data_class, opts)
        self._name = name
        made = core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": namespace, "labels": {**(labels or {}), **under(pod_security)}},
            opts=self.child(),
        )
        self._place = name_of(made.metadata)
        closed = self._policy("default-deny", {}, policy_types=["Ingress", "Egress"])
        self._policy(
            "allow-dns-and-identity",
            {},
            policy_types=["Egress"],
            egress=[
                {"to": [peer], "ports": _ports(ports)}
                for peer, ports in [
                    *(
                        (namespace_peer("kube-system", {"k8s-app": resolver}), [("UDP", 53), 53])
                        for resolver in RESOLVERS[scope.cloud]
                    ),
                    *((address_peer(address), ports) for address, ports in NODE_SERVICES[scope.cloud].items()),
                ]
            ],
        )
        if quota is not None:
            core.v1.ResourceQuota(
                f"{name}-quota",
                metadata={"name": "quota", "namespace": self._place},
                spec={"hard": quota},
                opts=self.child(),
            )
        self.namespace = pulumi.Output.all(self._place, closed.id).apply(lambda known: known[0])
        self.register_outputs({"namespace": self.namespace})

    def admit(
        self,
        way: str,
        peers: Sequence[Peer],
        ports: Sequence[Port],
        *,
        pods: Mapping[str, str] | None = None,
    ) -> None:
        """Let `peers` connect to `ports` of the pods with these labels, or of all."""
        rule: networking.v1.NetworkPolicyIngressRuleArgsDict = {"from_": list(peers), "ports": _ports(ports)}
        self._policy(f"allow-{way}", pods or {}, policy_types=["Ingress"], ingress=[rule])

    def let_out(
        self,
        way: str,
        peers: Sequence[Peer],
        ports: Sequence[Port],
        *,
        pods: Mapping[str, str] | None = None,
    ) -> None:
        """Let the pods with these labels, or all, connect to `ports` of `peers`."""
        rule: networking.v1.NetworkPolicyEgressRuleArgsDict = {"to": list(peers), "ports": _ports(ports)}
        self._policy(f"allow-{way}", pods or {}, policy_types=["Egress"], egress=[rule])

    def admit_api_server(self, ports: Sequence[Port], *, pods: Mapping[str, str] | None = None) -> None:
        """Let the API server call webhooks."""
        self.admit("from-api-server", [address_peer(cidr) for cidr in self.scope.control_plane], ports, pods=pods)

    def admit_monitoring(self, ports: Sequence[Port], *, pods: Mapping[str, str] | None = None) -> None:
        """Let the cluster's collector of metrics read them."""
        self.admit("from-monitoring", [namespace_peer(MONITORING[self.scope.cloud])], ports, pods=pods)

    def let_out_to_api_server(self, part: str = "", *, pods: Mapping[str, str] | None = None) -> None:
        """Let controllers call the API server; `part` tells apart those of a namespace that many share."""
        way = f"{part}-to-api-server" if part else "to-api-server"
        self.let_out(way, [address_peer(cidr) for cidr in self.scope.api_server], [443], pods=pods)

    def _policy(
        self,
        policy: str,
        pods: Mapping[str, str],
        *,
        policy_types: Sequence[Literal["Ingress", "Egress"]],
        ingress: Sequence[networking.v1.NetworkPolicyIngressRuleArgsDict] = (),
        egress: Sequence[networking.v1.NetworkPolicyEgressRuleArgsDict] = (),
    ) -> networking.v1.NetworkPolicy:
        return networking.v1.NetworkPolicy(
            f"{self._name}-{policy}",
            metadata={"name": policy, "namespace": self._place},
            spec={
                "pod_selector": {"match_labels": dict(pods)},
                "policy_types": list(policy_types),
                "ingress": list(ingress),
                "egress": list(egress),
            },
            opts=self.child(),
        )


def _ports(ports: Sequence[Port]) -> list[networking.v1.NetworkPolicyPortArgsDict]:
    return [_port(port) for port in ports]


def _port(port: Port) -> networking.v1.NetworkPolicyPortArgsDict:
    if isinstance(port, range):
        return {"protocol": "TCP", "port": port[0], "end_port": port[-1]}
    if isinstance(port, tuple):
        return {"protocol": port[0], "port": port[1]}
    return {"protocol": "TCP", "port": port}
