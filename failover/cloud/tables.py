"""Bigtable's tables, copies of them, and what is in them."""

from google.cloud.bigtable_admin_v2 import BigtableTableAdminClient, types

from failover.cloud.calls import Access, Missing, calling


class Tables:
    """Tables of an instance, by its full name, `projects/…/instances/…`."""

    def __init__(self, access: Access) -> None:
        self._seconds = access.seconds
        self._client = access.rest("bigtableadmin", BigtableTableAdminClient)

    def names(self, instance: str) -> list[str]:
        """Full names of its tables."""
        with calling(f"list tables of {instance}"):
            request = types.ListTablesRequest(parent=instance, view=types.Table.View.NAME_ONLY)
            return sorted(table.name for table in self._client.list_tables(request, retry=None, timeout=self._seconds))

    def ready(self, table: str) -> bool:
        """Whether every cluster of the table answers reads and writes."""
        with calling(f"read {table}"):
            request = types.GetTableRequest(name=table, view=types.Table.View.REPLICATION_VIEW)
            found = self._client.get_table(request, retry=None, timeout=self._seconds)
        good = (
            types.Table.ClusterState.ReplicationState.READY,
            types.Table.ClusterState.ReplicationState.READY_OPTIMIZING,
        )
        return bool(found.cluster_states) and all(
            state.replication_state in good for state in found.cluster_states.values()
        )

    def backups(self, instance: str, cluster: str) -> list[tuple[str, str, float]]:
        """Name, source table and end (seconds since 1970) of a cluster's backups, newest first."""
        parent = f"{instance}/clusters/{cluster}"
        with calling(f"list backups of {parent}"):
            found = self._client.list_backups(
                types.ListBackupsRequest(parent=parent), retry=None, timeout=self._seconds
            )
            made = [(each.name, each.source_table, each.end_time.timestamp()) for each in found]
        return sorted(made, key=lambda backup: (-backup[2], backup[0]))

    def restore(self, instance: str, table: str, backup: str) -> None:
        """Begin to make a table of a backup; `names` and `ready` say when it is there."""
        with calling(f"restore {table} of {backup}"):
            # The wrapper of the library's own would wait for the end.
            request = types.RestoreTableRequest(parent=instance, table_id=table, backup=backup)
            self._client._restore_table(request, retry=None, timeout=self._seconds)

    def delete(self, table: str) -> None:
        """Delete a table, if it is there."""
        try:
            with calling(f"delete {table}"):
                self._client.delete_table(name=table, retry=None, timeout=self._seconds)
        except Missing:
            return
