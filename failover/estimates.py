"""Minutes that things take: the least, the most likely and the most, as docs/failover.md gives them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A duration in minutes, spread as a triangle."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.mode <= self.high:
            raise ValueError(f"{self} is no estimate: low ≤ mode ≤ high must hold")

    def __add__(self, other: "Estimate") -> "Estimate":
        """One after the other; the bounds are exact."""
        return Estimate(self.low + other.low, self.mode + other.mode, self.high + other.high)


def longest(estimates: Iterable[Estimate]) -> Estimate:
    """All at the same time; the bounds are exact."""
    every = list(estimates)
    return Estimate(*(max((getattr(each, case) for each in every), default=0) for case in ("low", "mode", "high")))
