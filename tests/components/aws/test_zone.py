"""The public zone: signed by a key that Route 53 may use and nobody else, logged, watched."""

import json

import pytest

from preview.graph import Graph, Node


def only(graph: Graph, token: str, name: str) -> Node:
    [node] = [node for node in graph.of_type(token) if node.name == name]
    return node


@pytest.fixture
def zone(prod: Graph) -> Node:
    [zone] = prod.of_type("aws:route53/zone:Zone")
    return zone


class TestSigning:
    def test_the_key_is_one_that_route_53_can_sign_with(self, prod: Graph) -> None:
        key = only(prod, "aws:kms/key:Key", "edge-zone-dnssec")
        assert key.inputs["region"] == "us-east-1"
        assert key.inputs["customerMasterKeySpec"] == "ECC_NIST_P256"
        assert key.inputs["keyUsage"] == "SIGN_VERIFY"

    def test_only_route_53_signs_and_only_for_this_zone(self, prod: Graph, zone: Node) -> None:
        key = only(prod, "aws:kms/key:Key", "edge-zone-dnssec")
        statements = {found["Sid"]: found for found in json.loads(key.inputs["policy"])["Statement"]}
        assert "kms:Sign" not in statements["AdministerByIam"]["Action"]
        assert statements["SignZone"]["Principal"] == {"Service": "dnssec-route53.amazonaws.com"}
        assert set(statements["SignZone"]["Action"]) == {"kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"}
        assert statements["SignZone"]["Condition"] == {
            "StringEquals": {"aws:SourceAccount": "111122223333"},
            "ArnEquals": {"aws:SourceArn": zone.outputs["arn"]},
        }
        assert statements["GrantSigning"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}

    def test_the_zone_is_signed_once_its_key_is_active(self, prod: Graph, zone: Node) -> None:
        [signer] = prod.of_type("aws:route53/keySigningKey:KeySigningKey")
        [signing] = prod.of_type("aws:route53/hostedZoneDnsSec:HostedZoneDnsSec")
        assert signing.inputs == {"hostedZoneId": zone.outputs["zoneId"], "signingStatus": "SIGNING"}
        assert signer.urn in signing.state["dependencies"]


def test_dns_edits_resume_when_their_home_region_is_down(zone: Node) -> None:
    assert zone.inputs["enableAcceleratedRecovery"] is True


def test_the_authorities_of_both_clouds_may_issue_and_no_other(prod: Graph) -> None:
    [caa] = [node for node in prod.of_type("aws:route53/record:Record") if node.inputs["type"] == "CAA"]
    assert caa.inputs["name"] == "example.com"
    assert set(caa.inputs["records"]) == {
        '0 issue "amazon.com"',
        '0 issue "letsencrypt.org"',
        '0 issue "pki.goog"',
        '0 iodef "mailto:security@example.com"',
    }


class TestQueryLog:
    def test_it_lies_where_route_53_writes_under_a_key_of_that_region(self, prod: Graph) -> None:
        log = only(prod, "aws:cloudwatch/logGroup:LogGroup", "edge-zone-queries")
        assert log.inputs["name"] == "/aws/route53/example.com"
        assert log.inputs["region"] == "us-east-1"
        key = only(prod, "aws:kms/key:Key", "edge-logs")
        assert log.inputs["kmsKeyId"] == key.outputs["arn"]
        assert ":us-east-1:" in key.outputs["arn"]
        assert "logs.us-east-1.amazonaws.com" in key.inputs["policy"]

    def test_route_53_may_write_before_it_is_told_to(self, prod: Graph) -> None:
        [query_log] = prod.of_type("aws:route53/queryLog:QueryLog")
        writer = only(prod, "aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "edge-zone-queries")
        assert writer.urn in query_log.state["dependencies"]
        [statement] = json.loads(writer.inputs["policyDocument"])["Statement"]
        assert statement["Principal"] == {"Service": "route53.amazonaws.com"}
        assert statement["Resource"] == "arn:aws:logs:us-east-1:111122223333:log-group:/aws/route53/example.com:*"
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}


def test_service_written_logs_fit_the_policies_that_a_region_takes(prod: Graph) -> None:
    names = [
        node.inputs["policyName"]
        for node in prod.of_type("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
        if node.inputs.get("region") == "us-east-1"
    ]
    assert len(names) == len(set(names))
    assert len(names) <= 10
