"""Services that watch an account: GuardDuty, Security Hub, Macie, Inspector and Access Analyzer."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import on
from guardrails.model import Finding, ResourceRule, StackRule
from guardrails.subject import Node, Stack

DETECTOR = ("aws:guardduty/detector:Detector",)
DETECTOR_FEATURE = ("aws:guardduty/detectorFeature:DetectorFeature",)
HUB = "aws:securityhub/account:Account"
STANDARD = "aws:securityhub/standardsSubscription:StandardsSubscription"
MACIE = ("aws:macie2/account:Account",)
INSPECTOR = ("aws:inspector2/enabler:Enabler",)
ANALYZER = "aws:accessanalyzer/analyzer:Analyzer"

EXTERNAL = ("ACCOUNT", "ORGANIZATION")


def _protection_on(feature: Node) -> Iterator[Finding]:
    if feature.text("status") != "ENABLED":
        yield Finding("status", "is not ENABLED")


def _macie_on(account: Node) -> Iterator[Finding]:
    if account.text("status", "ENABLED") != "ENABLED":
        yield Finding("status", "is not ENABLED")


def _scans(inspector: Node) -> Iterator[Finding]:
    types = inspector.texts("resourceTypes")
    missing = [kind for kind in ("EC2", "ECR") if kind not in types]
    if missing:
        yield Finding("resourceTypes", f"lacks {', '.join(missing)}")


def _hub_has_standards(stack: Stack) -> Iterator[Finding]:
    if stack.of_type(STANDARD):
        return
    for hub in stack.of_type(HUB):
        if not hub.flag("enableDefaultStandards", default=True):
            yield Finding("enableDefaultStandards", "is off, and no standard is subscribed to", hub)


def _external_analyzer(stack: Stack) -> Iterator[Finding]:
    analyzers = stack.of_type(ANALYZER)
    if analyzers and not any(analyzer.text("type", "ACCOUNT") in EXTERNAL for analyzer in analyzers):
        yield Finding("type", "is none that looks for access from outside", analyzers[0])


RULES = (
    ResourceRule(
        id="aws-guardduty-on",
        types=DETECTOR,
        severity=Severity.HIGH,
        description="GuardDuty's detector is on.",
        why="A suspended detector looks at nothing, and its silence reads as safety.",
        remedy="Set enable=True.",
        check=on("enable", default=True),
    ),
    ResourceRule(
        id="aws-guardduty-protections-on",
        types=DETECTOR_FEATURE,
        severity=Severity.MEDIUM,
        description="GuardDuty's protection plans are on.",
        why="Each covers a way in that the others don't see: clusters, databases, objects, disks, processes.",
        remedy='Set status="ENABLED".',
        check=_protection_on,
    ),
    StackRule(
        id="aws-security-hub-standards",
        types=(HUB, STANDARD),
        severity=Severity.MEDIUM,
        description="Security Hub judges the account by at least one standard.",
        why="Without a standard it collects findings and checks nothing itself.",
        remedy="Add a securityhub.StandardsSubscription, or leave enable_default_standards on.",
        check=_hub_has_standards,
    ),
    ResourceRule(
        id="aws-macie-on",
        types=MACIE,
        severity=Severity.MEDIUM,
        description="Macie is on.",
        why="Paused, it sees neither a bucket that turns public nor personal data in the wrong one.",
        remedy='Set status="ENABLED".',
        check=_macie_on,
    ),
    ResourceRule(
        id="aws-inspector-scans-machines-and-images",
        types=INSPECTOR,
        severity=Severity.MEDIUM,
        description="Inspector scans machines and container images.",
        why="A vulnerability that is published tomorrow is in images that were clean when they were pushed.",
        remedy='Name "EC2" and "ECR" in resource_types.',
        check=_scans,
    ),
    StackRule(
        id="aws-access-analyzer-external",
        types=(ANALYZER,),
        severity=Severity.MEDIUM,
        description="Access Analyzer looks for access from outside.",
        why="A bucket, key, role or queue that another account may use is found by nothing else in time.",
        remedy='Add an accessanalyzer.Analyzer of type "ACCOUNT" or "ORGANIZATION".',
        check=_external_analyzer,
    ),
)
