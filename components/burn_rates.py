"""How fast an error budget may burn before somebody is told, the same in both clouds."""

from collections.abc import Sequence
from dataclasses import dataclass

from settings.observability import Severity

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


@dataclass(frozen=True)
class Burn:
    """A speed at which the error budget burns: 1 uses it up just at the window's end."""

    speed: str
    times: float
    long: int
    """Seconds for which it must have burnt so fast on average to matter."""

    short: int
    """Seconds for which it must still do so: the alert ends soon after the fault."""

    severity: Severity
    why: str


# Google's SRE workbook, chapter 5, table 5-8. https://sre.google/workbook/alerting-on-slos/
BURNS: Sequence[Burn] = (
    Burn("fast", 14.4, HOUR, 5 * MINUTE, "page", "An hour of it uses up 2 % of a month's margin for faults."),
    Burn("slow", 6, 6 * HOUR, 30 * MINUTE, "page", "Six hours of it use up 5 % of a month's margin for faults."),
    Burn("creeping", 3, DAY, 2 * HOUR, "ticket", "A day of it uses up 10 % of a month's margin for faults."),
    Burn("lasting", 1, 3 * DAY, 6 * HOUR, "ticket", "Three days of it use up 10 % of a month's margin for faults."),
)
