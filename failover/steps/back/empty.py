"""The standby's database holds no row, and waits for the first copy."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from failover.estimates import Estimate
from failover.names import SWITCH, LinkNames, StandbyNames
from failover.statements import answered, by_hand
from failover.step import NotYet, Site, Step, Stop
from failover.steps.back import HOUR

COPIES = ("RUNNING", "STARTING", "RESUMING", "RESTARTING")
"""States of a migration job that writes or is about to."""


class Empty(Step):
    """Empties the tables, which replication begins with, after a backup of them was made.

    From here to the end of the first copy there is no standby: a loss of the primary in that time is answered by
    restoring this backup. So the copy is begun at once, and the step before it waits for nothing.
    """

    name = "empty"
    does = "back the standby's database up, and empty it for replication to begin anew"
    estimate = Estimate(3, 8, 30)
    budget = 2 * HOUR
    roles = ("roles/cloudsql.admin", "roles/run.developer on the SQL job")

    def ready(self, site: Site) -> None:
        """The rows are in the primary, which serves, and nothing brings rows here."""
        missing = [step for step in ("verify-back", "switch-back", "demote") if not site.proved(step)]
        if missing:
            raise Stop(f"{', '.join(missing)} not proved: these may be the only rows")
        if site.cloud.outside.exists(site.standby.switch_bucket, SWITCH):
            raise Stop("the names lead to the standby again: its rows are the ones to keep")
        state, _ = site.cloud.migration.state(site.link.migration_job)
        if state in COPIES and not site.noted("empty"):
            raise Stop(f"the migration job is {state}: stop it first, it would write between old rows")

    def act(self, site: Site) -> None:
        """Make the backup, wait for it, then empty."""
        if not site.noted("backed up"):
            self._back_up(site)
        answered(site, "empty")

    def check(self, site: Site) -> str:
        """The database says that it did, after the backup."""
        answered(site, "empty")
        return f"the tables are empty, and backup {site.noted('backed up')} holds what they had"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """A backup first."""
        at = f"--instance {standby.database.instance} --project {standby.project}"
        return (f"gcloud sql backups create {at}", *by_hand(standby, "empty"))

    def _back_up(self, site: Site) -> None:
        project, instance = site.standby.project, site.standby.database.instance
        began = site.noted("backup began")
        if began is None:
            began = site.now()
            site.note("backup began", began)
        # The API's times are cut to milliseconds.
        made = [run for run in site.cloud.instances.backups(project, instance) if _time(run) >= int(began)]
        done = next((run for run in made if run.get("status") == "SUCCESSFUL"), None)
        if done is not None:
            site.note("backed up", str(done["id"]))
            return
        if not any(run.get("status") in ("ENQUEUED", "RUNNING") for run in made):
            site.log(f"back {instance} up")
            site.cloud.instances.back_up(project, instance)
        raise NotYet(f"{instance} is being backed up")


def _time(run: Mapping[str, Any]) -> float:
    """When a backup was asked for."""
    return datetime.fromisoformat(run["enqueuedTime"]).timestamp()
