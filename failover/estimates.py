"""Minutes that things take: the least, the most likely and the most, as docs/failover.md gives them."""

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
