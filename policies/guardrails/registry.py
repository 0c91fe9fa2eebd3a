"""Every rule of the pack, in one list."""

from guardrails.model import Rule
from guardrails.rules.aws import (
    acm,
    addresses,
    cloudfront,
    dynamodb,
    ec2,
    eks,
    elb,
    iam,
    kms,
    logs,
    msk,
    network,
    protection,
    rds,
    route53,
    secrets,
    waf,
)

FAMILIES = (
    network,
    addresses,
    ec2,
    eks,
    rds,
    msk,
    dynamodb,
    kms,
    iam,
    secrets,
    logs,
    protection,
    route53,
    acm,
    cloudfront,
    waf,
    elb,
)

RULES: tuple[Rule, ...] = tuple(rule for family in FAMILIES for rule in family.RULES)
