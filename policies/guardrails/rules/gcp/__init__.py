"""Rules on Google Cloud resources, and on stacks of them: one module a family."""

from guardrails.rules.gcp import (
    armor,
    artifactregistry,
    binaryauthorization,
    dns,
    gke,
    iam,
    addresses,
    bigtable,
    kms,
    load_balancing,
    logging,
    monitoring,
    project,
    protection,
    standby,
    network,
    memorystore,
    sql,
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
FAMILIES = (bigtable, kms, memorystore, sql)
