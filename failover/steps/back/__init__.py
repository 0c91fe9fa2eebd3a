"""The steps of the way back. What must happen at AWS a person does, and the standby's side proves."""

from failover.step import Site

HOUR = 60.0
DAY = 24 * HOUR

ACKNOWLEDGED_STORES = "-stores"
"""Ending of the object in `acknowledged/` that says that a person brought the other stores' data back."""


def attempt(site: Site) -> int:
    """Which time the rows are brought back: once more after each comparison that found the databases to differ."""
    return 1 + (site.noted("differed", "verify-back") or 0)
