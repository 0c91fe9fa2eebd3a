"""Findings that are accepted for a while: `suppressions.yaml` beside the pack's PulumiPolicy.yaml.

The only place where the pack looks at a clock, and only while the file holds an entry: a suppression ends by itself.
SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/) makes it judge as of another day.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import yaml
from pulumi_policy import Severity

from guardrails.model import Finding, StackRule
from guardrails.subject import Stack, stack_of

FILE = Path(__file__).parent.parent / "suppressions.yaml"
KEYS = {"rule", "urn", "reason", "expires"}
SHORTEST_REASON = 20


@dataclass(frozen=True)
class Suppression:
    """One accepted finding: a rule on the resources of one stack whose URNs match, up to and including a day."""

    rule: str
    urn: str
    reason: str
    expires: date

    def covers(self, rule: str, urn: str) -> bool:
        """Whether it is about a rule's findings on a resource."""
        return self.rule == rule and fnmatchcase(urn, self.urn)


@dataclass(frozen=True)
class Suppressions:
    """All entries, as of a day."""

    entries: tuple[Suppression, ...] = ()
    today: date = date.max

    def current(self, rule: str, urn: str) -> Suppression | None:
        """The entry that accepts a rule's findings on a resource today."""
        return next((entry for entry in self.entries if entry.covers(rule, urn) and entry.expires >= self.today), None)

    def expired(self, rule: str, urn: str) -> Suppression | None:
        """An entry that accepted them until it expired."""
        return next((entry for entry in self.entries if entry.covers(rule, urn) and entry.expires < self.today), None)


def load(rules: set[str], file: Path = FILE) -> Suppressions:
    """Read the file; a fault in it raises ValueError naming the file, the entry, the value and the remedy."""
    with file.open(encoding="utf-8") as stream:
        entries = yaml.safe_load(stream) or []
    if not isinstance(entries, list):
        raise ValueError(f"{file}: must be a list of suppressions, each with {', '.join(sorted(KEYS))}")
    found = tuple(_entry(f"{file}: entry {number}", entry, rules) for number, entry in enumerate(entries, 1))
    return Suppressions(found, _today() if found else date.max)


def _entry(where: str, entry: object, rules: set[str]) -> Suppression:
    if not isinstance(entry, dict) or set(entry) != KEYS:
        raise ValueError(f"{where}: must have exactly the keys {', '.join(sorted(KEYS))}")
    rule, urn, reason, expires = str(entry["rule"]), str(entry["urn"]), str(entry["reason"]), entry["expires"]
    if rule not in rules:
        raise ValueError(f"{where}: rule: there is no rule {rule!r}; policies/README.md lists them")
    stack = stack_of(urn)
    if not urn.startswith("urn:pulumi:") or not stack or set("*?[") & set(stack):
        raise ValueError(f"{where}: urn: {urn!r} must start with urn:pulumi:<stack>:: so that it is about one stack")
    if len(reason) < SHORTEST_REASON:
        raise ValueError(f"{where}: reason: {reason!r} explains too little; say why and until when it is accepted")
    if type(expires) is not date:
        raise ValueError(f"{where}: expires: {expires!r} is no date; write it as 2027-03-31")
    return Suppression(rule, urn, reason, expires)


def _today() -> date:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return (datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)).date()


def rule(suppressions: Suppressions) -> StackRule:
    """The stack rule that keeps the file honest: no entry may outlive its day or its resource."""

    def check(stack: Stack) -> Iterator[Finding]:
        urns = stack.urns()
        for entry in suppressions.entries:
            if stack_of(entry.urn) not in {stack_of(urn) for urn in urns}:
                continue
            if entry.expires < suppressions.today:
                yield Finding("", f"has a suppression of {entry.rule} that expired on {entry.expires}")
            elif not any(fnmatchcase(urn, entry.urn) for urn in urns):
                yield Finding("", f"has a suppression of {entry.rule} that matches no resource")

    return StackRule(
        id="guardrails-suppressions-current",
        types=("pulumi:pulumi:Stack",),
        severity=Severity.MEDIUM,
        description="Suppressions are neither expired nor left over.",
        why="An accepted risk that nobody looks at again is no longer accepted, just forgotten.",
        remedy="Fix what policies/suppressions.yaml excuses and delete the entry, or renew it with a reason.",
        check=check,
    )
