"""The way back against the stand-ins: what a person does at the primary, and what the program believes of it."""

from collections.abc import Callable

import pytest

from failover.cloud import Cloud
from failover.cloud.storage import Bucket
from failover.engine import Engine, Stopped
from failover.names import FENCE, STANDBY_FENCE, STANDBY_NAMES, SWITCH, LinkNames
from failover.record import RECORD, Record, State
from failover.steps.back.order import BACK
from tests.failover.databases import Rows, Scripts
from tests.failover.made_up import Clock, Screen
from tests.failover.sample import LINK, PROJECT, RECORDS_BUCKET, STANDBY, SWITCH_BUCKET
from tests.failover.stand_ins.world import Migration, World

INSTANCE = f"{PROJECT}/{STANDBY.database.instance}"
EQUAL = [{"object": "public.orders", "rows": "3", "digest": "42"}]


class Primary:
    """The primary's side, and the person there, who does each thing as soon as it is asked for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.written, self.confirmed = 1000, 0
        self.follows, self.copying = False, 2
        self.digest = "public.orders\t3\t42\n"
        self.waits: set[str] = set()
        """What the person does not do."""

    def followers(self) -> Rows:
        own = {"slot": "", "active": "False", "copies": "False", "lost": "False", "bytes_behind": "0", "confirmed": "0"}
        rows = [{**own, "written": str(self.written)}]
        for _ in range(self.copying if self.follows else 0):
            rows.insert(0, {**rows[-1], "slot": "pg_1_sync_2_3", "copies": "True"})
        if self.follows:
            confirmed = {"confirmed": str(self.confirmed), "bytes_behind": str(self.written - self.confirmed)}
            rows.insert(0, {**rows[-1], **confirmed, "slot": "resync", "active": "True"})
        return rows

    def acts(self) -> bool:
        """Do what is asked for now; false where this person does not."""
        content = self.world.buckets[RECORDS_BUCKET].get(RECORD)
        if content is None:
            return True
        state = State.model_validate_json(content.content)
        at = next((name for name, step in state.steps.items() if step.status == "running"), None)
        if at in self.waits:
            return False
        if at == "resync":
            if self.follows:
                self.copying = max(0, self.copying - 1)
            elif ("source", STANDBY.database.instance) in self.world.run.ran:  # ty: ignore[missing-attribute]
                self.follows = True
        elif at == "reverse":
            self.confirmed = self.written
            attempt = 1 + state.steps["verify-back"].noted.get("differed", 0)
            if state.steps["reverse"].noted.get("had everything") == attempt:
                self.follows = False
        elif at == "stores":
            self.world.put(RECORDS_BUCKET, f"acknowledged/{state.id}-stores", b"{}")
        elif at == "verify-back":
            attempt = 1 + state.steps["verify-back"].noted.get("differed", 0)
            self.world.put(RECORDS_BUCKET, f"primary/{state.id}-{attempt}.tsv", self.digest.encode())
        elif at == "demote":
            told = STANDBY.model_copy(update={"deployed_mode": "standby"})
            self.world.put(RECORDS_BUCKET, STANDBY_NAMES, told.model_dump_json(by_alias=True).encode())
        elif at == "replicate":
            self.world.migrations[LINK.migration_job] = Migration("RUNNING", "CDC")
            self.world.connectors = dict.fromkeys(LINK.connectors, "RUNNING")
        return True


@pytest.fixture
def primary(world: World) -> Primary:
    """A failover ended: users are at the standby, and nothing is copied from the primary."""
    world.looks = 1
    told = STANDBY.model_copy(update={"deployed_mode": "active"})
    world.put(RECORDS_BUCKET, STANDBY_NAMES, told.model_dump_json(by_alias=True).encode())
    for name in (FENCE, SWITCH):
        world.put(SWITCH_BUCKET, name, b"{}", "no-store")
    world.accounts = dict.fromkeys(LINK.accounts, False)
    world.transfers = dict.fromkeys(LINK.transfers, "DISABLED")
    world.connectors = dict.fromkeys(LINK.connectors, "PAUSED")
    world.migrations[LINK.migration_job] = Migration("COMPLETED", "CDC")
    primary = Primary(world)
    world.run = Scripts(world, {"followers": primary.followers, "digest": lambda: EQUAL})
    return primary


Back = Callable[..., tuple[Screen, State]]


@pytest.fixture
def back(world: World, cloud: Cloud, clock: Clock, primary: Primary) -> Back:
    def sleep(seconds: float) -> None:
        # Looks are ten seconds apart at most, and a day long in sum where nobody acts: time flies.
        clock.sleep(seconds * (6 if primary.acts() else 720))

    def go(link: LinkNames = LINK) -> tuple[Screen, State]:
        screen = Screen()
        record = Record(Bucket(cloud.objects, RECORDS_BUCKET), "somebody@example.com", clock.now)
        steps = list(BACK)
        try:
            Engine(steps, STANDBY, link, cloud, record, screen, now=clock.now, sleep=sleep).run("back")
        except Stopped:
            assert screen.stopped is not None
        return screen, State.model_validate_json(world.buckets[RECORDS_BUCKET][RECORD].content)

    return go


def effects(world: World, *of: str) -> list[str]:
    """Changes, in order, of things whose names hold one of the words."""
    found = [f"{effect.what} {effect.on}" for effect in world.effects]
    return [change for change in found if any(word in change for word in of)]


def present(world: World) -> set[str]:
    return set(world.buckets[SWITCH_BUCKET])


def test_it_ends_with_users_at_the_primary_and_a_standby_that_follows(world: World, back: Back) -> None:
    screen, state = back()
    assert screen.stopped is None
    assert {step.status for step in state.steps.values()} == {"done"}
    assert present(world) == set()
    assert world.accounts == dict.fromkeys(LINK.accounts, True)
    assert world.transfers == dict.fromkeys(LINK.transfers, "ENABLED")
    ran = [script for script, _ in world.run.ran if script != "followers"]  # ty: ignore[missing-attribute]
    assert ran == ["source", "digest", "empty"]
    # A backup first, and nothing of the primary's comes in before the old rows are gone.
    order = effects(world, "back up", " empty ", "enable")
    assert [change.split(" ")[0] for change in order][:2] == ["back", "run"]
    assert not [host for host in world.hosts() if "amazonaws" in host]
    assert world.instances[INSTANCE]["settings"]["ipConfiguration"]["sslMode"] == "ENCRYPTED_ONLY"
    assert world.instances[INSTANCE]["settings"]["ipConfiguration"]["privateNetwork"]


def test_writers_of_both_never_write_at_once(world: World, back: Back) -> None:
    """From the standby's fence on nobody writes; the primary does once the names have moved."""
    gone: dict[str, float] = {}
    inner = world.effect

    def effect(what: str, on: str) -> None:
        inner(what, on)
        for name in (SWITCH, FENCE):
            if name not in present(world):
                gone.setdefault(name, world.now())
                assert STANDBY_FENCE in present(world) or name in gone

    world.effect = effect
    back()
    assert gone[FENCE] - gone[SWITCH] >= 150


