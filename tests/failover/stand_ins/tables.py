"""Bigtable's tables and backups. https://docs.cloud.google.com/bigtable/docs/reference/admin/rest"""

from datetime import UTC, datetime
from typing import Any

from tests.failover.stand_ins.asked import Answer, Asked, Route, page
from tests.failover.stand_ins.world import Failure, World


def list_(world: World, asked: Asked) -> dict[str, Any]:
    """An instance's tables."""
    names = sorted(name for name in world.tables if name.startswith(f"{asked.parts['instance']}/tables/"))
    return page(world, asked, "tables", [{"name": name} for name in names])


def get(world: World, asked: Asked) -> dict[str, Any]:
    """A table, and its state in each cluster."""
    name = _known(world, asked)
    world.look(name)
    states = {cluster: {"replicationState": state} for cluster, state in world.tables[name].items()}
    return {"name": name, "clusterStates": states}


def backups(world: World, asked: Asked) -> dict[str, Any]:
    """A cluster's backups."""
    found = [
        {
            "name": name,
            "sourceTable": table,
            "endTime": datetime.fromtimestamp(end, UTC).isoformat(),
            "state": "READY",
        }
        for name, (table, end) in sorted(world.table_backups.items())
        if name.startswith(f"{asked.parts['cluster']}/backups/")
    ]
    return page(world, asked, "backups", found)


def restore(world: World, asked: Asked) -> dict[str, Any]:
    """Make a table of a backup."""
    name, backup = f"{asked.parts['instance']}/tables/{asked.json['tableId']}", asked.json["backup"]
    if backup not in world.table_backups:
        raise Failure(404, f"{backup} does not exist")
    if name in world.tables:
        raise Failure(409, f"{name} already exists")
    clusters = world.tables.get(world.table_backups[backup][0], {"cluster": ""})
    world.tables[name] = dict.fromkeys(clusters, "INITIALIZING")
    world.effect("restore", name)
    world.begin(name, lambda: world.tables.update({name: dict.fromkeys(clusters, "READY")}))
    return {"name": f"operations/{name}", "done": False}


def delete(world: World, asked: Asked) -> Answer:
    """Delete a table."""
    name = _known(world, asked)
    del world.tables[name]
    world.effect("delete", name)
    return Answer({})


def _known(world: World, asked: Asked) -> str:
    if asked.parts["table"] not in world.tables:
        raise Failure(404, f"{asked.parts['table']} does not exist")
    return asked.parts["table"]


_INSTANCE = "projects/[^/]+/instances/[^/]+"
_TABLE = f"/v2/(?P<table>{_INSTANCE}/tables/[^/:]+)"
ROUTES: tuple[Route, ...] = (
    ("list", "GET", f"/v2/(?P<instance>{_INSTANCE})/tables", list_),
    ("restore", "POST", f"/v2/(?P<instance>{_INSTANCE})/tables:restore", restore),
    ("get", "GET", _TABLE, get),
    ("delete", "DELETE", _TABLE, delete),
    ("backups", "GET", f"/v2/(?P<cluster>{_INSTANCE}/clusters/[^/]+)/backups", backups),
)
