"""Every rule of the pack, in one list."""

from guardrails.model import Rule
from guardrails.rules import aws, crosscloud, gcp, kubernetes

FAMILIES = (*aws.FAMILIES, *crosscloud.FAMILIES, *gcp.FAMILIES, *kubernetes.FAMILIES)

RULES: tuple[Rule, ...] = tuple(rule for family in FAMILIES for rule in family.RULES)
