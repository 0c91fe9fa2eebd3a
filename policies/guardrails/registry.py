"""Every rule of the pack, in one list."""

from guardrails.model import Rule
from guardrails.rules.aws import (
    addresses,
    backup,
    dynamodb,
    ec2,
    ecr,
    eks,
    elasticache,
    iam,
    kms,
    logs,
    msk,
    network,
    opensearch,
    protection,
    rds,
    s3,
    secrets,
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
)

RULES: tuple[Rule, ...] = tuple(rule for family in FAMILIES for rule in family.RULES)
