"""What has no customer-managed key, and what everybody may read: the two tables of exceptions, by logical name."""

from collections.abc import Mapping

EXEMPTIONS: Mapping[str, str] = {
    "edge-switch-bucket": (
        "health checkers take an object that a disabled key makes unreadable for an absent one: DNS would move back to "
        "a fenced primary"
    ),
}
"""Stores without a key of ours, because Google Cloud refuses one there or it would defeat their purpose."""

PUBLIC: Mapping[str, str] = {
    "edge-switch-readers": "Route 53's health checkers read the switch object, and they have no identity",
}
"""Grants to everybody on the internet."""
