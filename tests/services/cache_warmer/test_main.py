"""How a run ends: what it says, and with which code."""

import logging
from collections import Counter
from collections.abc import Callable

import pytest
from valkey.exceptions import OutOfMemoryError

from services.cache_warmer.__main__ import limits, node, run
from services.cache_warmer.cluster import Node
from services.cache_warmer.fence import Fenced, FenceUnknown
from services.cache_warmer.warming import Incompatible, Limits

Ended = Callable[[Counter[str] | Exception], int]


@pytest.fixture
def ended() -> Ended:
    """Runs that end as they are told to."""

    def ending(end: Counter[str] | Exception) -> int:
        def warm() -> Counter[str]:
            if isinstance(end, Exception):
                raise end
            return end

        return run(warm)

    return ending


def test_a_run_to_the_end_is_well_and_says_what_it_did(ended: Ended, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert ended(Counter(copied=3, gone=1)) == 0
    [line] = caplog.records
    assert (line.levelname, vars(line)["copied"], vars(line)["gone"]) == ("INFO", 3, 1)


def test_keys_that_cannot_be_copied_are_a_warning(ended: Ended, caplog: pytest.LogCaptureFixture) -> None:
    assert ended(Counter(copied=3, refused=1)) == 0
    assert [(line.levelname, vars(line)["refused"]) for line in caplog.records] == [("WARNING", 1)]


def test_a_standby_that_serves_is_no_failure(ended: Ended) -> None:
    assert ended(Fenced("the primary is fenced")) == 0


@pytest.mark.parametrize(
    "error", [FenceUnknown("unknown"), Incompatible("too old"), OutOfMemoryError("full"), OSError("no way")]
)
def test_what_goes_wrong_fails_the_run(ended: Ended, error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    assert ended(error) == 1
    assert [line.levelname for line in caplog.records] == ["ERROR"]


def test_settings_come_from_the_environment() -> None:
    assert node("10.64.0.5:6379") == Node("10.64.0.5", 6379)
    environment = {"KEYS_PER_SECOND": "1", "BYTES_PER_SECOND": "2", "LARGEST_BYTES": "3", "BATCH_BYTES": "4"}
    assert limits(environment) == Limits(1, 2, 3, 4)
