"""Runs a script of `sql` in every database of the standby's instance; the job of Cloud Run that `dr` holds runs this.

    python -m failover.database detach verify --run ID --attempt N --database app \\
        --instance PROJECT:REGION:NAME --bucket NAME

A private address is reached from within the network alone, where no operator is. The job logs in as its own service
account: Cloud SQL's connector brings a certificate for an hour and the account's token, so that there is no password
anywhere. The answer is an object in the bucket of records (`failover.answers`), or is printed where no bucket is
given. Every action may be run again at any time.

Where PGHOST is set, the program connects there instead, with PGPORT, PGUSER and PGPASSWORD as libpq knows them.
"""

import argparse
import os
import ssl
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, get_args

import pg8000.dbapi
from pg8000.dbapi import Connection

import sql
from failover.answers import OF_THE_PLATFORM, Action, Answer, Row, place
from failover.cloud import Access, Refused, Unavailable
from failover.cloud.storage import Objects
from failover.record import Conflict

CONNECT_SECONDS = 20
STATEMENT_SECONDS = 240
"""The limit of one statement: the greatest value of a column without an index is found by reading its table."""

UNLIMITED = frozenset({"digest"})
"""What reads every row, and is not awaited by a failover: the job's own limit ends it."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")

# `postgres` is for administrators, unless replication was set up in it; `cloudsqladmin` lets nobody in.
DATABASES = """
SELECT datname FROM pg_database AS d
WHERE datallowconn AND NOT datistemplate AND has_database_privilege(oid, 'CONNECT')
    AND (datname NOT IN ('postgres', 'cloudsqladmin') OR EXISTS (SELECT FROM pg_subscription WHERE subdbid = d.oid))
ORDER BY datname
"""

Connect = Callable[[str], Connection]
"""Connects to a database of the instance, by its name."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run each action and leave its answer; 1 at the first that could not be run everywhere."""
    given = _parser().parse_args(arguments)
    return 1 if any(_run(action, given) for action in given.actions) else 0


def _run(action: Action, given: argparse.Namespace) -> int:
    try:
        with _connector(given.instance, given.address) as connect:
            found = _databases(action, connect, given.database, given.writer, given.margin)
    except Exception as error:  # noqa: BLE001
        # Whatever it was, whoever waits for the answer must be told.
        found = {}, f"cannot log in to {given.database}: {_words(error)}"
    answer = Answer(
        action=action,
        run=given.run,
        attempt=given.attempt,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        databases=found[0],
        error=found[1],
    )
    try:
        _leave(given.bucket, answer)
    except (Unavailable, Refused, Conflict) as error:
        print(f"the answer was not kept: {error}", file=sys.stderr)
        return 1
    if answer.error:
        print(answer.error, file=sys.stderr)
    return 1 if answer.error else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m failover.database", description=__doc__.splitlines()[0])
    parser.add_argument("actions", nargs="+", choices=get_args(Action), metavar="action", help="in their order")
    parser.add_argument("--run", required=True, help="id of the run that asks")
    parser.add_argument("--attempt", required=True, help="which of the run's questions this is")
    parser.add_argument("--database", required=True, help="the platform's database; the instance's others are found")
    parser.add_argument("--instance", help="PROJECT:REGION:NAME in Cloud SQL, unless PGHOST is set")
    parser.add_argument("--address", choices=("private", "psc"), default="private", help="by which it is reached")
    parser.add_argument("--bucket", help="of the records; the answer is printed if there is none")
    parser.add_argument("--writer", action="append", default=[], help="role that must be able to write every table")
    parser.add_argument("--margin", type=int, default=1000, help="values that each sequence skips")
    return parser


