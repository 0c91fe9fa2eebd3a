"""Rules as the SDK's policies: one named policy a rule, the sentence a user reads, suppressions, unknowns, faults."""

import re
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path

from pulumi_policy import (
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from guardrails import controls
from guardrails.checks import Subject, isolated
from guardrails.model import Finding, ResourceRule, Rule, StackRule
from guardrails.subject import Resource, Stack, StackIndex
from guardrails.suppressions import Suppressions

DECODED: ContextVar[StackIndex | None] = ContextVar("DECODED", default=None)
"""The stack that `guardrails.dispatch` has decoded once for all stack rules."""


def policies(rules: tuple[Rule, ...], suppressions: Suppressions) -> list[Policy]:
    """One policy for each rule, in the rules' order."""
    return [
        ResourceRulePolicy(rule, suppressions)
        if isinstance(rule, ResourceRule)
        else StackRulePolicy(rule, suppressions)
        for rule in rules
        if isinstance(rule, ResourceRule | StackRule)
    ]


class ResourceRulePolicy(ResourceValidationPolicy):
    """A resource rule; silent on resources of other types."""

    def __init__(self, rule: ResourceRule, suppressions: Suppressions) -> None:
        super().__init__(**_metadata(rule))
        self.rule = rule
        self._suppressions = suppressions

    def validate(self, args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        """Report what the rule finds on one resource."""
        if args.resource_type not in self.rule.types:
            return
        unknown: list[UnknownValueError] = []
        resource = Resource(args, unknown, _config(self.rule, args.get_config()))
        found = [(args.urn, _subject(resource), finding) for finding in _findings(self.rule.check, resource)]
        _report(self.rule, found, unknown, self._suppressions, args, report_violation)


class StackRulePolicy(StackValidationPolicy):
    """A stack rule; its findings go to the resources at fault, or to the stack itself."""

    def __init__(self, rule: StackRule, suppressions: Suppressions) -> None:
        super().__init__(**_metadata(rule))
        self.rule = rule
        self._suppressions = suppressions

    def validate(self, args: StackValidationArgs, report_violation: ReportViolation) -> None:
        """Report what the rule finds in a stack."""
        unknown: list[UnknownValueError] = []
        index = DECODED.get() or StackIndex(args.resources)
        stack = Stack(index, unknown, _config(self.rule, args.get_config()))
        found = [
            (finding.resource.urn, _subject(finding.resource), finding)
            if finding.resource
            else ("", "The stack", finding)
            for finding in _findings(self.rule.check, stack)
        ]
        _report(self.rule, found, unknown, self._suppressions, args, report_violation)


def message(rule: Rule, subject: str, finding: Finding) -> str:
    """What a user reads: the resource, the property, why it matters, and the fix."""
    where = f"{subject}: {finding.path}" if finding.path else subject
    return f"{where} {finding.problem}. {rule.why} Fix: {rule.remedy}"


def _subject(resource: Resource) -> str:
    return f'{re.sub(r"/[^:]+:", ":", resource.type)} "{resource.name}"'


def _metadata(rule: Rule) -> dict:
    framework, *_ = controls.of(rule.id) or (None,)
    return {
        "name": rule.id,
        "description": rule.description,
        "enforcement_level": rule.enforcement,
        "config_schema": PolicyConfigSchema({name: dict(schema) for name, schema in rule.settings.items()})
        if rule.settings
        else None,
        "severity": rule.severity,
        "framework": PolicyComplianceFramework(
            name=framework.framework.name,
            version=framework.framework.version,
            reference=", ".join(framework.ids),
            specification=framework.framework.url,
        )
        if framework
        else None,
        "tags": [f"{named.framework.name} {control}" for named in controls.of(rule.id) for control in named.ids],
        "remediation_steps": rule.remedy,
    }


def _config(rule: Rule, configured: Mapping[str, object]) -> dict[str, object]:
    return {**rule.defaults, **configured}


def _findings(check: Callable[[Subject], Iterable[Finding]], subject: Subject) -> list[Finding]:
    """What a rule finds; a rule that throws has found that it can't judge, which must not pass for compliance."""
    found: list[Finding] = []
    try:
        found.extend(isolated(check, subject))
    except Exception as fault:  # noqa: BLE001 (whatever it is, the engine would stop without saying which rule it was)
        found.append(Finding("", f"could not be judged: {_origin(fault)}"))
    return found


def _origin(fault: Exception) -> str:
    """The kind of a fault and where it arose; its text might quote a secret."""
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__} in {Path(frame.filename).name}, line {frame.lineno}"


def _report(
    rule: Rule,
    found: list[tuple[str, str, Finding]],
    unknown: list[UnknownValueError],
    suppressions: Suppressions,
    args: ResourceValidationArgs | StackValidationArgs,
    report_violation: ReportViolation,
) -> None:
    accepted = {urn: suppressions.current(rule.id, urn) for urn, _, _ in found}
    open_findings = [entry for entry in found if accepted[entry[0]] is None]
    for urn, subject, finding in open_findings:
        expired = suppressions.expired(rule.id, urn)
        note = f" A suppression of this expired on {expired.expires}." if expired else ""
        report_violation(message(rule, subject, finding) + note, urn)
    if open_findings:
        return
    reasons = {
        entry.reason: f"suppressed until {entry.expires}: {entry.reason}" for entry in accepted.values() if entry
    }
    if reasons:
        args.not_applicable("; ".join(reasons.values()))
    if unknown:
        raise unknown[0]
