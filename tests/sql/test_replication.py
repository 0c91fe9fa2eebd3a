"""The SQL of replication on a pair of real servers: what flows, what does not, and a promotion without the source."""

import pytest

import sql
from tests.sql.conftest import Server, until

pytestmark = pytest.mark.real

PASSWORD = "only-for-this-test"

TABLES = """
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
CREATE TABLE lines (
    id serial PRIMARY KEY, order_id bigint, price int, total int GENERATED ALWAYS AS (price * 2) STORED
);
CREATE SEQUENCE tickets START 1 INCREMENT 2;
CREATE TABLE cases (number bigint DEFAULT nextval('tickets') PRIMARY KEY);
CREATE TABLE appeals (number bigint DEFAULT nextval('tickets') PRIMARY KEY);
CREATE SEQUENCE debts INCREMENT -1;
CREATE TABLE ledger (id bigint DEFAULT nextval('debts') PRIMARY KEY);
CREATE TABLE empty (id bigserial PRIMARY KEY);
CREATE SEQUENCE invoices;
CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY);
CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM orders;
"""
"""What both servers have: replication carries no definitions."""

SEQUENCES = ("orders_id_seq", "lines_id_seq", "tickets", "debts", "empty_id_seq", "invoices")


def subscribe(source: Server, standby: Server) -> None:
    """What Database Migration Service does, with the login and the publication of source.sql."""
    source.run(sql.read("source"))
    source.run(f"ALTER ROLE standby_replication PASSWORD '{PASSWORD}'")
    address = f"host=127.0.0.1 port={source.port} dbname=app user=standby_replication password={PASSWORD}"
    standby.run(f"CREATE SUBSCRIPTION standby CONNECTION '{address}' PUBLICATION standby")


@pytest.fixture
def source(pair: tuple[Server, Server]) -> Server:
    pair[0].run(TABLES)
    return pair[0]


@pytest.fixture
def standby(pair: tuple[Server, Server], source: Server) -> Server:
    """A standby that follows the source."""
    pair[1].run(TABLES)
    source.run("INSERT INTO orders (note) SELECT 'before' FROM generate_series(1, 10)")
    subscribe(source, pair[1])
    until(pair[1], "SELECT count(*) FROM orders", "10")
    until(pair[1], "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'", "0")
    return pair[1]


def refused(server: Server, statement: str) -> str:
    """Why the server refuses a statement."""
    with pytest.raises(AssertionError) as error:
        server.run(statement)
    return str(error.value)


def state(server: Server) -> list[str]:
    return [server.value(f"SELECT last_value || ' ' || is_called FROM {name}") for name in SEQUENCES]


class TestSource:
    def test_rows_flow(self, source: Server, standby: Server) -> None:
        source.run("INSERT INTO orders (note) VALUES ('new'); UPDATE orders SET note = 'changed' WHERE id = 1;")
        source.run("DELETE FROM orders WHERE id = 2")
        until(standby, "SELECT count(*) || min(note) FILTER (WHERE id = 1) FROM orders WHERE id <> 2", "10changed")
        until(standby, "SELECT count(*) FROM orders WHERE id = 2", "0")

    def test_the_login_reads_and_replicates_and_no_more(self, source: Server, standby: Server) -> None:
        assert standby
        rights = "rolreplication, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls"
        assert source.run(f"SELECT {rights} FROM pg_roles WHERE rolname = 'standby_replication'") == [
            ["t", "f", "f", "f", "f"]
        ]
        login = {"user": "standby_replication", "password": PASSWORD}
        assert source.run("SELECT count(*) FROM orders", **login) == [["10"]]
        with pytest.raises(AssertionError, match="permission denied"):
            source.run("DELETE FROM orders", **login)

    def test_it_takes_the_right_from_auroras_role_where_there_is_one(self, source: Server) -> None:
        source.run("CREATE ROLE rds_replication")
        source.run(sql.read("source"))
        assert source.value("SELECT pg_has_role('standby_replication', 'rds_replication', 'MEMBER')") == "t"
        assert source.value("SELECT rolreplication FROM pg_roles WHERE rolname = 'standby_replication'") == "f"

    def test_a_second_run_covers_what_was_added(self, source: Server, standby: Server) -> None:
        assert standby
        source.run("CREATE SCHEMA late; CREATE TABLE late.things (id int PRIMARY KEY)")
        source.run(sql.read("source"))
        assert source.run("SELECT count(*) FROM late.things", user="standby_replication", password=PASSWORD) == [["0"]]

    def test_nothing_is_published_while_that_would_break_the_sources_writers(self, source: Server) -> None:
        source.run("CREATE TABLE keyless (id int)")
        assert "Nothing is published: updates and deletes would fail in keyless" in refused(source, sql.read("source"))
        source.run("INSERT INTO keyless VALUES (1); UPDATE keyless SET id = 2")
        source.run("ALTER TABLE keyless REPLICA IDENTITY FULL")
        source.run(sql.read("source"))
        source.run("UPDATE keyless SET id = 3")