def _databases(
    action: Action, connect: Connect, first: str, writers: Sequence[str], margin: int
) -> tuple[dict[str, tuple[Row, ...]], str]:
    """Problems by database, and the errors of those where the script could not run."""
    names: list[str] = []
    if action not in OF_THE_PLATFORM:
        with _connected(connect, first) as connection:
            names = [name for (name,) in _rows(connection, DATABASES)]
    found, errors = {}, []
    # The platform's own comes first: the others must not keep it waiting.
    for name in sorted({first, *names}, key=lambda name: (name != first, name)):
        try:
            with _connected(connect, name) as connection:
                found[name] = _script(connection, action, writers, margin)
        except Exception as error:  # noqa: BLE001
            # One database that refuses must not hide what was found in another.
            errors.append(f"{action} in {name}: {_words(error)}")
    return found, "; ".join(errors)


def _script(connection: Connection, action: Action, writers: Sequence[str], margin: int) -> tuple[Row, ...]:
    settings = {
        "statement_timeout": "0" if action in UNLIMITED else f"{STATEMENT_SECONDS}s",
        "promotion.margin": str(margin),
        "promotion.writers": ",".join(writers),
    }
    for name, value in settings.items():
        _rows(connection, "SELECT set_config(%s, %s, false)", name, value)
    if action == "empty":
        # The step has proved that this is the database to empty.
        _rows(connection, "SELECT set_config('empty.database', current_database(), false)")
    cursor = connection.cursor()
    cursor.execute(sql.read(action))
    columns = [column[0] for column in cursor.description or ()]
    found = cursor.fetchall() if columns else ()
    connection.commit()
    return tuple({column: str(value) for column, value in zip(columns, row, strict=True)} for row in found)


def _rows(connection: Connection, statement: str, *values: str) -> Sequence[Sequence[Any]]:
    cursor = connection.cursor()
    cursor.execute(statement, values)
    return cursor.fetchall()


@contextmanager
def _connected(connect: Connect, database: str) -> Generator[Connection]:
    connection = connect(database)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _connector(instance: str | None, address: str) -> Generator[Connect]:
    host = os.environ.get("PGHOST")
    if host:
        yield lambda database: _direct(host, database)
        return
    if not instance:
        raise ValueError("neither --instance nor PGHOST says which server")
    import google.auth
    from google.auth.transport.requests import Request
    from google.cloud.sql.connector import Connector

    credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    # The metadata server tells the account's name with its first token.
    credentials.refresh(Request())
    user = str(getattr(credentials, "service_account_email", "")).removesuffix(".gserviceaccount.com")
    with Connector(
        ip_type=address,
        enable_iam_auth=True,
        credentials=credentials,
        timeout=CONNECT_SECONDS,
        refresh_strategy="lazy",
    ) as connector:
        yield lambda database: connector.connect(instance, "pg8000", user=user, db=database)


def _direct(host: str, database: str) -> Connection:
    trusted = None if host in LOOPBACK else ssl.create_default_context(cafile=os.environ.get("PGSSLROOTCERT"))
    return pg8000.dbapi.connect(
        os.environ.get("PGUSER", "postgres"),
        host=host,
        port=int(os.environ.get("PGPORT", "5432")),
        password=os.environ.get("PGPASSWORD"),
        database=database,
        ssl_context=trusted,
        timeout=CONNECT_SECONDS + STATEMENT_SECONDS,
    )


def _leave(bucket: str | None, answer: Answer) -> None:
    content = answer.model_dump_json(indent=2)
    if bucket is None:
        print(content)
        return
    objects = Objects(Access.found())
    name = place(answer.run, answer.action, answer.attempt)
    _, generation = objects.read(bucket, name)
    objects.write(bucket, name, content.encode(), generation)


def _words(error: Exception) -> str:
    """The server's own words, with its advice; they name objects, never a password or a token."""
    detail = error.args[0] if error.args else None
    if isinstance(error, pg8000.dbapi.DatabaseError) and isinstance(detail, dict):
        return ". ".join(detail[field] for field in ("M", "D", "H") if field in detail)
    return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main())
