"""Keys: they rotate, can be recovered, and open to this account alone."""

import json
from typing import Any

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
            assert not {"kms:*", "kms:Decrypt", "kms:Encrypt", "kms:CreateGrant"} & set(administration["Action"])

    def test_a_statement_for_anyone_is_bound_to_this_account(self, prod: Graph) -> None:
        for key in prod.of_type("aws:kms/key:Key"):
            for found in statements(key):
                if found["Principal"] == {"AWS": "*"}:
                    assert found["Condition"]["StringEquals"]["kms:CallerAccount"] == "111122223333"

    def test_a_key_opens_to_the_services_it_is_for_and_for_this_account_only(self, prod: Graph) -> None:
        found: dict[str, set[str]] = {}
        for key in prod.of_type("aws:kms/key:Key"):
            for statement in statements(key):
                services = statement["Principal"].get("Service", [])
                found.setdefault(key.name, set()).update([services] if isinstance(services, str) else services)
                # EventBridge says for no topic and no queue whose event it brings.
                if services and services != ["events.amazonaws.com"]:
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
