"""Certificates: one where CloudFront looks, one for the region, both proved by one record."""

from preview.graph import Graph, Node


def certificates(prod: Graph) -> dict[str, Node]:
    return {node.name.rsplit("-", 1)[1]: node for node in prod.of_type("aws:acm/certificate:Certificate")}


def test_each_stands_in_its_users_region(prod: Graph) -> None:
    assert {name: node.inputs["region"] for name, node in certificates(prod).items()} == {
        "cloudfront": "us-east-1",
        "gateway": "us-west-2",
    }


def test_only_the_gateways_key_can_leave(prod: Graph) -> None:
    found = {name: node.inputs["options"]["export"] for name, node in certificates(prod).items()}
    assert found == {"cloudfront": "DISABLED", "gateway": "ENABLED"}


def test_each_covers_the_domain_and_every_name_below_it(prod: Graph) -> None:
    for node in certificates(prod).values():
        assert node.inputs["domainName"] == "example.com"
        assert node.inputs["subjectAlternativeNames"] == ["*.example.com"]


def test_one_record_proves_both_before_they_are_used(prod: Graph) -> None:
    [record] = [node for node in prod.of_type("aws:route53/record:Record") if "validation" in node.name]
    assert record.inputs["type"] == "CNAME"
    waits = prod.of_type("aws:acm/certificateValidation:CertificateValidation")
    assert len(waits) == 2
    for wait in waits:
        assert wait.inputs["validationRecordFqdns"] == [record.outputs["fqdn"]]
    [distribution] = prod.of_type("aws:cloudfront/distribution:Distribution")
    assert any("CertificateValidation" in urn for urn in distribution.state["dependencies"])
