"""Whether the primary is fenced: from then on the standby's cache is the fresher one, and nothing may be written."""

import threading
import time
from collections.abc import Callable

import requests

CHECKED_EVERY_SECONDS = 5

# A public bucket answers 403 for an object that is missing, where nobody may list.
MISSING = (403, 404)


class Fenced(Exception):
    """The fence is there."""


class FenceUnknown(Exception):
    """Cloud Storage does not say whether it is."""


def status(url: str) -> int:
    """The HTTP status of the fence, past every cache."""
    return requests.get(url, headers={"cache-control": "no-cache"}, timeout=10).status_code


class Fence:
    """Looks at the fence, at most every few seconds."""

    def __init__(
        self, url: str, status: Callable[[str], int] = status, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url, self._status, self._clock = url, status, clock
        self._checked = float("-inf")
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raises Fenced, or FenceUnknown where there is no clear answer: then nothing may be written either."""
        with self._lock:
            if self._clock() - self._checked < CHECKED_EVERY_SECONDS:
                return
            try:
                found = self._status(self._url)
            except requests.RequestException as error:
                raise FenceUnknown("Cloud Storage does not answer for the fence") from error
            if found == requests.codes.ok:
                raise Fenced("the primary is fenced: the standby's cache is left as it is")
            if found not in MISSING:
                raise FenceUnknown(f"Cloud Storage answers {found} for the fence")
            self._checked = self._clock()
