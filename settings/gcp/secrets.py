"""Settings of the standby's secrets."""

from typing import Annotated

from settings.types import Model, between, matching

UtcTime = Annotated[
    str,
    *matching(
        r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ",
        "Secret Manager reads it as no moment",
        'write it in UTC and in quotes, such as "2027-01-04T09:00:00Z"',
    ),
]


class SecretStoreSettings(Model):
    """Secret Manager."""

    first_reminder: UtcTime
    """When a new secret's first reminder is sent; Secret Manager refuses a past one, and moves it on by itself."""

    destruction_days: Annotated[int, *between(1, 1000, "Secret Manager waits 1 to 1000 days")] = 30
    """Days in which a version's destruction can still be undone."""
