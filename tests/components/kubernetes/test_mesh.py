"""The mesh: its control plane where we run it, its gateway on both clouds, and policies that weaken nothing."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from components.aws.load_balancer import HEALTH_PORT, HTTPS
from preview.graph import Graph, Node
from settings.vendor import CHARTS
from tests.stacks.variants import update

BOTH = pytest.mark.parametrize("stack", ["prod", "dr"])
RELEASE = "kubernetes:helm.sh/v3:Release"
CERTIFICATE = "kubernetes:cert-manager.io/v1:Certificate"
APPLICATION = "kubernetes:argoproj.io/v1alpha1:Application"
BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
MEMBERSHIP = "gcp:gkehub/featureMembership:FeatureMembership"
ISTIO = ("base", "cni", "gateway", "istiod")
WORKLOADS = {"api-gateway", "auth", "auxiliary", "core"}


def of_mesh(graph: Graph, kind: str) -> dict[tuple[str, str], Node]:
    """Objects of one of the mesh's kinds, by namespace and name."""
    return {
        (node.inputs["metadata"]["namespace"], node.inputs["metadata"]["name"]): node
        for node in graph.nodes.values()
        if ".istio.io/" in node.type and node.type.endswith(f":{kind}")
    }


def release(graph: Graph, chart: str) -> Node:
    [found] = [node for node in graph.of_type(RELEASE) if node.inputs["chart"].endswith(f"/charts/{chart}")]
    return found


def values(graph: Graph, chart: str) -> Mapping[str, Any]:
    return release(graph, chart).inputs["values"]


def named(graph: Graph, token: str, name: str) -> Node:
    [found] = [node for node in graph.of_type(token) if node.inputs["metadata"]["name"] == name]
    return found


def routes(graph: Graph) -> dict[tuple[str, str, str], dict[str, bool]]:
    """Hosts that each route leads to, and whether Pulumi ignores its share; by namespace, name and the route's own."""
    return {
        (*at, route["name"]): {
            to["destination"]["host"]: f"spec.http[{position}].route[{number}].weight"
            in node.state.get("ignoreChanges", ())
            for number, to in enumerate(route["route"])
        }
        for at, node in of_mesh(graph, "VirtualService").items()
        for position, route in enumerate(node.inputs["spec"]["http"])
    }


