"""Bigtable tables that hold what DynamoDB's do, a table for each table and each index.

Rows. services/bigtable_writer writes them, and applications after a failover must write them alike: its codec says how
a row key is made of an item's keys, so that rows sort as DynamoDB sorts the items of a partition, and how an item is
one image in DynamoDB's JSON. A row of an index's table has the index's keys, then the table's, since DynamoDB lets
many items share an index's key; it holds what the item's own row holds. Store.write says in which order they are
written, so that no row is left behind.

Columns. Family `item` has `image`, and `version`: the time of the change in microseconds, and what settles ties. A
deleted item has its `version` in the family `gone` instead, which outlives every record that may still come: a late,
older one is told apart and dropped (CheckAndMutateRow). Cells are stamped with the change's time in milliseconds, the
finest that Bigtable takes.

Expiry. DynamoDB deletes expired items itself and replication carries that over. Bigtable knows no expiry of single
items: readers leave out those whose time has passed, as they must on DynamoDB, and items not written for long are
collected.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pulumi
from pulumi_gcp import bigtable

from components.gcp.component import GcpComponent, Scope
from settings.gcp.data import KeyValueStoreSettings
from settings.shared import TableSettings
from settings.types import Mode

ITEM, GONE = "item", "gone"
"""Column families: what an item is, and that it was deleted. services/bigtable_writer/store.py names the same."""

BACKUP_HOURS = 24
"""Hours between two backups, of the 24 to 168 that Bigtable takes."""


@dataclass(frozen=True)
class Profile:
    """How requests of one kind are routed."""

    description: str
    priority: Literal["PRIORITY_LOW", "PRIORITY_MEDIUM", "PRIORITY_HIGH"]
    any_cluster: bool = False
    """To the nearest cluster that answers, a row to the same one as long as it does; else to the first, which alone
    may decide on conditions: two clusters that decided on one row would both be right, and differ."""


PROFILES: Mapping[str, Profile] = {
    "serving": Profile("Reads and unconditional writes of applications", "PRIORITY_HIGH", any_cluster=True),
    "transactions": Profile("Conditional writes of applications", "PRIORITY_HIGH"),
    "replication": Profile("What the primary sends, and change streams on the way back", "PRIORITY_MEDIUM"),
}


class KeyValueStore(GcpComponent):
    """Replicated tables with their indexes: encrypted, backed up daily, and hard to delete.

    A cluster stands in each zone and scales itself. Every DynamoDB table has a table of its name, and every global
    secondary index one named `<table>.<index>`, since Bigtable keeps no index: whoever writes an item writes its
    rows there too, replication while the primary serves, applications after a failover. Tables stream their changes
    for the way back; index tables do not, for DynamoDB makes its indexes itself. Bigtable restores backups, not any
    second: values that applications overwrite stay readable for some days instead; replication keeps the newest one
    alone. Access to tables is left to the applications' roles.
    """

    instance_name: pulumi.Output[str]
    cluster_ids: list[str]
    table_names: dict[str, pulumi.Output[str]]
    """Name by the table's key in the settings."""

    index_names: dict[str, dict[str, pulumi.Output[str]]]
    """Name of each index's table, by table and index."""

    profile_ids: dict[str, pulumi.Output[str]]
    """The app profiles, by what they are for."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: KeyValueStoreSettings,
        *,
        mode: Mode,
        tables: Mapping[str, TableSettings],
        key_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the instance with a table for each of `tables` and each of their indexes."""
        super().__init__("KeyValueStore", name, scope, "confidential", opts)
        nodes = settings.nodes.of(mode)
        clusters = {f"cluster-{position}": zone for position, zone in enumerate(settings.zones)}
        instance = bigtable.Instance(
            f"{name}-instance",
            clusters=[
                {
                    "cluster_id": cluster,
                    "zone": zone,
                    "storage_type": "SSD",
                    "kms_key_name": key_id,
                    "autoscaling_config": {
                        "min_nodes": nodes.minimum,
                        "max_nodes": nodes.maximum,
                        "cpu_target": settings.cpu_target_percent,
                    },
                }
                for cluster, zone in clusters.items()
            ],
            deletion_protection=scope.protect,
            force_destroy=not scope.protect,
            opts=self.child(stateful=True),
        )
        self.instance_name, self.cluster_ids = instance.name, list(clusters)
        self.profile_ids = {
            use: self._profile(f"{name}-{use}", use, profile, next(iter(clusters))) for use, profile in PROFILES.items()
        }
        self.table_names, self.index_names = {}, {}
        for table_name, table in tables.items():
            self.table_names[table_name] = self._table(name, table_name, table, settings, streamed=True)
            self.index_names[table_name] = {
                index: self._table(name, f"{table_name}.{index}", table, settings, streamed=False)
                for index in table.indexes
            }
        self.register_outputs(
            {
                "instanceName": self.instance_name,
                "tableNames": self.table_names,
                "indexNames": self.index_names,
                "profileIds": self.profile_ids,
            }
        )

    def _profile(self, name: str, use: str, profile: Profile, first: str) -> pulumi.Output[str]:
        return bigtable.AppProfile(
            name,
            app_profile_id=use,
            instance=self.instance_name,
            description=profile.description,
            multi_cluster_routing_use_any=profile.any_cluster or None,
            row_affinity=profile.any_cluster or None,
            single_cluster_routing=None
            if profile.any_cluster
            else {"cluster_id": first, "allow_transactional_writes": True},
            standard_isolation={"priority": profile.priority},
            ignore_warnings=not self.scope.protect,
            opts=self.child(),
        ).app_profile_id

    def _table(
        self, name: str, table_name: str, table: TableSettings, settings: KeyValueStoreSettings, *, streamed: bool
    ) -> pulumi.Output[str]:
        made = bigtable.Table(
            f"{name}-{table_name}",
            name=table_name,
            instance_name=self.instance_name,
            column_families=[{"family": ITEM}, {"family": GONE}],
            change_stream_retention=_hours(settings.change_days * 24) if streamed else None,
            automated_backup_policy={
                "retention_period": _hours(settings.backup_days * 24),
                "frequency": _hours(BACKUP_HOURS),
            },
            deletion_protection="PROTECTED" if self.scope.protect else "UNPROTECTED",
            opts=self.child(stateful=True),
        )
        for family, rules in _collected(table, settings):
            bigtable.GCPolicy(
                f"{name}-{table_name}-{family}",
                instance_name=self.instance_name,
                table=made.name,
                column_family=family,
                gc_rules=json.dumps(rules, separators=(",", ":")),
                # Bigtable takes no policy away from a table with replicas, and else refuses to keep cells for longer
                # there: those that one cluster has collected and the other not may then differ, old ones all.
                deletion_policy="ABANDON",
                ignore_warnings=True,
                opts=self.child(),
            )
        return made.name


def _collected(table: TableSettings, settings: KeyValueStoreSettings) -> Iterator[tuple[str, dict[str, Any]]]:
    """Which cells of each family Bigtable deletes by itself: `union` is either, `intersection` both."""
    newest: dict[str, Any] = {"max_version": 1}
    overwritten = {"mode": "intersection", "rules": [newest, _older_than(settings.history_days)]}
    if table.ttl_attribute:
        yield ITEM, {"mode": "union", "rules": [overwritten, _older_than(settings.expiring_days)]}
    else:
        yield ITEM, overwritten
    yield GONE, {"mode": "union", "rules": [newest, _older_than(settings.tombstone_days)]}


def _older_than(days: int) -> dict[str, Any]:
    return {"max_age": f"{days * 24}h"}


def _hours(hours: int) -> str:
    """A duration as the provider reads it back: any other spelling would be a change at each update."""
    return f"{hours}h0m0s"
