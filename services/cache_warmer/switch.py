"""Whether the standby serves: once it does, its cache is fresher than the primary's, and nothing may be written."""

import threading
import time
from collections.abc import Callable

import requests

CHECKED_EVERY_SECONDS = 5

# A public bucket answers 403 for an object that is missing, where nobody may list.
MISSING = (403, 404)


class StandbyServes(Exception):
    """The switch object is there."""


class SwitchUnknown(Exception):
    """Cloud Storage does not say whether it is."""


def status(url: str) -> int:
    """The HTTP status of the switch object, past every cache."""
    return requests.get(url, headers={"cache-control": "no-cache"}, timeout=10).status_code


class Switch:
    """Looks at the switch object, at most every few seconds."""

    def __init__(
        self, url: str, status: Callable[[str], int] = status, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url, self._status, self._clock = url, status, clock
        self._checked = float("-inf")
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raises StandbyServes, or SwitchUnknown where there is no clear answer: then nothing may be written either."""
        with self._lock:
            if self._clock() - self._checked < CHECKED_EVERY_SECONDS:
                return
            try:
                found = self._status(self._url)
            except requests.RequestException as error:
                raise SwitchUnknown("Cloud Storage does not answer for the switch object") from error
            if found == requests.codes.ok:
                raise StandbyServes("the standby serves: its cache is left as it is")
            if found not in MISSING:
                raise SwitchUnknown(f"Cloud Storage answers {found} for the switch object")
            self._checked = self._clock()
