"""What the engine is told: levels, messages, unknowns, faults."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from guardrails.checks import on, together
from guardrails.model import Finding, ResourceRule, Rule, StackRule
from guardrails.subject import Node, Stack
from pulumi.runtime import proto
from pulumi_policy import Severity

from tests.policies.harness import UNKNOWN, Subject, configure, judge, secret, servicer, stock

THING = "test:index:Thing"


def rule(check: Any, kind: Any = ResourceRule, severity: Severity = Severity.HIGH, **more: Any) -> Rule:
    return kind(
        id="test-rule",
        types=(THING,),
        severity=severity,
        description="Things are safe.",
        why="They break.",
        remedy="Make them safe.",
        check=check,
        **more,
    )


SAFE = rule(together(on("a"), on("b")))


def test_a_violation_names_resource_property_reason_and_fix() -> None:
    (found,) = judge(servicer([SAFE]), Subject(THING, {"a": True})).violations
    assert found.message == ('Things are safe.\ntest:index:Thing "subject": b is off. They break. Fix: Make them safe.')
    assert found.policyName == "test-rule"
    assert found.enforcementLevel == proto.MANDATORY
    assert found.severity == proto.POLICY_SEVERITY_HIGH


def test_low_severity_advises() -> None:
    (found,) = judge(servicer([rule(on("a"), severity=Severity.LOW)]), Subject(THING, {})).violations
    assert found.enforcementLevel == proto.ADVISORY


def test_every_fault_of_a_resource_is_reported_at_once() -> None:
    assert len(judge(servicer([SAFE]), Subject(THING, {})).violations) == 2


def test_an_unknown_value_hides_no_other_fault() -> None:
    said = judge(servicer([SAFE]), Subject(THING, {"a": UNKNOWN, "b": False}))
    assert [": b is off" in found.message for found in said.violations] == [True]
    assert not said.skips


def test_an_unknown_value_without_a_fault_is_a_skip_that_names_it() -> None:
    said = judge(servicer([SAFE]), Subject(THING, {"a": True, "b": UNKNOWN}))
    assert not said.violations
    assert "value at .b can't be known" in said.skips[0].message


def test_secrets_are_judged_by_their_value() -> None:
    assert not judge(servicer([SAFE]), Subject(THING, {"a": secret(True), "b": secret(True)})).violations


@pytest.mark.parametrize("analyzer", [servicer, stock], ids=["dispatched", "stock"])
def test_a_rule_that_throws_is_a_violation_and_keeps_what_it_found(analyzer: Callable[..., Any]) -> None:
    def broken(node: Node) -> Iterator[Finding]:
        yield Finding("a", "is wrong")
        raise RuntimeError(node.text("password"))

    subject = Subject(THING, {"password": secret("correct horse battery staple")})
    wrong, fault = judge(analyzer([rule(broken)]), subject).violations
    assert ": a is wrong" in wrong.message
    assert "could not be judged: RuntimeError in test_policy.py, line" in fault.message
    assert "horse" not in fault.message
    assert fault.enforcementLevel == proto.MANDATORY


def test_a_value_of_an_unexpected_kind_is_a_violation() -> None:
    (found,) = judge(
        servicer([rule(lambda node: [Finding("a", node.text("a"))])]), Subject(THING, {"a": [1]})
    ).violations
    assert "could not be judged: TypeError" in found.message


def test_a_stack_rule_blames_resources_or_the_stack() -> None:
    def check(stack: Stack) -> Iterator[Finding]:
        yield Finding("", "is empty")
        for resource in stack.of_type(THING):
            yield Finding("a", "is wrong", resource)

    subject = Subject(THING, {})
    whole, one = judge(servicer([rule(check, StackRule)]), [subject]).violations
    assert whole.urn == ""
    assert "\nThe stack is empty." in whole.message
    assert one.urn == subject.urn
    assert '"subject": a is wrong' in one.message


def test_one_unknown_value_in_a_stack_hides_no_fault_elsewhere() -> None:
    def check(stack: Stack) -> Iterator[Finding]:
        for resource in stack.of_type(THING):
            yield from (Finding(at, "is wrong", resource) for at, text in resource.known_texts("a") if text == "wrong")

    analyzer = servicer([rule(check, StackRule)])
    unknown, wrong = Subject(THING, {"a": UNKNOWN}, "first"), Subject(THING, {"a": "wrong"}, "second")
    assert [found.urn for found in judge(analyzer, [unknown, wrong]).violations] == [wrong.urn]
    assert len(judge(analyzer, [unknown]).skips) == 1


def test_a_disabled_rule_says_nothing() -> None:
    analyzer = servicer([SAFE])
    configure(analyzer, "test-rule", "DISABLED")
    assert not judge(analyzer, Subject(THING, {})).violations


def test_a_level_can_be_lowered() -> None:
    analyzer = servicer([SAFE])
    configure(analyzer, "test-rule", "ADVISORY")
    assert {found.enforcementLevel for found in judge(analyzer, Subject(THING, {})).violations} == {proto.ADVISORY}


def test_a_setting_has_a_default_until_it_is_configured() -> None:
    def check(node: Node) -> Iterator[Finding]:
        if node.number("size") > node.limit("most"):
            yield Finding("size", "is too much")

    analyzer = servicer([rule(check, settings={"most": {"type": "number", "default": 3}})])
    subject = Subject(THING, {"size": 4})
    assert judge(analyzer, subject).violations
    configure(analyzer, "test-rule", most=4)
    assert not judge(analyzer, subject).violations


def test_settings_are_published_with_their_defaults() -> None:
    info = servicer().GetAnalyzerInfo(None, None)
    schema = next(found.configSchema for found in info.policies if found.name == "aws-eks-public-endpoint-narrow")
    assert schema.properties["shortestPrefix"]["default"] == 28


def test_controls_are_published() -> None:
    info = servicer().GetAnalyzerInfo(None, None)
    found = next(found for found in info.policies if found.name == "aws-kms-rotation")
    assert (found.framework.name, found.framework.reference) == ("AWS Security Hub", "KMS.4")
    assert "CIS AWS Foundations 3.6" in found.tags
