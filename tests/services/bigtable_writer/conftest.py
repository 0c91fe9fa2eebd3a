"""Bigtable's and DynamoDB's own emulators, and tables in them."""

from collections.abc import Generator

import pytest

from tests.services.bigtable_writer import emulators
from tests.services.bigtable_writer.items import DynamoDb
from tests.services.bigtable_writer.records import TABLES


@pytest.fixture(scope="session")
def bigtable() -> Generator[str]:
    try:
        with emulators.bigtable() as address:
            yield address
    except emulators.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def dynamodb() -> Generator[str]:
    try:
        with emulators.dynamodb() as url:
            yield url
    except emulators.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def target(bigtable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty tables in Bigtable's emulator, for clients of this process."""
    monkeypatch.setenv(emulators.VARIABLE, bigtable)
    emulators.make_tables(bigtable, TABLES)


@pytest.fixture
def source(dynamodb: str) -> DynamoDb:
    """An empty table in DynamoDB Local."""
    return DynamoDb(dynamodb)
