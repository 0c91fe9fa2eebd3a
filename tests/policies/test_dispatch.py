"""The dispatching analyzer against the SDK's own."""

import pulumi_policy.policy as sdk
import pytest
from guardrails import dispatch
from guardrails.suppressions import Suppressions
from pulumi.runtime import proto

from tests.policies.harness import all_cases, configure, judge, servicer, stock, subjects

SUBJECTS = [subject for cases in all_cases().values() for subject in subjects(cases)]
CONFIGURED = [
    ("aws-rds-deletion-protection", "ADVISORY", {}),
    ("aws-eks-private-endpoint", "DISABLED", {}),
    ("aws-vpc-flow-logs", "REMEDIATE", {}),
    ("aws-rds-backup-retention", "MANDATORY", {"leastDays": 14}),
]


@pytest.mark.parametrize("configured", [False, True], ids=["as it comes", "configured"])
def test_it_answers_as_the_stock_one_does(configured: bool) -> None:
    ours, theirs = servicer(), stock()
    for rule, level, properties in CONFIGURED if configured else ():
        configure(ours, rule, level, **properties)
        configure(theirs, rule, level, **properties)
    assert SUBJECTS
    for subject in SUBJECTS:
        assert judge(ours, subject) == judge(theirs, subject)


def test_it_describes_the_pack_as_the_stock_one_does() -> None:
    assert servicer().GetAnalyzerInfo(None, None) == stock().GetAnalyzerInfo(None, None)


def test_stack_tags_reach_every_rule() -> None:
    analyzer = servicer()
    analyzer.ConfigureStack(proto.AnalyzerStackConfigureRequest(tags={"owner": "platform"}), None)
    tags = [inner._PolicyAnalyzerServicer__stack_tags for inner in analyzer._by_type.values()]  # ty: ignore
    assert all(tag == {"owner": "platform"} for tag in tags)


def test_a_stack_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = 0
    decode = sdk.deserialize_properties

    def counted(*args: object) -> object:
        nonlocal decoded
        decoded += 1
        return decode(*args)  # ty: ignore[invalid-argument-type]

    monkeypatch.setattr(sdk, "deserialize_properties", counted)
    stack = max((subject for subject in SUBJECTS if isinstance(subject, list)), key=len)
    judge(servicer(), stack)
    assert decoded == len(stack)


def test_a_decoded_stack_is_not_kept_for_the_next() -> None:
    analyzer = servicer()
    rule = "aws-vpc-flow-logs"
    cases = all_cases()[rule]
    assert judge(analyzer, cases.fails[0][0]).of(rule).violations
    assert not judge(analyzer, cases.passes[0]).of(rule).violations
    assert judge(stock(), cases.fails[0][0]).of(rule).violations, "the stock one must not see the dispatched one's"


@pytest.mark.parametrize(("version", "kind"), [("1.21.0", dispatch.DispatchingServicer), ("1.22.0", dispatch.Stock)])
def test_another_sdk_is_left_alone(monkeypatch: pytest.MonkeyPatch, version: str, kind: type) -> None:
    monkeypatch.setattr(dispatch, "VERSION", version)
    with dispatch.dispatched():
        assert sdk._PolicyAnalyzerServicer is kind
    assert sdk._PolicyAnalyzerServicer is dispatch.Stock


def test_the_pack_works_on_another_sdk() -> None:
    rule = "aws-eks-private-endpoint"
    subject, path = all_cases()[rule].fails[0]
    (found,) = judge(stock(suppressions=Suppressions()), subject).of(rule).violations
    assert path in found.message
