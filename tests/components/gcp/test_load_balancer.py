"""The global load balancer: TLS all the way, nothing but redirects in the clear, endpoints that the cluster brings."""

import pytest

from preview.graph import Graph, Node

SERVICE = "gcp:compute/backendService:BackendService"
URL_MAP = "gcp:compute/uRLMap:URLMap"


def only(graph: Graph, token: str, name: str) -> Node:
    [node] = [node for node in graph.of_type(token) if node.name == name]
    return node


@pytest.fixture
def urls(dr: Graph) -> Node:
    return only(dr, URL_MAP, "edge-balancer-urls")


class TestAddresses:
    def test_both_versions_are_reserved_for_good(self, dr: Graph) -> None:
        found = [
            node
            for node in dr.of_type("gcp:compute/globalAddress:GlobalAddress")
            if node.name.startswith("edge-balancer-")
        ]
        assert {node.inputs["ipVersion"] for node in found} == {"IPV4", "IPV6"}
        assert all(node.protected and node.inputs["addressType"] == "EXTERNAL" for node in found)

    def test_each_answers_on_both_ports(self, dr: Graph) -> None:
        rules = [
            node
            for node in dr.of_type("gcp:compute/globalForwardingRule:GlobalForwardingRule")
            if node.name.startswith("edge-balancer-")
        ]
        secure = only(dr, "gcp:compute/targetHttpsProxy:TargetHttpsProxy", "edge-balancer-https").state["id"]
        plain = only(dr, "gcp:compute/targetHttpProxy:TargetHttpProxy", "edge-balancer-http").state["id"]
        addresses = {rule.inputs["ipAddress"] for rule in rules}
        assert len(addresses) == 2
        assert {(rule.inputs["ipAddress"], rule.inputs["portRange"], rule.inputs["target"]) for rule in rules} == {
            (address, port, target) for address in addresses for port, target in (("443", secure), ("80", plain))
        }
        assert {rule.inputs["loadBalancingScheme"] for rule in rules} == {"EXTERNAL_MANAGED"}


class TestTls:
    def test_only_strong_versions_and_ciphers(self, dr: Graph) -> None:
        [policy] = dr.of_type("gcp:compute/sSLPolicy:SSLPolicy")
        assert (policy.inputs["minTlsVersion"], policy.inputs["profile"]) == ("TLS_1_2", "RESTRICTED")
        [proxy] = dr.of_type("gcp:compute/targetHttpsProxy:TargetHttpsProxy")
        assert proxy.inputs["sslPolicy"] == policy.state["id"]
        assert proxy.inputs["quicOverride"] == "ENABLE"
        assert proxy.inputs["tlsEarlyData"] == "DISABLED"

    def test_it_goes_on_to_the_gateway(self, dr: Graph) -> None:
        assert {node.inputs["protocol"] for node in dr.of_type(SERVICE)} == {"HTTPS"}

    def test_plain_http_is_redirected_whatever_it_asks_for(self, dr: Graph) -> None:
        [proxy] = dr.of_type("gcp:compute/targetHttpProxy:TargetHttpProxy")
        redirect = only(dr, URL_MAP, "edge-balancer-redirect")
        assert proxy.inputs["urlMap"] == redirect.state["id"]
        assert redirect.inputs["defaultUrlRedirect"]["httpsRedirect"] is True
        assert not {"pathMatchers", "defaultService", "hostRules"} & set(redirect.inputs)


