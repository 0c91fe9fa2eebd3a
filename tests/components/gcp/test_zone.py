"""The standby's zones: signed like the primary's, logged, and saying of the public names what must be true here."""

from pathlib import Path

import pytest

from preview.graph import Graph, Node

ZONE = "gcp:dns/managedZone:ManagedZone"
RECORD = "gcp:dns/recordSet:RecordSet"


@pytest.fixture
def zones(dr: Graph) -> dict[str, Node]:
    return {node.inputs["dnsName"]: node for node in dr.of_type(ZONE) if node.inputs["visibility"] == "public"}


def records(graph: Graph, zone: Node, *kinds: str) -> dict[tuple[str, str], Node]:
    return {
        (node.inputs["name"], node.inputs["type"]): node
        for node in graph.of_type(RECORD)
        if node.inputs["managedZone"] == zone.outputs["name"] and (not kinds or node.inputs["type"] in kinds)
    }


def test_one_shadows_the_public_zone_and_one_is_the_standbys_own(zones: dict[str, Node]) -> None:
    assert set(zones) == {"example.com.", "gcp.example.com."}


def test_both_keys_sign_by_the_algorithm_that_route_53_uses(zones: dict[str, Node]) -> None:
    for zone in zones.values():
        dnssec = zone.inputs["dnssecConfig"]
        assert (dnssec["state"], dnssec["nonExistence"]) == ("on", "nsec3")
        assert {key["keyType"]: key["algorithm"] for key in dnssec["defaultKeySpecs"]} == {
            "keySigning": "ecdsap256sha256",
            "zoneSigning": "ecdsap256sha256",
        }


def test_queries_are_logged(zones: dict[str, Node]) -> None:
    for zone in zones.values():
        assert zone.inputs["cloudLoggingConfig"] == {"enableLogging": True}


def test_deleting_a_protected_zone_never_deletes_its_records(zones: dict[str, Node]) -> None:
    for zone in zones.values():
        assert zone.protected
        assert zone.inputs["forceDestroy"] is False


def test_the_same_authorities_may_issue_as_by_the_primarys_zone(
    graphs: dict[str, Graph], dr: Graph, zones: dict[str, Node]
) -> None:
    [primary] = [node for node in graphs["prod"].of_type("aws:route53/record:Record") if node.inputs["type"] == "CAA"]
    for name, zone in zones.items():
        assert set(records(dr, zone)[(name, "CAA")].inputs["rrdatas"]) == set(primary.inputs["records"])


class TestFrontDoors:
    def test_the_shadow_has_every_name_that_a_failover_moves_and_the_standbys_own(
        self, graphs: dict[str, Graph], dr: Graph, zones: dict[str, Node]
    ) -> None:
        moved = {
            (f"{node.inputs['name']}.", node.inputs["type"])
            for node in graphs["prod"].of_type("aws:route53/record:Record")
            if node.inputs.get("failoverRoutingPolicies")
        }
        own = {("standby.example.com.", kind) for kind in ("A", "AAAA")}
        assert set(records(dr, zones["example.com."], "A", "AAAA")) == moved | own

    def test_the_shadow_does_not_speak_for_the_primary(self, dr: Graph, zones: dict[str, Node]) -> None:
        assert not [name for name, _ in records(dr, zones["example.com."]) if name.startswith("primary.")]

    def test_each_has_a_name_that_always_leads_to_the_standby(self, dr: Graph, zones: dict[str, Node]) -> None:
        names = {name for name, _ in records(dr, zones["gcp.example.com."], "A", "AAAA")}
        assert names == {f"{host}gcp.example.com." for host in ("", "api.", "signed-objects.", "www.")}

    def test_all_lead_to_the_load_balancers_addresses(self, dr: Graph, zones: dict[str, Node]) -> None:
        addresses = {
            node.inputs["ipVersion"]: node.outputs["address"]
            for node in dr.of_type("gcp:compute/globalAddress:GlobalAddress")
            if node.name.startswith("edge-balancer-")
        }
        for zone in zones.values():
            for (_, kind), node in records(dr, zone, "A", "AAAA").items():
                assert node.inputs["rrdatas"] == [addresses["IPV4" if kind == "A" else "IPV6"]]
                assert node.inputs["ttl"] == 60


class TestDelegation:
    def test_the_shadow_hands_on_what_route_53_hands_on(self, dr: Graph, zones: dict[str, Node]) -> None:
        delegation = records(dr, zones["example.com."])[("gcp.example.com.", "NS")]
        assert delegation.inputs["rrdatas"] == zones["gcp.example.com."].outputs["nameServers"]

    def test_it_is_signed_once_the_settings_know_the_key(self, project_copy: Path, dr_with) -> None:
        ds_record = "12345 13 2 " + "AB" * 32
        file = project_copy / "Pulumi.yaml"
        switch = "      switch_bucket: example-failover-switch\n"
        file.write_text(file.read_text().replace(switch, f'{switch}      delegation_ds: "{ds_record}"\n'))
        graph = dr_with({})
        [zone] = [node for node in graph.of_type(ZONE) if node.inputs["dnsName"] == "example.com."]
        assert records(graph, zone)[("gcp.example.com.", "DS")].inputs["rrdatas"] == [ds_record]


def test_every_name_of_a_record_ends_with_a_dot(dr: Graph) -> None:
    assert all(node.inputs["name"].endswith(".") for node in dr.of_type(RECORD))
