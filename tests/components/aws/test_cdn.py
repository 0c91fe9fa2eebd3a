"""CloudFront: current TLS, a private origin, safe caching, headers, and a log without secrets."""

import pytest

from preview.graph import Graph, Node


@pytest.fixture
def distribution(prod: Graph) -> Node:
    [distribution] = prod.of_type("aws:cloudfront/distribution:Distribution")
    return distribution


class TestViewers:
    def test_they_need_current_tls(self, distribution: Node) -> None:
        certificate = distribution.inputs["viewerCertificate"]
        assert certificate["minimumProtocolVersion"] == "TLSv1.2_2021"
        assert certificate["sslSupportMethod"] == "sni-only"
        assert ":us-east-1:" in certificate["acmCertificateArn"]
        assert distribution.inputs["httpVersion"] == "http2and3"
        assert distribution.inputs["isIpv6Enabled"] is True

    def test_they_are_served_under_every_public_name(self, distribution: Node) -> None:
        assert set(distribution.inputs["aliases"]) == {
            "example.com",
            "www.example.com",
            "api.example.com",
            "primary.example.com",
        }

    def test_every_answer_is_https_and_carries_the_security_headers(self, prod: Graph, distribution: Node) -> None:
        [policy] = prod.of_type("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy")
        for behaviour in (
            distribution.inputs["defaultCacheBehavior"],
            *distribution.inputs["orderedCacheBehaviors"],
        ):
            assert behaviour["viewerProtocolPolicy"] == "redirect-to-https"
            assert behaviour["responseHeadersPolicyId"] == policy.state["id"]
        headers = policy.inputs["securityHeadersConfig"]
        assert headers["strictTransportSecurity"]["accessControlMaxAgeSec"] >= 365 * 24 * 3600
        assert headers["strictTransportSecurity"]["override"] is True
        assert headers["contentTypeOptions"] == {"override": True}
        assert headers["frameOptions"]["frameOption"] == "DENY"
        assert "frame-ancestors 'none'" in headers["contentSecurityPolicy"]["contentSecurityPolicy"]


class TestOrigin:
    def test_it_is_the_private_balancer_over_tls(self, prod: Graph, distribution: Node) -> None:
        [origin] = prod.of_type("aws:cloudfront/vpcOrigin:VpcOrigin")
        [balancer] = prod.of_type("aws:lb/loadBalancer:LoadBalancer")
        config = origin.inputs["vpcOriginEndpointConfig"]
        assert config["arn"] == balancer.outputs["arn"]
        assert config["originProtocolPolicy"] == "https-only"
        assert config["originSslProtocols"]["items"] == ["TLSv1.2"]
        [used] = distribution.inputs["origins"]
        assert used["domainName"] == balancer.outputs["dnsName"]
        assert used["vpcOriginConfig"] == {"vpcOriginId": origin.state["id"]}

    def test_it_is_joined_once_the_balancer_listens_and_lets_it_in(self, prod: Graph) -> None:
        [origin] = prod.of_type("aws:cloudfront/vpcOrigin:VpcOrigin")
        names = {urn.rsplit("::", 1)[1] for urn in origin.state["dependencies"]}
        assert {"edge-internal-https", "edge-internal-https-pl-82a045eb"} <= names

    def test_it_gets_the_viewers_host(self, distribution: Node) -> None:
        behaviour = distribution.inputs["defaultCacheBehavior"]
        assert behaviour["originRequestPolicyId"] == "216adef6-5c7f-47e4-b989-5492eafa07d3"


def test_nothing_is_cached_but_static_paths(distribution: Node) -> None:
    never = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert distribution.inputs["defaultCacheBehavior"]["cachePolicyId"] == never
    [static] = distribution.inputs["orderedCacheBehaviors"]
    assert static["pathPattern"] == "/static/*"
    assert static["cachePolicyId"] != never
    assert "POST" not in static["allowedMethods"]


def test_a_deployment_does_not_wait_for_the_whole_world(distribution: Node) -> None:
    assert distribution.inputs["waitForDeployment"] is False


def test_requests_are_logged_without_what_carries_credentials(prod: Graph, distribution: Node) -> None:
    [source] = prod.of_type("aws:cloudwatch/logDeliverySource:LogDeliverySource")
    [destination] = prod.of_type("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination")
    [delivery] = prod.of_type("aws:cloudwatch/logDelivery:LogDelivery")
    [log] = [node for node in prod.of_type("aws:cloudwatch/logGroup:LogGroup") if node.name == "edge-cdn-access"]
    assert source.inputs["resourceArn"] == distribution.outputs["arn"]
    assert source.inputs["logType"] == "ACCESS_LOGS"
    assert destination.inputs["deliveryDestinationConfiguration"] == {"destinationResourceArn": log.outputs["arn"]}
    assert not {"cs(Cookie)", "cs-uri-query"} & set(delivery.inputs["recordFields"])
    for node in (source, destination, delivery, log):
        assert node.inputs["region"] == "us-east-1"
    assert any("logResourcePolicy" in urn for urn in delivery.state["dependencies"])
