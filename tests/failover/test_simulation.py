"""The simulation against what can be computed: means, bounds, percentiles; and the same figures every time."""

import os
import subprocess
import sys
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failover.estimates import Estimate, longest
from failover.simulation import RUNS, Spread, Timed, _drawn, alone, simulate

STEPS = (
    Timed("fence", Estimate(0.7, 5.7, 6.5)),
    Timed("activate", Estimate(1, 2, 4), {"cache": Estimate(5, 10, 30), "database": Estimate(2, 5, 15)}),
    Timed("switch", Estimate(1.5, 2.5, 4)),
)


def percentile(estimate: Estimate, share: float) -> float:
    """Of a triangular distribution, in closed form."""
    low, mode, high = estimate.low, estimate.mode, estimate.high
    if share < (mode - low) / (high - low):
        return low + sqrt(share * (high - low) * (mode - low))
    return high - sqrt((1 - share) * (high - low) * (high - mode))


def test_what_is_drawn_has_the_mean_of_its_triangle() -> None:
    for step in STEPS:
        drawn = _drawn(step.name, "", step.estimate, RUNS, 1)
        mean = (step.estimate.low + step.estimate.mode + step.estimate.high) / 3
        assert sum(drawn) / RUNS == pytest.approx(mean, rel=0.01)


def test_percentiles_are_those_of_the_triangle() -> None:
    estimate = Estimate(5, 10, 30)
    found = alone("cache", estimate)
    assert found.median == pytest.approx(percentile(estimate, 0.5), rel=0.01)
    assert found.p95 == pytest.approx(percentile(estimate, 0.95), rel=0.01)


def test_the_longest_of_two_parts_decides() -> None:
    """Both parts must have ended: the chance is the product of theirs."""
    estimate = Estimate(5, 10, 30)
    step = Timed("activate", Estimate(0, 0, 0), {"cache": estimate, "stream": estimate})
    found = simulate([step])
    assert found.total.median == pytest.approx(percentile(estimate, sqrt(0.5)), rel=0.01)
    assert found.total.p95 == pytest.approx(percentile(estimate, sqrt(0.95)), rel=0.01)
    assert found.longest_part["activate"]["cache"] == pytest.approx(0.5, abs=0.02)


def test_percentiles_of_a_sum_are_those_of_counting() -> None:
    """Two durations that are each low or high with no value between: all cases can be counted."""
    steps = [Timed("one", Estimate(0, 0, 10)), Timed("two", Estimate(0, 0, 10))]
    cells = 400
    # Each cell is a value that is as likely as any other.
    values = [percentile(Estimate(0, 0, 10), (cell + 0.5) / cells) for cell in range(cells)]
    sums = sorted(one + two for one in values for two in values)
    found = simulate(steps).total
    assert found.median == pytest.approx(sums[len(sums) // 2], rel=0.02)
    assert found.p95 == pytest.approx(sums[int(len(sums) * 0.95)], rel=0.02)


minutes = st.floats(0, 60)
estimates = st.tuples(minutes, minutes, minutes).map(lambda three: Estimate(*sorted(three)))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(estimates, st.lists(estimates, max_size=3)), min_size=1, max_size=4))
def test_figures_stay_within_the_bounds_and_saving_never_costs(drawn: list[tuple[Estimate, list[Estimate]]]) -> None:
    steps = [
        Timed(f"step-{number}", estimate, {f"part-{index}": part for index, part in enumerate(parts)})
        for number, (estimate, parts) in enumerate(drawn)
    ]
    found = simulate(steps, runs=200)
    whole = [step.estimate + longest(step.parts.values()) for step in steps]
    low, high = (sum(getattr(each, case) for each in whole) for case in ("low", "high"))
    assert low - 1e-6 <= found.total.median <= found.total.p95 <= high + 1e-6
    assert found.until[steps[-1].name] == found.total
    assert sum(found.longest_step.values()) == pytest.approx(1)
    for step in steps:
        for part in step.parts:
            less = simulate(steps, without=[(step.name, part)], runs=200).total
            assert less.median <= found.total.median
            assert less.p95 <= found.total.p95


def test_taking_a_part_away_leaves_the_others_as_they_were() -> None:
    without = simulate(STEPS, without=[("activate", "cache")])
    assert without.each["fence"] == simulate(STEPS).each["fence"]
    assert "cache" not in without.longest_part["activate"]


def test_the_figures_are_the_same_under_any_hash_seed(root: Path) -> None:
    program = (
        "from failover.simulation import simulate\n"
        "from tests.failover.test_simulation import STEPS\n"
        "print(simulate(STEPS))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    ]
    assert told[0] == told[1]
    assert told[0].strip() == str(simulate(STEPS))


def test_a_duration_without_spread_is_itself() -> None:
    assert alone("fixed", Estimate(3, 3, 3)) == Spread(3, 3)