class TestControlPlane:
    def test_all_of_istio_is_of_one_release_and_from_our_registry(self, prod: Graph) -> None:
        assert {release(prod, chart).inputs["version"] for chart in ISTIO} == {CHARTS["istiod"].version}
        istiod, proxy = values(prod, "istiod"), values(prod, "istiod")["global"]
        images = (istiod["image"], proxy["proxy"]["image"], proxy["proxy_init"]["image"], values(prod, "cni")["image"])
        registry = release(prod, "istiod").inputs["chart"].removeprefix("oci://").partition("/charts/")[0]
        for image in images:
            assert image.startswith(f"{registry}/istio-")
            assert f":{CHARTS['istiod'].version}-distroless@sha256:" in image

    def test_google_runs_the_standbys(self, dr: Graph) -> None:
        """Istio's own control plane beside the managed one is not supported."""
        charts = {node.inputs["chart"].rpartition("/")[2] for node in dr.of_type(RELEASE)}
        assert charts & set(ISTIO) == {"gateway"}

    def test_it_outlives_a_zone(self, prod: Graph) -> None:
        given = values(prod, "istiod")
        assert given["autoscaleMin"] >= 2
        assert given["topologySpreadConstraints"][0]["topologyKey"] == "topology.kubernetes.io/zone"
        assert (
            given["global"]["priorityClassName"] == values(prod, "gateway")["priorityClassName"] == "platform-critical"
        )

    def test_proxies_connect_to_nobody_unknown_and_never_below_tls_1_2(self, prod: Graph) -> None:
        mesh = values(prod, "istiod")["meshConfig"]
        assert mesh["outboundTrafficPolicy"] == {"mode": "REGISTRY_ONLY"}
        assert mesh["meshMTLS"] == {"minProtocolVersion": "TLSV1_3"}
        assert mesh["tlsDefaults"] == {"minProtocolVersion": "TLSV1_2"}
        assert mesh["pathNormalization"] == {"normalization": "DECODE_AND_MERGE_SLASHES"}

    def test_pods_reach_the_agent_that_gives_them_their_identity(self, prod: Graph) -> None:
        """It answers on the node, which the registry does not hold."""
        assert values(prod, "istiod")["global"]["proxy"]["excludeIPRanges"] == "169.254.170.23/32"

    def test_long_answers_of_the_resolver_need_no_proxy(self, prod: Graph) -> None:
        """Proxies take all TCP; `REGISTRY_ONLY` drops what is for a Service that a Sidecar does not name."""
        assert values(prod, "istiod")["global"]["proxy"]["excludeOutboundPorts"] == "53"

    def test_no_pod_needs_a_right_over_its_network(self, prod: Graph) -> None:
        assert values(prod, "istiod")["cni"] == {"enabled": True}
        assert values(prod, "cni")["chained"] is True
        assert release(prod, "cni").inputs["namespace"] == "kube-system"

    def test_the_plug_in_does_not_flood_its_log(self, prod: Graph) -> None:
        assert values(prod, "cni")["logging"] == {"level": "default:warn"}

    def test_it_starts_with_a_ca_of_the_private_root(self, prod: Graph) -> None:
        authority = named(prod, CERTIFICATE, "istiod-authority")
        spec = authority.inputs["spec"]
        assert spec["secretName"] == "cacerts"
        assert spec["isCA"] is True
        assert spec["issuerRef"] == {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": "mesh-ca"}
        assert authority.inputs["metadata"]["namespace"] == "istio-system"
        assert authority.inputs["metadata"]["annotations"]["pulumi.com/waitFor"] == "condition=Ready"
        before = set(release(prod, "istiod").state["dependencies"])
        assert {authority.urn, release(prod, "base").urn, release(prod, "cni").urn} <= before


class TestMeshWide:
    @BOTH
    def test_mutual_tls_is_strict_and_nothing_weakens_it(self, stack: str, graphs: dict[str, Graph]) -> None:
        found = of_mesh(graphs[stack], "PeerAuthentication")
        assert {key: node.inputs["spec"] for key, node in found.items()} == {
            ("istio-system", "default"): {"mtls": {"mode": "STRICT"}}
        }
        for rule in of_mesh(graphs[stack], "DestinationRule").values():
            assert rule.inputs["spec"]["trafficPolicy"]["tls"] == {"mode": "ISTIO_MUTUAL"}

    @BOTH
    def test_nobody_is_let_in_unless_a_policy_says_so(self, stack: str, graphs: dict[str, Graph]) -> None:
        found = of_mesh(graphs[stack], "AuthorizationPolicy")
        assert found["istio-system", "default-deny"].inputs["spec"] == {}
        others = [node for key, node in found.items() if key != ("istio-system", "default-deny")]
        assert all(node.inputs["spec"]["selector"]["matchLabels"] for node in others)
        assert all(node.inputs["spec"]["rules"] for node in others)

    def test_identities_are_of_the_clusters_own_mesh(self, prod: Graph, dr: Graph) -> None:
        for graph, domain in ((prod, "cluster.local"), (dr, "example-standby.svc.id.goog")):
            policy = of_mesh(graph, "AuthorizationPolicy")["core", "allow-from-auth"]
            [rule] = policy.inputs["spec"]["rules"]
            assert rule["from"] == [{"source": {"principals": [f"{domain}/ns/auth/sa/auth"]}}]

    @BOTH
    def test_objects_wait_for_what_defines_their_kinds(self, stack: str, graphs: dict[str, Graph]) -> None:
        graph = graphs[stack]
        if stack == "prod":
            first = release(graph, "istiod")
        else:
            [first] = [node for node in graph.of_type(MEMBERSHIP) if node.name == "fleet-servicemesh-cluster"]
        found = [node for node in graph.nodes.values() if ".istio.io/" in node.type]
        assert found
        assert [node.name for node in found if first.urn not in node.state["dependencies"]] == []

    def test_both_clusters_have_the_same_policies(self, prod: Graph, dr: Graph) -> None:
        for kind in ("AuthorizationPolicy", "PeerAuthentication", "Telemetry", "VirtualService", "Gateway", "Sidecar"):
            assert of_mesh(prod, kind).keys() == of_mesh(dr, kind).keys()


class TestGateway:
    @BOTH
    def test_it_ends_tls_of_1_2_and_newer_with_a_public_cas_certificate(
        self, stack: str, graphs: dict[str, Graph]
    ) -> None:
        [server] = of_mesh(graphs[stack], "Gateway")["istio-ingress", "public"].inputs["spec"]["servers"]
        certificate = named(graphs[stack], CERTIFICATE, "gateway-certificate").inputs["spec"]
        assert server["tls"] == {
            "mode": "SIMPLE",
            "credentialName": certificate["secretName"],
            "minProtocolVersion": "TLSV1_2",
        }
        assert certificate["issuerRef"]["name"] == "letsencrypt"

    def test_its_certificate_has_the_names_that_cloudfront_forwards(self, prod: Graph) -> None:
        [server] = of_mesh(prod, "Gateway")["istio-ingress", "public"].inputs["spec"]["servers"]
        [distribution] = prod.of_type("aws:cloudfront/distribution:Distribution")
        names = named(prod, CERTIFICATE, "gateway-certificate").inputs["spec"]["dnsNames"]
        assert set(distribution.inputs["aliases"]) <= set(names)
        assert server["hosts"] == [f"./{name}" for name in names]

    def test_the_standbys_answers_without_a_name_and_proves_its_own_zone_alone(self, dr: Graph) -> None:
        """Google's load balancer gives none to its backends; the primary's zone is on Route 53."""
        [server] = of_mesh(dr, "Gateway")["istio-ingress", "public"].inputs["spec"]["servers"]
        assert server["hosts"] == ["./*"]
        names = named(dr, CERTIFICATE, "gateway-certificate").inputs["spec"]["dnsNames"]
        assert names
        assert all(f".{name}".endswith(".gcp.example.com") for name in names)

    def test_the_network_load_balancer_finds_its_pods(self, prod: Graph) -> None:
        [binding] = prod.of_type(BINDING)
        [group] = prod.of_type("aws:lb/targetGroup:TargetGroup")
        spec = binding.inputs["spec"]
        assert spec["targetGroupARN"] == group.outputs["arn"]
        assert spec["targetType"] == group.inputs["targetType"]
        assert spec["serviceRef"] == {"name": release(prod, "gateway").inputs["name"], "port": group.inputs["port"]}
        assert "networking" not in spec
        assert release(prod, "gateway").urn in binding.state["dependencies"]

    def test_partners_by_allow_list_come_through_a_target_group_of_their_own(self) -> None:
        graph = update("prod", {"edge.partners": {"kind": "allow_list", "allowed_cidrs": ["198.51.100.0/24"]}})
        groups = {node.outputs["arn"] for node in graph.of_type("aws:lb/targetGroup:TargetGroup")}
        assert len(groups) == 2
        assert {node.inputs["spec"]["targetGroupARN"] for node in graph.of_type(BINDING)} == groups
        [server] = of_mesh(graph, "Gateway")["istio-ingress", "public"].inputs["spec"]["servers"]
        assert "./partners.example.com" in server["hosts"]

    def test_googles_load_balancer_finds_its_pods(self, dr: Graph) -> None:
        annotations = values(dr, "gateway")["service"]["annotations"]
        assert json.loads(annotations["cloud.google.com/neg"]) == {"exposed_ports": {"443": {}}}
        attached = json.loads(annotations["controller.autoneg.dev/neg"])["backend_services"]["443"]
        services = {node.outputs["name"] for node in dr.of_type("gcp:compute/backendService:BackendService")}
        assert {found["name"] for found in attached} == services
        assert all("max_rate_per_endpoint" in found for found in attached)

    def test_partners_connections_are_attached_in_the_region(self) -> None:
        graph = update("dr", {"edge.partners": {"kind": "private_link", "allowed_projects": ["partner-project"]}})
        annotation = values(graph, "gateway")["service"]["annotations"]["controller.autoneg.dev/neg"]
        [service] = graph.of_type("gcp:compute/regionBackendService:RegionBackendService")
        [partners] = [
            found
            for found in json.loads(annotation)["backend_services"]["443"]
            if found["name"] == service.outputs["name"]
        ]
        assert partners["region"] == service.inputs["region"]
        assert "max_connections_per_endpoint" in partners

    @BOTH
    def test_it_listens_where_balancers_and_health_checks_ask(self, stack: str, graphs: dict[str, Graph]) -> None:
        given = values(graphs[stack], "gateway")
        assert {(port["port"], port["targetPort"]) for port in given["service"]["ports"]} == {
            (HTTPS, HTTPS),
            (HEALTH_PORT, HEALTH_PORT),
        }
        assert given["service"]["type"] == "ClusterIP"

    @BOTH
    def test_it_outlives_a_zone_and_drains(self, stack: str, graphs: dict[str, Graph]) -> None:
        given = values(graphs[stack], "gateway")
        assert given["autoscaling"]["minReplicas"] >= 2
        assert given["podDisruptionBudget"]
        assert given["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert {found["topologyKey"] for found in given["topologySpreadConstraints"]} == {
            "topology.kubernetes.io/zone",
            "kubernetes.io/hostname",
        }
        proxy = json.loads(given["podAnnotations"]["proxy.istio.io/config"])
        assert given["terminationGracePeriodSeconds"] > int(proxy["terminationDrainDuration"].rstrip("s"))

    def test_only_what_the_cloud_wrote_tells_who_asks(self, prod: Graph, dr: Graph) -> None:
        for graph, hops in ((prod, 1), (dr, 2)):
            proxy = json.loads(values(graph, "gateway")["podAnnotations"]["proxy.istio.io/config"])
            assert proxy["gatewayTopology"] == {"numTrustedProxies": hops}

    def test_the_same_chart_runs_on_both(self, prod: Graph, dr: Graph) -> None:
        ours, theirs = (dict(values(graph, "gateway")) for graph in (prod, dr))
        for each in (ours, theirs):
            each["service"] = {**each["service"], "annotations": {}}
            for own in ("podAnnotations", "autoscaling"):
                each.pop(own, None)
        assert ours == theirs


class TestRoutes:
    def test_the_longest_path_wins(self) -> None:
        graph = update(
            "prod",
            {
                "workloads.auth.public": True,
                "workloads.auth.paths": ["/auth"],
                "workloads.core.public": True,
                "workloads.core.paths": ["/auth/v2", "/core/"],
            },
        )
        routes = of_mesh(graph, "VirtualService")["istio-ingress", "public"].inputs["spec"]["http"]
        assert [(route["name"], [match["uri"] for match in route["match"]]) for route in routes] == [
            ("core.0", [{"exact": "/auth/v2"}, {"prefix": "/auth/v2/"}]),
            ("auth", [{"exact": "/auth"}, {"prefix": "/auth/"}]),
            ("core.1", [{"exact": "/core"}, {"prefix": "/core/"}]),
            ("api-gateway", [{"prefix": "/"}]),
        ]
        [rule] = of_mesh(graph, "AuthorizationPolicy")["core", "allow-from-istio-ingress"].inputs["spec"]["rules"]
        [operation] = rule["to"]
        assert operation["operation"]["paths"] == ["/auth/v2", "/auth/v2/*", "/core", "/core/*"]

    @BOTH
    def test_the_outside_sees_no_metrics(self, stack: str, graphs: dict[str, Graph]) -> None:
        policy = of_mesh(graphs[stack], "AuthorizationPolicy")["api-gateway", "allow-from-istio-ingress"]
        [operation] = [found["operation"] for found in policy.inputs["spec"]["rules"][0]["to"]]
        assert operation["paths"] == ["/*"]
        assert operation["notPaths"] == ["/metrics", "/metrics/*"]

    @BOTH
    def test_requests_are_given_up_and_repeated_as_settings_say(self, stack: str) -> None:
        graph = update(stack, {"workloads.core.timeout_seconds": 7, "workloads.core.retries": 0})
        [route] = of_mesh(graph, "VirtualService")["core", "core"].inputs["spec"]["http"]
        assert route["timeout"] == "7s"
        assert route["retries"] == {"attempts": 0}

    def test_a_canarys_shares_are_its_controllers(self, prod: Graph) -> None:
        """The chart's Rollout finds the route by its name, and Pulumi leaves the shares alone that it moves."""
        for workload in WORKLOADS:
            node = of_mesh(prod, "VirtualService")[workload, workload]
            [route] = node.inputs["spec"]["http"]
            assert route["name"] == "primary"
            host = f"{workload}.svc.cluster.local"
            assert [(to["destination"]["host"], to["weight"]) for to in route["route"]] == [
                (f"{workload}.{host}", 100),
                (f"{workload}-canary.{host}", 0),
            ]
            assert node.state["ignoreChanges"] == [f"spec.http[0].route[{number}].weight" for number in (0, 1)]

    def test_a_canary_gets_its_share_by_every_way_that_leads_to_its_workload(self) -> None:
        """Callers in the mesh and the gateway follow routes of their own, and each must be known to the Rollout."""
        graph = update(
            "prod",
            {
                "workloads.auth.public": True,
                "workloads.auth.paths": ["/auth"],
                "workloads.core.public": True,
                "workloads.core.paths": ["/core", "/more"],
                "workloads.auxiliary.canary": False,
            },
        )
        ways = routes(graph)
        for workload in WORKLOADS:
            given = named(graph, APPLICATION, workload).inputs["spec"]["source"]["helm"]["valuesObject"]["rollout"]
            moved = {(workload, workload, given["route"])}
            for service in given["virtualServices"]:
                name, _, namespace = service["name"].partition(".")
                moved |= {(namespace, name, route) for route in service["routes"]}
            stable, canary = (f"{service}.{workload}.svc.cluster.local" for service in (workload, f"{workload}-canary"))
            assert {way for way, destinations in ways.items() if stable in destinations} == moved
            assert given["enabled"] is (workload != "auxiliary")
            for way in moved:
                # Pulumi leaves alone what the controller moves.
                assert ways[way] == ({stable: True, canary: True} if given["enabled"] else {stable: False})

    def test_canaries_controller_may_move_routes_of_every_namespace(self, prod: Graph) -> None:
        given = values(prod, "argo-rollouts")
        assert given["providerRBAC"]["providers"]["istio"] is True
        assert "clusterInstall" not in given

    def test_a_failover_waits_for_no_canary(self, dr: Graph) -> None:
        for node in of_mesh(dr, "VirtualService").values():
            assert all(len(route["route"]) == 1 for route in node.inputs["spec"]["http"])

    @BOTH
    def test_a_pod_that_keeps_failing_is_asked_nothing(self, stack: str, graphs: dict[str, Graph]) -> None:
        rules = of_mesh(graphs[stack], "DestinationRule")
        assert {namespace for namespace, _ in rules} == WORKLOADS
        for rule in rules.values():
            policy = rule.inputs["spec"]["trafficPolicy"]
            assert policy["outlierDetection"]["maxEjectionPercent"] == 50
            assert policy["connectionPool"]["tcp"]["maxConnections"] > 0


class TestReach:
    @BOTH
    def test_a_proxy_knows_the_services_that_its_workload_calls(self, stack: str, graphs: dict[str, Graph]) -> None:
        sidecars = of_mesh(graphs[stack], "Sidecar")
        assert sidecars["auth", "default"].inputs["spec"]["egress"] == [{"hosts": ["./*", "core/*", "observability/*"]}]

    def test_only_who_uses_the_internet_connects_to_names_unknown(self, prod: Graph) -> None:
        open_ones = {
            namespace
            for (namespace, _), node in of_mesh(prod, "Sidecar").items()
            if "outboundTrafficPolicy" in node.inputs["spec"]
        }
        assert open_ones == {"auxiliary", "core"}

    def test_places_outside_are_known_to_their_users_alone(self, prod: Graph) -> None:
        found = of_mesh(prod, "ServiceEntry")
        assert {name for namespace, name in found if namespace == "api-gateway"} == {"cache"}
        for node in found.values():
            assert node.inputs["spec"]["exportTo"] == ["."]
            assert node.inputs["spec"]["location"] == "MESH_EXTERNAL"
