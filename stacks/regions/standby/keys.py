"""What the standby region's keys encrypt, and where they lie."""

from dataclasses import replace

from components.gcp.keys import KeyUse
from settings.shared import Regions

KEYS = {
    "cache": KeyUse("confidential", ("memorystore",)),
    "cluster": KeyUse("restricted", ("container",)),
    "database": KeyUse("confidential", ("sqladmin",)),
    "findings": KeyUse("restricted", ("pubsub",)),
    "images": KeyUse("internal", ("artifactregistry",)),
    "jobs": KeyUse("internal", ("run",)),
    "logs": KeyUse("internal", ("logging",)),
    "messages": KeyUse("confidential", ("pubsub",)),
    "secrets": KeyUse("restricted", ("secretmanager",)),
    "stream": KeyUse("confidential", ("managedkafka",)),
    "tables": KeyUse("confidential", ("bigtableadmin",)),
    "vault": KeyUse("restricted", ()),
    "vault-copies": KeyUse("restricted", ()),
    "volumes": KeyUse("confidential", ("compute",)),
}
"""Keys by what they encrypt."""

COPIES = {
    "cluster-backups": KeyUse("confidential", ("gkebackup",)),
    "secrets-second": KeyUse("restricted", ("secretmanager",)),
}
"""Keys of the second region."""

CONTINENT = {
    "log-objects": KeyUse("internal", ("storage",)),
    "objects": KeyUse("confidential", ("storage",)),
}
"""Keys of what both regions hold as one."""


def uses(regions: Regions) -> dict[str, KeyUse]:
    """Keys of this region, and of the places where copies are kept."""
    copies = {name: replace(use, location=regions.gcp_second) for name, use in COPIES.items()}
    continent = {name: replace(use, location=regions.gcp_continent[1]) for name, use in CONTINENT.items()}
    return {**KEYS, **copies, **continent}
