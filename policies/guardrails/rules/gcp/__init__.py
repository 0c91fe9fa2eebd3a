"""Rules on Google Cloud resources, and on stacks of them: one module a family."""

from guardrails.rules.gcp import (
    addresses,
    kms,
    network,
)

FAMILIES = (addresses, kms, network)
