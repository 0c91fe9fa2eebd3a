"""A run ends with the keys, values and expiries of the primary, whatever happens meanwhile; against real servers."""

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import certifi
import pytest
from valkey import Valkey
from valkey.credentials import UsernamePasswordCredentialProvider
from valkey.exceptions import (
    AuthenticationError,
    ConnectionError,
    NoPermissionError,
)

from services.cache_warmer.cluster import Access, Cluster, Node, Slots
from services.cache_warmer.fence import Fenced
from services.cache_warmer.warming import Incompatible, Limits, Value, Warming
from tests.services.cache_warmer.servers import PASSWORD, Servers

pytestmark = pytest.mark.real

LIMITS = Limits(keys_per_second=1e6, bytes_per_second=1e9, largest_bytes=64 << 20, batch_bytes=1 << 20)
HOUR = 3_600_000
BINARY = bytes(range(256))


def warm(
    primary: Servers, standby: Servers, limits: Limits = LIMITS, check: Callable[[], None] = lambda: None
) -> Counter:
    source, target = primary.cluster(), standby.cluster()
    try:
        return Warming(source, target, limits, check).run()
    finally:
        source.close()
        target.close()


def settle(primary: Servers) -> None:
    """Wait until the replica has what its primary has."""
    assert primary.primaries[0].wait(1, 5000) == 1


def fill(servers: Servers, number: int, seed: int = 0) -> None:
    """Strings of random bytes, every third of which expires."""
    chance = random.Random(seed)
    pipelines = {id(client): client.pipeline(transaction=False) for client in servers.primaries}
    for at in range(number):
        key = b"key:%d" % at
        pipeline = pipelines[id(servers.client(key))]
        pipeline.set(key, chance.randbytes(chance.randrange(1, 200)), px=HOUR + at if at % 3 == 0 else None)
    for pipeline in pipelines.values():
        pipeline.execute()
    settle(servers)


def dumps(client: Valkey) -> bool:
    """Whether a server was asked for values."""
    return "cmdstat_dump" in client.execute_command("INFO", "commandstats")


