"""No copy is left."""

from collections.abc import Callable
from typing import ClassVar

from failover.cloud import Refused
from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop
from failover.steps.rehearsal import copied_tables


class Remove(Step):
    """Deletes the copies, those of an earlier rehearsal that was killed as well: they have the same names."""

    name: ClassVar[str] = "remove"
    does = "delete the copies"
    estimate = Estimate(1, 3, 10)
    budget = 45
    roles = ("roles/cloudsql.admin", "roles/bigtable.admin")

    def ready(self, site: Site) -> None:
        """What is deleted are copies."""
        database, tables = site.standby.database, site.standby.tables
        real = {table.rpartition("/")[2] for table in tables.tables.values()}
        if database.rehearsal_instance == database.instance or real & set(copied_tables(site.standby).values()):
            raise Stop("a copy has the name of what it is a copy of: nothing is deleted")

    def act(self, site: Site) -> None:
        """Delete each that is there; one that something is being done to is tried again."""
        for name, delete in self._left(site).items():
            site.log(f"delete {name}")
            try:
                delete()
            except Refused as error:
                raise NotYet(str(error)) from error

    def check(self, site: Site) -> str:
        """None of them is there."""
        left = self._left(site)
        if left:
            raise NotYet(f"{', '.join(left)} not gone yet")
        return "no copy is left"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Delete them: they cost money."""
        instance = standby.tables.instance.rpartition("/")[2]
        project = f"--project {standby.project} --quiet"
        return (
            f"gcloud sql instances delete {standby.database.rehearsal_instance} {project}",
            *(
                f"gcloud bigtable tables delete {copy} --instance {instance} {project}"
                for copy in copied_tables(standby).values()
            ),
        )

    def _left(self, site: Site) -> dict[str, Callable[[], None]]:
        """How to delete each copy that is there, by its name."""
        cloud, standby = site.cloud, site.standby
        left: dict[str, Callable[[], None]] = {}
        instance = standby.database.rehearsal_instance
        if cloud.instances.get(standby.project, instance) is not None:
            left[instance] = lambda: cloud.instances.delete(standby.project, instance)
        copies = set(copied_tables(standby).values())
        for table in cloud.tables.names(standby.tables.instance):
            if table.rpartition("/")[2] in copies:
                left[table] = lambda table=table: cloud.tables.delete(table)
        return left


class Clear(Remove):
    """The same before anything is copied: a copy of last week would be taken for this week's."""

    name = "clear"
    does = "delete copies that an earlier rehearsal left behind"
