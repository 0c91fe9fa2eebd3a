"""DNS moves users when the switch object appears, and for no other reason."""

import pytest

from preview.graph import Graph, Node

PUBLIC = {"example.com", "www.example.com", "api.example.com"}


def records(prod: Graph) -> list[Node]:
    return [node for node in prod.of_type("aws:route53/record:Record") if node.name.startswith("edge-door-")]


@pytest.fixture
def checks(prod: Graph) -> dict[str, Node]:
    return {node.name: node for node in prod.of_type("aws:route53/healthCheck:HealthCheck")}


class TestRecords:
    def test_each_public_name_is_primary_for_both_kinds_of_address(self, prod: Graph) -> None:
        primary = [node.inputs for node in records(prod) if node.inputs.get("failoverRoutingPolicies")]
        assert {(record["name"], record["type"]) for record in primary} == {
            (name, kind) for name in PUBLIC for kind in ("A", "AAAA")
        }
        for record in primary:
            assert record["failoverRoutingPolicies"] == [{"type": "PRIMARY"}]
            assert record["setIdentifier"] == "primary"

    def test_all_lead_to_cloudfront_whatever_its_health(self, prod: Graph) -> None:
        [distribution] = prod.of_type("aws:cloudfront/distribution:Distribution")
        for record in records(prod):
            [alias] = record.inputs["aliases"]
            assert alias["name"] == distribution.outputs["domainName"]
            assert alias["evaluateTargetHealth"] is False

    def test_only_the_switch_moves_them(self, prod: Graph, checks: dict[str, Node]) -> None:
        switch = checks["edge-door-switch"]
        moved = [node.inputs for node in records(prod) if node.inputs.get("healthCheckId")]
        assert {record["healthCheckId"] for record in moved} == {switch.state["id"]}
        assert {record["name"] for record in moved} == PUBLIC

    def test_the_primarys_own_name_never_moves(self, prod: Graph) -> None:
        own = [node.inputs for node in records(prod) if node.inputs["name"] == "primary.example.com"]
        assert {record["type"] for record in own} == {"A", "AAAA"}
        for record in own:
            assert not {"healthCheckId", "setIdentifier", "failoverRoutingPolicies"} & record.keys()


class TestChecks:
    def test_the_switch_is_on_while_its_object_is_missing(self, checks: dict[str, Node]) -> None:
        switch = checks["edge-door-switch"].inputs
        assert switch["invertHealthcheck"] is True
        assert (switch["type"], switch["fqdn"], switch["resourcePath"]) == (
            "HTTPS",
            "storage.googleapis.com",
            "/example-failover-switch/active",
        )
        assert switch["requestInterval"] * switch["failureThreshold"] <= 60

    def test_no_check_asks_for_a_name_that_fails_over(self, checks: dict[str, Node]) -> None:
        assert not PUBLIC & {check.inputs["fqdn"] for check in checks.values()}

    def test_the_primarys_health_only_alarms(self, prod: Graph, checks: dict[str, Node]) -> None:
        health = checks["edge-door-primary"]
        assert health.inputs["fqdn"] == "primary.example.com"
        assert health.inputs["invertHealthcheck"] is False
        alarms = {
            node.inputs["dimensions"].get("HealthCheckId"): node.inputs
            for node in prod.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
            if node.inputs.get("metricName") == "HealthCheckStatus"
        }
        assert alarms.keys() == {check.state["id"] for check in checks.values()}
        for alarm in alarms.values():
            assert alarm["region"] == "us-east-1"
            assert (alarm["comparisonOperator"], alarm["threshold"]) == ("LessThanThreshold", 1)
