"""Rules on Google Cloud resources, and on stacks of them: one module a family."""

from guardrails.rules.gcp import (
    addresses,
    armor,
    artifactregistry,
    bigtable,
    binaryauthorization,
    dns,
    gke,
    iam,
    kafka,
    kms,
    load_balancing,
    logging,
    memorystore,
    monitoring,
    network,
    project,
    protection,
    pubsub,
    secretmanager,
    sql,
    standby,
    storage,
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
FAMILIES = (kafka, kms, pubsub, secretmanager, storage)
