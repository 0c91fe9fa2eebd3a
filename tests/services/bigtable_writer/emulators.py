"""Bigtable's and DynamoDB's own emulators, which `make emulators` brings: started, and with tables made in them."""

import socket
import subprocess
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import grpc
from google.api_core.exceptions import NotFound
from google.cloud.bigtable_admin_v2 import BigtableTableAdminClient
from google.cloud.bigtable_admin_v2.services.bigtable_table_admin.transports import BigtableTableAdminGrpcTransport
from google.cloud.bigtable_admin_v2.types import ColumnFamily, Table

from services.bigtable_writer.store import GONE, ITEM

FOLDER = Path(__file__).parents[3] / ".emulators"
BIGTABLE, DYNAMODB = FOLDER / "bin/emulator", FOLDER / "dynamodb"

# Google's client speaks to the emulator where this names it, and then needs no credentials.
VARIABLE = "BIGTABLE_EMULATOR_HOST"

PROJECT, INSTANCE, PROFILE = "example-standby", "orders", "default"


class Missing(Exception):
    """An emulator is not there; the message says how to bring it."""


@contextmanager
def bigtable() -> Generator[str]:
    """Address of Bigtable's emulator."""
    with _running([str(BIGTABLE)], BIGTABLE, "-port") as port:
        yield f"localhost:{port}"


@contextmanager
def dynamodb() -> Generator[str]:
    """URL of DynamoDB Local."""
    java = ["java", f"-Djava.library.path={DYNAMODB}", "-cp", f"{DYNAMODB}/*"]
    main = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"
    with _running([*java, main, "-inMemory", "-disableTelemetry"], DYNAMODB, "-port") as port:
        yield f"http://localhost:{port}"


def make_tables(address: str, names: Iterable[str]) -> None:
    """Make tables in the emulator at an address; those that are there are made anew."""
    transport = BigtableTableAdminGrpcTransport(channel=grpc.insecure_channel(address))
    client = BigtableTableAdminClient(transport=transport)
    parent = f"projects/{PROJECT}/instances/{INSTANCE}"
    for name in names:
        with suppress(NotFound):
            client.delete_table(name=f"{parent}/tables/{name}")
        table = Table(column_families={ITEM: ColumnFamily(), GONE: ColumnFamily()})
        client.create_table(parent=parent, table_id=name, table=table)


@contextmanager
def _running(command: Sequence[str], needed: Path, port_flag: str) -> Generator[int]:
    if not needed.exists():
        raise Missing(f"{needed.relative_to(FOLDER.parent)} is missing: `make emulators` brings it")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([*command, port_flag, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        while not _listens(port):
            if process.poll() is not None:
                raise Missing(f"{command[0]} ended: {process.stderr.read().decode() if process.stderr else ''}")
            time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) == 0
