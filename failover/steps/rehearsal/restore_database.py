"""The newest backup of the relational database in its copy."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from failover.estimates import Estimate
from failover.names import LinkNames, StandbyNames
from failover.step import NotYet, Site, Step, Stop
from failover.steps.rehearsal.copy_database import READY, assert_shut_in

RESTORE = "RESTORE_VOLUME"
"""The type of the operation. https://docs.cloud.google.com/sql/docs/postgres/admin-api/rest/v1/operations"""

MOST_DAYS = 2
"""Backups are daily: without one of so many days there is nothing to restore after a loss either."""


class RestoreDatabase(Step):
    """Restores the newest backup into the copy, whose own settings stay: those of a backup come to new instances only.

    https://docs.cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances/restoreBackup
    """

    name = "restore"
    does = "restore the newest backup into the copy"
    estimate = Estimate(3, 10, 40)
    budget = 90
    roles = ("roles/cloudsql.admin",)

    def ready(self, site: Site) -> None:
        """Nothing gets out of the copy: a restored subscription would ask for the standby's slot."""
        assert_shut_in(self._copy(site))

    def act(self, site: Site) -> None:
        """Ask for the restore, unless this copy has had one."""
        project, database = site.standby.project, site.standby.database
        if self._operation(site) is not None:
            return
        backups = site.cloud.instances.backups(project, database.instance)
        made = [backup for backup in backups if backup.get("status") == "SUCCESSFUL"]
        if not made:
            raise Stop(f"{database.instance} has no backup: nothing could be restored after a loss")
        newest = max(made, key=lambda backup: _time(backup["endTime"]))
        age = (site.now() - _time(newest["endTime"])) / 86400
        if age > MOST_DAYS:
            raise Stop(f"the newest backup of {database.instance} is {age:.1f} days old: backups have stopped")
        site.log(f"restore backup {newest['id']} into {database.rehearsal_instance}")
        body = {
            "restoreBackupContext": {"backupRunId": newest["id"], "instanceId": database.instance, "project": project}
        }
        site.cloud.instances.restore(project, database.rehearsal_instance, body)

    def check(self, site: Site) -> str:
        """The operation has ended well, and the copy runs, still shut in."""
        found = self._copy(site)
        operation = self._operation(site)
        if operation is None or operation.get("status") != "DONE" or found.get("state") != READY:
            raise NotYet(f"{found['name']} is being restored")
        errors = operation.get("error", {}).get("errors", [])
        if errors:
            raise Stop("the backup cannot be restored: " + "; ".join(error.get("message", "") for error in errors))
        assert_shut_in(found)
        return f"{found['name']} holds the newest backup"

    def by_hand(self, standby: StandbyNames, link: LinkNames) -> tuple[str, ...]:
        """Look at the backups, then begin again."""
        return (
            f"gcloud sql backups list --instance {standby.database.instance} --project {standby.project}",
            "python -m failover rehearse",
        )

    def _copy(self, site: Site) -> Mapping[str, Any]:
        name = site.standby.database.rehearsal_instance
        found = site.cloud.instances.get(site.standby.project, name)
        if found is None:
            raise Stop(f"{name} is gone: somebody removed it")
        return found

    def _operation(self, site: Site) -> Mapping[str, Any] | None:
        """The restore into this very copy: an earlier one of the same name had its own."""
        made = _time(self._copy(site)["createTime"])
        name = site.standby.database.rehearsal_instance
        found = site.cloud.instances.operations(site.standby.project, name)
        return next(
            (each for each in found if each["operationType"] == RESTORE and _time(each["insertTime"]) >= made), None
        )


def _time(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()
