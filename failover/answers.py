"""What the job that runs SQL answers: one object in the bucket of records, which alone is believed.

An execution's status tells that a container ended, not what the database said.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

Action = Literal["detach", "sequences", "verify"]
"""A script of `sql`."""


class Problem(BaseModel):
    """A row that a script returned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    problem: str
    object: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.problem}: {self.object} ({self.remedy})"


class Answer(BaseModel):
    """What one execution found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Action
    run: str
    attempt: str
    databases: Mapping[str, tuple[Problem, ...]] = {}
    """What is left to see to, by database of the instance: those that the script ran in."""

    error: str = ""
    """Why the script could not run in all of them."""

    @property
    def problems(self) -> list[tuple[str, Problem]]:
        """All of them, each with its database."""
        return [(database, problem) for database, found in sorted(self.databases.items()) for problem in found]


def place(run: str, action: Action, attempt: str) -> str:
    """Where the answer lies in the bucket of records."""
    return f"results/{run}/{action}-{attempt}.json"
