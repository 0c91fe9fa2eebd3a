"""How fast a run goes, so that neither the primary's users nor the link notice it."""

import threading
import time
from collections.abc import Callable


class Pace:
    """Lets threads together take so much a second; who takes more waits before the next time."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_second, self._clock, self._sleep = per_second, clock, sleep
        self._free = clock()
        self._lock = threading.Lock()

    def take(self, amount: float) -> None:
        """Take an amount, once all that was taken before has had its time."""
        with self._lock:
            now = self._clock()
            start = max(now, self._free)
            self._free = start + amount / self._per_second
        if start > now:
            self._sleep(start - now)