class TestRoutes:
    def test_every_public_name_leads_to_the_gateway(self, dr: Graph, urls: Node) -> None:
        led = {rule["pathMatcher"]: rule["hosts"] for rule in urls.inputs["hostRules"]}
        services = {matcher["name"]: matcher["defaultService"] for matcher in urls.inputs["pathMatchers"]}
        gateway = only(dr, SERVICE, "edge-balancer-gateway").state["id"]
        assert [hosts for name, hosts in led.items() if services[name] == gateway] == [
            [name for name in dr.document["outputs"]["edge"]["names"] if not name.startswith("signed-objects.")]
        ]

    def test_a_name_that_nobody_serves_never_reaches_the_cluster(self, urls: Node) -> None:
        assert "defaultService" not in urls.inputs
        assert urls.inputs["defaultUrlRedirect"]["hostRedirect"] == "example.com"

    def test_an_application_cannot_take_back_what_protects_its_users(self, urls: Node) -> None:
        action = urls.inputs["pathMatchers"][0]["headerAction"]
        added = {header["headerName"]: header for header in action["responseHeadersToAdds"]}
        assert added["Strict-Transport-Security"]["headerValue"] == "max-age=63072000; includeSubDomains"
        assert added["X-Content-Type-Options"]["headerValue"] == "nosniff"
        assert all(header["replace"] is True for header in added.values())
        assert "X-Powered-By" in action["responseHeadersToRemoves"]


class TestBackends:
    def test_the_cluster_attaches_its_endpoints_and_the_program_leaves_them(self, dr: Graph) -> None:
        names = dr.document["outputs"]["edge"]["backendServices"]
        for node in dr.of_type(SERVICE):
            assert "backends" not in node.inputs
            assert node.state["ignoreChanges"] == ["backends"]
            assert node.outputs["name"] in names.values()

    def test_a_pod_counts_as_ready_by_its_own_word(self, dr: Graph) -> None:
        [health] = dr.of_type("gcp:compute/healthCheck:HealthCheck")
        assert health.inputs["httpHealthCheck"] == {
            "port": 15021,
            "portSpecification": "USE_FIXED_PORT",
            "requestPath": "/healthz/ready",
        }
        assert health.inputs["timeoutSec"] <= health.inputs["checkIntervalSec"]
        assert {node.inputs["healthChecks"] for node in dr.of_type(SERVICE)} == {health.state["id"]}

    def test_a_pod_is_put_out_for_what_it_fails_to_answer_and_not_for_errors_of_the_application(
        self, dr: Graph
    ) -> None:
        for node in dr.of_type(SERVICE):
            judged = node.inputs["outlierDetection"]
            assert (judged["consecutiveGatewayFailure"], judged["enforcingConsecutiveGatewayFailure"]) == (10, 100)
            # The provider leaves a zero out, and Google's own values put pods out for both.
            assert 0 not in judged.values()
            assert (judged["enforcingConsecutiveErrors"], judged["enforcingSuccessRate"]) == (1, 1)
            assert min(judged["consecutiveErrors"], judged["successRateMinimumHosts"]) >= 1000

    def test_the_firewall_judges_and_the_log_tells_of_every_request(self, dr: Graph) -> None:
        policy = only(dr, "gcp:compute/securityPolicy:SecurityPolicy", "edge-firewall-policy").state["id"]
        for node in dr.of_type(SERVICE):
            assert node.inputs["securityPolicy"] == policy
            assert node.inputs["logConfig"] == {"enable": True, "sampleRate": 1}

    def test_only_named_paths_are_cached_and_only_as_the_application_says(self, dr: Graph, urls: Node) -> None:
        cached = only(dr, SERVICE, "edge-balancer-cached")
        assert urls.inputs["pathMatchers"][0]["pathRules"] == [{"paths": ["/static/*"], "service": cached.state["id"]}]
        assert cached.inputs["cdnPolicy"]["cacheMode"] == "USE_ORIGIN_HEADERS"
        assert cached.inputs["cdnPolicy"]["cacheKeyPolicy"]["includeHost"] is True
        bypassed = {header["headerName"] for header in cached.inputs["cdnPolicy"]["bypassCacheOnRequestHeaders"]}
        assert bypassed == {"Authorization", "Cookie"}
        assert only(dr, SERVICE, "edge-balancer-gateway").inputs["enableCdn"] is False

    def test_without_such_paths_there_is_no_cache(self, dr_with) -> None:
        graph = dr_with({"edge": {"cached_paths": []}})
        assert [node.name for node in graph.of_type(SERVICE)] == ["edge-balancer-gateway"]
        assert "pathRules" not in only(graph, URL_MAP, "edge-balancer-urls").inputs["pathMatchers"][0]
