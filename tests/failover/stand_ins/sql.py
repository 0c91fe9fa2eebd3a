"""Cloud SQL's instances. https://docs.cloud.google.com/sql/docs/postgres/admin-api/rest"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from tests.failover.stand_ins.asked import Asked, Route
from tests.failover.stand_ins.world import Failure, World


def get(world: World, asked: Asked) -> dict[str, Any]:
    """An instance."""
    _look(world, asked)
    return world.instances[_known(world, asked)]


def insert(world: World, asked: Asked) -> dict[str, Any]:
    """Make an instance."""
    return _make(world, asked.parts["project"], asked.json["name"], asked.json)


def clone(world: World, asked: Asked) -> dict[str, Any]:
    """Make an instance of another."""
    source = world.instances[_known(world, asked)]
    return _make(world, asked.parts["project"], asked.json["cloneContext"]["destinationInstanceName"], source)


def _make(world: World, project: str, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    key = f"{project}/{name}"
    if key in world.instances:
        raise Failure(409, "the Cloud SQL instance already exists")
    made = {"name": name, "project": project, "state": "PENDING_CREATE", "createTime": _stamp(world)}
    world.instances[key] = {**body, **made}
    world.effect("make instance", key)
    return _operation(world, "CREATE", key, lambda: world.instances[key].update(state="RUNNABLE"))


def patch(world: World, asked: Asked) -> dict[str, Any]:
    """Change settings."""
    key = _idle(world, asked)
    before = world.instances[key]
    after = _merged(before, asked.json)
    addresses = after.get("settings", {}).get("ipConfiguration", {})
    if addresses.get("sslMode") == "ENCRYPTED_ONLY" and addresses.get("requireSsl"):
        raise Failure(400, "requireSsl must be false or cleared with this sslMode")
    if after != before:
        world.effect("patch instance", key)
    return _operation(world, "UPDATE", key, lambda: world.instances.update({key: after}))


def restore(world: World, asked: Asked) -> dict[str, Any]:
    """Restore a backup into an instance."""
    key = _idle(world, asked)
    world.effect("restore", key)
    return _operation(world, "RESTORE_VOLUME", key, lambda: None)


def delete(world: World, asked: Asked) -> dict[str, Any]:
    """Delete an instance."""
    key = _idle(world, asked)
    world.effect("delete instance", key)
    return _operation(world, "DELETE", key, lambda: world.instances.pop(key))


def backups(world: World, asked: Asked) -> dict[str, Any]:
    """Backup runs, newest first."""
    _look(world, asked)
    return {"items": world.instance_backups.get(_known(world, asked), [])}


def back_up(world: World, asked: Asked) -> dict[str, Any]:
    """Begin a backup."""
    key = _idle(world, asked)
    made = world.instance_backups.setdefault(key, [])
    run = {"id": str(len(made) + 1), "status": "RUNNING", "enqueuedTime": _stamp(world), "endTime": _stamp(world)}
    made.insert(0, run)
    world.effect("back up", key)
    return _operation(world, "BACKUP_VOLUME", key, lambda: run.update(status="SUCCESSFUL"))


def operations(world: World, asked: Asked) -> dict[str, Any]:
    """What was begun on an instance of that name, newest first."""
    wanted = asked.query["instance"]
    found = [each for each in world.operations.values() if each.get("targetId") == wanted]
    return {"items": list(reversed(found))}


def operation(world: World, asked: Asked) -> dict[str, Any]:
    """How far something that was begun is."""
    name = asked.parts["operation"]
    if name not in world.operations:
        raise Failure(404, f"operation {name} does not exist")
    world.look(name)
    return world.operations[name]


def _operation(world: World, kind: str, key: str, then: Callable[[], object]) -> dict[str, Any]:
    name = f"operation-{len(world.operations) + 1}"
    project, instance = key.split("/")
    target = {"targetProject": project, "targetId": instance, "insertTime": _stamp(world)}
    world.operations[name] = {"name": name, "operationType": kind, "status": "RUNNING", **target}

    def end() -> None:
        then()
        world.operations[name]["status"] = "DONE"

    world.begin(name, end)
    return dict(world.operations[name])


def _look(world: World, asked: Asked) -> None:
    for each in [each for each in world.operations.values() if each.get("targetId") == asked.parts["instance"]]:
        world.look(each["name"])


def _stamp(world: World) -> str:
    return datetime.fromtimestamp(world.now(), UTC).isoformat()


def _known(world: World, asked: Asked) -> str:
    key = f"{asked.parts['project']}/{asked.parts['instance']}"
    if key not in world.instances:
        raise Failure(404, "the Cloud SQL instance does not exist")
    return key


def _idle(world: World, asked: Asked) -> str:
    """One operation at a time."""
    key = _known(world, asked)
    under_way = [each for each in world.operations.values() if each["status"] == "RUNNING"]
    if any(f"{each['targetProject']}/{each['targetId']}" == key for each in under_way):
        raise Failure(409, "Operation failed because another operation was already in progress.")
    return key


def _merged(before: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    nested = {
        key: _merged(before[key], value)
        for key, value in change.items()
        if isinstance(value, dict) and isinstance(before.get(key), dict)
    }
    return {**before, **change, **nested}


_PROJECT = "/v1/projects/(?P<project>[^/]+)"
_INSTANCE = f"{_PROJECT}/instances/(?P<instance>[^/]+)"
ROUTES: tuple[Route, ...] = (
    ("get", "GET", _INSTANCE, get),
    ("insert", "POST", f"{_PROJECT}/instances", insert),
    ("clone", "POST", f"{_INSTANCE}/clone", clone),
    ("patch", "PATCH", _INSTANCE, patch),
    ("restoreBackup", "POST", f"{_INSTANCE}/restoreBackup", restore),
    ("delete", "DELETE", _INSTANCE, delete),
    ("backupRuns", "GET", f"{_INSTANCE}/backupRuns", backups),
    ("backUp", "POST", f"{_INSTANCE}/backupRuns", back_up),
    ("operations", "GET", f"{_PROJECT}/operations", operations),
    ("operation", "GET", f"{_PROJECT}/operations/(?P<operation>[^/]+)", operation),
)
