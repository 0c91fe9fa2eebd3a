"""The way back on a pair of real servers: the old primary returns with rows that nobody else has."""

import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import sql
from tests.sql.conftest import SETTINGS, UNPRIVILEGED, Server, until
from tests.sql.test_replication import PASSWORD, TABLES, refused, subscribe

pytestmark = pytest.mark.real

TABLES_OF_MORE = """
CREATE SCHEMA shop;
CREATE TABLE shop.baskets (id int, day date, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE shop.baskets_old PARTITION OF shop.baskets FOR VALUES FROM ('2020-01-01') TO ('2026-01-01');
CREATE TABLE shop.baskets_new PARTITION OF shop.baskets FOR VALUES FROM ('2026-01-01') TO ('2030-01-01');
CREATE TABLE shop.coupons (
    id int PRIMARY KEY, basket int, day date, FOREIGN KEY (basket, day) REFERENCES shop.baskets (id, day)
);
"""

STARTED_WITHIN_SECONDS = 30

LOGIN = "user=standby_replication password=" + PASSWORD


@pytest.fixture
def primary(pair: tuple[Server, Server]) -> Server:
    """What was the primary, and comes back as it was when it fell, with rows that never arrived."""
    pair[0].run(TABLES + TABLES_OF_MORE)
    return pair[0]


def start_again(server: Server) -> subprocess.Popen[bytes]:
    """Start a killed server on its old data, as soon as the last of its processes is gone."""
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    user = pwd.getpwnam(UNPRIVILEGED).pw_uid if os.geteuid() == 0 else None
    binary = str(Path(server.psql).with_name("postgres"))
    address = ["-D", str(server.folder), "-p", str(server.port), "-k", str(server.folder.parent)]
    # Its entry in the list of processes stays until somebody asks how it ended.
    os.waitpid(int((server.folder / "postmaster.pid").read_text().splitlines()[0]), 0)
    deadline = time.monotonic() + STARTED_WITHIN_SECONDS
    while True:
        with (server.folder.parent / "log-again").open("ab") as log:
            process = subprocess.Popen([binary, *address, *options], user=user, stdout=log, stderr=log)
        while process.poll() is None:
            try:
                server.run("SELECT 1")
                return process
            except AssertionError:
                time.sleep(0.1)
        assert time.monotonic() < deadline, (server.folder.parent / "log-again").read_text()
        time.sleep(0.2)


@pytest.fixture
def standby(pair: tuple[Server, Server], primary: Server) -> Iterator[Server]:
    """A standby that was promoted with the primary dead, and then written to, changed and deleted from."""
    standby = pair[1]
    standby.run(TABLES + TABLES_OF_MORE + "CREATE ROLE cloudsqlsuperuser")
    primary.run(
        """
        INSERT INTO orders (note) SELECT 'before' FROM generate_series(1, 10);
        INSERT INTO shop.baskets VALUES (1, '2025-05-05', 'old'), (2, '2027-07-07', 'new');
        INSERT INTO shop.coupons VALUES (1, 1, '2025-05-05');
        """
    )
    subscribe(primary, standby)
    until(standby, "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'", "0")
    until(standby, "SELECT (SELECT count(*) FROM orders) || ' ' || (SELECT count(*) FROM shop.coupons)", "10 1")
    standby.run("ALTER SUBSCRIPTION standby DISABLE")
    until(primary, "SELECT count(*) FROM pg_replication_slots WHERE active", "0")
    primary.run("INSERT INTO orders (note) VALUES ('lost'); UPDATE orders SET note = 'lost' WHERE id = 1")
    primary.kill()
    standby.promote()
    standby.run(
        """
        INSERT INTO orders (note) VALUES ('written meanwhile');
        UPDATE orders SET note = 'changed meanwhile' WHERE id = 2;
        DELETE FROM orders WHERE id = 3;
        UPDATE shop.baskets SET note = 'moved', day = '2027-01-01' WHERE id = 2;
        INSERT INTO lines (order_id, price) VALUES (2, 21);
        """
    )
    process = start_again(primary)
    with ExitStack() as stack:
        stack.callback(process.wait)
        stack.callback(process.terminate)
        yield standby


def offer(standby: Server) -> None:
    """What the program does in the standby, and a person with the login."""
    standby.run(sql.read("source"))
    standby.run(f"ALTER ROLE standby_replication PASSWORD '{PASSWORD}'")


def resync(primary: Server, standby: Server) -> list[list[str]]:
    """What a person runs in the primary; the tables that are not fetched."""
    address = f"host=127.0.0.1 port={standby.port} dbname=app {LOGIN}"
    return primary.run(f"\\setenv RESYNC_SOURCE '{address}'\n{sql.read('resync')}")


def fetched(primary: Server) -> None:
    until(primary, "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'", "0")


def digests(server: Server) -> list[list[str]]:
    return server.run(sql.read("digest"))


def test_the_primary_ends_up_equal_to_the_standby_and_ahead_of_it(primary: Server, standby: Server) -> None:
    assert primary.value("SELECT count(*) FROM orders WHERE note = 'lost'") == "2"
    assert digests(primary) != digests(standby)
    offer(standby)
    assert [row[:2] for row in resync(primary, standby)] == [["not fetched", "scratch"]]
    fetched(primary)
    # Users are still at the standby.
    standby.run("INSERT INTO orders (note) VALUES ('written while rows are fetched'); DELETE FROM orders WHERE id = 4")
    until(primary, "SELECT count(*) FROM orders WHERE note LIKE '%fetched'", "1")
    assert digests(primary) == digests(standby)
    assert primary.value("SELECT count(*) FROM orders WHERE note = 'lost'") == "0"
    # The primary lets go, and its slot in the standby with it.
    primary.run("DROP SUBSCRIPTION resync")
    assert standby.value("SELECT count(*) FROM pg_replication_slots") == "0"
    primary.promote()
    primary.run("INSERT INTO orders (note) VALUES ('home'); INSERT INTO lines (order_id, price) VALUES (1, 1)")
    assert int(primary.value("SELECT id FROM orders WHERE note = 'home'")) > int(
        standby.value("SELECT max(id) FROM orders")
    )


