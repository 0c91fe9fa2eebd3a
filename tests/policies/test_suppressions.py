"""Findings accepted for a while."""

from datetime import date
from pathlib import Path

import pytest
from guardrails import pack, suppressions
from guardrails.dispatch import Stock
from guardrails.suppressions import Suppression, Suppressions

from tests.policies.harness import RULES, UNKNOWN, Subject, judge, servicer

RULE = "aws-subnet-no-automatic-public-ip"
SUBNET = Subject("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": True})
LAST_DAY = date(2027, 3, 31)
ENTRY = Suppression(
    RULE, "urn:pulumi:prod::multicloud::*::sub*", "The old front door needs it until it goes.", LAST_DAY
)


def analyzer(today: date = LAST_DAY, *entries: Suppression) -> Stock:
    accepted = Suppressions(entries or (ENTRY,), today)
    return servicer(pack.rules(accepted), accepted)


def test_a_suppressed_finding_is_not_applicable_with_its_reason() -> None:
    said = judge(analyzer(), SUBNET).of(RULE)
    assert not said.violations
    assert [found.reason for found in said.not_applicable] == [f"suppressed until 2027-03-31: {ENTRY.reason}"]


def test_it_covers_no_other_resource_or_rule() -> None:
    other = Subject(SUBNET.type, SUBNET.inputs, name="other")
    assert judge(analyzer(), other).of(RULE).violations
    assert judge(analyzer(LAST_DAY, Suppression("aws-vpc-flow-logs", "*", "", LAST_DAY)), SUBNET).of(RULE).violations


def test_the_day_after_the_finding_is_back_and_says_so() -> None:
    (found,) = judge(analyzer(date(2027, 4, 1)), SUBNET).of(RULE).violations
    assert "expired on 2027-03-31" in found.message


def test_a_resource_that_keeps_the_rule_is_simply_compliant() -> None:
    said = judge(analyzer(), SUBNET.set("mapPublicIpOnLaunch", False)).of(RULE)
    assert not said.not_applicable
    assert len(judge(analyzer(), SUBNET.set("mapPublicIpOnLaunch", UNKNOWN)).of(RULE).skips) == 1


def test_a_finding_of_a_stack_rule_can_be_suppressed() -> None:
    vpc = Subject("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"})
    entry = Suppression("aws-vpc-flow-logs", vpc.urn, ENTRY.reason, LAST_DAY)
    other = Subject(vpc.type, {"cidrBlock": "10.1.0.0/16"}, "other")
    said = judge(analyzer(LAST_DAY, entry), [vpc, other]).of("aws-vpc-flow-logs")
    assert [found.urn for found in said.violations] == [other.urn]


@pytest.mark.parametrize(
    ("today", "stack", "problems"),
    [
        (LAST_DAY, [SUBNET], []),
        (date(2027, 4, 1), [SUBNET], ["expired on 2027-03-31"]),
        (LAST_DAY, [Subject(SUBNET.type, {}, "other")], ["matches no resource"]),
        (date(2027, 4, 1), [Subject(SUBNET.type, {}, stack="dr")], []),
    ],
    ids=["current", "expired", "left over", "about another stack"],
)
def test_an_entry_that_expired_or_matches_nothing_is_a_finding(
    today: date, stack: list[Subject], problems: list[str]
) -> None:
    found = judge(analyzer(today), stack).of("guardrails-suppressions-current").violations
    assert len(found) == len(problems)
    assert all(problem in entry.message for problem, entry in zip(problems, found, strict=True))


VALID = f"- rule: {RULE}\n  urn: urn:pulumi:prod::multicloud::*\n  reason: {ENTRY.reason}\n  expires: 2027-03-31\n"


def test_the_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    file = tmp_path / "suppressions.yaml"
    file.write_text(VALID)
    found = suppressions.load(set(RULES), file)
    assert found.entries == (Suppression(RULE, "urn:pulumi:prod::multicloud::*", ENTRY.reason, LAST_DAY),)
    assert found.today == date(1970, 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (RULE, "aws-subnet-typo", "there is no rule 'aws-subnet-typo'"),
        ("urn:pulumi:prod::", "urn:pulumi:*::", "must start with urn:pulumi:<stack>::"),
        ("urn:pulumi:prod::multicloud::", "core-", "must start with urn:pulumi:<stack>::"),
        (ENTRY.reason, "later", "explains too little"),
        ("2027-03-31", "soon", "is no date"),
        ("2027-03-31", "2027-03-31T10:00:00", "is no date"),
        ("  expires: 2027-03-31\n", "", "must have exactly the keys"),
        ("expires:", "until:", "must have exactly the keys"),
    ],
)
def test_a_faulty_entry_is_refused_by_name(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "suppressions.yaml"
    file.write_text(VALID.replace(old, new))
    with pytest.raises(ValueError, match=f"{file}: entry 1.*{said}"):
        suppressions.load(set(RULES), file)


def test_the_packs_own_file_is_sound_and_needs_no_clock_while_it_is_empty() -> None:
    found = suppressions.load(set(RULES))
    assert found.entries or found.today == date.max
