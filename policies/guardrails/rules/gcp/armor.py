"""Cloud Armor policies."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node

POLICY = "gcp:compute/securityPolicy:SecurityPolicy"

LAST = 2147483647
LIMITS = ("throttle", "rate_based_ban")


def _rules(policy: Node) -> list[Node]:
    return list(policy.items("rules", whole=True))


def _admits_the_public(policy: Node) -> bool:
    """Whether requests to a backend pass unless a rule refuses them; a policy without rules lets all of them in."""
    return policy.text("type", "CLOUD_ARMOR") == "CLOUD_ARMOR" and not any(
        rule.number("priority") == LAST and rule.text("action").startswith("deny") for rule in _rules(policy)
    )


def _detects(rule: Node) -> set[str]:
    """The rule sets by which a rule refuses requests, without their version: `sqli` of `sqli-v422-stable`."""
    if rule.flag("preview") or not rule.text("action").startswith("deny"):
        return set()
    found = re.findall(r"evaluatePreconfigured(?:Waf|Expr)\('([a-z]+)", rule.text("match.expr.expression"))
    return set(found)


def _owasp(policy: Node) -> Iterator[Finding]:
    if not _admits_the_public(policy):
        return
    used = {name for rule in _rules(policy) for name in _detects(rule)}
    missing = sum(name not in used for name in policy.choices("requiredSets"))
    if missing:
        yield Finding("rules", f"lack {missing} of the required rule sets, or only count what they find")


def _limited(policy: Node) -> Iterator[Finding]:
    if _admits_the_public(policy) and not any(rule.text("action") in LIMITS for rule in _rules(policy)):
        yield Finding("rules", "limit no rate")


def _order(policy: Node) -> Iterator[Finding]:
    rules = _rules(policy)
    attacks = [rule.number("priority") for rule in rules if _detects(rule)]
    for rule in rules:
        if rule.text("action") in LIMITS and attacks and rule.number("priority") < max(attacks):
            yield Finding(rule.at("priority"), "comes before a rule against attacks")


def _adaptive(policy: Node) -> Iterator[Finding]:
    if _admits_the_public(policy) and not policy.flag("adaptiveProtectionConfig.layer7DdosDefenseConfig.enable"):
        yield Finding("adaptiveProtectionConfig.layer7DdosDefenseConfig.enable", "is off")


def _bodies(policy: Node) -> Iterator[Finding]:
    if _admits_the_public(policy) and policy.text("advancedOptionsConfig.jsonParsing", "DISABLED") == "DISABLED":
        yield Finding("advancedOptionsConfig.jsonParsing", "is off")


def _discreet(policy: Node) -> Iterator[Finding]:
    if policy.text("advancedOptionsConfig.logLevel", "NORMAL") == "VERBOSE":
        yield Finding("advancedOptionsConfig.logLevel", "writes parts of requests into the log")


RULES = (
    ResourceRule(
        id="gcp-armor-owasp-rules",
        types=(POLICY,),
        severity=Severity.HIGH,
        description="Policies that admit the public refuse by OWASP's rules.",
        why="Rules of one's own know yesterday's exploits; these follow the ones in use today.",
        remedy="Add rules with action deny(403) that evaluate the preconfigured sets for SQL injection, cross-site "
        "scripting, file inclusion, remote code and protocol attacks (unless configured otherwise), without preview.",
        settings={
            "requiredSets": {
                "type": "array",
                "items": {"type": "string"},
                "default": ["sqli", "xss", "lfi", "rfi", "rce", "protocolattack"],
                "description": "Preconfigured rule sets that must refuse, without their version.",
            }
        },
        check=_owasp,
    ),
    ResourceRule(
        id="gcp-armor-rate-limit",
        types=(POLICY,),
        severity=Severity.MEDIUM,
        description="Policies that admit the public limit how often an address may ask.",
        why="One client in a loop, or a list of stolen passwords, otherwise uses the capacity meant for all.",
        remedy="Add a rule with action throttle and rate_limit_options.",
        check=_limited,
    ),
    ResourceRule(
        id="gcp-armor-attacks-before-limits",
        types=(POLICY,),
        severity=Severity.HIGH,
        description="Rules against attacks judge before rate limits do.",
        why="A request within its limit is let in at once: no later rule looks at it, an attack's least of all.",
        remedy="Give the rules that evaluate preconfigured sets lower priority numbers than the rate limits.",
        check=_order,
    ),
    ResourceRule(
        id="gcp-armor-adaptive-protection",
        types=(POLICY,),
        severity=Severity.MEDIUM,
        description="Policies that admit the public watch for floods of requests.",
        why="A flood from many addresses stays below every limit of one; nobody would be told of it.",
        remedy='Set adaptive_protection_config={"layer7_ddos_defense_config": {"enable": True}}.',
        check=_adaptive,
    ),
    ResourceRule(
        id="gcp-armor-json-parsing",
        types=(POLICY,),
        severity=Severity.MEDIUM,
        description="Policies that admit the public look into JSON bodies field by field.",
        why="Read as one text, a body's quotes and braces look like attacks, and attacks in it like quotes.",
        remedy='Set advanced_options_config={"json_parsing": "STANDARD"}.',
        check=_bodies,
    ),
    ResourceRule(
        id="gcp-armor-discreet-log",
        types=(POLICY,),
        severity=Severity.HIGH,
        description="The firewall's log quotes no requests.",
        why="What matched is often a password or a token, and more people read logs than may know those.",
        remedy='Leave log_level at "NORMAL", and raise it for the hours of an investigation only.',
        check=_discreet,
    ),
)
