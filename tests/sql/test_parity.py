"""Definitions of the source, compared in the standby on a pair of real servers; the source may be gone by then."""

import pytest

import sql
from tests.sql.conftest import Server, until
from tests.sql.test_replication import TABLES, subscribe

pytestmark = pytest.mark.real


@pytest.fixture
def replicated(pair: tuple[Server, Server]) -> tuple[Server, Server]:
    """A pair in which everything is the same, and the standby follows."""
    source, standby = pair
    for server in pair:
        server.run(TABLES)
        server.run(sql.read("definitions"))
    source.run(sql.read("watch"))
    subscribe(source, standby)
    until(standby, "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'", "0")
    return pair


def problems(standby: Server) -> list[tuple[str, str]]:
    return [(problem, thing) for problem, thing, _ in standby.run(sql.read("schema"))]


def settled(source: Server, standby: Server) -> None:
    """Wait until the standby has what the source noted."""
    noted = "SELECT md5(string_agg(object || definition, '' ORDER BY object)) FROM replication_parity.definitions"
    until(standby, noted, source.value(noted))


def test_the_same_definitions_are_no_problem(replicated: tuple[Server, Server]) -> None:
    settled(*replicated)
    assert problems(replicated[1]) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("ALTER TABLE orders ADD COLUMN total numeric(10, 2)", ("is missing here", "column public.orders.total")),
        (
            "ALTER TABLE lines ALTER COLUMN order_id TYPE int",
            ("differs from the source", "column public.lines.order_id"),
        ),
        ("CREATE INDEX by_note ON orders (note)", ("is missing here", "index public.by_note")),
        (
            "ALTER TABLE orders ADD CONSTRAINT named CHECK (note <> '')",
            ("is missing here", "constraint named of public.orders"),
        ),
        ("CREATE TYPE colour AS ENUM ('red')", ("is missing here", "type public.colour")),
        ("ALTER TABLE orders DROP COLUMN note", ("is no more in the source", "column public.orders.note")),
        ('CREATE SCHEMA "odd.name"', ("is missing here", 'schema "odd.name"')),
        (
            "CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2'",
            ("is missing here", "function public.twice(n integer)"),
        ),
    ],
)
def test_a_change_that_was_made_in_the_source_alone_is_told_even_when_it_is_gone(
    replicated: tuple[Server, Server], change: str, expected: tuple[str, str]
) -> None:
    source, standby = replicated
    source.run(change)
    settled(source, standby)
    source.kill()
    assert expected in problems(standby)


def test_a_migration_of_both_is_no_problem(replicated: tuple[Server, Server]) -> None:
    source, standby = replicated
    for server in (standby, source):
        server.run(
            ["ALTER TABLE orders ADD COLUMN total numeric", "CREATE INDEX CONCURRENTLY by_note ON orders (note)"][0]
        )
        server.run("CREATE INDEX CONCURRENTLY by_note ON orders (note)")
    settled(source, standby)
    assert problems(standby) == []


def test_temporary_tables_and_what_only_the_standby_keeps_for_itself_are_none(
    replicated: tuple[Server, Server],
) -> None:
    source, standby = replicated
    before = source.value("SELECT count(*) FROM replication_parity.definitions")
    source.run("CREATE TEMPORARY TABLE passing (id int); CREATE INDEX ON passing (id); DROP TABLE passing")
    assert source.value("SELECT count(*) FROM replication_parity.definitions") == before
    standby.run("CREATE SCHEMA cloud_own; CREATE TABLE cloud_own.state (id int)")
    settled(source, standby)
    assert problems(standby) == []


def test_a_role_without_rights_may_migrate_and_cannot_forge(replicated: tuple[Server, Server]) -> None:
    source, standby = replicated
    source.run("CREATE ROLE migrator LOGIN; GRANT CREATE ON SCHEMA public TO migrator")
    source.run("CREATE TABLE made (id int PRIMARY KEY)", user="migrator")
    settled(source, standby)
    assert ("is missing here", "table public.made") in problems(standby)
    with pytest.raises(AssertionError, match="permission denied"):
        source.run("DELETE FROM replication_parity.definitions", user="migrator")
    with pytest.raises(AssertionError, match="permission denied"):
        source.run("SELECT replication_parity.note()", user="migrator")


def test_a_standby_that_was_told_nothing_says_so(pair: tuple[Server, Server]) -> None:
    _, standby = pair
    assert problems(standby) == []
    standby.run(TABLES)
    assert problems(standby) == [("definitions are not compared", "app")]
    standby.run(sql.read("definitions"))
    assert problems(standby) == [("definitions have not come", "app")]
