"""Policies are read as Kubernetes and Istio read them."""

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Any, ClassVar

import pytest

from analysis.flows import Cluster, Place, Pod, Request
from preview.graph import Graph

A, B = Pod("a", {"app": "a"}, "a"), Pod("b", {"app": "b"}, "b")
ADDRESS = IPv4Address("10.0.0.5")

Object = tuple[str, Mapping[str, Any], Mapping[str, Any]]


def graph(*objects: Object) -> Graph:
    """A graph of objects by their kind (`group/version:Kind`), metadata and spec."""
    steps = []
    for position, (kind, metadata, spec) in enumerate(objects):
        state = {"urn": f"urn:{position}", "type": f"kubernetes:{kind}", "inputs": {"metadata": metadata, "spec": spec}}
        steps.append({"urn": state["urn"], "op": "create", "newState": state})
    return Graph({"steps": steps})


def network(namespace: str, **spec: Any) -> Object:
    given = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], **spec}
    return "networking.k8s.io/v1:NetworkPolicy", {"name": "one", "namespace": namespace}, given


def allowed(namespace: str, spec: Mapping[str, Any]) -> Object:
    return "security.istio.io/v1:AuthorizationPolicy", {"name": "one", "namespace": namespace}, spec


def named(namespace: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}


class TestNetwork:
    def test_a_pod_that_no_policy_selects_is_open(self) -> None:
        cluster = Cluster(graph(network("other"), network("b", podSelector={"matchLabels": {"app": "c"}})))
        assert cluster.leaves(A, B, 80)
        assert cluster.enters(A, B, 80)

    def test_a_policy_closes_only_the_ways_that_it_names(self) -> None:
        cluster = Cluster(graph(network("b", policyTypes=["Ingress"])))
        assert not cluster.enters(A, B, 80)
        assert cluster.leaves(B, A, 80)
        assert not cluster.closed

    def test_an_empty_policy_closes_a_namespace(self) -> None:
        assert Cluster(graph(network("b"))).closed == {"b"}

    def test_one_policy_that_lets_in_suffices(self) -> None:
        rule = {"from": [{**named("a"), "podSelector": {"matchLabels": {"app": "a"}}}], "ports": [{"port": 80}]}
        cluster = Cluster(graph(network("b"), network("b", ingress=[rule])))
        assert cluster.enters(A, B, 80)
        assert not cluster.enters(A, B, 81)
        assert not cluster.enters(A, B, 80, "UDP")
        assert not cluster.enters(Pod("a", {"app": "other"}), B, 80)
        assert not cluster.enters(Pod("c", {"app": "a"}), B, 80)

    def test_a_peer_without_a_namespace_is_of_the_policys_own(self) -> None:
        cluster = Cluster(graph(network("b", ingress=[{"from": [{"podSelector": {}}]}])))
        assert cluster.enters(Pod("b"), B, 80)
        assert not cluster.enters(A, B, 80)

    def test_namespaces_are_selected_by_their_labels(self) -> None:
        labelled = ("core/v1:Namespace", {"name": "a", "labels": {"mesh": "yes"}}, {})
        rule = {"from": [{"namespaceSelector": {"matchLabels": {"mesh": "yes"}}}]}
        cluster = Cluster(graph(labelled, network("b", ingress=[rule])))
        assert cluster.enters(A, B, 80)
        assert not cluster.enters(Pod("c"), B, 80)

    def test_ranges_are_for_addresses_and_leave_out_what_they_except(self) -> None:
        block = {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}
        cluster = Cluster(graph(network("a", egress=[{"to": [block], "ports": [{"port": 80, "endPort": 90}]}])))
        assert cluster.leaves(A, ADDRESS, 85)
        assert not cluster.leaves(A, ADDRESS, 91)
        assert not cluster.leaves(A, IPv4Address("10.1.0.5"), 85)
        assert not cluster.leaves(A, B, 85)

    def test_a_selector_that_it_cannot_read_is_refused(self) -> None:
        unread = {"matchExpressions": [{"key": "app", "operator": "Exists"}]}
        with pytest.raises(NotImplementedError, match="expressions"):
            Cluster(graph(network("b", podSelector=unread))).enters(A, B, 80)


