"""Rules on Google Cloud resources, and on stacks of them: one module a family."""

from guardrails.rules.gcp import (
    kafka,
    kms,
    pubsub,
    secretmanager,
    storage,
)

FAMILIES = (kafka, kms, pubsub, secretmanager, storage)
