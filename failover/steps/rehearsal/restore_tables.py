"""The newest backups of the key-value tables in copies of them."""

from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop
from failover.steps.rehearsal import copied_tables
from failover.steps.rehearsal.restore_database import MOST_DAYS


class RestoreTables(Step):
    """Restores each table's newest backup beside it. Copies have no app profile and no reader; they cost storage."""

    name = "tables"
    does = "restore the newest backup of each table beside it"
    estimate = Estimate(1, 5, 30)
    budget = 60
    roles = ("roles/bigtable.admin",)

    def act(self, site: Site) -> None:
        """Ask for what is not there yet."""
        instance = site.standby.tables.instance
        there = {name.rpartition("/")[2] for name in site.cloud.tables.names(instance)}
        for table, copy in copied_tables(site.standby).items():
            if copy in there or site.noted(copy):
                continue
            backup = self._newest(site, table)
            site.log(f"restore {backup} as {copy}")
            site.cloud.tables.restore(instance, copy, backup)
            site.note(copy, backup)

    def check(self, site: Site) -> str:
        """Every copy answers."""
        copies = copied_tables(site.standby).values()
        instance = site.standby.tables.instance
        there = {name.rpartition("/")[2] for name in site.cloud.tables.names(instance)}
        waiting = [
            copy for copy in copies if copy not in there or not site.cloud.tables.ready(f"{instance}/tables/{copy}")
        ]
        if waiting:
            raise NotYet(f"{', '.join(waiting)} not ready")
        return f"{len(copies)} tables were restored"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Look at the backups, then begin again."""
        instance = standby.tables.instance.rpartition("/")[2]
        lists = (f"gcloud bigtable backups list --instance {instance} --project {standby.project}",)
        return (*lists, "python -m failover rehearse")

    def _newest(self, site: Site, table: str) -> str:
        """The name of the newest backup, in any cluster."""
        tables = site.standby.tables
        found = [each for cluster in tables.clusters for each in site.cloud.tables.backups(tables.instance, cluster)]
        made = [(end, name) for name, source, end in found if source.rpartition("/")[2] == table]
        if not made:
            raise Stop(f"the table {table} has no backup")
        end, name = max(made)
        if (age := (site.now() - end) / 86400) > MOST_DAYS:
            raise Stop(f"the newest backup of the table {table} is {age:.1f} days old")
        return name
