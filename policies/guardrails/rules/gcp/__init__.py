"""Rules on Google Cloud resources, and on stacks of them: one module a family."""

from guardrails.rules.gcp import (
    armor,
    artifactregistry,
    binaryauthorization,
    dns,
    gke,
    iam,
    addresses,
    kms,
    load_balancing,
    logging,
    monitoring,
    project,
    protection,
    standby,
    network,
)

FAMILIES = (armor, dns, kms, load_balancing)
FAMILIES = (kms, gke, artifactregistry, binaryauthorization)
FAMILIES = (
    iam,
    kms,
    project,
    protection,
    standby,
)
FAMILIES = (kms, logging, monitoring)
FAMILIES = (addresses, kms, network)
