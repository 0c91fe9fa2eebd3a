"""The standby's relational database is one of its own."""

from failover import statements
from failover.cloud import Refused, Unavailable
from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop

MIGRATION_SECONDS = 180
"""How long the migration job may take to be promoted before the failover goes on without it."""

PROMOTED = "COMPLETED"
PROMOTABLE = ("RUNNING",)

ATTACHED = "subscription is left"
DENIED = ("in recovery", "write is refused", "read only by default")
"""Problems of sql/verify.sql that the promotion answers for; sequences have a step of their own."""


class Promote(Step):
    """Ends the subscription in the database itself, which asks nothing of the primary; then the migration job.

    The service's own promotion would do the first as well, but waits for a source that may never answer. So its answer
    is noted and decides nothing.
    """

    name = "promote"
    does = "end the replication of rows, and see that writes are accepted"
    # The start of a container, and statements of seconds. The most: the migration job's limit.
    estimate = Estimate(0.5, 1.5, 4.5)
    budget = 15
    roles = (
        "roles/run.developer",
        "roles/storage.objectViewer on the bucket of records",
        "roles/datamigration.admin",
    )

    def ready(self, site: Site) -> None:
        """No writer of the primary's is left whose rows would be cut off."""
        missing = [step for step in ("fence", "isolate") if not site.proved(step)]
        if missing:
            raise Stop(f"{', '.join(missing)} not proved: rows that are still written would be lost")

    def act(self, site: Site) -> None:
        """Detach the databases, then have the migration job promoted if it answers."""
        statements.answered(site, "detach", "verify")
        if site.noted("migration") is None:
            site.note("migration", self._migration(site))

    def check(self, site: Site) -> str:
        """The database says so itself."""
        answer = statements.proved(site)
        left = answer.problems(ATTACHED)
        if left:
            statements.forget(site, "detach")
            statements.forget(site, "verify")
            raise Stop(f"the databases were detached, and are not: {'; '.join(left)}")
        denied = answer.problems(*DENIED)
        if denied:
            statements.forget(site, "verify")
            raise Stop("; ".join(denied))
        databases = ", ".join(sorted(answer.databases))
        return f"{databases}: no subscription is left, a write was accepted; migration job: {site.noted('migration')}"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Detach, look, and tell the migration service."""
        job = link.migration_job.rsplit("/", 1)[-1]
        where = f"--region {standby.region} --project {standby.project}"
        return (
            *statements.by_hand(standby, "detach"),
            *statements.by_hand(standby, "verify"),
            f"gcloud database-migration migration-jobs promote {job} {where}",
        )

    def _migration(self, site: Site) -> str:
        """What became of the migration job, in words; raises NotYet while that is open."""
        job = site.link.migration_job
        began = site.noted("asked")
        if began is None:
            began = site.now()
            site.note("asked", began)
        over = site.now() > began + MIGRATION_SECONDS
        try:
            state, _ = site.cloud.migration.state(job)
            if state in PROMOTABLE and site.noted("told") is None:
                site.log(f"promote {job}")
                site.cloud.migration.promote(job)
                site.note("told", True)
        except Refused as error:
            return f"refused ({error})"
        except Unavailable as error:
            if over:
                return f"no answer ({error})"
            raise NotYet(f"the migration job does not answer: {error}") from error
        if state == PROMOTED:
            return "promoted"
        if site.noted("told") is None:
            return f"left as it is, {state}"
        if state == "FAILED":
            return "its promotion failed"
        if over:
            return f"still {state} after {MIGRATION_SECONDS} seconds"
        raise NotYet(f"the migration job is {state}")
