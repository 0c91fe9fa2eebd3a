from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

GROUPS = (
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
    "AWSManagedRulesAmazonIpReputationList",
)
RULES = [
    {
        "name": group,
        "overrideAction": {"none": {}},
        "statement": {"managedRuleGroupStatement": {"vendorName": "AWS", "name": group}},
    }
    for group in GROUPS
]
RATE = {"name": "rate", "statement": {"rateBasedStatement": {"limit": 2000, "aggregateKeyType": "IP"}}}
ACL = Subject("aws:wafv2/webAcl:WebAcl", {"scope": "CLOUDFRONT", "rules": [*RULES, RATE]}, "acl")
LOGGING = Subject(
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    {
        "resourceArn": "arn:aws:wafv2:us-east-1:111122223333:global/webacl/front/1",
        "redactedFields": [{"singleHeader": {"name": "Authorization"}}, {"singleHeader": {"name": "cookie"}}],
    },
    "decisions",
    refs={"resourceArn": ACL},
)

CASES = {
    "aws-waf-managed-rules": Cases(
        passes=[ACL, ACL.unset("rules").set("ruleJson", "[]")],
        fails=[
            (ACL.set("rules", [RATE]), "rules"),
            (ACL.set("rules.0.overrideAction", {"count": {}}), "rules"),
            (ACL.set("rules.2.statement.managedRuleGroupStatement.name", "AWSManagedRulesLinuxRuleSet"), "rules"),
        ],
        unknown=[ACL.set("rules", UNKNOWN), ACL.set("rules.0.overrideAction", UNKNOWN)],
    ),
    "aws-waf-rate-limit": Cases(
        passes=[ACL],
        fails=[(ACL.set("rules", RULES), "rules")],
        unknown=[ACL.set("rules", [UNKNOWN])],
    ),
    "aws-waf-logging": Cases(passes=[[ACL, LOGGING]], fails=[([ACL], "")]),
    "aws-waf-log-redaction": Cases(
        passes=[LOGGING],
        fails=[
            (LOGGING.unset("redactedFields"), "redactedFields"),
            (LOGGING.set("redactedFields.1", {"queryString": {}}), "redactedFields"),
        ],
        unknown=[LOGGING.set("redactedFields.0.singleHeader.name", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
