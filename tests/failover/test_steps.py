"""The steps of a failover, run by the engine against the stand-ins: what each waits for, believes and refuses."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from failover.answers import Answer, place
from failover.cloud import Cloud
from failover.cloud.storage import Bucket
from failover.engine import Engine, Stopped
from failover.names import STANDBY_NAMES
from failover.record import RECORD, Record, State
from failover.step import Step
from failover.steps import RUN
from failover.steps.activate import Activate
from failover.steps.fence import Fence
from tests.failover import sample
from tests.failover.sample import LINK, RECORDS_BUCKET, STANDBY, SWITCH_BUCKET, TABLE
from tests.failover.stand_ins.world import Execution, Series, World

SQL_JOB = STANDBY.database.sql_job
INSTANCE = f"{sample.PROJECT}/{STANDBY.database.instance}"
SUBSCRIPTION = 'resource.labels.subscription_id = "sessions"'


class Clock:
    """Time that passes only while the engine sleeps."""

    def __init__(self) -> None:
        self.at = time.time()

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


class Screen:
    """What was shown."""

    def __init__(self) -> None:
        self.stopped: tuple[str, str, Sequence[str]] | None = None
        self.ended: dict[str, str] = {}
        self.waited: list[str] = []

    def begins(self, step: Step, resumed: bool) -> None:
        pass

    def waits(self, step: Step, elapsed: float, why: str) -> None:
        self.waited.append(why)
        # A child of this test works in real time.
        if step.name == "activate":
            time.sleep(0.05)

    def ends(self, step: Step, elapsed: float, seen: str) -> None:
        self.ended[step.name] = seen

    def stops(self, step: Step, why: str, by_hand: Sequence[str]) -> None:
        self.stopped = (step.name, why, by_hand)


class Databases:
    """What the job finds, and leaves, in the databases."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.attached, self.behind = True, True
        self.asked: list[str] = []
        self.left: list[dict[str, str]] = []
        self.fails = 0
        self.silent = False

    def __call__(self, execution: Execution) -> None:
        if execution.job != SQL_JOB:
            return
        action, options = execution.arguments[0], execution.arguments[1:]
        given = dict(zip(options[::2], options[1::2], strict=True))
        assert given["--instance"] == f"{sample.PROJECT}:us-central1:example-database"
        self.asked.append(action)
        error = ""
        rows: list[dict[str, str]] = []
        if self.fails:
            self.fails -= 1
            error = "the server is starting up"
        elif action == "detach":
            self.attached = False
        elif action == "sequences":
            self.behind, rows = False, self.left
        else:
            rows += [_row("subscription is left")] * self.attached + [_row("sequence is behind")] * self.behind
        answer = Answer(
            action=action,  # ty: ignore[invalid-argument-type]
            run=given["--run"],
            attempt=given["--attempt"],
            databases={} if error else {"orders": tuple(rows)},
            error=error,
        )
        if not self.silent:
            name = place(answer.run, answer.action, answer.attempt)
            self.world.put(given["--bucket"], name, answer.model_dump_json().encode())
        if error:
            raise RuntimeError("the container ended with 1")


def _row(problem: str) -> dict[str, str]:
    return {"problem": problem, "object": "it", "remedy": "see to it"}


@pytest.fixture
def clock(world: World) -> Clock:
    clock = Clock()
    world.now = clock.now
    return clock


@pytest.fixture
def databases(world: World) -> Databases:
    world.run = Databases(world)
    return world.run


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World, stand_ins: dict[str, str]) -> Path:
    """A folder with a `pulumi` that says in the bucket of records that dr is active, by a script that tests replace."""
    assert stand_ins
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    pulumi(tmp_path, "echo updated; touch deployed")
    return tmp_path


def pulumi(checkout: Path, script: str) -> None:
    path = checkout / "bin" / "pulumi"
    path.write_text(f'#!/bin/bash\necho "$*" >> {checkout}/commands\n{script}\n')
    path.chmod(0o755)


def commands(checkout: Path) -> list[str]:
    return (checkout / "commands").read_text().splitlines()


@pytest.fixture
def run(
    world: World, cloud: Cloud, clock: Clock, databases: Databases, checkout: Path
) -> Callable[..., tuple[Screen, State]]:
    """Run the failover once, as somebody's program: what was shown, and the record afterwards."""

    def deployed() -> None:
        if (checkout / "deployed").exists():
            told = STANDBY.model_copy(update={"deployed_mode": "active"})
            world.put(RECORDS_BUCKET, STANDBY_NAMES, told.model_dump_json(by_alias=True).encode())

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        deployed()

    def go() -> tuple[Screen, State]:
        deployed()
        screen = Screen()
        record = Record(Bucket(cloud.objects, RECORDS_BUCKET), "somebody@example.com", clock.now)
        steps = [Activate(checkout) if made is Activate else made() for made in RUN]
        engine = Engine(steps, STANDBY, LINK, cloud, record, screen, now=clock.now, sleep=sleep)
        try:
            engine.run("run")
        except Stopped:
            assert screen.stopped is not None
        return screen, State.model_validate_json(world.buckets[RECORDS_BUCKET][RECORD].content)

    return go


