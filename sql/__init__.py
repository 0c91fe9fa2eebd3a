"""The SQL of the relational database's replication, which people run with psql and a failover runs by itself.

    gaps       what replication does not carry, and what to do: run in the source, before and now and then
    source     lets replication read a database: run in the source, and again when tables or schemas were added
    definitions, watch, schema
               tell the standby what the source consists of, and what of it the standby lacks
    detach     ends replication into a replica, with or without its source: run in the standby, at a failover
    sequences  then puts its sequences ahead, and looks at roles and rights
    verify     then proves that it is a database of its own which takes writes; changes nothing

The way back has its own:

    resync     fetches every row anew: run with psql in the old primary; `source` before it, in the standby
    followers  who follows this database, and how far: run in the standby
    digest     what is in each table, to compare two databases: run in both
    empty      empties a database whose replication begins anew: run in the standby, at the very end

Each may be run again at any time. docs/operations.md says when; tests/sql runs them on a pair of real servers.
"""

from importlib.resources import files
from typing import Literal

Script = Literal[
    "gaps",
    "source",
    "definitions",
    "watch",
    "schema",
    "detach",
    "sequences",
    "verify",
    "resync",
    "followers",
    "digest",
    "empty",
]


def read(script: Script) -> str:
    """The statements of a script: plain SQL, without psql's own commands, to be sent as one."""
    return (files(__name__) / f"{script}.sql").read_text(encoding="utf-8")
