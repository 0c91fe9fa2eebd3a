"""Rules on Google Cloud resources, and on stacks of them: one module a family."""

from guardrails.rules.gcp import (
    kms,
    logging,
    monitoring,
)

FAMILIES = (kms, logging, monitoring)
