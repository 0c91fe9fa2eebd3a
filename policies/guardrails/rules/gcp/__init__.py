"""Rules on Google Cloud resources, and on stacks of them: one module a family."""

from guardrails.rules.gcp import (
    bigtable,
    kms,
    memorystore,
    sql,
)

FAMILIES = (bigtable, kms, memorystore, sql)