class TestMesh:
    def test_an_empty_policy_in_the_root_lets_nobody_in_anywhere(self) -> None:
        assert Cluster(graph()).admits(A, B, Request(80))
        assert not Cluster(graph(allowed("istio-system", {}))).admits(A, B, Request(80))

    def test_a_rule_needs_the_caller_and_the_operation(self) -> None:
        rule = {
            "from": [{"source": {"principals": ["cluster.local/ns/a/sa/a"]}}],
            "to": [{"operation": {"ports": ["80"], "paths": ["/x", "/x/*"], "notPaths": ["/x/secret"]}}],
        }
        cluster = Cluster(graph(allowed("istio-system", {}), allowed("b", {"rules": [rule]})))
        assert cluster.admits(A, B, Request(80, path="/x/y"))
        assert not cluster.admits(B, B, Request(80, path="/x/y"))
        assert not cluster.admits(None, B, Request(80, path="/x/y"))
        assert not cluster.admits(A, B, Request(81, path="/x/y"))
        assert not cluster.admits(A, B, Request(80, path="/xy"))
        assert not cluster.admits(A, B, Request(80, path="/x/secret"))

    def test_identities_are_of_one_trust_domain(self) -> None:
        rule = {"from": [{"source": {"principals": ["cluster.local/ns/a/sa/a"]}}]}
        policies = graph(allowed("b", {"rules": [rule]}))
        assert not Cluster(policies, trust_domain="project.svc.id.goog").admits(A, B, Request(80))

    def test_a_policy_governs_the_pods_that_it_selects(self) -> None:
        cluster = Cluster(graph(allowed("b", {"selector": {"matchLabels": {"app": "c"}}})))
        assert cluster.admits(A, B, Request(80))

    @pytest.mark.parametrize(
        ("spec", "message"),
        [
            ({"action": "DENY"}, "denies"),
            ({"rules": [{"when": [{"key": "x"}]}]}, "conditions"),
            ({"rules": [{"from": [{"source": {"ipBlocks": ["10.0.0.0/8"]}}]}]}, "ipBlocks"),
        ],
    )
    def test_a_policy_that_it_cannot_read_is_refused(self, spec: Mapping[str, Any], message: str) -> None:
        with pytest.raises(NotImplementedError, match=message):
            Cluster(graph(allowed("b", spec))).admits(A, B, Request(80))

    @pytest.mark.parametrize(
        ("modes", "strict"),
        [({"istio-system": "STRICT"}, True), ({}, False), ({"istio-system": "STRICT", "b": "PERMISSIVE"}, False)],
    )
    def test_strict_is_what_nothing_weakens(self, modes: Mapping[str, str], strict: bool) -> None:
        kind = "security.istio.io/v1:PeerAuthentication"
        given = [(kind, {"name": "default", "namespace": at}, {"mtls": {"mode": mode}}) for at, mode in modes.items()]
        assert Cluster(graph(*given)).strict is strict


class TestRegistry:
    RELEASE: ClassVar[Mapping[str, Any]] = {
        "values": {"meshConfig": {"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}}}
    }

    def cluster(self, *objects: Object) -> Cluster:
        found = graph(*objects)
        state = {"urn": "urn:release", "type": "kubernetes:helm.sh/v3:Release", "inputs": self.RELEASE}
        return Cluster(
            Graph({"steps": [*found.document["steps"], {"urn": "urn:release", "op": "create", "newState": state}]})
        )

    def entry(self, **spec: Any) -> Object:
        given = {"ports": [{"number": 443}], **spec}
        return "networking.istio.io/v1:ServiceEntry", {"name": "one", "namespace": "a"}, given

    def test_unknown_places_are_nobodys_unless_proxies_take_any(self) -> None:
        place = Place("example.com", ADDRESS, 443)
        assert Cluster(graph()).knows("a", place)
        assert not self.cluster().knows("a", place)
        sidecar = ("networking.istio.io/v1:Sidecar", {"name": "default", "namespace": "a"})
        taken = self.cluster((*sidecar, {"outboundTrafficPolicy": {"mode": "ALLOW_ANY"}}))
        assert taken.knows("a", place)
        assert not taken.knows("b", place)

    def test_a_place_is_known_by_its_name_and_port_in_its_namespace(self) -> None:
        cluster = self.cluster(self.entry(hosts=["*.example.com"]))
        assert cluster.knows("a", Place("x.example.com", ADDRESS, 443))
        assert not cluster.knows("a", Place("x.example.com", ADDRESS, 80))
        assert not cluster.knows("a", Place("example.net", ADDRESS, 443))
        assert not cluster.knows("b", Place("x.example.com", ADDRESS, 443))

    def test_a_place_with_addresses_is_known_by_them_alone(self) -> None:
        cluster = self.cluster(self.entry(hosts=["store.external"], addresses=["10.0.0.0/24"]))
        assert cluster.knows("a", Place("whatever", ADDRESS, 443))
        assert not cluster.knows("a", Place("store.external", IPv4Address("10.9.0.5"), 443))
