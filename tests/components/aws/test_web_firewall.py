"""The web firewall: AWS's rules block, rates are limited, and its log holds no credentials."""

from typing import Any

import pytest

from preview.graph import Graph, Node

CAPACITY = {
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesSQLiRuleSet": 200,
}
"""Capacity units, from AWS's list of its rule groups."""


@pytest.fixture
def acl(prod: Graph) -> Node:
    [acl] = prod.of_type("aws:wafv2/webAcl:WebAcl")
    return acl


def managed(acl: Node) -> dict[str, Any]:
    return {
        rule["statement"]["managedRuleGroupStatement"]["name"]: rule
        for rule in acl.inputs["rules"]
        if "managedRuleGroupStatement" in rule["statement"]
    }


class TestRules:
    def test_it_stands_where_cloudfront_looks(self, prod: Graph, acl: Node) -> None:
        assert (acl.inputs["scope"], acl.inputs["region"]) == ("CLOUDFRONT", "us-east-1")
        [distribution] = prod.of_type("aws:cloudfront/distribution:Distribution")
        assert distribution.inputs["webAclId"] == acl.outputs["arn"]

    def test_every_managed_group_blocks(self, acl: Node) -> None:
        assert managed(acl).keys() == CAPACITY.keys()
        for rule in managed(acl).values():
            assert rule["overrideAction"] == {"none": {}}
            assert not rule["statement"]["managedRuleGroupStatement"].get("ruleActionOverrides")

    def test_they_fit_the_capacity_that_is_included(self, acl: Node) -> None:
        rates = len(acl.inputs["rules"]) - len(CAPACITY)
        assert sum(CAPACITY.values()) + 50 * rates <= 1500

    def test_rates_are_limited_before_anything_else_judges(self, acl: Node) -> None:
        rules = sorted(acl.inputs["rules"], key=lambda rule: rule["priority"])
        assert len({rule["priority"] for rule in rules}) == len(rules)
        everything, sign_in = (rule["statement"]["rateBasedStatement"] for rule in rules[:2])
        assert (everything["limit"], everything["aggregateKeyType"]) == (2000, "IP")
        assert sign_in["limit"] == 100
        scope = sign_in["scopeDownStatement"]["byteMatchStatement"]
        assert (scope["searchString"], scope["positionalConstraint"]) == ("/auth/", "STARTS_WITH")
        assert all(rule["action"] == {"block": {}} for rule in rules[:2])


class TestLog:
    def test_it_has_the_prefix_that_waf_insists_on(self, prod: Graph) -> None:
        [log] = [node for node in prod.of_type("aws:cloudwatch/logGroup:LogGroup") if "firewall" in node.name]
        assert log.inputs["name"].startswith("aws-waf-logs-")
        assert log.inputs["region"] == "us-east-1"
        [logging] = prod.of_type("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")
        assert logging.inputs["logDestinationConfigs"] == [log.outputs["arn"]]

    def test_neither_log_nor_samples_show_credentials(self, prod: Graph, acl: Node) -> None:
        [logging] = prod.of_type("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")
        headers = [field["singleHeader"]["name"] for field in logging.inputs["redactedFields"]]
        assert headers == ["authorization", "cookie"]
        [protection] = acl.inputs["dataProtectionConfig"]["dataProtections"]
        assert protection["action"] == "SUBSTITUTION"
        assert protection["field"] == {"fieldType": "SINGLE_HEADER", "fieldKeys": ["authorization", "cookie"]}
