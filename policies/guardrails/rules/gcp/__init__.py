"""Rules on Google Cloud resources, and on stacks of them: one module a family."""

from guardrails.rules.gcp import (
    armor,
    dns,
    artifactregistry,
    binaryauthorization,
    gke,
    kms,
    load_balancing,
)

FAMILIES = (armor, dns, kms, load_balancing)
FAMILIES = (kms, gke, artifactregistry, binaryauthorization)