@pytest.mark.parametrize(
    ("waits", "kept"),
    [
        ("resync", {FENCE, SWITCH}),
        ("reverse", {FENCE, SWITCH, STANDBY_FENCE}),
        ("stores", {FENCE, SWITCH, STANDBY_FENCE}),
        ("verify-back", {FENCE, SWITCH, STANDBY_FENCE}),
        ("demote", {STANDBY_FENCE}),
    ],
)
def test_each_waits_for_its_person_and_nothing_later_happens(
    world: World, back: Back, primary: Primary, waits: str, kept: set[str]
) -> None:
    primary.waits = {waits}
    screen, _ = back()
    assert screen.stopped is not None
    assert screen.stopped[0] == waits
    assert screen.stopped[2]
    assert present(world) == kept
    assert not effects(world, " empty ")
    # The next one goes on where this one stopped.
    primary.waits = set()
    assert back()[0].stopped is None


def test_a_primary_that_differs_gets_no_users_until_it_was_fetched_again(
    world: World, back: Back, primary: Primary
) -> None:
    primary.digest = "public.orders\t4\t43\n"
    screen, _ = back()
    assert screen.stopped is not None
    assert "public.orders differ: the names stay at the standby" in screen.stopped[1]
    assert present(world) == {FENCE, SWITCH, STANDBY_FENCE}
    # Nothing is believed of the first time: the primary must follow anew, let go anew and be compared anew.
    primary.digest = "public.orders\t3\t42\n"
    primary.confirmed, primary.copying = 0, 2
    screen, _ = back()
    assert screen.stopped is None
    assert primary.confirmed == primary.written


def test_a_primary_that_lets_go_too_early_is_noticed(back: Back, primary: Primary, world: World) -> None:
    inner = primary.acts

    def acts() -> bool:
        if STANDBY_FENCE in present(world):
            primary.follows = False
        return inner()

    primary.acts = acts
    screen, _ = back()
    assert screen.stopped is not None
    assert screen.stopped[0] == "reverse"
    assert "let go before it was seen to have everything" in screen.stopped[1]
    assert SWITCH in present(world)


def test_a_link_without_a_way_back_says_so(back: Back, world: World) -> None:
    screen, _ = back(LINK.model_copy(update={"rows_return": False}))
    assert screen.stopped is not None
    assert "no way from the primary's database to the standby's" in screen.stopped[1]
    assert present(world) == {FENCE, SWITCH}


def test_the_names_that_stay_keep_the_primary_from_writing(world: World, back: Back) -> None:
    """Nothing says when a resolver asks again: as long as one leads here, the primary's writers wait."""
    for host in STANDBY.hosts:
        world.names[host].primary = world.names[host].standby
    screen, _ = back()
    assert screen.stopped is not None
    assert screen.stopped[0] == "switch-back"
    assert FENCE in present(world)


def test_an_old_job_that_still_copies_keeps_the_rows(world: World, back: Back) -> None:
    world.migrations[LINK.migration_job] = Migration("RUNNING", "CDC")
    screen, _ = back()
    assert screen.stopped is not None
    assert screen.stopped[0] == "empty"
    assert "stop it first" in screen.stopped[1]
    assert not effects(world, " empty ", "back up")


def test_by_hand_each_step_has_commands() -> None:
    made = [step.name for step in BACK if not step.by_hand(STANDBY, LINK)]
    assert made == []
