"""WAFv2 web ACLs."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule, StackRule
from guardrails.subject import Node, Stack

WEB_ACL = "aws:wafv2/webAcl:WebAcl"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"

CREDENTIAL_HEADERS = ("authorization", "cookie")


def _blocks(rule: Node) -> bool:
    """Whether a rule group's verdicts hold; `count` is an empty object, there or not."""
    return not any(rule.items("overrideAction.count", whole=True))


def _managed_groups(acl: Node) -> Iterator[Finding]:
    if acl.has("ruleJson"):
        return
    used = {
        rule.text("statement.managedRuleGroupStatement.name")
        for rule in acl.items("rules", whole=True)
        if _blocks(rule)
    }
    missing = sum(group not in used for group in acl.choices("requiredGroups"))
    if missing:
        yield Finding("rules", f"lack {missing} of the required rule groups, or only count what they find")


def _rate_limited(acl: Node) -> Iterator[Finding]:
    if acl.has("ruleJson"):
        return
    if not any(rule.has("statement.rateBasedStatement") for rule in acl.items("rules", whole=True)):
        yield Finding("rules", "limit no rate")


def _logged(stack: Stack) -> Iterator[Finding]:
    logged = {urn for logging in stack.of_type(LOGGING) for urn in logging.references("resourceArn")}
    for acl in stack.of_type(WEB_ACL):
        if acl.urn not in logged:
            yield Finding("", "logs nothing", acl)


def _redacted(logging: Node) -> Iterator[Finding]:
    hidden = {field.text("singleHeader.name").lower() for field in logging.items("redactedFields", whole=True)}
    for header in CREDENTIAL_HEADERS:
        if header not in hidden:
            yield Finding("redactedFields", f"leave the header {header} readable")


RULES = (
    ResourceRule(
        id="aws-waf-managed-rules",
        types=(WEB_ACL,),
        severity=Severity.HIGH,
        description="Web ACLs block by AWS's managed rule groups.",
        why="Rules of one's own know yesterday's exploits; these follow the ones in use today.",
        remedy="Add the managed rule groups core, known bad inputs, SQL injection and IP reputation (unless configured "
        "otherwise) with override_action none.",
        settings={
            "requiredGroups": {
                "type": "array",
                "items": {"type": "string"},
                "default": [
                    "AWSManagedRulesCommonRuleSet",
                    "AWSManagedRulesKnownBadInputsRuleSet",
                    "AWSManagedRulesSQLiRuleSet",
                    "AWSManagedRulesAmazonIpReputationList",
                ],
                "description": "Rule groups of AWS's that must block.",
            }
        },
        check=_managed_groups,
    ),
    ResourceRule(
        id="aws-waf-rate-limit",
        types=(WEB_ACL,),
        severity=Severity.MEDIUM,
        description="Web ACLs limit how often an address may ask.",
        why="One client in a loop, or a list of stolen passwords, otherwise uses the capacity meant for all.",
        remedy="Add a rule with a rate_based_statement.",
        check=_rate_limited,
    ),
    StackRule(
        id="aws-waf-logging",
        types=(WEB_ACL, LOGGING),
        severity=Severity.MEDIUM,
        description="Web ACLs log their decisions.",
        why="Without them nobody can tell an attack from a customer who was blocked by mistake.",
        remedy="Add a wafv2.WebAclLoggingConfiguration with resource_arn set to the ACL.",
        check=_logged,
    ),
    ResourceRule(
        id="aws-waf-log-redaction",
        types=(LOGGING,),
        severity=Severity.HIGH,
        description="WAF logs hide the headers that carry credentials.",
        why="Whoever reads the log could otherwise sign in as any user in it.",
        remedy="Add authorization and cookie to redacted_fields, each as a single_header.",
        check=_redacted,
    ),
)
