"""How long a failover takes, simulated: many runs with each duration drawn from its estimate.

    simulated = simulate([Timed.of(step) for step in steps])
    simulated.total.p95                     # nineteen of twenty runs take no longer
    simulated.until["switch"].median        # from the start to the end of a step

Each duration has a random sequence of its own, seeded by its name: the same estimates give the same figures on every
machine, and taking one away leaves all others as they were, so that what it saves is no accident of the drawing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from random import Random
from typing import TYPE_CHECKING

from failover.estimates import Estimate

if TYPE_CHECKING:
    from failover.step import Step

RUNS = 20_000
"""So many that another seed moves the 95th percentile by some hundredths of a minute."""

SEED = 1

Key = tuple[str, str]
"""A step and a part of it; the empty part is what comes before and after the parts."""


@dataclass(frozen=True)
class Timed:
    """A step, as far as its duration goes."""

    name: str
    estimate: Estimate
    parts: Mapping[str, Estimate] = field(default_factory=dict)
    after_recovery: bool = False
    """Whether users are served before it begins."""

    @classmethod
    def of(cls, step: Step) -> Timed:
        """What a step says of its duration."""
        return cls(step.name, step.estimate, step.parts, step.after_recovery)


@dataclass(frozen=True)
class Spread:
    """Minutes that half, and nineteen of twenty, of the runs stay within."""

    median: float
    p95: float


@dataclass(frozen=True)
class Simulated:
    """What the runs came to."""

    total: Spread
    """Of the recovery: until users are served."""

    each: Mapping[str, Spread]
    """Of each step alone."""

    until: Mapping[str, Spread]
    """From the start to the end of each step."""

    longest_step: Mapping[str, float]
    """Share of the runs in which a step took longest of all, the most frequent first."""

    longest_part: Mapping[str, Mapping[str, float]]
    """Share of the runs in which a part decided how long its step took, by step."""


def simulate(steps: Sequence[Timed], *, without: Iterable[Key] = (), runs: int = RUNS, seed: int = SEED) -> Simulated:
    """Run the steps one after the other many times; those parts of them that are named take no time."""
    left_out = frozenset(without)
    totals, recovered = [0.0] * runs, [0.0] * runs
    each: dict[str, Spread] = {}
    until: dict[str, Spread] = {}
    parts: dict[str, Mapping[str, float]] = {}
    columns: list[list[float]] = []
    for step in steps:
        column = list(_drawn(step.name, "", step.estimate, runs, seed))
        kept = {part: each for part, each in sorted(step.parts.items()) if (step.name, part) not in left_out}
        if kept:
            drawn = [_drawn(step.name, part, estimate, runs, seed) for part, estimate in kept.items()]
            names = tuple(kept)
            deciding = [max(range(len(names)), key=row.__getitem__) for row in zip(*drawn, strict=True)]
            column = [base + drawn[part][run] for run, (base, part) in enumerate(zip(column, deciding, strict=True))]
            parts[step.name] = _shares(names[part] for part in deciding)
        totals = [total + more for total, more in zip(totals, column, strict=True)]
        if not step.after_recovery:
            columns.append(column)
            recovered = totals
        each[step.name], until[step.name] = spread(column), spread(totals)
    steps = [step for step in steps if not step.after_recovery]
    deciding_steps = (steps[max(range(len(row)), key=row.__getitem__)].name for row in zip(*columns, strict=True))
    return Simulated(spread(recovered), each, until, _shares(deciding_steps), parts)


def alone(name: str, estimate: Estimate) -> Spread:
    """One duration by itself."""
    return spread(_drawn(name, "", estimate, RUNS, SEED))


def spread(minutes: Sequence[float]) -> Spread:
    """The percentiles of what was drawn, each a value that was (nearest rank)."""
    ordered = sorted(minutes)

    def rank(share: float) -> float:
        return ordered[ceil(share * len(ordered)) - 1]

    return Spread(rank(0.5), rank(0.95))


@lru_cache(maxsize=256)
def _drawn(step: str, part: str, estimate: Estimate, runs: int, seed: int) -> tuple[float, ...]:
    # Random takes a text by its SHA-512, whatever the interpreter's hash seed.
    random = Random(f"{seed}/{step}/{part}")
    return tuple(random.triangular(estimate.low, estimate.high, estimate.mode) for _ in range(runs))


def _shares(names: Iterable[str]) -> dict[str, float]:
    counted = Counter(names)
    return {name: n / counted.total() for name, n in sorted(counted.items(), key=lambda item: (-item[1], item[0]))}
