"""Keys: they rotate, can be recovered, and open to this account alone."""

import json
from fnmatch import fnmatchcase
from typing import Any

from components.aws.detection import DELIVERED, SENSITIVE
from preview.graph import Graph, Node

PUBLISHERS = {
    "backup.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "events.amazonaws.com",
    "sns.amazonaws.com",
}


def statements(key: Node) -> list[dict[str, Any]]:
    return json.loads(key.inputs["policy"])["Statement"]


class TestKeys:
    def test_each_rotates_and_can_be_recovered(self, prod: Graph) -> None:
        for key in prod.of_type("aws:kms/key:Key"):
            assert key.inputs["deletionWindowInDays"] >= 14
            if "customerMasterKeySpec" not in key.inputs:  # asymmetric keys cannot rotate
                assert key.inputs["enableKeyRotation"] is True
                assert 90 <= key.inputs["rotationPeriodInDays"] <= 365

    def test_each_has_an_alias(self, prod: Graph) -> None:
        aliased = {alias.inputs["targetKeyId"] for alias in prod.of_type("aws:kms/alias:Alias")}
        assert aliased == {key.outputs["keyId"] for key in prod.of_type("aws:kms/key:Key")}

    def test_its_administrators_may_not_use_it_by_that_right(self, prod: Graph) -> None:
        for key in prod.of_type("aws:kms/key:Key"):
            [administration] = [found for found in statements(key) if found["Sid"] == "AdministerByIam"]
            for use in ("kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"):
                assert not [held for held in administration["Action"] if fnmatchcase(use, held)], use

    def test_a_grant_is_for_aws_services_alone(self, prod: Graph) -> None:
        for key in prod.of_type("aws:kms/key:Key"):
            for found in statements(key):
                if any(fnmatchcase("kms:CreateGrant", action) for action in found["Action"]):
                    assert found["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}, (key.name, found["Sid"])

    def test_a_statement_for_anyone_is_bound_to_this_account(self, prod: Graph) -> None:
        for key in prod.of_type("aws:kms/key:Key"):
            for found in statements(key):
                if found["Principal"] == {"AWS": "*"}:
                    assert found["Condition"]["StringEquals"]["kms:CallerAccount"] == "111122223333"

    def test_macie_may_read_the_buckets_it_looks_through_and_no_others(self, prod: Graph) -> None:
        looked_through = {
            bucket.state["id"]
            for bucket in prod.of_type("aws:s3/bucket:Bucket")
            if bucket.inputs["tags"]["data-class"] in SENSITIVE
            and not DELIVERED.items() <= bucket.inputs["tags"].items()
        }
        needed = {
            encryption.inputs["rules"][0]["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"]
            for encryption in prod.of_type(
                "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
            )
            if encryption.inputs["bucket"] in looked_through
        }
        reader = "arn:aws:iam::111122223333:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
        opened = {
            key.outputs["arn"]: found["Action"]
            for key in prod.of_type("aws:kms/key:Key")
            for found in statements(key)
            if found.get("Condition", {}).get("ArnEquals", {}).get("aws:PrincipalArn") == reader
        }
        assert opened == {key: ["kms:Decrypt"] for key in needed}

    def test_a_key_opens_to_the_services_it_is_for_and_for_this_account_only(self, prod: Graph) -> None:
        found: dict[str, set[str]] = {}
        for key in prod.of_type("aws:kms/key:Key"):
            for statement in statements(key):
                services = statement["Principal"].get("Service", [])
                found.setdefault(key.name, set()).update([services] if isinstance(services, str) else services)
                # EventBridge says for no topic and no queue whose event it brings, Route 53 for no zone that it signs.
                if services and services != ["events.amazonaws.com"] and statement["Sid"] != "GrantSigning":
                    assert "111122223333" in json.dumps(statement["Condition"]), key.name
        assert {key: services for key, services in found.items() if services} == {
            "edge-logs": {"logs.us-east-1.amazonaws.com"},
            "edge-zone-dnssec": {"dnssec-route53.amazonaws.com"},
            "keys-audit": {"cloudtrail.amazonaws.com"},
            "keys-logs": {"delivery.logs.amazonaws.com", "logs.us-west-2.amazonaws.com", "s3.amazonaws.com"},
            "keys-notifications": PUBLISHERS,
            "keys-queues": {"events.amazonaws.com"},
            "observability-notifications-us-east-1": PUBLISHERS,
        }
