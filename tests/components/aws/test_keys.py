"""Keys: they rotate, can be recovered, and open to this account alone."""

import json
from typing import Any

from preview.graph import Graph, Node


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

    def test_only_the_logs_keys_open_to_cloudwatch_and_only_for_this_accounts_groups(self, prod: Graph) -> None:
        regions = {"keys-logs": "us-west-2", "edge-logs": "us-east-1"}
        for key in prod.of_type("aws:kms/key:Key"):
            services = [
                found for found in statements(key) if str(found["Principal"].get("Service")).startswith("logs.")
            ]
            assert bool(services) == (key.name in regions)
            for found in services:
                assert found["Principal"]["Service"] == f"logs.{regions[key.name]}.amazonaws.com"
                [arn] = found["Condition"]["ArnLike"].values()
                assert arn == f"arn:aws:logs:{regions[key.name]}:111122223333:log-group:*"
