"""Every rule of the pack, in one list."""

from guardrails.model import Rule
from guardrails.rules.aws import (
    account,
    addresses,
    audit,
    codebuild,
    detection,
    dynamodb,
    ec2,
    eks,
    iam,
    kms,
    logs,
    msk,
    network,
    protection,
    rds,
    secrets,
    sqs,
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
    sqs,
    audit,
    detection,
    account,
    codebuild,
)

RULES: tuple[Rule, ...] = tuple(rule for family in FAMILIES for rule in family.RULES)
