"""Rules on Google Cloud resources, and on stacks of them: one module a family."""

from guardrails.rules.gcp import (
    iam,
    kms,
    project,
    protection,
    standby,
)

FAMILIES = (
    iam,
    kms,
    project,
    protection,
    standby,
)
