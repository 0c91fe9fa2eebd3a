"""Both databases hold the same rows."""

import json
from collections.abc import Mapping

from failover.answers import Answer
from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.statements import answered, forget
from failover.step import NotYet, Site, Step, Stop
from failover.steps.back import HOUR, attempt

PRIMARY_DIGEST = "primary"
"""Folder of the bucket of records: `<run>-<attempt>.tsv` in it is what sql/digest.sql returned at the primary."""

SHOWN = 5
"""Tables that a message names."""


class VerifyBack(Step):
    """Compares a digest of each table with the primary's own, which a person leaves in the bucket of records.

    It reads every row of both databases while nobody writes; begin the primary's at once, both take equally long.
    """

    name = "verify-back"
    does = "compare both databases, table by table"
    # Reading and hashing a hundred GB takes some ten minutes.
    estimate = Estimate(1, 10, 60)
    budget = 4 * HOUR
    roles = ("roles/run.developer on the SQL job", "roles/storage.objectUser on the bucket of records")

    def ready(self, site: Site) -> None:
        """Nobody writes to either, and nothing is on its way."""
        missing = [step for step in ("fence-back", "reverse") if not site.proved(step)]
        if missing:
            raise Stop(f"{', '.join(missing)} not proved: the databases still change")

    def act(self, site: Site) -> None:
        """Have the standby's read."""
        answered(site, "digest")

    def check(self, site: Site) -> str:
        """They are equal."""
        here = _here(answered(site, "digest"), site.standby.database.database)
        name = f"{PRIMARY_DIGEST}/{site.run_id}-{attempt(site)}.tsv"
        content, generation = site.cloud.objects.read(site.standby.records_bucket, name)
        if generation == 0:
            raise NotYet(f"the primary's digest is not at gs://{site.standby.records_bucket}/{name}")
        there = _there(content)
        differ = sorted(table for table in here.keys() | there.keys() if here.get(table) != there.get(table))
        if differ:
            forget(site, "digest")
            site.note("differed", attempt(site))
            more = f" and {len(differ) - SHOWN} more" if len(differ) > SHOWN else ""
            raise Stop(
                f"{', '.join(differ[:SHOWN])}{more} differ: the names stay at the standby. Find what wrote to the "
                "primary, begin there again with resync.sql, and run this again"
            )
        return f"{len(here)} tables are equal in both databases"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """The same script at both ends; no difference may be left."""
        database = standby.database.database
        there = f"psql -h <the primary's writer> -d {database} -XqAtF $'\\t' -f sql/digest.sql"
        return (
            f"{there} | gcloud storage cp - gs://{standby.records_bucket}/{PRIMARY_DIGEST}/<run id>-1.tsv",
            f"psql -d {database} -XqAtF $'\\t' -f sql/digest.sql  # in the standby; compare with diff",
        )


def _here(answer: Answer, database: str) -> Mapping[str, tuple[str, str]]:
    return {row["object"]: (row["rows"], row["digest"]) for row in answer.databases[database]}


def _there(content: bytes) -> Mapping[str, tuple[str, str]]:
    """Rows and digest by table; raises Stop where the object is something else."""
    lines = [line.split("\t") for line in content.decode(errors="replace").splitlines() if line]
    if not lines or any(len(line) != len(("object", "rows", "digest")) for line in lines):
        raise Stop("the primary's digest is not what sql/digest.sql returns: " + json.dumps(lines[:1]))
    return {table: (rows, digest) for table, rows, digest in lines}
