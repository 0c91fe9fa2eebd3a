"""The link's DNS: a failover leads to the standby, both clouds renew certificates, and nothing here moves anyone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from preview.graph import Graph, Node

RECORD = "aws:route53/record:Record"
SHADOW_RECORD = "gcp:dns/recordSet:RecordSet"
PUBLIC = {"example.com", "www.example.com", "api.example.com"}
DS_RECORD = "12345 13 2 " + "AB" * 32


@pytest.fixture(scope="module")
def link(interconnect: Graph) -> Graph:
    """What the link adds to DNS, and nothing else of it."""
    steps = [step for step in interconnect.document["steps"] if step["urn"].rsplit("::", 1)[1].startswith("dns")]
    return Graph({**interconnect.document, "steps": steps})


@pytest.fixture(scope="module")
def addresses(dr: Graph) -> dict[str, str]:
    """The standby's addresses by type of record."""
    return {
        {"IPV4": "A", "IPV6": "AAAA"}[node.inputs["ipVersion"]]: node.outputs["address"]
        for node in dr.of_type("gcp:compute/globalAddress:GlobalAddress")
        if node.name.startswith("edge-balancer-")
    }


def records(graph: Graph) -> dict[tuple[str, str], Node]:
    return {(node.inputs["name"], node.inputs["type"]): node for node in graph.of_type(RECORD)}


def zone_id(prod: Graph) -> str:
    [zone] = prod.of_type("aws:route53/zone:Zone")
    return zone.outputs["zoneId"]


def test_all_records_are_in_the_authoritative_zone_or_its_shadow(prod: Graph, dr: Graph, link: Graph) -> None:
    [shadow] = [
        node for node in dr.of_type("gcp:dns/managedZone:ManagedZone") if node.inputs["dnsName"] == "example.com."
    ]
    assert {node.inputs["zoneId"] for node in link.of_type(RECORD)} == {zone_id(prod)}
    assert {node.inputs["managedZone"] for node in link.of_type(SHADOW_RECORD)} == {shadow.outputs["name"]}


def test_nothing_is_written_that_a_region_writes_itself(prod: Graph, dr: Graph, link: Graph) -> None:
    def of(graph: Graph) -> set[tuple[str, ...]]:
        """Records by what must be one within a zone."""
        return {
            (node.inputs.get("zoneId") or node.inputs["managedZone"], node.inputs["name"].rstrip("."),
             node.inputs["type"], node.inputs.get("setIdentifier") or "")
            for node in graph.of_type(RECORD, SHADOW_RECORD)
        }  # fmt: skip

    assert of(link)
    assert not of(link) & (of(prod) | of(dr))


class TestFailover:
    def test_each_primary_record_has_a_secondary_one_of_its_type(self, prod: Graph, link: Graph) -> None:
        def failing_over(graph: Graph, role: str) -> set[tuple[str, str]]:
            return {key for key, node in records(graph).items() if _role(node) == role}

        secondary = failing_over(link, "SECONDARY")
        assert secondary == failing_over(prod, "PRIMARY") == {(name, kind) for name in PUBLIC for kind in ("A", "AAAA")}
        assert not failing_over(link, "PRIMARY")

    def test_it_leads_to_the_standbys_load_balancer(self, link: Graph, addresses: dict[str, str]) -> None:
        for (_, kind), node in records(link).items():
            if _role(node):
                assert node.inputs["records"] == [addresses[kind]]
                assert node.inputs["setIdentifier"] == "secondary"

    def test_it_is_answered_whatever_the_standbys_health(self, link: Graph) -> None:
        for node in link.of_type(RECORD):
            assert "healthCheckId" not in node.inputs, node.urn

    def test_resolvers_ask_again_within_a_minute(self, link: Graph) -> None:
        assert {node.inputs["ttl"] for node in link.of_type(RECORD) if _role(node)} == {60}


def _role(node: Node) -> str:
    return next((policy["type"] for policy in node.inputs.get("failoverRoutingPolicies", ())), "")


