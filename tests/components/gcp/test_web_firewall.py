"""Cloud Armor: attacks are judged before limits, since a request within its limit is let in at once."""

from typing import Any

import pytest

from preview.graph import Graph, Node

LAST = 2147483647


def policy_of(graph: Graph) -> Node:
    [policy] = [
        node
        for node in graph.of_type("gcp:compute/securityPolicy:SecurityPolicy")
        if node.name == "edge-firewall-policy"
    ]
    return policy


def expression(rule: dict[str, Any]) -> str:
    return rule["match"].get("expr", {}).get("expression", "")


@pytest.fixture
def policy(dr: Graph) -> Node:
    return policy_of(dr)


@pytest.fixture
def rules(policy: Node) -> list[dict[str, Any]]:
    return sorted(policy.inputs["rules"], key=lambda rule: rule["priority"])


def test_owasps_rules_refuse(rules: list[dict[str, Any]]) -> None:
    refusing = [rule for rule in rules if "evaluatePreconfiguredWaf" in expression(rule)]
    assert {rule["action"] for rule in refusing} == {"deny(403)"}
    assert not any(rule.get("preview") for rule in refusing)
    found = " ".join(expression(rule) for rule in refusing)
    for name in ("sqli", "xss", "lfi", "rfi", "rce", "protocolattack", "sessionfixation", "scannerdetection"):
        assert f"evaluatePreconfiguredWaf('{name}-v422-stable', {{'sensitivity': 1}})" in found


def test_an_api_keeps_its_methods(rules: list[dict[str, Any]]) -> None:
    assert not [rule for rule in rules if "methodenforcement" in expression(rule)]


def test_no_limit_lets_an_attack_in(rules: list[dict[str, Any]]) -> None:
    actions = [rule["action"] for rule in rules]
    assert actions == sorted(actions, key=["deny(403)", "throttle", "allow"].index)


def test_a_paths_own_limit_is_reached_before_the_one_of_all(rules: list[dict[str, Any]]) -> None:
    narrow, wide = [rule for rule in rules if rule["action"] == "throttle"]
    assert expression(narrow) == "request.path.urlDecode().startsWith('/auth/')"
    assert wide["match"]["config"]["srcIpRanges"] == ["*"]


def test_limits_are_those_of_the_primary(graphs: dict[str, Graph], rules: list[dict[str, Any]]) -> None:
    [acl] = graphs["prod"].of_type("aws:wafv2/webAcl:WebAcl")
    there = {
        rule["name"]: (statement["limit"], statement["evaluationWindowSec"])
        for rule in acl.inputs["rules"]
        if (statement := rule["statement"].get("rateBasedStatement"))
    }
    here = {}
    for rule in rules:
        if rule["action"] == "throttle":
            options = rule["rateLimitOptions"]
            assert (options["enforceOnKey"], options["exceedAction"]) == ("IP", "deny(429)")
            threshold = options["rateLimitThreshold"]
            here[rule["description"]] = (threshold["count"], threshold["intervalSec"])
    assert here == there


def test_whoever_broke_no_rule_gets_in(rules: list[dict[str, Any]]) -> None:
    assert (rules[-1]["priority"], rules[-1]["action"]) == (LAST, "allow")


def test_priorities_are_distinct_and_descriptions_short(rules: list[dict[str, Any]]) -> None:
    assert len({rule["priority"] for rule in rules}) == len(rules)
    assert all(len(rule["description"]) <= 64 for rule in rules)


def test_floods_are_watched_and_bodies_understood_without_being_quoted(policy: Node) -> None:
    assert policy.inputs["adaptiveProtectionConfig"]["layer7DdosDefenseConfig"]["enable"] is True
    assert policy.inputs["advancedOptionsConfig"] == {
        "jsonParsing": "STANDARD",
        "logLevel": "NORMAL",
        "requestBodyInspectionSize": "64KB",
    }


def test_a_counted_signature_is_seen_and_refuses_nobody(dr_with) -> None:
    signature = "owasp-crs-v042200-id942100-sqli"
    graph = dr_with({"edge": {"firewall": {"counted_rules": {"sql_injection": [signature]}}}})
    about = [rule for rule in policy_of(graph).inputs["rules"] if signature in expression(rule)]
    counted, refusing = sorted(about, key=lambda rule: rule.get("preview", False), reverse=True)
    assert counted["preview"] is True
    assert f"'sensitivity': 0, 'opt_in_rule_ids': ['{signature}']" in expression(counted)
    assert f"'sensitivity': 1, 'opt_out_rule_ids': ['{signature}']" in expression(refusing)


def test_a_change_leaves_the_rules_of_other_kinds_where_they_are(rules: list[dict[str, Any]], dr_with) -> None:
    counted = {"remote_code": ["owasp-crs-v042200-id932100-rce"]}
    changed = policy_of(dr_with({"edge": {"firewall": {"counted_rules": counted}}})).inputs["rules"]
    before, after = (
        {rule["description"]: rule["priority"] for rule in each if not rule.get("preview")} for each in (rules, changed)
    )
    assert after == before
