"""How long it took, beside what was promised."""

from collections.abc import Sequence

from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.record import REHEARSAL
from failover.step import Site, Step

MISSED = "missed"
"""What is noted: each promise that was missed, in words; none where all were kept."""

MINUTES = "minutes"
"""What is noted: minutes by step, measured."""


class Measure(Step):
    """Writes down the minutes of each step, which lay beyond its estimate, or all beyond the promised recovery time.

    It stops nothing: the rehearsal's record must end, and `failover.rehearsal` tells of the miss. Of steps that no copy
    can show, such as DNS, the likeliest minutes are taken.
    """

    name = "measure"
    does = "compare the measured minutes with the estimates"
    estimate = Estimate(0, 0, 1)
    budget = 5
    roles = ()

    def __init__(self, rehearsed: Sequence[Step], failover: Sequence[Step]) -> None:
        """`rehearsed` are this rehearsal's steps, `failover` those of a failover; equal names are the same work."""
        self._rehearsed, self._failover = rehearsed, failover

    def act(self, site: Site) -> None:
        """Note both."""
        taken = {step.name: site.minutes(step.name) for step in self._rehearsed}
        minutes = {name: round(value, 2) for name, value in taken.items() if value is not None}
        missed = [
            f"{step.name} took {minutes[step.name]:.1f} minutes, beyond its {step.whole.high:g}"
            for step in self._rehearsed
            if minutes.get(step.name, 0) > step.whole.high
        ]
        recovery = [step for step in self._failover if not step.after_recovery]
        total = sum(minutes.get(step.name, step.whole.mode) for step in recovery)
        if total > site.standby.rto_minutes:
            missed.append(f"a failover would take {total:.1f} minutes, beyond the promised {site.standby.rto_minutes}")
        site.note(MINUTES, {**minutes, "failover": round(total, 2)})
        site.note(MISSED, missed)

    def check(self, site: Site) -> str:
        """What was noted."""
        total = site.noted(MINUTES)["failover"]
        told = f"a failover would take {total:.1f} of {site.standby.rto_minutes} minutes"
        missed = site.noted(MISSED)
        return f"{told}; {'; '.join(missed)}" if missed else f"{told}, and each step kept to its estimate"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Read the record."""
        return (f"gcloud storage cat gs://{standby.records_bucket}/{REHEARSAL}",)