def test_replication_begins_anew_afterwards(primary: Server, standby: Server) -> None:
    offer(standby)
    resync(primary, standby)
    fetched(primary)
    primary.run("DROP SUBSCRIPTION resync")
    primary.promote()
    primary.run("INSERT INTO orders (note) VALUES ('home')")
    standby.run("SET empty.database = 'app';" + sql.read("empty"))
    assert standby.value("SELECT count(*) FROM orders") == "0"
    subscribe(primary, standby)
    until(standby, "SELECT count(*) FROM orders WHERE note = 'home'", "1")
    until(standby, "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'", "0")
    assert digests(primary) == digests(standby)


def test_it_may_be_begun_again(primary: Server, standby: Server) -> None:
    offer(standby)
    resync(primary, standby)
    resync(primary, standby)
    fetched(primary)
    assert digests(primary) == digests(standby)
    assert standby.value("SELECT count(*) FROM pg_replication_slots") == "1"


def test_a_primary_that_cannot_reach_the_standby_keeps_its_rows(primary: Server, standby: Server) -> None:
    before = digests(primary)
    # The login has no password yet.
    standby.run(sql.read("source"))
    address = f"host=127.0.0.1 port={standby.port} dbname=app {LOGIN}"
    assert "password authentication failed" in refused(
        primary, f"\\setenv RESYNC_SOURCE '{address}'\n{sql.read('resync')}"
    )
    assert digests(primary) == before


def test_a_table_that_the_primary_lacks_stops_it_before_a_row_goes(primary: Server, standby: Server) -> None:
    standby.run("CREATE TABLE made_meanwhile (id int PRIMARY KEY)")
    offer(standby)
    before = digests(primary)
    address = f"host=127.0.0.1 port={standby.port} dbname=app {LOGIN}"
    refusal = refused(primary, f"\\setenv RESYNC_SOURCE '{address}'\n{sql.read('resync')}")
    assert 'relation "public.made_meanwhile" does not exist' in refusal
    assert digests(primary) == before


def test_the_standby_is_never_emptied_by_mistake(primary: Server, standby: Server) -> None:
    offer(standby)
    before = digests(standby)
    address = f"host=127.0.0.1 port={primary.port} dbname=app {LOGIN}"
    assert "this is the standby" in refused(standby, f"\\setenv RESYNC_SOURCE '{address}'\n{sql.read('resync')}")
    assert "SET empty.database" in refused(standby, sql.read("empty"))
    assert "SET empty.database" in refused(standby, "SET empty.database = 'other';" + sql.read("empty"))
    # While the primary follows, it would be emptied with the standby.
    resync(primary, standby)
    fetched(primary)
    assert "resync follows this database" in refused(standby, "SET empty.database = 'app';" + sql.read("empty"))
    assert digests(standby) == before == digests(primary)


def test_whoever_still_reads_the_primary_stops_it(primary: Server, standby: Server) -> None:
    """The emptying would be carried to the standby."""
    offer(standby)
    standby.run(
        f"CREATE SUBSCRIPTION old CONNECTION 'host=127.0.0.1 port={primary.port} dbname=app {LOGIN}' "
        "PUBLICATION standby WITH (copy_data = false)"
    )
    until(primary, "SELECT count(*) FROM pg_replication_slots WHERE active", "1")
    before = digests(standby)
    address = f"host=127.0.0.1 port={standby.port} dbname=app {LOGIN}"
    assert "old still reads this database" in refused(
        primary, f"\\setenv RESYNC_SOURCE '{address}'\n{sql.read('resync')}"
    )
    assert digests(standby) == before
    assert "follows another" in refused(standby, "SET empty.database = 'app';" + sql.read("empty"))


def test_the_standby_sees_who_follows_and_how_far(primary: Server, standby: Server) -> None:
    offer(standby)
    assert [row[0] for row in standby.run(sql.read("followers"))] == [""]
    resync(primary, standby)
    fetched(primary)
    standby.run("INSERT INTO orders (note) VALUES ('one more')")
    written = int(standby.run(sql.read("followers"))[-1][-1])
    until(
        standby,
        f"SELECT confirmed_flush_lsn - '0/0'::pg_lsn >= {written} FROM pg_replication_slots",
        "t",
    )
    [resyncing, own] = standby.run(sql.read("followers"))
    assert resyncing[:4] == ["resync", "t", "f", "f"]
    assert int(resyncing[5]) >= written
    assert own[0] == ""


def test_a_digest_tells_values_and_not_their_order(primary: Server, standby: Server) -> None:
    for server, columns, rows in (
        (primary, "a int PRIMARY KEY, b text", "(1, 'x'), (2, NULL)"),
        (standby, "b text, a int PRIMARY KEY", "(NULL, 2), ('x', 1)"),
    ):
        server.run(f"CREATE TABLE alike ({columns}); INSERT INTO alike VALUES {rows}")
    found = [next(row for row in digests(server) if row[0] == "public.alike") for server in (primary, standby)]
    assert found[0] == found[1]
    standby.run("UPDATE alike SET b = '' WHERE b IS NULL")
    assert next(row for row in digests(standby) if row[0] == "public.alike") != found[0]
