"""The steps of a failover, run by the engine against the stand-ins: what each waits for, believes and refuses."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from failover import cli, statements
from failover.cloud import Cloud
from failover.cloud.storage import Bucket
from failover.names import FENCE
from failover.record import Record
from failover.step import Site, Step, Stop
from failover.steps import RUN, promote, sequences, switch, verify
from failover.steps.activate import Activate, Settle
from tests.failover import sample
from tests.failover.databases import Databases, row
from tests.failover.made_up import Clock, Run, Screen, commands
from tests.failover.sample import BACKLOG, LINK, RECORDS_BUCKET, STANDBY, SWITCH_BUCKET, TABLE
from tests.failover.stand_ins.stack import up
from tests.failover.stand_ins.world import Effect, Execution, Kind, Series, World

SQL_JOB = STANDBY.database.sql_job
INSTANCE = f"{sample.PROJECT}/{STANDBY.database.instance}"
WORKLOAD = "core/core"


def effects(world: World) -> list[str]:
    return [f"{effect.what} {effect.on}" for effect in world.effects]


def told(world: World, mode: str, ready: int | None = None) -> None:
    """An update has ended well, but one workload is told that mode, and so many pods of it serve."""
    up(world)
    world.deployments[WORKLOAD] = replace(world.deployments[WORKLOAD], mode=mode, ready=ready)


class TestRun:
    def test_ends_with_the_names_at_the_standby_and_nothing_open(
        self, world: World, run: Run, databases: Databases, checkout: Path
    ) -> None:
        world.jobs[LINK.jobs[0]].append(Execution(LINK.jobs[0], f"{LINK.jobs[0]}/executions/warm-1", (), {}))
        screen, state = run()
        assert screen.stopped is None
        assert {step.status for step in state.steps.values()} == {"done"}
        assert list(screen.ended) == [step.name for step in RUN]
        assert world.moved()
        assert world.jobs[LINK.jobs[0]][0].ended
        assert world.accounts[LINK.accounts[0]] is False
        assert world.connectors[LINK.connectors[0]] == "PAUSED"
        assert world.transfers[LINK.transfers[0]] == "DISABLED"
        assert databases.asked == ["detach", "verify", "sequences", "verify", "verify"]
        # Users wait for the first alone, which leaves out what grows slowly.
        assert commands(checkout) == [" ".join(step.command[1:]) for step in (Activate, Settle)]
        assert world.effects.count(Effect("up", "dr")) == 1

    def test_once_more_it_does_nothing_twice(
        self, world: World, run: Run, databases: Databases, checkout: Path
    ) -> None:
        world.doors["www.example.com"] = 503
        screen, _ = run()
        assert screen.stopped is not None
        assert screen.stopped[0] == "outside"
        before = effects(world)
        world.doors["www.example.com"] = 200
        assert run()[0].stopped is None
        again = effects(world)[len(before) :]
        assert [effect for effect in again if "names/" not in effect and effect.startswith(("disable", "pause"))] == []
        assert databases.asked.count("detach") == databases.asked.count("sequences") == 1
        assert len(commands(checkout)) == 2


class TestRefusal:
    """DNS never moves before all was proved, and nothing begins that cannot end."""

    @pytest.mark.parametrize(
        ("broken", "step"),
        [
            (lambda world, databases: world.instances[INSTANCE].update(state="SUSPENDED"), "grow"),
            (lambda world, databases: world.buckets[RECORDS_BUCKET].pop("names/interconnect.json"), "grow"),
            (lambda world, databases: world.jobs.pop(SQL_JOB), "grow"),
            (lambda world, databases: world.break_("iam", "*", 403), "isolate"),
            (lambda world, databases: setattr(databases, "silent", True), "promote"),
            (lambda world, databases: databases.left.append(row("right is missing")), "sequences"),
            (lambda world, databases: world.break_("pulumi", "up", 500), "activate"),
            (lambda world, databases: world.break_("cluster", "*", 403), "verify"),
            (lambda world, databases: world.tables[TABLE].update(one="INITIALIZING"), "verify"),
            (lambda world, databases: told(world, "standby"), "verify"),
            (lambda world, databases: told(world, "active", ready=1), "verify"),
            (lambda world, databases: world.doors.update({STANDBY.standby_host: 503}), "verify"),
            (lambda world, databases: setattr(next(iter(world.certificates.values())), "expires", 1.0), "verify"),
        ],
    )
    def test_it_stops_with_commands_and_the_names_stay(
        self,
        broken: Callable[[World, Databases], object],
        step: str,
        world: World,
        databases: Databases,
        run: Run,
    ) -> None:
        broken(world, databases)
        screen, state = run()
        assert screen.stopped is not None
        assert screen.stopped[0] == step
        assert screen.stopped[2]
        assert not world.moved()
        if step == "grow":
            assert FENCE not in world.buckets[SWITCH_BUCKET]
        later = list(state.steps)[list(state.steps).index(step) + 1 :]
        assert {state.steps[name].status for name in later} <= {"waiting"}

    def test_a_detachment_that_did_not_hold_is_found_and_done_anew_by_the_next_run(
        self, world: World, databases: Databases, run: Run
    ) -> None:
        scripts = databases.found
        databases.found = {**scripts, "detach": tuple}
        screen, _ = run()
        assert screen.stopped is not None
        assert screen.stopped[0] == "promote"
        assert "subscription is left" in screen.stopped[1]
        databases.found = scripts
        assert run()[0].stopped is None
        assert databases.asked.count("detach") == 2

    def test_an_ended_failover_is_not_begun_anew(
        self, world: World, run: Run, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run()
        before = effects(world)
        assert cli.main(["--records", RECORDS_BUCKET, "run", "--yes"]) == 1
        assert "the standby serves since" in capsys.readouterr().err
        assert effects(world) == before


class TestGrow:
    @pytest.mark.parametrize("kind", [403, 500, "hang"])
    def test_a_growth_that_is_refused_stops_nothing(self, world: World, run: Run, kind: Kind) -> None:
        world.break_("sqladmin", "patch", kind)
        screen, _ = run()
        assert screen.stopped is None
        assert "left to activate" in screen.ended["grow"]
        assert world.instances[INSTANCE]["settings"]["tier"] == STANDBY.database.active_tier


class TestFence:
    LEASE = 5 + 2 + 30 + STANDBY.fence_lease_seconds

    def test_without_an_acknowledgement_the_lease_is_waited_for(self, clock: Clock, run: Run) -> None:
        began = clock.now()
        screen, _ = run()
        assert "every writer's lease has ended" in screen.ended["fence"]
        assert clock.now() - began >= self.LEASE

    def test_a_fence_that_was_away_waits_for_the_lease_anew(
        self, world: World, clock: Clock, databases: Databases, run: Run
    ) -> None:
        databases.silent = True
        run()
        assert not self._waited(run()[0])
        del world.buckets[SWITCH_BUCKET][FENCE]
        databases.silent = False
        began = clock.now()
        screen, state = run()
        assert screen.stopped is None
        assert self._waited(screen)
        ended = state.steps["fence"].ended
        assert ended is not None
        assert ended - began >= self.LEASE

    def _waited(self, screen: Screen) -> bool:
        return any("writers that cannot read the fence" in why for why in screen.waited)


class TestStatements:
    @pytest.mark.parametrize("step", [promote.Promote, sequences.Sequences, verify.Verify])
    def test_an_answer_holds_for_as_long_as_its_step_waits_for_it(self, step: type[Step]) -> None:
        assert step.budget * 60 <= statements.FRESH_SECONDS

    def test_a_failed_execution_is_tried_again(self, databases: Databases, run: Run) -> None:
        databases.fails = 2
        assert run()[0].stopped is None
        assert databases.asked[:4] == ["detach", "detach", "detach", "verify"]

    def test_an_end_without_an_answer_is_not_believed(self, world: World, databases: Databases, run: Run) -> None:
        world.run = None
        screen, _ = run()
        assert screen.stopped is not None
        assert "detach failed 3 times: it left no answer" in screen.stopped[1]

    def test_a_start_whose_answer_was_lost_is_not_repeated(self, world: World, databases: Databases, run: Run) -> None:
        world.break_("run", "run", "lose", times=1)
        assert run()[0].stopped is None
        assert databases.asked.count("detach") == 1

    def test_another_execution_is_waited_for(self, world: World, databases: Databases, run: Run) -> None:
        other = Execution(SQL_JOB, f"{SQL_JOB}/executions/other", (), {})
        world.jobs[SQL_JOB].append(other)
        screen, _ = run()
        assert screen.stopped is not None
        assert "another execution" in screen.stopped[1]
        assert databases.asked == []


class TestIsolate:
    def test_what_has_arrived_is_waited_for_and_noted_if_it_is_not_applied(
        self, world: World, clock: Clock, run: Run
    ) -> None:
        world.series.append(Series(BACKLOG, [(clock.now() + 100, 7)]))
        screen, _ = run()
        assert "not seen to be applied (sessions: 7 changes)" in screen.ended["isolate"]

    def test_an_old_measurement_proves_nothing(self, world: World, clock: Clock, run: Run) -> None:
        world.series.append(Series(BACKLOG, [(clock.now() - 5, 0)]))
        assert "sessions: unknown" in run()[0].ended["isolate"]

    def test_copies_of_objects_that_are_under_way_are_ended(self, world: World, run: Run) -> None:
        (job,) = LINK.transfers
        world.copies[job] = "transferOperations/documents-1"
        assert run()[0].stopped is None
        assert world.copies == {}
        assert effects(world).count("cancel transferOperations/documents-1") == 1

    def test_a_copy_that_does_not_end_stops_nothing(self, world: World, run: Run) -> None:
        (job,) = LINK.transfers
        world.copies[job] = "transferOperations/documents-1"
        world.break_("storagetransfer", "cancel", 403)
        screen, state = run()
        assert screen.stopped is None
        assert any(f"{job} may still be copying" in entry.what for entry in state.log)

    def test_a_connector_that_failed_is_told_once_and_stays_as_it_is(self, world: World, run: Run) -> None:
        (connector,) = LINK.connectors
        world.connectors[connector] = "FAILED"
        # It keeps its state until it is started again, as Kafka Connect has it.
        world.break_("managedkafka", "pause", "lie")
        assert run()[0].stopped is None
        assert len(world.asked("managedkafka", "pause")) == 1
        assert world.connectors[connector] == "FAILED"

    def test_a_connector_that_failed_and_cannot_be_paused_stops_nothing(self, world: World, run: Run) -> None:
        world.connectors[LINK.connectors[0]] = "FAILED"
        world.break_("managedkafka", "pause", 403)
        assert run()[0].stopped is None


class TestMigrationJob:
    @pytest.mark.parametrize(
        ("broken", "noted"),
        [
            (lambda world: world.break_("datamigration", "*", 503), "no answer"),
            (lambda world: world.break_("datamigration", "*", 403), "refused"),
            (lambda world: setattr(world.migrations[LINK.migration_job], "state", "FAILED"), "left as it is, FAILED"),
            (lambda world: world.break_("datamigration", "promote*", "lie"), "still RUNNING after 180 seconds"),
        ],
    )
    def test_its_silence_or_failure_is_noted_and_stops_nothing(
        self, broken: Callable[[World], object], noted: str, world: World, run: Run
    ) -> None:
        broken(world)
        screen, _ = run()
        assert screen.stopped is None
        assert noted in screen.ended["promote"]


def test_every_step_can_be_done_by_hand_and_has_time_for_its_worst() -> None:
    for step in RUN:
        assert step.by_hand(STANDBY, LINK), step.name
        assert step.budget >= step.whole.high, step.name


class TestGuards:
    """Each step looks for itself at what came before: the engine's order is not all that keeps DNS where it is."""

    @pytest.mark.parametrize(
        ("step", "before"),
        [
            *((switch.Switch(), before) for before in switch.PROVED_BEFORE),
            *((verify.Verify(), before) for before in verify.PROVED_BEFORE),
        ],
        ids=lambda each: each.name if isinstance(each, Step) else each,
    )
    def test_what_was_not_proved_is_not_built_upon(
        self, cloud: Cloud, clock: Clock, world: World, step: Step, before: str
    ) -> None:
        record = Record(Bucket(cloud.objects, RECORDS_BUCKET), "somebody@example.com", clock.now)
        with record.hold("run", tuple(each.name for each in RUN)):
            for each in RUN:
                record.update(each.name, status="stopped" if each.name == before else "done")
            with pytest.raises(Stop, match=before):
                step.ready(Site(STANDBY, LINK, cloud, record, step.name, clock.now))
        assert not world.moved()
