"""What a failover would do now: its steps, how long they take, what would be lost, and what would make it faster.

The plan is a pure function of the names and of what was measured. Its clock begins when a person says `run`: how long
it takes until somebody decides is no part of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Literal

from pydantic import BaseModel, ConfigDict

from failover import prices
from failover.estimates import Estimate
from failover.lags import Reading
from failover.names import LinkNames, StandbyNames
from failover.simulation import Key, Simulated, Spread, Timed, alone, simulate
from failover.step import Step

LAG_MINUTES: Mapping[str, Estimate] = {
    "relational": Estimate(0.02, 0.2, 3),
    "key-value": Estimate(0.05, 0.3, 3),
    "stream": Estimate(0.02, 0.2, 3),
    "objects": Estimate(0.5, 2, 10),
}
"""Minutes by which the standby is behind while replication runs, by the kind of store.

Estimates, since neither cloud promises any: rows are sent as they are committed; items pass a stream, an import and the
writer; records pass MirrorMaker; objects wait for an event and for the transfer's next look. What is measured stands
beside them in the plan.
"""

LEAST_SHARE = 0.01
"""Share of the runs below which a step is not named as what decides."""

LEAST_GAIN = 0.05
"""Minutes below which a gain is no more than the drawing's own spread."""


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Minutes(_Shown):
    """A duration's estimate and what the simulation makes of it."""

    low: float
    mode: float
    high: float
    median: float
    p95: float


class PlannedPart(_Shown):
    """Something that goes on beside others within a step."""

    name: str
    low: float
    mode: float
    high: float
    decides: float
    """Share of the simulated runs in which it decided how long the step took."""


class PlannedStep(_Shown):
    """One step."""

    name: str
    does: str
    roles: tuple[str, ...]
    minutes: Minutes
    budget: float
    until: Mapping[Literal["median", "p95"], float]
    """Minutes from the start to its end."""

    longest: float
    """Share of the simulated runs in which it was the longest step."""

    parts: tuple[PlannedPart, ...]
    by_hand: tuple[str, ...]
    """The commands with which a person does it, on what is there now."""


class Recovery(_Shown):
    """How long a failover takes against what was promised."""

    median: float
    p95: float
    objective: int
    held: bool


class Loss(_Shown):
    """What one store would lose."""

    store: str
    kind: str
    objective: int
    expected_p95: float | None
    """Minutes that the standby is behind in nineteen of twenty moments, simulated; none where no estimate is known."""

    behind: float | None
    """Minutes that it lacked when it was last measured; none where nothing is known."""

    measured: float | None
    """Minutes since then."""

    held: bool | None
    """Whether the objective is kept; none where nothing measured says so."""

    seen: tuple[str, ...]


class Service(_Shown):
    """What the users of one service meet: all come back at the same moment, and each lacks what its stores lack."""

    service: str
    recovery: float
    """Minutes until it serves, in nineteen of twenty simulated runs."""

    recovery_objective: int
    stores: tuple[str, ...]
    """Those with a promise."""

    point_objective: int | None
    """Minutes that the least of its stores promises; none where it keeps nothing."""

    expected_p95: float | None
    """Minutes that the store furthest behind is behind, simulated; none where no estimate is known of one of them."""

    held: bool | None
    """Whether it serves in time, and each store keeps its promise; none where nothing measured says so."""


class Saving(_Shown):
    """What a part saves by standing at full size all the time, together with those listed before it."""

    part: str
    step: str
    median: float
    p95: float
    more: float
    unit: str
    more_a_minute: float | None
    """Units for each minute that this part alone takes off the 95th percentile; none where it takes off nothing."""

    dollars_a_month: float | None
    """List price of what more would stand for this part alone; none where no published figure is known."""

    source: str
    """Where the price is from, and what it holds for."""


class Plan(_Shown):
    """The whole plan."""

    domain: str
    region: str
    hosts: tuple[str, ...]
    mode: str
    """What the standby was last deployed as."""

    steps: tuple[PlannedStep, ...]
    recovery: Recovery
    services: tuple[Service, ...]
    losses: tuple[Loss, ...]
    rebuilt: tuple[str, ...]
    """Stores that nothing is copied to, whose contents are made anew."""

    critical: tuple[str, ...]
    """Steps and parts in the order of how often they decide, in a sentence each."""

    savings: tuple[Saving, ...]
    objectives: tuple[str, ...]
    """What services promise, to which `verify` holds them."""


def plan(steps: Sequence[Step], standby: StandbyNames, link: LinkNames, readings: Mapping[str, Reading]) -> Plan:
    """The plan for these steps; `readings` are those of `lags.read`."""
    timed = [Timed.of(step) for step in steps]
    simulated = simulate(timed)
    recovery = Recovery(
        median=_rounded(simulated.total.median),
        p95=_rounded(simulated.total.p95),
        objective=standby.rto_minutes,
        held=simulated.total.p95 <= standby.rto_minutes,
    )
    losses = _losses(standby, link, readings)
    return Plan(
        domain=standby.domain,
        region=standby.region,
        hosts=standby.hosts,
        mode=standby.deployed_mode,
        steps=tuple(_step(step, each, simulated, standby, link) for step, each in zip(steps, timed, strict=True)),
        recovery=recovery,
        services=tuple(_services(standby, recovery, losses)),
        losses=tuple(losses),
        rebuilt=tuple(name for name, target in sorted(standby.stores.items()) if not target.rpo_minutes),
        critical=tuple(_critical(simulated)),
        savings=tuple(_savings(timed, standby, simulated.total)),
        objectives=tuple(sorted(standby.objectives)),
    )


