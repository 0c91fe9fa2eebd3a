"""Drives the pack the way the engine does: protobuf requests in, diagnostics out.

Plain dicts would hide what policies really get: proxies, floats, unknown sentinels, and secrets in plain text.
"""

import importlib
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pulumi_policy.policy as sdk
import pytest
from guardrails import pack
from guardrails.dispatch import DispatchingServicer, Stock
from guardrails.model import Rule
from guardrails.policy import policies
from guardrails.suppressions import Suppressions
from pulumi.runtime import proto
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

UNKNOWN = UNKNOWN_STRING_VALUE
RULES: Mapping[str, Rule] = {rule.id: rule for rule in pack.rules(Suppressions())}
ELSEWHERE = "test:index:Unrelated"


def secret(value: object) -> dict[str, object]:
    """A value as the engine sends a secret one."""
    return {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": value}


@dataclass(frozen=True)
class Subject:
    """A resource to judge; `refs` names the resources that properties are made from, by logical name."""

    type: str
    inputs: Mapping[str, Any]
    name: str = "subject"
    protect: bool = False
    stack: str = "prod"
    refs: Mapping[str, "Subject"] = field(default_factory=dict)

    @property
    def urn(self) -> str:
        return f"urn:pulumi:{self.stack}::multicloud::{self.type}::{self.name}"

    def set(self, path: str, value: object) -> "Subject":
        """A copy with one property changed; `a.0.b` goes into a list."""
        inputs = deepcopy(dict(self.inputs))
        *way, last = path.split(".")
        holder: Any = inputs
        for key in way:
            holder = holder[int(key)] if isinstance(holder, list) else holder.setdefault(key, {})
        holder[int(last) if isinstance(holder, list) else last] = value
        return replace(self, inputs=inputs)

    def unset(self, path: str) -> "Subject":
        """A copy without one property."""
        inputs = deepcopy(dict(self.inputs))
        *way, last = path.split(".")
        holder: Any = inputs
        for key in way:
            holder = holder[int(key)] if isinstance(holder, list) else holder[key]
        del holder[last]
        return replace(self, inputs=inputs)


Judged = Subject | list[Subject]


@dataclass(frozen=True)
class Cases:
    """What a rule must say: nothing, a violation at a path, or that an unknown value kept it from judging."""

    passes: list[Any]
    fails: list[tuple[Any, str]]
    unknown: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Verdict:
    """What came back for one request."""

    violations: list[proto.AnalyzeDiagnostic]
    skips: list[proto.AnalyzeDiagnostic]
    not_applicable: list[proto.PolicyNotApplicable]

    def of(self, rule: str) -> "Verdict":
        """What one rule said."""
        return Verdict(
            [found for found in self.violations if found.policyName == rule],
            [found for found in self.skips if found.policyName == rule],
            [found for found in self.not_applicable if found.policy_name == rule],
        )


def servicer(
    rules: Iterable[Rule] = tuple(RULES.values()),
    suppressions: Suppressions | None = None,
    kind: type[sdk._PolicyAnalyzerServicer] = DispatchingServicer,
) -> sdk._PolicyAnalyzerServicer:
    """The pack's analyzer, dispatching unless told otherwise."""
    made = policies(tuple(rules), suppressions or Suppressions())
    return kind(pack.NAME, "0.0.1", made, sdk.EnforcementLevel.MANDATORY)


def stock(
    rules: Iterable[Rule] = tuple(RULES.values()), suppressions: Suppressions | None = None
) -> sdk._PolicyAnalyzerServicer:
    """The pack's analyzer as the SDK has it."""
    return servicer(rules, suppressions, Stock)


def configure(analyzer: sdk._PolicyAnalyzerServicer, rule: str, level: str = "MANDATORY", **properties: object) -> None:
    """Configure one rule, as the engine does from a pack's config file."""
    request = proto.ConfigureAnalyzerRequest()
    request.policyConfig[rule].enforcementLevel = proto.EnforcementLevel.Value(level)
    request.policyConfig[rule].properties.update(properties)
    analyzer.Configure(request, None)


def judge(analyzer: sdk._PolicyAnalyzerServicer, subject: Judged) -> Verdict:
    """Send a resource, or the resources of a whole stack."""
    if isinstance(subject, Subject):
        answer = analyzer.Analyze(_resource(proto.AnalyzeRequest, subject), None)
    else:
        resources = [_resource(proto.AnalyzerResource, each) for each in subject]
        for message, each in zip(resources, subject, strict=True):
            for path, source in each.refs.items():
                message.propertyDependencies[path].urns.append(source.urn)
        answer = analyzer.AnalyzeStack(proto.AnalyzeStackRequest(resources=resources), None)
    skips = [found for found in answer.diagnostics if found.message.startswith("can't run policy")]
    violations = [found for found in answer.diagnostics if found not in skips]
    return Verdict(violations, skips, list(answer.not_applicable))


def request(subject: Subject) -> proto.AnalyzeRequest:
    """The engine's message for one resource."""
    return _resource(proto.AnalyzeRequest, subject)


def _resource(message: Callable[..., Any], subject: Subject) -> Any:
    made = message(
        type=subject.type,
        urn=subject.urn,
        name=subject.name,
        options=proto.AnalyzerResourceOptions(protect=subject.protect),
    )
    made.properties.update(dict(subject.inputs))
    return made


def verdicts(cases: Mapping[str, Cases]) -> Callable[..., None]:
    """A test of every case in a table, through the protocol."""
    analyzer = servicer()
    table: list[Any] = []
    for rule, given in cases.items():
        table += [pytest.param(rule, subject, None, 0, id=f"{rule}-pass-{n}") for n, subject in enumerate(given.passes)]
        table += [
            pytest.param(rule, subject, path, 0, id=f"{rule}-fail-{n}") for n, (subject, path) in enumerate(given.fails)
        ]
        table += [
            pytest.param(rule, subject, None, 1, id=f"{rule}-unknown-{n}") for n, subject in enumerate(given.unknown)
        ]
        table += [
            pytest.param(rule, elsewhere(subject), None, 0, id=f"{rule}-other-type-{n}")
            for n, (subject, _) in enumerate(given.fails)
        ]

    @pytest.mark.parametrize(("rule", "subject", "path", "skips"), table)
    def test(rule: str, subject: Judged, path: str | None, skips: int) -> None:
        said = judge(analyzer, subject).of(rule)
        assert len(said.skips) == skips, [found.message for found in said.skips]
        assert not said.not_applicable
        if path is None:
            assert not said.violations, [found.message for found in said.violations]
            return
        assert path in {_path(found.message) for found in said.violations}, [f.message for f in said.violations]
        for found in said.violations:
            assert RULES[rule].remedy in found.message
            assert "could not be judged" not in found.message
            assert all(value not in found.message for value in _values(subject))

    return test


def elsewhere(subject: Judged) -> Judged:
    """The same properties on a resource that no rule is about."""
    if isinstance(subject, Subject):
        return replace(subject, type=ELSEWHERE)
    return [replace(each, type=ELSEWHERE, refs={}) for each in subject]


def all_cases() -> dict[str, Cases]:
    """The tables of every test module beside this one."""
    here = Path(__file__).parent
    found: dict[str, Cases] = {}
    for file in sorted(here.glob("rules/**/test_*.py")):
        name = ".".join(["tests", "policies", *file.relative_to(here).with_suffix("").parts])
        found |= importlib.import_module(name).CASES
    return found


def subjects(cases: Cases) -> list[Judged]:
    """Everything that a table judges."""
    return [*cases.passes, *(subject for subject, _ in cases.fails), *cases.unknown]


def _path(message: str) -> str:
    """The property that a message names: `<description>\\n<type> "<name>": <path> <problem>. …`."""
    _, _, rest = message.partition("\n")[2].partition('": ')
    return rest.split(" ", 1)[0] if rest else ""


def _values(subject: Judged) -> list[str]:
    """Text that a message must not quote: any value long enough to be told from the rule's own words."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, str) and len(value) > 16:
            found.append(value)
        elif isinstance(value, Mapping):
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    for each in [subject] if isinstance(subject, Subject) else subject:
        walk(each.inputs)
    return found
