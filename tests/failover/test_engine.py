"""The engine's promises, on small steps: order, budget, stopping, resuming. Time is the test's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from failover.cloud import Access, Cloud, Refused, Unavailable
from failover.cloud.storage import Bucket, Objects
from failover.engine import Engine, Stopped
from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.record import RECORD, Conflict, Record, State, Status
from failover.step import NotYet, Site, Step, Stop
from tests.failover.sample import LINK, RECORDS_BUCKET, STANDBY
from tests.failover.stand_ins.world import World


@dataclass
class Screen:
    """What the engine told, and time that passes while it waits."""

    at: float = 1_800_000_000.0
    lines: list[str] = field(default_factory=list)
    waits_: int = 0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds

    def begins(self, step: Step, resumed: bool) -> None:
        self.lines.append(f"{step.name} {'again' if resumed else 'begins'}")

    def waits(self, step: Step, elapsed: float, why: str) -> None:
        self.waits_ += 1

    def ends(self, step: Step, elapsed: float, seen: str) -> None:
        self.lines.append(f"{step.name} ends")

    def stops(self, step: Step, why: str, by_hand: Sequence[str]) -> None:
        self.lines.append(f"{step.name} stops: {'; '.join(by_hand)}")


class Plain(Step):
    """A step that does what the test says."""

    does, estimate, budget, roles = "", Estimate(1, 1, 1), 2, ()

    def __init__(self, name: str, **parts: Callable[[Site], Any]) -> None:
        self.name = name  # ty: ignore[invalid-attribute-access]
        self.answers, self.asked = parts, []

    def ready(self, site: Site) -> None:
        self._do("ready", site)

    def act(self, site: Site) -> None:
        self._do("act", site)

    def check(self, site: Site) -> str:
        return self._do("check", site) or "seen"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        return (f"do {self.name} in {standby.project}",)

    def _do(self, part: str, site: Site) -> Any:
        self.asked.append(part)
        return self.answers.get(part, lambda site: None)(site)


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def go(access: Access, screen: Screen) -> Callable[..., None]:
    """Run steps to their end, as another start of the program."""

    def go(*steps: Step) -> None:
        record = Record(Bucket(Objects(access), RECORDS_BUCKET), "ann@example.com", screen.now)
        cloud = Cloud(access)
        Engine(steps, STANDBY, LINK, cloud, record, screen, now=screen.now, sleep=screen.sleep).run("run")

    return go


def statuses(world: World) -> dict[str, Status]:
    state = State.model_validate_json(world.buckets[RECORDS_BUCKET][RECORD].content)
    return {name: step.status for name, step in state.steps.items()}


def test_each_step_is_ready_done_and_proved_before_the_next_begins(
    go: Callable[..., None], screen: Screen, world: World
) -> None:
    order: list[str] = []
    steps = [
        Plain(
            name, **{part: lambda site, told=f"{name} {part}": order.append(told) for part in ("ready", "act", "check")}
        )
        for name in ("one", "two")
    ]
    go(*steps)
    assert order == ["one ready", "one act", "one check", "two ready", "two act", "two check"]
    assert screen.lines == ["one begins", "one ends", "two begins", "two ends"]
    assert statuses(world) == {"one": "done", "two": "done"}


@pytest.mark.parametrize("part", ["ready", "act", "check"])
@pytest.mark.parametrize("error", [NotYet, Unavailable, Conflict])
def test_what_may_come_is_waited_for(
    go: Callable[..., None], screen: Screen, part: str, error: type[Exception]
) -> None:
    answers = iter([error("later"), error("later"), None])

    def answer(site: Site) -> None:
        if found := next(answers):
            raise found

    go(Plain("one", **{part: answer}))
    assert screen.waits_ == 2


@pytest.mark.parametrize("minute", [60, 0.6])
@pytest.mark.parametrize("part", ["ready", "act", "check"])
def test_waiting_fills_the_steps_budget_and_then_stops_the_run(
    access: Access, screen: Screen, world: World, part: str, minute: float
) -> None:
    def never(site: Site) -> None:
        raise NotYet("not there")

    steps = (Plain("one", **{part: never}), Plain("two"))
    record = Record(Bucket(Objects(access), RECORDS_BUCKET), "ann@example.com", screen.now)
    began = screen.at
    engine = Engine(
        steps, STANDBY, LINK, Cloud(access), record, screen, now=screen.now, sleep=screen.sleep, minute=minute
    )
    with pytest.raises(Stopped, match="one: its 2 minutes are over: not there"):
        engine.run("run")
    assert 1.5 * minute < screen.at - began <= 2 * minute
    assert steps[1].asked == []
    assert screen.lines == ["one begins", f"one stops: do one in {STANDBY.project}"]
    assert statuses(world) == {"one": "stopped", "two": "waiting"}


@pytest.mark.parametrize("part", ["ready", "act", "check"])
@pytest.mark.parametrize("error", [Stop, Refused])
def test_what_cannot_come_stops_the_run_at_once_with_the_commands_by_hand(
    go: Callable[..., None], screen: Screen, world: World, part: str, error: type[Exception]
) -> None:
    def refuse(site: Site) -> None:
        raise error("no right to")

    later = Plain("two")
    with pytest.raises(Stopped, match="one: no right to"):
        go(Plain("one", **{part: refuse}), later)
    assert later.asked == []
    assert screen.waits_ == 0
    assert screen.lines == ["one begins", f"one stops: do one in {STANDBY.project}"]
    assert statuses(world) == {"one": "stopped", "two": "waiting"}


def test_stopped_run_goes_on_from_the_step_that_stopped(go: Callable[..., None], screen: Screen) -> None:
    broken = [True]

    def act(site: Site) -> None:
        if broken:
            raise Stop("broken")

    steps = (Plain("one"), Plain("two", act=act), Plain("three"))
    with pytest.raises(Stopped):
        go(*steps)
    broken.clear()
    for step in steps:
        step.asked.clear()
    go(*steps)
    assert [step.asked for step in steps] == [["check"], ["ready", "act", "check"], ["ready", "act", "check"]]
    assert screen.lines[-6:] == ["one again", "one ends", "two again", "two ends", "three begins", "three ends"]


@pytest.mark.parametrize("error", [NotYet, Stop, Refused, Unavailable])
def test_done_step_that_does_not_hold_any_more_is_done_again(
    go: Callable[..., None], world: World, error: type[Exception]
) -> None:
    undone: list[bool] = []

    def check(site: Site) -> None:
        if undone and undone.pop():
            raise error("undone")

    def stop(site: Site) -> None:
        raise Stop("not now")

    one = Plain("one", check=check)
    with pytest.raises(Stopped):
        go(one, Plain("two", act=stop))
    one.asked.clear()
    undone.append(True)
    go(one, Plain("two"))
    assert one.asked == ["check", "ready", "act", "check"]


def test_step_sees_what_was_noted_and_proved_before(go: Callable[..., None]) -> None:
    def note(site: Site) -> None:
        site.note("copy", 7)

    def look(site: Site) -> None:
        seen.append((site.noted("copy", "one"), site.noted("copy"), site.proved("one"), site.proved("two")))

    seen: list[tuple[object, ...]] = []
    go(Plain("one", act=note), Plain("two", act=look))
    assert seen == [(7, None, True, False)]


def test_record_that_cannot_be_written_for_a_while_is_waited_for(
    go: Callable[..., None], screen: Screen, world: World
) -> None:
    def act(site: Site) -> None:
        # The three tries of a write, twice.
        world.break_("storage", "upload", 503, times=6)

    go(Plain("one", act=act), Plain("two"))
    assert screen.waits_ == 2
    assert statuses(world) == {"one": "done", "two": "done"}


@pytest.mark.parametrize("kind", [403, 503])
def test_run_stops_where_its_record_cannot_be_written(
    go: Callable[..., None], screen: Screen, world: World, kind: int
) -> None:
    def act(site: Site) -> None:
        world.break_("storage", "upload", kind)

    later = Plain("two")
    with pytest.raises(Stopped):
        go(Plain("one", act=act), later)
    assert later.asked == []
    assert screen.lines[-1] == f"one stops: do one in {STANDBY.project}"
