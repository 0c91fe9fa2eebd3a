"""The Google Cloud standby region."""

from typing import Any

import pulumi

from settings.stacks import Dr


def build(settings: Dr) -> dict[str, pulumi.Input[Any]]:
    """Return the stack's exports; docs/architecture.md says what the region will hold."""
    return {"mode": settings.mode, "region": settings.regions.gcp}
