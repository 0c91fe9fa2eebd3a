"""What has no customer-managed key, and what everybody may read: the two tables of exceptions, by logical name."""

from collections.abc import Mapping

EXEMPTIONS: Mapping[str, str] = {}
"""Stores without a key of ours, because Google Cloud refuses one there or it would defeat their purpose."""

PUBLIC: Mapping[str, str] = {}
"""Grants to everybody on the internet."""