class TestStandby:
    def test_its_own_name_always_leads_to_it(self, link: Graph, addresses: dict[str, str]) -> None:
        for kind, address in addresses.items():
            own = records(link)["standby.example.com", kind].inputs
            assert own["records"] == [address]
            assert not {"setIdentifier", "failoverRoutingPolicies"} & own.keys()

    def test_its_load_balancer_serves_that_name(self, dr: Graph) -> None:
        [urls] = [node for node in dr.of_type("gcp:compute/uRLMap:URLMap") if node.name == "edge-balancer-urls"]
        platform = next(rule for rule in urls.inputs["hostRules"] if rule["pathMatcher"] == "platform")
        assert "standby.example.com" in platform["hosts"]

    def test_a_check_of_that_name_tells_people_and_does_nothing_else(self, prod: Graph, link: Graph) -> None:
        [check] = link.of_type("aws:route53/healthCheck:HealthCheck")
        assert (check.inputs["fqdn"], check.inputs["resourcePath"]) == ("standby.example.com", "/healthz")
        assert check.inputs["invertHealthcheck"] is False
        [alarm] = link.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
        assert alarm.inputs["dimensions"] == {"HealthCheckId": check.state["id"]}
        assert (alarm.inputs["comparisonOperator"], alarm.inputs["threshold"]) == ("LessThanThreshold", 1)
        assert alarm.inputs["treatMissingData"] == "breaching"
        topics = prod.document["outputs"]["observability"]["topicArns"]["us-east-1"]
        assert alarm.inputs["alarmActions"] == [topics["page"]]
        assert alarm.inputs["region"] == "us-east-1", "Route 53 has its metrics nowhere else"

    def test_no_controller_of_the_primary_may_change_its_names(self, prod: Graph, link: Graph) -> None:
        [rights] = [node for node in prod.of_type("aws:iam/rolePolicy:RolePolicy") if "external-dns" in node.name]
        for name, kind in records(link):
            if kind in ("A", "AAAA", "NS"):
                assert f'"{name}"' in rights.inputs["policy"]


class TestDelegation:
    def test_the_standbys_zone_is_handed_on_to_its_servers(self, dr: Graph, link: Graph) -> None:
        [zone] = [
            node
            for node in dr.of_type("gcp:dns/managedZone:ManagedZone")
            if node.inputs["dnsName"] == "gcp.example.com."
        ]
        assert records(link)["gcp.example.com", "NS"].inputs["records"] == zone.outputs["nameServers"]

    def test_it_is_signed_once_the_settings_know_the_key(
        self, link: Graph, project_copy: Path, preview: Callable
    ) -> None:
        file, switch = project_copy / "Pulumi.yaml", "      switch_bucket: example-failover-switch\n"
        file.write_text(file.read_text().replace(switch, f'{switch}      delegation_ds: "{DS_RECORD}"\n'))
        result = preview("interconnect", "--json", "--pass", "update", "--project", str(project_copy))
        signed = records(Graph(json.loads(result.stdout)))
        assert signed["gcp.example.com", "DS"].inputs["records"] == [DS_RECORD]
        assert ("gcp.example.com", "DS") not in records(link)


class TestProofs:
    def test_googles_authority_finds_its_proof_in_route_53(self, dr: Graph, link: Graph) -> None:
        [proof] = [
            node.outputs["dnsResourceRecords"][0]
            for node in dr.of_type("gcp:certificatemanager/dnsAuthorization:DnsAuthorization")
            if node.inputs["domain"] == "example.com"
        ]
        assert records(link)[proof["name"], proof["type"]].inputs["records"] == [proof["data"]]

    def test_amazons_authority_finds_its_proof_in_the_shadow(self, prod: Graph, link: Graph) -> None:
        [proof] = [node.inputs for node in prod.of_type(RECORD) if "validation" in node.name]
        found = {node.inputs["name"]: node.inputs for node in link.of_type(SHADOW_RECORD)}
        shadowed = found[f"{proof['name']}."]
        assert shadowed["type"] == proof["type"]
        assert [data.rstrip(".") for data in shadowed["rrdatas"]] == [data.rstrip(".") for data in proof["records"]]
        assert all(data.endswith(".") for data in shadowed["rrdatas"]), "Cloud DNS takes it for a relative name"


def test_the_primarys_own_name_is_in_the_shadow(prod: Graph, link: Graph) -> None:
    [distribution] = prod.of_type("aws:cloudfront/distribution:Distribution")
    [record] = [node.inputs for node in link.of_type(SHADOW_RECORD) if node.inputs["name"] == "primary.example.com."]
    assert (record["type"], record["rrdatas"]) == ("CNAME", [f"{distribution.outputs['domainName']}."])


def test_whatever_takes_marks_says_that_it_is_a_link(link: Graph) -> None:
    for node in link.of_type("aws:route53/healthCheck:HealthCheck", "aws:cloudwatch/metricAlarm:MetricAlarm"):
        assert node.inputs["tags"]["dr-role"] == "link"
