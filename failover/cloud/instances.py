"""Cloud SQL's instances; its client library needs a newer protobuf than Pulumi's, so this speaks to its API itself.

https://docs.cloud.google.com/sql/docs/postgres/admin-api/rest
"""

from collections.abc import Mapping
from typing import Any

from google.api_core import exceptions

from failover.cloud.calls import Access, Missing, Refused, Unavailable, answer, calling

HOST = "sqladmin.googleapis.com"


class Instances:
    """Instances by project and name."""

    def __init__(self, access: Access) -> None:
        self._seconds = access.seconds
        self._access = access

    def get(self, project: str, instance: str) -> Mapping[str, Any] | None:
        """The instance as its API shows it (`state`, `settings`, …), or none."""
        try:
            return self._call("get", project, f"/instances/{instance}")
        except Missing:
            return None

    def insert(self, project: str, body: Mapping[str, Any]) -> str:
        """Make an instance; the operation's name."""
        return self._call("post", project, "/instances", body)["name"]

    def restore(self, project: str, instance: str, body: Mapping[str, Any]) -> str:
        """Restore a backup into an instance; the operation's name."""
        return self._call("post", project, f"/instances/{instance}/restoreBackup", body)["name"]

    def patch(self, project: str, instance: str, body: Mapping[str, Any]) -> str:
        """Change settings; the operation's name."""
        return self._call("patch", project, f"/instances/{instance}", body)["name"]

    def delete(self, project: str, instance: str) -> None:
        """Delete an instance, if it is there."""
        try:
            self._call("delete", project, f"/instances/{instance}")
        except Missing:
            return

    def backups(self, project: str, instance: str) -> list[Mapping[str, Any]]:
        """Its backup runs, newest first."""
        return self._call("get", project, f"/instances/{instance}/backupRuns").get("items", [])

    def back_up(self, project: str, instance: str) -> None:
        """Ask for a backup; `backups` says when it is made."""
        self._call("post", project, f"/instances/{instance}/backupRuns", {})

    def operations(self, project: str, instance: str) -> list[Mapping[str, Any]]:
        """What was and is being done to an instance of that name, newest first."""
        with calling(f"list operations of {instance}"):
            url = self._access.url("sqladmin", HOST, f"/v1/projects/{project}/operations")
            found = answer(self._access.session.get(url, params={"instance": instance}, timeout=self._seconds))
        return found.get("items", [])

    def operation(self, project: str, name: str) -> tuple[bool, str]:
        """Whether an operation has ended, and its error, if any."""
        found = self._call("get", project, f"/operations/{name}")
        errors = found.get("error", {}).get("errors", [])
        return found.get("status") == "DONE", "; ".join(error.get("message", error.get("code", "")) for error in errors)

    def _call(self, method: str, project: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        url = self._access.url("sqladmin", HOST, f"/v1/projects/{project}{path}")
        try:
            with calling(f"{method} {path} of Cloud SQL"):
                return answer(self._access.session.request(method, url, json=body, timeout=self._seconds))
        except Refused as error:
            if isinstance(error.__cause__, exceptions.Conflict):
                # One operation at a time: a backup, maintenance, or what was asked for a moment ago.
                raise Unavailable(str(error)) from error
            raise
