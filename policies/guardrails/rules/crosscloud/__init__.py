"""Rules on what two clouds promise each other: on the contract that joins a primary region to its standby.

The contract's inputs are both regions' inventories, `primary` and `standby`, each with `region`, `copyRegions`,
`stores`, `ranges`, `keys`, `minimumTls` and `labels`, and `tunnels`, the ranges between them. It is registered before
anything that joins the regions, so that a rule stops all of it.
"""

from guardrails.rules.crosscloud import addresses, places, protection, stores, vpn

FAMILIES = (addresses, places, protection, stores, vpn)
