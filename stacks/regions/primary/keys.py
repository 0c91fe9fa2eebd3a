"""What the primary region's keys encrypt."""

from components.aws.keys import KeyUse
from components.aws.notifications import NOTIFICATIONS_KEY

KEYS = {
    "audit": KeyUse("Audit trail and history of configurations", "restricted", trails=True),
    "backups": KeyUse("Backups", "confidential"),
    "cache": KeyUse("Cache", "confidential"),
    "cluster": KeyUse("Kubernetes secrets in the cluster's store", "restricted"),
    "database": KeyUse("Relational database", "confidential"),
    "images": KeyUse("Images", "internal"),
    "logs": KeyUse("Log groups and log buckets", "internal", log_groups=True, deliveries=True),
    "metrics": KeyUse("Metrics of the cluster", "internal"),
    "notifications": NOTIFICATIONS_KEY,
    "objects": KeyUse("Objects", "confidential", discovery=True),
    "queues": KeyUse("Message queues", "internal", services=("events.amazonaws.com",)),
    "search": KeyUse("Search", "confidential"),
    "secrets": KeyUse("Secrets Manager", "restricted"),
    "stream": KeyUse("Event stream", "confidential"),
    "tables": KeyUse("Key-value tables", "confidential"),
    "traces": KeyUse("Traces, and the canary's reports", "internal"),
    "vault": KeyUse("Seal of Vault", "restricted"),
    "volumes": KeyUse("Disks of nodes and pods", "confidential", auto_scaling=True),
}