def _step(step: Step, timed: Timed, simulated: Simulated, standby: StandbyNames, link: LinkNames) -> PlannedStep:
    whole, each, until = step.whole, simulated.each[timed.name], simulated.until[timed.name]
    deciding = simulated.longest_part.get(timed.name, {})
    return PlannedStep(
        name=step.name,
        does=step.does,
        roles=step.roles,
        minutes=Minutes(
            low=whole.low, mode=whole.mode, high=whole.high, median=_rounded(each.median), p95=_rounded(each.p95)
        ),
        budget=step.budget,
        until={"median": _rounded(until.median), "p95": _rounded(until.p95)},
        longest=_rounded(simulated.longest_step.get(timed.name, 0)),
        parts=tuple(
            PlannedPart(name=name, low=e.low, mode=e.mode, high=e.high, decides=_rounded(deciding.get(name, 0)))
            for name, e in sorted(timed.parts.items())
        ),
        by_hand=step.by_hand(standby, link),
    )


def _losses(standby: StandbyNames, link: LinkNames, readings: Mapping[str, Reading]) -> list[Loss]:
    losses = []
    for store, target in sorted(standby.stores.items()):
        if not target.rpo_minutes:
            continue
        # A path may be a whole group's, such as the beats of all topics.
        paths = [name for name, lag in sorted(link.lags.items()) if f"{store}/".startswith(f"{lag.store}/")]
        found = [readings[name] for name in paths if name in readings]
        expected = LAG_MINUTES.get(target.kind)
        losses.append(
            Loss(
                store=store,
                kind=target.kind,
                objective=target.rpo_minutes,
                expected_p95=None if expected is None else _rounded(alone(target.kind, expected).p95),
                behind=_worst([each.behind for each in found]),
                measured=_worst([each.age for each in found]),
                held=_all_held(found, target.rpo_minutes),
                seen=tuple(each.seen for each in found) or ("nothing measures it",),
            )
        )
    return losses


def _services(standby: StandbyNames, recovery: Recovery, losses: Sequence[Loss]) -> Iterator[Service]:
    for service, stores in sorted(standby.workloads.stores.items()):
        own = [loss for loss in losses if loss.store in stores]
        kept = {recovery.held, *(loss.held for loss in own)}
        yield Service(
            service=service,
            recovery=recovery.p95,
            recovery_objective=recovery.objective,
            stores=tuple(loss.store for loss in own),
            point_objective=max((loss.objective for loss in own), default=None),
            expected_p95=_worst([loss.expected_p95 for loss in own]),
            held=False if False in kept else None if None in kept else True,
        )


def _worst(values: Sequence[float | None]) -> float | None:
    """The largest; none where one is not known: it may be any."""
    known = [value for value in values if value is not None]
    return _rounded(max(known)) if known and len(known) == len(values) else None


def _all_held(found: Sequence[Reading], objective: int) -> bool | None:
    if any(each.held is False or (each.behind or 0) > objective for each in found):
        return False
    return True if found and all(each.held for each in found) else None


def _critical(simulated: Simulated) -> list[str]:
    """Steps wait for one another, so that all are on the path; what is longest is where time can be won."""
    told = []
    for step, share in simulated.longest_step.items():
        if share < LEAST_SHARE:
            continue
        deciding = [f"{part} {part_share:.0%}" for part, part_share in simulated.longest_part.get(step, {}).items()]
        within = f"; within it decides {', '.join(deciding)}" if deciding else ""
        told.append(f"{step} is the longest step in {share:.0%} of runs{within}")
    return told


def _savings(steps: Sequence[Timed], standby: StandbyNames, total: Spread) -> list[Saving]:
    """What to keep standing first: at each turn the part that saves most beside those kept already."""
    left: list[Key] = [(step.name, part) for step in steps for part in sorted(step.parts) if part in standby.capacity]
    kept: list[Key] = []
    savings: list[Saving] = []
    before = total
    while left:
        key = max(left, key=partial(_saved, steps, kept, total))
        left.remove(key)
        kept.append(key)
        found = simulate(steps, without=kept).total
        step, part = key
        capacity = standby.capacity[part]
        more = capacity.size.active - capacity.size.standby
        price = prices.PRICES.get(part)
        gained = before.p95 - found.p95
        before = found
        savings.append(
            Saving(
                part=part,
                step=step,
                median=_rounded(total.median - found.median),
                p95=_rounded(total.p95 - found.p95),
                more=more,
                unit=capacity.unit,
                more_a_minute=_rounded(more / gained) if gained >= LEAST_GAIN else None,
                dollars_a_month=prices.monthly(part, more),
                source="" if price is None else f"{price.holds_for}: {price.source}",
            )
        )
    return savings


def _saved(steps: Sequence[Timed], kept: Sequence[Key], total: Spread, key: Key) -> tuple[float, float]:
    found = simulate(steps, without=[*kept, key]).total
    return total.p95 - found.p95, total.median - found.median


def _rounded(minutes: float) -> float:
    return round(minutes, 2)
