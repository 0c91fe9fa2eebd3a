"""Every rule of the pack, in one list."""

from guardrails.model import Rule
from guardrails.rules.aws import (
    addresses,
    dynamodb,
    ec2,
    eks,
    iam,
    kms,
    logs,
    messaging,
    monitoring,
    msk,
    network,
    protection,
    rds,
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
    messaging,
    monitoring,
)

RULES: tuple[Rule, ...] = tuple(rule for family in FAMILIES for rule in family.RULES)
