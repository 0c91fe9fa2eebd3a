"""Rules on Google Cloud resources, and on stacks of them: one module a family."""

from guardrails.rules.gcp import (
    artifactregistry,
    binaryauthorization,
    gke,
    kms,
)

FAMILIES = (kms, gke, artifactregistry, binaryauthorization)
