"""How far the standby is behind the primary, by what Cloud Monitoring measured: nothing of the primary's is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose

from failover.cloud import Cloud, Refused, Unavailable
from failover.names import Lag, LinkNames, StandbyNames

FRESH_MINUTES = 10
"""A value older than this says nothing of now: the clouds' metrics come each minute, up to four minutes late.

https://docs.cloud.google.com/monitoring/api/metrics_gcp
"""

LAST_MINUTES = 24 * 60
"""How far back the last value is looked for once there are no new ones."""


@dataclass(frozen=True)
class Reading:
    """What is known of one path of the replication."""

    held: bool | None
    """Whether its objective is kept; none where nothing that was measured lately says so."""

    behind: float | None
    """Minutes that the standby lacked when it was last measured."""

    age: float | None
    """Minutes since then."""

    seen: str
    """The same, in a sentence."""


def fresh_minutes(rpo_minutes: float) -> float:
    """How old the newest value may be: what is written by jobs comes no more often than its objective asks."""
    return max(FRESH_MINUTES, rpo_minutes)


def read(standby: StandbyNames, link: LinkNames, cloud: Cloud, now: float) -> Mapping[str, Reading]:
    """Every path; one that cannot be asked for has no values, and says why."""
    found: dict[str, Reading] = {}
    for name, lag in sorted(link.lags.items()):
        try:
            found[name] = reading(lag, standby.project, cloud, now)
        except (Unavailable, Refused) as error:
            found[name] = Reading(None, None, None, str(error))
    return found


def reading(lag: Lag, project: str, cloud: Cloud, now: float) -> Reading:
    """One path; raises Unavailable or Refused."""
    fresh = fresh_minutes(lag.rpo_minutes)
    points = cloud.metrics.newest(project, lag.filter, fresh, now)
    recent = bool(points)
    if not recent:
        points = cloud.metrics.newest(project, lag.filter, LAST_MINUTES, now)
    # Where nothing arrives nothing is counted: the silence of arrivals is the path's own.
    silence = False if lag.measures == "arrivals" else None
    if not points:
        return Reading(silence, None, None, f"nothing was measured within {LAST_MINUTES // 60} hours")
    if lag.measures == "age":
        behind = max(point.value for point in points) / 60
        age = (now - max(point.at for point in points)) / 60
        held = behind <= lag.rpo_minutes if recent else None
        return Reading(held, behind, age, f"{behind:.1f} minutes behind, measured {age:.0f} minutes ago")
    arrived = [point.at for point in points if point.value > 0]
    if not arrived:
        return Reading(False, None, None, "nothing arrives")
    # What arrives is not behind when it is counted: the path's age is that of its last arrival.
    age = (now - max(arrived)) / 60
    if not recent:
        return Reading(silence, 0, age, f"the last arrival was counted {age:.0f} minutes ago")
    rate = sum(point.value for point in cloud.metrics.rates(project, lag.filter, lag.rpo_minutes, now))
    # One arrival in the whole time may be all that is asked for: a rate that was rounded on its way must not miss it.
    held = rate > 0 and (rate >= lag.least or isclose(rate, lag.least, rel_tol=1e-3))
    wanted = "" if held else f", of which there should be {lag.least:g}" if lag.least else ", which ends"
    return Reading(held, 0, age, f"{rate:.2f} arrivals a second over {lag.rpo_minutes} minutes{wanted}")