def effects(world: World) -> list[str]:
    return [f"{effect.what} {effect.on}" for effect in world.effects]


def switched(world: World) -> bool:
    return "active" in world.buckets[SWITCH_BUCKET]


class TestRun:
    def test_ends_with_the_names_at_the_standby_and_nothing_open(
        self, world: World, run: Callable[..., tuple[Screen, State]], databases: Databases, checkout: Path
    ) -> None:
        world.jobs[LINK.jobs[0]].append(Execution(LINK.jobs[0], f"{LINK.jobs[0]}/executions/warm-1", (), {}))
        screen, state = run()
        assert screen.stopped is None
        assert {step.status for step in state.steps.values()} == {"done"}
        assert list(screen.ended) == [step.name for step in RUN]
        assert switched(world)
        assert world.jobs[LINK.jobs[0]][0].ended
        assert world.accounts[LINK.accounts[0]] is False
        assert world.connectors[LINK.connectors[0]] == "PAUSED"
        assert world.transfers[LINK.transfers[0]] == "DISABLED"
        assert databases.asked == ["detach", "verify", "sequences", "verify", "verify"]
        assert commands(checkout) == [
            "up --stack dr --yes --skip-preview --non-interactive --config multicloud:mode=active"
        ]

    def test_once_more_it_does_nothing_twice(
        self, world: World, run: Callable[..., tuple[Screen, State]], databases: Databases, checkout: Path
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
        assert len(commands(checkout)) == 1


class TestRefusal:
    """DNS never moves before all was proved, and nothing begins that cannot end."""

    @pytest.mark.parametrize(
        ("broken", "step"),
        [
            (lambda world, databases: world.instances[INSTANCE].update(state="SUSPENDED"), "fence"),
            (lambda world, databases: world.buckets[RECORDS_BUCKET].pop("names/interconnect.json"), "fence"),
            (lambda world, databases: world.jobs.pop(SQL_JOB), "fence"),
            (lambda world, databases: world.break_("iam", "*", 403), "isolate"),
            (lambda world, databases: setattr(databases, "silent", True), "promote"),
            (lambda world, databases: databases.left.append(_row("right is missing")), "sequences"),
            (lambda world, databases: world.tables[TABLE].update(one="INITIALIZING"), "verify"),
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
        run: Callable[..., tuple[Screen, State]],
    ) -> None:
        broken(world, databases)
        screen, state = run()
        assert screen.stopped is not None
        assert screen.stopped[0] == step
        assert screen.stopped[2]
        assert not switched(world)
        if step == "fence":
            assert "fence" not in world.buckets[SWITCH_BUCKET]
        later = list(state.steps)[list(state.steps).index(step) + 1 :]
        assert {state.steps[name].status for name in later} <= {"waiting"}

    def test_a_detachment_that_did_not_hold_is_found_and_done_anew_by_the_next_run(
        self, world: World, databases: Databases, run: Callable[..., tuple[Screen, State]]
    ) -> None:
        work = world.run
        assert work is not None

        def attached_again(execution: Execution) -> None:
            work(execution)
            databases.attached = True

        world.run = attached_again
        screen, _ = run()
        assert screen.stopped is not None
        assert screen.stopped[0] == "promote"
        assert "subscription is left" in screen.stopped[1]
        world.run = work
        assert run()[0].stopped is None
        assert databases.asked.count("detach") == 2


class TestStatements:
    def test_a_failed_execution_is_tried_again(
        self, databases: Databases, run: Callable[..., tuple[Screen, State]]
    ) -> None:
        databases.fails = 2
        assert run()[0].stopped is None
        assert databases.asked[:4] == ["detach", "detach", "detach", "verify"]

    def test_an_end_without_an_answer_is_not_believed(
        self, world: World, databases: Databases, run: Callable[..., tuple[Screen, State]]
    ) -> None:
        world.run = None
        screen, _ = run()
        assert screen.stopped is not None
        assert "detach failed 3 times: it left no answer" in screen.stopped[1]

    def test_a_start_whose_answer_was_lost_is_not_repeated(
        self, world: World, databases: Databases, run: Callable[..., tuple[Screen, State]]
    ) -> None:
        world.break_("run", "run", "lose", times=1)
        assert run()[0].stopped is None
        assert databases.asked.count("detach") == 1

    def test_another_execution_is_waited_for(
        self, world: World, databases: Databases, run: Callable[..., tuple[Screen, State]]
    ) -> None:
        other = Execution(SQL_JOB, f"{SQL_JOB}/executions/other", (), {})
        world.jobs[SQL_JOB].append(other)
        screen, _ = run()
        assert screen.stopped is not None
        assert "another execution" in screen.stopped[1]
        assert databases.asked == []


class TestIsolate:
    def test_what_has_arrived_is_waited_for_and_noted_if_it_is_not_applied(
        self, world: World, clock: Clock, run: Callable[..., tuple[Screen, State]]
    ) -> None:
        world.series.append(Series(_backlog(), [(clock.now() + 100, 7)]))
        screen, _ = run()
        assert "not seen to be applied (sessions: 7 changes)" in screen.ended["isolate"]

    def test_an_old_measurement_proves_nothing(
        self, world: World, clock: Clock, run: Callable[..., tuple[Screen, State]]
    ) -> None:
        world.series.append(Series(_backlog(), [(clock.now() - 5, 0)]))
        assert "sessions: unknown" in run()[0].ended["isolate"]


def _backlog() -> str:
    return f'metric.type = "pubsub.googleapis.com/subscription/num_undelivered_messages" AND {SUBSCRIPTION}'


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
        self, broken: Callable[[World], object], noted: str, world: World, run: Callable[..., tuple[Screen, State]]
    ) -> None:
        broken(world)
        screen, _ = run()
        assert screen.stopped is None
        assert noted in screen.ended["promote"]


class TestActivate:
    def test_a_missing_cli_is_told_with_the_command(
        self, checkout: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., tuple[Screen, State]]
    ) -> None:
        (checkout / "bin" / "pulumi").unlink()
        monkeypatch.setenv("PATH", str(checkout / "bin"))
        screen, _ = run()
        assert screen.stopped is not None
        assert "`pulumi` is not on PATH" in screen.stopped[1]
        assert "pulumi up --stack dr" in screen.stopped[2][1]
        # Somebody ran it elsewhere.
        (checkout / "deployed").touch()
        assert run()[0].stopped is None

    def test_an_update_that_says_done_and_is_not_is_not_believed(
        self, checkout: Path, run: Callable[..., tuple[Screen, State]]
    ) -> None:
        pulumi(checkout, "echo nothing done")
        screen, _ = run()
        assert screen.stopped is not None
        assert screen.stopped[0] == "activate"
        assert len(commands(checkout)) == 3

    def test_an_update_that_outlived_its_program_is_waited_for(
        self, world: World, checkout: Path, run: Callable[..., tuple[Screen, State]]
    ) -> None:
        self._half_way(world, run, checkout, 0)
        pulumi(checkout, "sleep 2; touch deployed")
        with subprocess.Popen(["pulumi", "up"], cwd=checkout, start_new_session=True) as running:
            self._note(world, running.pid)
            screen, _ = run()
        assert screen.stopped is None
        assert f"pulumi is at work (process {running.pid})" in " ".join(screen.waited)
        assert commands(checkout) == ["up"]

    def test_the_lock_of_this_runs_dead_update_is_taken_away(
        self, world: World, checkout: Path, run: Callable[..., tuple[Screen, State]]
    ) -> None:
        dead = self._dead()
        self._half_way(world, run, checkout, dead)
        pulumi(checkout, self._locked(dead))
        assert run()[0].stopped is None
        assert [line.split()[0] for line in commands(checkout)] == ["up", "cancel", "up"]

    def test_the_lock_of_somebody_elses_update_stays(
        self, checkout: Path, run: Callable[..., tuple[Screen, State]]
    ) -> None:
        pulumi(checkout, self._locked(self._dead()))
        screen, _ = run()
        assert screen.stopped is not None
        assert "holds the stack: wait for it" in screen.stopped[1]
        assert [line.split()[0] for line in commands(checkout)] == ["up"]

    def _dead(self) -> int:
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        process.send_signal(signal.SIGKILL)
        process.wait()
        return process.pid

    def _locked(self, process: int) -> str:
        holder = f"created by somebody@{socket.gethostname()} (pid {process}) at 2026-11-21T03:00:00Z"
        return (
            'if [ "$1" = cancel ]; then touch unlocked; exit; fi\n'
            "if [ -e unlocked ]; then touch deployed; exit; fi\n"
            f"echo 'error: the stack is currently locked by 1 lock(s).'; echo '  gs://state/lock: {holder}'; exit 255"
        )

    def _half_way(self, world: World, run: Callable[..., tuple[Screen, State]], checkout: Path, process: int) -> None:
        """The record of a run whose program was killed while its update ran."""
        pulumi(checkout, "exit 1")
        run()
        (checkout / "commands").unlink()
        self._note(world, process)

    def _note(self, world: World, process: int) -> None:
        stored = json.loads(world.buckets[RECORDS_BUCKET][RECORD].content)
        noted = {"process": process, "processes": [process], "host": socket.gethostname()}
        stored["steps"]["activate"]["noted"] = noted
        world.put(RECORDS_BUCKET, RECORD, json.dumps(stored).encode())


def test_every_step_can_be_done_by_hand_and_has_time_for_its_worst() -> None:
    for made in RUN:
        step = made()
        assert step.by_hand(STANDBY, LINK), step.name
        assert step.budget >= step.estimate.high, step.name
    assert RUN[0] is Fence
