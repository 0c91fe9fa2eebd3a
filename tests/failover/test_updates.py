"""The update of `dr` that the failover begins, waits for, unlocks and sees to its end, with a `pulumi` of the test."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from failover.record import RECORD
from failover.steps import activate
from tests.failover.made_up import UPDATE, Run, commands, pulumi
from tests.failover.sample import RECORDS_BUCKET
from tests.failover.stand_ins.server import PULUMI
from tests.failover.stand_ins.stack import up
from tests.failover.stand_ins.world import Effect, World


class TestActivate:
    def test_a_missing_cli_is_told_with_the_command(
        self, world: World, checkout: Path, monkeypatch: pytest.MonkeyPatch, run: Run
    ) -> None:
        (checkout / "bin" / "pulumi").unlink()
        monkeypatch.setenv("PATH", str(checkout / "bin"))
        screen, _ = run()
        assert screen.stopped is not None
        assert "`pulumi` is not on PATH" in screen.stopped[1]
        assert "pulumi up --stack dr" in screen.stopped[2][0]
        # Somebody runs it elsewhere: users are served, though nobody here sees the update to its end.
        up(world)
        screen, _ = run()
        assert screen.stopped is not None
        assert screen.stopped[0] == "settle"
        assert world.moved()
        pulumi(checkout, UPDATE)
        assert run()[0].stopped is None

    def test_an_update_that_says_done_and_is_not_is_not_believed(self, checkout: Path, run: Run) -> None:
        pulumi(checkout, "echo nothing done")
        screen, _ = run()
        assert screen.stopped is not None
        assert screen.stopped[0] == "activate"
        assert len(commands(checkout)) == 3

    def test_an_update_that_outlived_its_program_is_waited_for(self, world: World, checkout: Path, run: Run) -> None:
        self._half_way(world, run, checkout, 0)
        pulumi(checkout, f"sleep 2; {UPDATE}")
        with subprocess.Popen(["pulumi", "up"], cwd=checkout, start_new_session=True) as running:
            self._note(world, running.pid)
            screen, _ = run()
        assert screen.stopped is None
        assert f"pulumi is at work (process {running.pid})" in " ".join(screen.waited)
        assert [line.split()[0] for line in commands(checkout)] == ["up", "up"]

    def test_the_lock_of_this_runs_dead_update_is_taken_away(self, world: World, checkout: Path, run: Run) -> None:
        dead = self._dead()
        self._half_way(world, run, checkout, dead)
        pulumi(checkout, self._locked(dead))
        assert run()[0].stopped is None
        assert [line.split()[0] for line in commands(checkout)] == ["up", "cancel", "up", "up"]

    def test_an_update_that_ends_while_it_is_looked_for_is_not_begun_again(
        self, world: World, checkout: Path, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def ends(process: int) -> bool:
            up(world)
            return False

        self._half_way(world, run, checkout, 1)
        pulumi(checkout, UPDATE)
        monkeypatch.setattr(activate, "_runs", ends)
        assert run()[0].stopped is None
        # The one of `settle` alone.
        assert [line.split()[0] for line in commands(checkout)] == ["up"]

    def test_the_lock_of_somebody_elses_update_stays(self, checkout: Path, run: Run) -> None:
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
            f"if [ -e unlocked ]; then {UPDATE}; fi\n"
            f"echo 'error: the stack is currently locked by 1 lock(s).'; echo '  gs://state/lock: {holder}'; exit 255"
        )

    def _half_way(self, world: World, run: Run, checkout: Path, process: int) -> None:
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


class TestSettle:
    def test_it_waits_for_the_update_that_goes_on_behind_the_switch_and_then_runs_one_more(
        self, world: World, run: Run, checkout: Path
    ) -> None:
        grows = f'{PULUMI}/pulumi "$@"\n[ -e {checkout}/grown ] || sleep 2\ntouch {checkout}/grown'
        pulumi(checkout, f"{grows}\necho ended >> {checkout}/commands")
        screen, _ = run()
        assert screen.stopped is None
        assert any(why.startswith("settle: pulumi is at work") for why in screen.waited)
        assert [line.split()[0] for line in commands(checkout)] == ["up", "ended", "up", "ended"]
        assert world.effects.count(Effect("up", "dr")) == 1

    def test_an_update_that_fails_then_stops_with_users_served(self, world: World, run: Run, checkout: Path) -> None:
        up(world)
        pulumi(checkout, "echo no quota; exit 1")
        screen, _ = run()
        assert screen.stopped is not None
        assert screen.stopped[0] == "settle"
        assert "no quota" in screen.stopped[1]
        assert world.moved()
        pulumi(checkout, UPDATE)
        assert run()[0].stopped is None
