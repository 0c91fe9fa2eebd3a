"""A promotion by the program that runs in the standby's network, on real servers, with the source killed."""

import os
import subprocess
import sys

import pytest

from failover.answers import Action, Answer
from tests.sql.conftest import Server, until
from tests.sql.test_replication import TABLES, state, subscribe

pytestmark = pytest.mark.real

ROWS = "SELECT count(*) || ' ' || max(id) || ' ' || md5(string_agg(note, ',' ORDER BY id)) FROM orders"
LOGIN = "admin-of-this-test"


def ask(server: Server, action: Action, *options: str, **environment: str) -> Answer:
    """Run the program as the job does; what it answers."""
    command = [
        sys.executable,
        "-m",
        "failover.database",
        action,
        "--run",
        "test",
        "--attempt",
        "1",
        "--database",
        "app",
    ]
    login = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "postgres", "PGPASSWORD": LOGIN}
    done = subprocess.run(
        [*command, *options], env={**os.environ, **login, **environment}, capture_output=True, text=True, check=False
    )
    assert LOGIN not in done.stdout + done.stderr
    answer = Answer.model_validate_json(done.stdout)
    assert done.returncode == (1 if answer.error else 0)
    return answer


def problems(answer: Answer) -> set[tuple[str, str, str]]:
    assert answer.error == ""
    return {(name, row["problem"], row["object"]) for name, rows in answer.databases.items() for row in rows}


@pytest.fixture
def standby(pair: tuple[Server, Server]) -> Server:
    """A standby whose source was killed in the middle of a writer's work."""
    source, standby = pair
    for server in pair:
        server.run(TABLES)
    subscribe(source, standby)
    source.run("INSERT INTO orders (note) SELECT 'order ' || n FROM generate_series(1, 5000) AS n")
    source.run(
        "INSERT INTO cases SELECT FROM generate_series(1, 3); INSERT INTO ledger SELECT FROM generate_series(1, 5)"
    )
    until(standby, "SELECT count(*) FROM orders", "5000")
    until(standby, "SELECT count(*) FROM ledger", "5")
    source.kill()
    return standby


class TestPromotion:
    def test_no_replicated_row_is_lost_and_writes_are_accepted(self, standby: Server) -> None:
        before = standby.value(ROWS)
        assert problems(ask(standby, "verify")) >= {
            ("app", "subscription is left", "standby"),
            ("app", "sequence is behind", "orders_id_seq of orders.id"),
            ("app", "sequence is behind", "debts of ledger.id"),
        }
        assert problems(ask(standby, "detach")) == set()
        assert problems(ask(standby, "sequences")) == {("app", "sequence without a column", "invoices")}
        assert problems(ask(standby, "verify")) == set()
        assert standby.value(ROWS) == before
        standby.run("INSERT INTO orders (note) VALUES ('here'); INSERT INTO cases DEFAULT VALUES")
        assert standby.value("SELECT max(id) FROM orders") == "6001"

    def test_a_second_promotion_changes_nothing(self, standby: Server) -> None:
        for action in ("detach", "sequences"):
            ask(standby, action)
        standby.run("INSERT INTO orders (note) VALUES ('here')")
        rows, sequences = standby.value(ROWS), state(standby)
        for action in ("detach", "sequences", "verify"):
            assert ask(standby, action).error == ""
        assert (standby.value(ROWS), state(standby)) == (rows, sequences)

    def test_sequences_wait_for_the_subscriptions_end(self, standby: Server) -> None:
        before = state(standby)
        assert "Run detach.sql first" in ask(standby, "sequences").error
        assert state(standby) == before

    def test_every_database_of_the_instance_is_seen_to(self, standby: Server) -> None:
        standby.run("CREATE DATABASE other")
        standby.run(
            "CREATE SUBSCRIPTION maintenance CONNECTION 'host=127.0.0.1 port=1' PUBLICATION x WITH (connect = false)",
            database="postgres",
        )
        assert set(ask(standby, "verify").databases) == {"app", "other", "postgres"}
        ask(standby, "detach")
        assert standby.value("SELECT count(*) FROM pg_subscription") == "0"
        assert set(ask(standby, "verify").databases) == {"app", "other"}

    def test_missing_roles_are_told(self, standby: Server) -> None:
        ask(standby, "detach")
        found = problems(ask(standby, "sequences", "--writer", "app", "--writer", "reports"))
        assert found >= {("app", "role is missing", "app"), ("app", "role is missing", "reports")}


class TestProof:
    def test_it_finds_what_refuses_writes(self, standby: Server) -> None:
        for action in ("detach", "sequences"):
            ask(standby, action)
        standby.run("CREATE ROLE app_writer; ALTER ROLE app_writer SET default_transaction_read_only = on")
        assert problems(ask(standby, "verify")) == {("app", "read only by default", "app_writer in every database")}
        standby.run("ALTER DATABASE app SET default_transaction_read_only = on")
        found = {problem for _, problem, _ in problems(ask(standby, "verify"))}
        assert found == {"read only by default", "write is refused"}

    def test_it_changes_nothing(self, standby: Server) -> None:
        everything = "SELECT count(*) FROM pg_class"
        before = (standby.value(everything), state(standby), standby.value("SELECT count(*) FROM pg_subscription"))
        ask(standby, "verify")
        assert before == (
            standby.value(everything),
            state(standby),
            standby.value("SELECT count(*) FROM pg_subscription"),
        )

    def test_a_server_that_is_gone_is_told_and_no_secret_with_it(self, standby: Server) -> None:
        standby.kill()
        assert "cannot log in to app" in ask(standby, "verify").error
