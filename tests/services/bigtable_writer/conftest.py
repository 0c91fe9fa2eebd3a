"""Bigtable's and DynamoDB's own emulators: `make emulators` brings both."""

import os
import socket
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / ".emulators"
BIGTABLE, DYNAMODB = FOLDER / "bin/emulator", FOLDER / "dynamodb"


@pytest.fixture(scope="session")
def bigtable() -> Generator[str]:
    """Address of Bigtable's emulator."""
    with _running([str(BIGTABLE)], BIGTABLE, "-port") as port:
        yield f"localhost:{port}"


@pytest.fixture(scope="session")
def dynamodb() -> Generator[str]:
    """URL of DynamoDB Local."""
    java = ["java", f"-Djava.library.path={DYNAMODB}", "-cp", f"{DYNAMODB}/*"]
    main = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"
    with _running([*java, main, "-inMemory", "-disableTelemetry"], DYNAMODB, "-port") as port:
        yield f"http://localhost:{port}"


@contextmanager
def _running(command: Sequence[str], needed: Path, port_flag: str) -> Generator[int]:
    if not needed.exists():
        pytest.skip(f"{needed.relative_to(FOLDER.parent)} is missing: `make emulators` brings it")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([*command, port_flag, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        while not _listens(port):
            if process.poll() is not None:
                pytest.fail(f"{command[0]} ended: {process.stderr.read().decode() if process.stderr else ''}")
            time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) == 0


# Google's client speaks to the emulator where this names it, and then needs no credentials.
EMULATOR_VARIABLE = "BIGTABLE_EMULATOR_HOST"


@pytest.fixture
def emulated(bigtable: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The emulator, for clients of this process."""
    monkeypatch.setenv(EMULATOR_VARIABLE, bigtable)
    assert os.environ[EMULATOR_VARIABLE] == bigtable
    return bigtable
