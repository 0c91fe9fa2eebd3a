"""Settings of the standby's encryption keys."""

from typing import Annotated, Literal

from settings.types import Fixed, Model, between


class KeySettings(Model):
    """Customer-managed keys of Cloud KMS."""

    rotation_days: Annotated[int, *between(1, 90, "CIS GCP 1.10 wants a new version every 90 days at least")] = 90
    """Days between rotations; what older versions encrypted stays readable."""

    destruction_days: Fixed[
        Annotated[
            int,
            *between(
                14, 120, "Cloud KMS waits at most 120 days, and less than 14 leave little time to notice a mistake"
            ),
        ]
    ] = 30
    """Days in which a version's destruction can still be undone; Cloud KMS fixes them when it makes a key."""

    protection: Fixed[Literal["SOFTWARE", "HSM"]] = "SOFTWARE"
    """Where keys are kept: in Cloud KMS's software, or in its hardware modules (FIPS 140-2 level 3)."""
