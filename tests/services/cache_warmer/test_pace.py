"""What is taken in all is never more than the rate allows, whoever takes it."""

from hypothesis import given
from hypothesis import strategies as st

from services.cache_warmer.pace import Pace


@given(rate=st.floats(0.5, 1e6), amounts=st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
def test_no_more_is_taken_than_the_time_allows(rate: float, amounts: list[float]) -> None:
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    pace = Pace(rate, clock=lambda: now, sleep=sleep)
    for amount in amounts:
        pace.take(amount)
    # The last one is let go before its own time has passed.
    assert now * rate >= sum(amounts[:-1]) * (1 - 1e-9) - 1e-6


def test_time_in_which_nothing_is_taken_is_not_saved_up() -> None:
    waits: list[float] = []
    now = 0.0
    pace = Pace(10, clock=lambda: now, sleep=waits.append)
    now = 100.0
    for _ in range(3):
        pace.take(10)
    assert waits == [1.0, 2.0]
