"""What the job that runs SQL answers: one object in the bucket of records, which alone is believed.

An execution's status tells that a container ended, not what the database said.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

Action = Literal["detach", "sequences", "verify", "source", "followers", "digest", "empty", "schema"]
"""A script of `sql` that the job may run."""

OF_THE_PLATFORM = frozenset({"source", "followers", "digest", "empty"})
"""Those that run in the platform's own database alone: no other follows the primary, or comes back to it."""

Row = Mapping[str, str]
"""What a script returned, by column: `problem`, `object` and `remedy` where it looks for problems."""


class Answer(BaseModel):
    """What one execution found; a newer image may tell more than is known here."""

    model_config = ConfigDict(frozen=True)

    action: Action
    run: str
    attempt: str
    at: str = ""
    """When it was written down, as ISO 8601 has it."""

    databases: Mapping[str, tuple[Row, ...]] = {}
    """Rows by database of the instance: those that the script ran in."""

    error: str = ""
    """Why the script could not run in all of them."""

    def problems(self, *kinds: str) -> list[str]:
        """Problems in words, with their databases: of those kinds, or all."""
        return [
            f"{row['problem']}: {row['object']} in {database} ({row['remedy']})"
            for database, rows in sorted(self.databases.items())
            for row in rows
            if not kinds or row["problem"] in kinds
        ]


def place(run: str, action: Action, attempt: str) -> str:
    """Where the answer lies in the bucket of records."""
    return f"results/{run}/{action}-{attempt}.json"
