"""Whether there is a standby to fail over to; then its database grows while the primary's writers are stopped."""

from failover.cloud import Refused, Unavailable
from failover.estimates import Estimate
from failover.names import LINK_NAMES, STANDBY_FENCE, STANDBY_NAMES, LinkNames, StandbyNames
from failover.step import Site, Step, Stop


class Grow(Step):
    """Asks Cloud SQL for the active size at once: it takes the longest of all that must be large before users come.

    Nothing depends on it: where it is refused, `activate` asks for the same. The edition ENTERPRISE_PLUS answers on
    while it grows (https://docs.cloud.google.com/sql/docs/postgres/availability); with ENTERPRISE it restarts, and
    what replication brings waits for a minute.
    """

    name = "grow"
    does = "begin to give the database its active size"
    estimate = Estimate(0.1, 0.2, 0.5)
    budget = 3
    roles = ("roles/cloudsql.editor", "roles/run.developer", "roles/storage.objectViewer on the bucket of records")

    def ready(self, site: Site) -> None:
        """The standby is able to take over: else the fence would only end what still serves."""
        standby = site.standby
        for name in (STANDBY_NAMES, LINK_NAMES):
            if site.cloud.objects.read(standby.records_bucket, name)[1] == 0:
                raise Stop(f"gs://{standby.records_bucket}/{name} is missing: nothing tells what there is to fail over")
        if site.cloud.objects.read(standby.switch_bucket, STANDBY_FENCE)[1]:
            raise Stop(
                f"gs://{standby.switch_bucket}/{STANDBY_FENCE} was left behind by a way back, so that no writer of the "
                "standby's would write: see what `python -m failover status` says of it, and delete it"
            )
        instance = site.cloud.instances.get(standby.project, standby.database.instance)
        state = instance.get("state", "unknown") if instance is not None else "not there"
        if state != "RUNNABLE":
            raise Stop(f"the database instance {standby.database.instance} is {state}: there is nothing to promote")
        # Without this job nothing is promoted: Refused stops here already.
        site.cloud.jobs.executions(standby.database.sql_job)

    def act(self, site: Site) -> None:
        """Ask for the size, unless the instance has it, or is on its way to it."""
        standby = site.standby
        try:
            found = site.cloud.instances.get(standby.project, standby.database.instance)
            if found is None or found.get("settings", {}).get("tier") == standby.database.active_tier:
                return
            site.log(f"give {standby.database.instance} the size {standby.database.active_tier}")
            body = {"settings": {"tier": standby.database.active_tier}}
            site.cloud.instances.patch(standby.project, standby.database.instance, body)
        except (Refused, Unavailable) as error:
            site.note("failed", str(error))

    def check(self, site: Site) -> str:
        """What became of it; it is `activate` that proves the size."""
        failed = site.noted("failed")
        return f"left to activate ({failed})" if failed else f"{site.standby.database.active_tier} was asked for"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Ask for the size, and do not wait."""
        database = standby.database
        return (
            f"gcloud sql instances patch {database.instance} --tier={database.active_tier} --project {standby.project} "
            "--async --quiet",
        )