class TestGaps:
    """Each line of the table in docs/operations.md, "The relational database's replication"."""

    def test_the_query_finds_each(self, source: Server) -> None:
        source.run("CREATE TABLE keyless (id int); SELECT lo_create(0);")
        found = {(gap, thing) for gap, thing, _ in source.run(sql.read("gaps"))}
        assert found == {
            ("no replica identity", "public.keyless"),
            ("unlogged table", "public.scratch"),
            ("generated column", "public.lines.total"),
            ("materialized view", "public.totals"),
            ("large objects", "1"),
            *(("sequence", f"public.{name}") for name in SEQUENCES),
        }

    def test_definitions_stay_and_a_column_too_many_stops_replication_until_it_is_there(
        self, source: Server, standby: Server
    ) -> None:
        source.run("CREATE TABLE news (id int PRIMARY KEY); ALTER TABLE orders ADD channel text DEFAULT 'web'")
        source.run("INSERT INTO orders (note) VALUES ('after')")
        assert standby.value("SELECT to_regclass('news') IS NULL") == "t"
        until(standby, "SELECT apply_error_count > 0 FROM pg_stat_subscription_stats", "t")
        assert standby.value("SELECT count(*) FROM orders") == "10"
        # The remedy: the same definitions there, and new tables granted and taken up.
        source.run(sql.read("source"))
        standby.run("CREATE TABLE news (id int PRIMARY KEY); ALTER TABLE orders ADD channel text DEFAULT 'web'")
        source.run("INSERT INTO news VALUES (1)")
        standby.run("ALTER SUBSCRIPTION standby REFRESH PUBLICATION")
        until(standby, "SELECT count(*) FROM orders", "11")
        until(standby, "SELECT count(*) FROM news", "1")

    def test_sequences_stay_where_they_were(self, source: Server, standby: Server) -> None:
        source.run("INSERT INTO orders (note) VALUES ('more')")
        until(standby, "SELECT count(*) FROM orders", "11")
        assert standby.value("SELECT last_value || ' ' || is_called FROM orders_id_seq") == "1 false"
        assert "duplicate key" in refused(standby, "INSERT INTO orders (note) VALUES ('too early')")

    def test_roles_and_grants_stay(self, source: Server, standby: Server) -> None:
        source.run("CREATE ROLE app_writer; GRANT INSERT ON orders TO app_writer; INSERT INTO empty DEFAULT VALUES")
        until(standby, "SELECT count(*) FROM empty", "1")
        assert standby.value("SELECT count(*) FROM pg_roles WHERE rolname = 'app_writer'") == "0"

    def test_large_objects_unlogged_tables_and_views_stay_empty(self, source: Server, standby: Server) -> None:
        source.run("SELECT lo_from_bytea(0, 'x'); INSERT INTO scratch VALUES (1); INSERT INTO empty DEFAULT VALUES")
        source.run("REFRESH MATERIALIZED VIEW totals")
        until(standby, "SELECT count(*) FROM empty", "1")
        assert standby.value("SELECT count(*) FROM pg_largeobject_metadata") == "0"
        assert standby.value("SELECT count(*) FROM scratch") == "0"
        assert standby.value("SELECT count FROM totals") == "0"
        standby.run("REFRESH MATERIALIZED VIEW totals")
        assert standby.value("SELECT count FROM totals") == "10"

    def test_generated_columns_are_generated_anew(self, source: Server, standby: Server) -> None:
        source.run("INSERT INTO lines (order_id, price) VALUES (1, 21)")
        until(standby, "SELECT max(total) FROM lines", "42")

    def test_without_a_key_inserts_flow_and_the_sources_updates_fail(self, source: Server, standby: Server) -> None:
        for server in (source, standby):
            server.run("CREATE TABLE keyless (id int)")
        source.run(sql.read("source"))
        standby.run("ALTER SUBSCRIPTION standby REFRESH PUBLICATION")
        until(standby, "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'", "0")
        source.run("INSERT INTO keyless VALUES (1)")
        until(standby, "SELECT count(*) FROM keyless", "1")
        for change in ("UPDATE keyless SET id = 2", "DELETE FROM keyless"):
            assert "does not have a replica identity" in refused(source, change)
        source.run("ALTER TABLE keyless REPLICA IDENTITY FULL; UPDATE keyless SET id = 2")
        until(standby, "SELECT max(id) FROM keyless", "2")