class Every:
    """Does something when the fence is looked at for the n-th time."""

    def __init__(self, number: int, action: Callable[[], None]) -> None:
        self._left, self._action = number, action

    def __call__(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._action()


class TestContents:
    def test_every_type_arrives_as_it_is(self, primary: Servers, standby: Servers) -> None:
        for at in range(40):
            members = [BINARY + str(each).encode() for each in range(at * 20 + 1)]
            for kind in ("string", "number", "list", "set", "numbers", "sorted", "hash", "stream", "log", "bits"):
                key = f"{kind}:{at}".encode() + BINARY
                client = primary.client(key)
                match kind:
                    case "string":
                        client.set(key, BINARY * at)
                    case "number":
                        client.incrby(key, -at)
                    case "list":
                        client.execute_command("RPUSH", key, *members[: at * 10 + 1])
                    case "set":
                        client.execute_command("SADD", key, *members)
                    case "numbers":
                        client.execute_command("SADD", key, *range(at * 20 + 1))
                    case "sorted":
                        client.zadd(key, {BINARY + str(each).encode(): each / 3 for each in range(at * 10 + 1)})
                    case "hash":
                        client.execute_command(
                            "HSET",
                            key,
                            *[part for member in members for part in (member, BINARY)],
                        )
                    case "stream":
                        for each in range(at + 1):
                            client.xadd(key, {b"field": BINARY, str(each).encode(): b""}, id=f"{each + 1}-0")
                        client.xgroup_create(key, "readers", id="0")
                        client.xreadgroup("readers", "one", {key: ">"}, count=3)
                    case "log":
                        client.pfadd(key, *range(at * 50 + 1))
                    case "bits":
                        client.setbit(key, at * 1000, 1)
        settle(primary)
        counts = warm(primary, standby)
        assert standby.everything() == primary.everything()
        assert counts["copied"] == 400

    def test_expiries_arrive_to_the_millisecond(self, primary: Servers, standby: Servers) -> None:
        fill(primary, 3000)
        warm(primary, standby)
        assert standby.everything() == primary.everything()
        assert {expires > 0 for _, expires in standby.everything().values()} == {True, False}

    def test_a_large_value_is_copied_by_itself_and_one_that_is_too_large_is_left(
        self, primary: Servers, standby: Servers
    ) -> None:
        large, too_large = b"large", b"too large"
        primary.client(large).set(large, b"x" * (20 << 20))
        primary.client(too_large).set(too_large, b"x" * (80 << 20))
        fill(primary, 100)
        counts = warm(primary, standby)
        assert counts["too_large"] == 1
        assert counts["copied"] == 101
        assert standby.client(large).strlen(large) == 20 << 20
        assert not standby.client(too_large).exists(too_large)

    def test_what_the_primary_has_changed_or_deleted_is_so_in_the_standby_after_the_next_run(
        self, primary: Servers, standby: Servers
    ) -> None:
        fill(primary, 1000)
        warm(primary, standby)
        fill(primary, 1000, seed=1)
        primary.client(b"key:7").delete(b"key:7")
        primary.client(b"key:9").persist(b"key:9")
        settle(primary)
        counts = warm(primary, standby)
        assert counts["removed"] == 1
        assert standby.everything() == primary.everything()


class TestRuns:
    def test_a_second_one_changes_nothing(self, primary: Servers, standby: Servers) -> None:
        fill(primary, 2000)
        first = warm(primary, standby)
        before = standby.everything()
        assert warm(primary, standby) == first
        assert standby.everything() == before

    def test_a_killed_one_is_made_up_for_by_the_next(
        self, primary: Servers, standby: Servers, certificates: Path, root: Path
    ) -> None:
        fill(primary, 5000)
        job = subprocess.Popen(
            [sys.executable, "-c", SLOW_RUN, json.dumps([primary.entry.port, standby.entry.port, str(certificates)])],
            cwd=root,
        )
        while not any(client.dbsize() for client in standby.primaries):
            assert job.poll() is None
            time.sleep(0.01)
        job.send_signal(signal.SIGKILL)
        assert job.wait() == -signal.SIGKILL
        assert len(standby.everything()) < 5000
        warm(primary, standby)
        assert standby.everything() == primary.everything()

    def test_keys_that_expire_or_go_meanwhile_do_not_stay(self, primary: Servers, standby: Servers) -> None:
        fill(primary, 3000)
        soon = [b"soon:%d" % at for at in range(300)]
        for at, key in enumerate(soon):
            primary.client(key).set(key, b"", px=1 + at * 3)
        warm(primary, standby, replace(LIMITS, keys_per_second=3000))
        time.sleep(1)
        assert not any(primary.client(key).exists(key) for key in soon)
        assert not any(standby.client(key).exists(key) for key in soon)

    def test_it_stops_once_the_standby_serves(self, primary: Servers, standby: Servers) -> None:
        fill(primary, 5000)

        def serve() -> None:
            raise Fenced

        with pytest.raises(Fenced):
            warm(primary, standby, check=Every(5, serve))
        assert 0 < len(standby.everything()) < 5000

    def test_it_writes_nothing_where_the_standby_serves_already(self, primary: Servers, standby: Servers) -> None:
        def serve() -> None:
            raise Fenced

        key = b"fresh"
        standby.client(key).set(key, b"by the standby")
        with pytest.raises(Fenced):
            warm(primary, standby, check=serve)
        assert standby.everything().keys() == {key}

    def test_a_primary_that_has_lost_its_keys_takes_none_from_the_standby(
        self, primary: Servers, standby: Servers
    ) -> None:
        fill(primary, 1000)
        warm(primary, standby)
        primary.clear()
        settle(primary)
        assert warm(primary, standby)["removed"] == 0
        assert len(standby.everything()) == 1000


class TestClusters:
    def test_replicas_are_read_and_not_the_users_primary(self, primary: Servers, standby: Servers) -> None:
        fill(primary, 500)
        assert primary.replica is not None
        for client in (*primary.primaries, primary.replica):
            client.config_resetstat()
        warm(primary, standby)
        assert not dumps(primary.primaries[0])
        assert dumps(primary.replica)
        assert dumps(primary.primaries[1])

    def test_slots_that_the_standby_moves_are_followed(self, primary: Servers, standby: Servers) -> None:
        fill(primary, 3000)
        slot = standby.primaries[0].execute_command("CLUSTER", "KEYSLOT", "key:1")
        home = next(at for at, client in enumerate(standby.primaries) if client is standby.client(b"key:1"))

        def move(to: int) -> None:
            name = standby.primaries[to].execute_command("CLUSTER", "MYID")
            for at in (to, *(other for other in range(3) if other != to)):
                standby.primaries[at].execute_command("CLUSTER", "SETSLOT", slot, "NODE", name)

        source, target = primary.cluster(), standby.cluster()
        warming = Warming(source, target, LIMITS, lambda: None)
        known = warming._written
        asked = []

        def moved_once() -> Slots:
            slots = known()
            if not asked:
                move((home + 1) % 3)
            asked.append(slots)
            return slots

        warming._written = moved_once
        try:
            assert warming.run()["copied"] == 3000
            assert len(asked) > 1
            assert len(standby.everything()) == 3000
        finally:
            standby.clear()
            move(home)
            source.close()
            target.close()

    def test_its_login_at_the_primary_can_change_nothing(self, primary: Servers) -> None:
        cluster = primary.cluster()
        fill(primary, 1)
        [client] = [cluster.client(shard.primary) for shard in cluster.shards() if not shard.replicas]
        for command in (("SET", "a", "b"), ("DEL", "a"), ("FLUSHALL",), ("CONFIG", "GET", "*"), ("GET", "a")):
            with pytest.raises(NoPermissionError):
                client.execute_command(*command)
        cluster.close()

    def test_another_password_is_refused(self, primary: Servers) -> None:
        access = replace(primary.access, login=UsernamePasswordCredentialProvider("warmer", "guess"))
        with pytest.raises(AuthenticationError):
            Cluster(primary.entry, access).shards()

    def test_a_server_that_an_unknown_authority_vouches_for_is_refused(self, primary: Servers) -> None:
        access = Access(primary.access.login, Path(certifi.where()).read_text(), check_hostname=False)
        with pytest.raises(ConnectionError, match="certificate verify failed"):
            Cluster(primary.entry, access).shards()

    def test_a_server_with_another_name_is_refused_where_names_are_known(self, primary: Servers) -> None:
        with pytest.raises(ConnectionError, match="IP address mismatch"):
            Cluster(Node("127.0.0.2", primary.entry.port), primary.access).shards()

    def test_values_of_a_newer_version_end_the_run_and_say_so(self, primary: Servers, standby: Servers) -> None:
        fill(primary, 1)
        content = primary.client(b"key:0").execute_command("DUMP", b"key:0")
        newer = content[:-10] + (80).to_bytes(2, "little") + content[-8:]
        target = standby.cluster()
        warming = Warming(primary.cluster(), target, LIMITS, lambda: None)
        warming._slots = warming._written()
        with pytest.raises(Incompatible, match="format 80: raise it"):
            warming._write([Value(b"key:0", 0, newer)], Counter())
        target.close()


SLOW_RUN = f"""
import json, sys
from pathlib import Path
from valkey.credentials import UsernamePasswordCredentialProvider
from services.cache_warmer.cluster import Access, Cluster, Node
from services.cache_warmer.warming import Limits, Warming

source, target, certificates = json.loads(sys.argv[1])
authorities = Path(certificates, "ca.pem").read_text()

def cluster(port, user):
    login = UsernamePasswordCredentialProvider(user, "{PASSWORD}")
    return Cluster(Node("localhost", port), Access(login, authorities, check_hostname=False))

limits = Limits(keys_per_second=1000, bytes_per_second=1e9, largest_bytes=1 << 20, batch_bytes=1 << 16)
Warming(cluster(source, "warmer"), cluster(target, "default"), limits, lambda: None).run()
"""
