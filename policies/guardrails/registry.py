"""Every rule of the pack, in one list."""

from guardrails.model import Rule
from guardrails.rules.aws import (
    acm,
    addresses,
    backup,
    cloudfront,
    dynamodb,
    ec2,
    ecr,
    eks,
    elasticache,
    elb,
    iam,
    kms,
    logs,
    msk,
    network,
    opensearch,
    protection,
    rds,
    route53,
    s3,
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
    s3,
    elasticache,
    opensearch,
    ecr,
    backup,
    route53,
    acm,
    cloudfront,
    waf,
    elb,
)

RULES: tuple[Rule, ...] = tuple(rule for family in FAMILIES for rule in family.RULES)
