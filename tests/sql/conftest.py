"""Two real PostgreSQL servers, where the machine has any: a source and its standby."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import sql

UNPRIVILEGED = "postgres"
"""Whom servers run as where the tests run as root, which PostgreSQL refuses."""

SETTINGS = {
    "wal_level": "logical",
    "fsync": "off",
    "listen_addresses": "127.0.0.1",
    "max_sync_workers_per_subscription": "4",
    "wal_retrieve_retry_interval": "100ms",
}


@dataclass(frozen=True)
class Server:
    """A running server, whose only database is `app`."""

    folder: Path
    port: int
    psql: str

    def run(
        self, statements: str, *, user: str = "postgres", password: str = "", database: str = "app"
    ) -> list[list[str]]:
        """Rows of the last statements that have some; raises AssertionError with the server's words."""
        command = [self.psql, "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-U", user, database]
        done = subprocess.run(
            [*command, *address],
            input=statements,
            env={"PATH": os.environ["PATH"], "PGPASSWORD": password},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()]

    def value(self, query: str) -> str:
        """The one value of a query."""
        [[value]] = self.run(query)
        return value

    def promote(self, **settings: str) -> list[list[str]]:
        """Run the promotion; the problems that are left."""
        given = "".join(f"SET promotion.{name} = '{value}';\n" for name, value in settings.items())
        return self.run(given + sql.read("detach") + sql.read("sequences"))

    def kill(self) -> None:
        """End it as a loss of power does."""
        os.kill(int((self.folder / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)


def until(server: Server, query: str, expected: str) -> None:
    """Wait for what replication brings; a minute is far more than it takes."""
    found = ""
    for _ in range(600):
        found = server.value(query)
        if found == expected:
            return
        time.sleep(0.1)
    pytest.fail(f"{query}: {found} and not {expected}")


@pytest.fixture
def pair() -> Iterator[tuple[Server, Server]]:
    """A source and a standby, with nothing in them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    elsewhere = shutil.which("postgres")
    if not found and elsewhere is None:
        pytest.skip("no PostgreSQL server here: install Debian's package postgresql")
    binaries = found[-1] if found else Path(elsewhere or "").resolve().parent
    with _running(binaries) as source, _running(binaries) as standby:
        yield source, standby


@contextmanager
def _running(binaries: Path) -> Generator[Server]:
    as_root = os.geteuid() == 0
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder = Path(name)
        if as_root:
            shutil.chown(folder, UNPRIVILEGED)
        user = pwd.getpwnam(UNPRIVILEGED).pw_uid if as_root else None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        data = folder / "data"
        command = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync"]
        subprocess.run(command, user=user, cwd=folder, check=True, capture_output=True)
        # Only the login of replication has a password, as at Aurora.
        (data / "pg_hba.conf").write_text(
            "host app standby_replication 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
        )
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        process = subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), *options],
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=(folder / "log").open("w"),
        )
        try:
            ready = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
            while subprocess.run(ready, check=False).returncode:
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
            created = [str(binaries / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "app"]
            subprocess.run(created, check=True)
            yield Server(data, port, str(binaries / "psql"))
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGQUIT)
            process.wait()