class TestPromotion:
    @pytest.fixture
    def promoted(self, source: Server, standby: Server) -> Server:
        """A standby that lost its source in the middle of its work, and was promoted."""
        source.run(
            """
            INSERT INTO lines (order_id, price) SELECT 1, 1 FROM generate_series(1, 50);
            INSERT INTO cases SELECT FROM generate_series(1, 3);
            INSERT INTO appeals SELECT FROM generate_series(1, 4);
            INSERT INTO ledger SELECT FROM generate_series(1, 5);
            SELECT nextval('invoices');
            """
        )
        until(standby, "SELECT (SELECT count(*) FROM lines) || ' ' || (SELECT count(*) FROM ledger)", "50 5")
        source.kill()
        problems = standby.promote()
        assert [problem[:2] for problem in problems] == [["sequence without a column", "invoices"]]
        return standby

    def test_nothing_follows_the_source_any_more(self, promoted: Server) -> None:
        assert promoted.value("SELECT count(*) FROM pg_subscription") == "0"

    def test_every_sequence_is_ahead_of_its_columns(self, promoted: Server) -> None:
        assert state(promoted) == ["1010 true", "1050 true", "2013 true", "-1005 true", "1 false", "1 false"]

    def test_every_table_takes_new_rows(self, promoted: Server) -> None:
        for table in ("cases", "appeals", "ledger", "empty"):
            promoted.run(f"INSERT INTO {table} DEFAULT VALUES")
        promoted.run("INSERT INTO orders (note) VALUES ('here'); INSERT INTO lines (order_id, price) VALUES (1, 1)")
        assert promoted.value("SELECT max(id) FROM orders") == "1011"

    def test_steps_keep_their_parity(self, promoted: Server) -> None:
        promoted.run("INSERT INTO cases DEFAULT VALUES")
        assert int(promoted.value("SELECT max(number) FROM cases")) % 2 == 1

    def test_a_second_promotion_changes_nothing(self, promoted: Server) -> None:
        promoted.run("INSERT INTO orders (note) VALUES ('here')")
        before = state(promoted)
        promoted.promote()
        promoted.promote(margin="5")
        assert state(promoted) == before

    def test_no_sequence_goes_backwards(self, promoted: Server) -> None:
        promoted.run("SELECT setval('orders_id_seq', 90000); SELECT setval('debts', -90000)")
        promoted.promote()
        assert promoted.value("SELECT last_value FROM orders_id_seq") == "90000"
        assert promoted.value("SELECT last_value FROM debts") == "-90000"

    def test_a_sequence_at_its_end_is_told(self, promoted: Server) -> None:
        promoted.run("INSERT INTO lines (id, order_id, price) VALUES (2147483000, 1, 1)")
        promoted.promote()
        # The margin no longer fits: no value is skipped.
        assert promoted.value("SELECT last_value FROM lines_id_seq") == "2147483000"
        promoted.run("INSERT INTO lines (id, order_id, price) VALUES (2147483647, 1, 1)")
        assert ["sequence at its end", "lines_id_seq"] in [problem[:2] for problem in promoted.promote()]

    def test_missing_roles_and_rights_are_told(self, promoted: Server) -> None:
        promoted.run("CREATE ROLE app_writer; GRANT ALL ON ALL TABLES IN SCHEMA public TO app_writer")
        promoted.run(
            "REVOKE INSERT ON orders FROM app_writer; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app_writer"
        )
        found = {tuple(problem[:2]) for problem in promoted.promote(writers="app_writer, reports")}
        assert found - {("sequence without a column", "invoices")} == {
            ("role is missing", "reports"),
            ("right is missing", "orders for app_writer"),
        }
        promoted.run("CREATE ROLE reports; GRANT app_writer TO reports; GRANT INSERT ON orders TO app_writer")
        assert len(promoted.promote(writers="app_writer,reports")) == 1

    def test_a_promotion_is_possible_before_the_first_copy_is_whole(self, source: Server, standby: Server) -> None:
        for server in (source, standby):
            server.run("CREATE TABLE late (id int PRIMARY KEY)")
        source.run("INSERT INTO late VALUES (1)")
        standby.run("INSERT INTO late VALUES (1); ALTER SUBSCRIPTION standby REFRESH PUBLICATION")
        until(standby, "SELECT sync_error_count > 0 FROM pg_stat_subscription_stats", "t")
        source.kill()
        standby.promote()
        assert standby.value("SELECT count(*) FROM pg_subscription") == "0"
