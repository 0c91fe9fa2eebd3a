"""A rehearsal's steps: a failover on copies, which moves nobody and touches nothing that replication writes to."""

from failover.names import StandbyNames

PREFIX = "rehearsal-"
"""What names of copied tables begin with."""


def copied_tables(standby: StandbyNames) -> dict[str, str]:
    """Ids of the tables' copies by the ids of the tables."""
    tables = (table.rpartition("/")[2] for table in standby.tables.tables.values())
    return {table: f"{PREFIX}{table}" for table in sorted(tables)}
