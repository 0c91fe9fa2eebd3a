"""Certificates that exist before they are needed, and stay while another cloud answers for the domain."""

import pytest

from preview.graph import Graph, Node

PROOF = "gcp:certificatemanager/dnsAuthorization:DnsAuthorization"
ENTRY = "gcp:certificatemanager/certificateMapEntry:CertificateMapEntry"


@pytest.fixture
def proofs(dr: Graph) -> dict[str, Node]:
    return {node.inputs["domain"]: node for node in dr.of_type(PROOF)}


def test_each_domain_is_proved_by_dns_alone(dr: Graph, proofs: dict[str, Node]) -> None:
    for certificate in dr.of_type("gcp:certificatemanager/certificate:Certificate"):
        managed = certificate.inputs["managed"]
        domain = managed["domains"][0]
        assert managed["domains"] == [domain, f"*.{domain}"]
        assert managed["dnsAuthorizations"] == [proofs[domain].state["id"]]


def test_the_proof_leaves_the_primarys_acme_name_alone(proofs: dict[str, Node]) -> None:
    assert {node.inputs["type"] for node in proofs.values()} == {"PER_PROJECT_RECORD"}


def test_the_proof_of_a_domain_never_changes(proofs: dict[str, Node]) -> None:
    assert all(node.protected for node in proofs.values())


def test_the_challenge_is_told_to_the_authoritative_zone_and_written_here(dr: Graph, proofs: dict[str, Node]) -> None:
    told = dr.document["outputs"]["edge"]["challenges"]
    written = {
        node.inputs["name"]: node.inputs["rrdatas"]
        for node in dr.of_type("gcp:dns/recordSet:RecordSet")
        if node.inputs["type"] == "CNAME"
    }
    for key, domain in {"shadow": "example.com", "gcp": "gcp.example.com"}.items():
        [expected] = proofs[domain].outputs["dnsResourceRecords"]
        assert told[key] == expected
        assert written[expected["name"]] == [expected["data"]]


def test_every_name_that_is_served_has_a_certificate(dr: Graph) -> None:
    covered = {node.inputs["hostname"] for node in dr.of_type(ENTRY)}
    for name in dr.document["outputs"]["edge"]["names"]:
        assert name in covered or f"*.{name.partition('.')[2]}" in covered


def test_the_load_balancer_reads_the_map(dr: Graph) -> None:
    [found] = dr.of_type("gcp:certificatemanager/certificateMap:CertificateMap")
    [proxy] = dr.of_type("gcp:compute/targetHttpsProxy:TargetHttpsProxy")
    assert proxy.inputs["certificateMap"] == f"//certificatemanager.googleapis.com/{found.state['id']}"
    assert {node.inputs["map"] for node in dr.of_type(ENTRY)} == {found.outputs["name"]}
