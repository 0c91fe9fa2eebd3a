"""Nothing is written unless Cloud Storage says that the standby does not serve."""

import pytest
import requests

from services.cache_warmer.fence import CHECKED_EVERY_SECONDS, Fence, Fenced, FenceUnknown

URL = "https://storage.googleapis.com/example-failover-switch/fence"


class Storage:
    """Answers with a status, and counts how often it is asked."""

    def __init__(self, status: int) -> None:
        self.status, self.asked = status, 0

    def __call__(self, url: str) -> int:
        assert url == URL
        self.asked += 1
        return self.status


@pytest.mark.parametrize("status", [403, 404])
def test_a_missing_object_lets_the_run_go_on(status: int) -> None:
    Fence(URL, Storage(status)).check()


def test_the_object_ends_the_run() -> None:
    with pytest.raises(Fenced):
        Fence(URL, Storage(200)).check()


@pytest.mark.parametrize("status", [204, 301, 401, 429, 500, 503])
def test_any_other_answer_ends_it_too(status: int) -> None:
    with pytest.raises(FenceUnknown, match=str(status)):
        Fence(URL, Storage(status)).check()


def test_no_answer_ends_it_too() -> None:
    def silent(url: str) -> int:
        raise requests.ConnectionError

    with pytest.raises(FenceUnknown):
        Fence(URL, silent).check()


def test_it_is_looked_at_again_after_seconds() -> None:
    now, storage = 0.0, Storage(404)
    fence = Fence(URL, storage, clock=lambda: now)
    for _ in range(3):
        fence.check()
    assert storage.asked == 1
    now, storage.status = CHECKED_EVERY_SECONDS + 1.0, 200
    with pytest.raises(Fenced):
        fence.check()
    with pytest.raises(Fenced):
        fence.check()
