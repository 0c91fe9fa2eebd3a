"""Managed Kafka Connect, Storage Transfer Service and Certificate Manager."""

from datetime import UTC, datetime
from typing import Any

from tests.failover.stand_ins.asked import Asked, Route
from tests.failover.stand_ins.world import Failure, World


def connector(world: World, asked: Asked) -> dict[str, Any]:
    """A connector."""
    name = _known(world.connectors, asked)
    world.look(name)
    return {"name": name, "state": world.connectors[name]}


def pause(world: World, asked: Asked) -> dict[str, Any]:
    """Pause a connector."""
    return _let(world, asked, "PAUSED")


def resume(world: World, asked: Asked) -> dict[str, Any]:
    """Resume a connector."""
    return _let(world, asked, "RUNNING")


def _let(world: World, asked: Asked, state: str) -> dict[str, Any]:
    name = _known(world.connectors, asked)

    def then() -> None:
        if world.connectors[name] != state:
            world.effect(state, name)
        world.connectors[name] = state

    world.begin(name, then)
    return {}


def transfer(world: World, asked: Asked) -> dict[str, Any]:
    """A transfer job."""
    name = _known(world.transfers, asked)
    latest = {"latestOperationName": world.copies[name]} if name in world.copies else {}
    return {"name": name, "projectId": asked.query["projectId"], "status": world.transfers[name], **latest}


def change_transfer(world: World, asked: Asked) -> dict[str, Any]:
    """Enable or disable a transfer job."""
    name = _known(world.transfers, asked)
    # Libraries write enumerations as numbers.
    status = {1: "ENABLED", 2: "DISABLED"}[asked.json["transferJob"]["status"]]
    if asked.json["updateTransferJobFieldMask"] != "status":
        raise Failure(400, "only the status may change")
    if world.transfers[name] != status:
        world.effect(status, name)
    world.transfers[name] = status
    return {"name": name, "status": status}


def copying(world: World, asked: Asked) -> dict[str, Any]:
    """An operation, which goes on although its job was disabled."""
    if asked.parts["name"] not in world.copies.values():
        raise Failure(404, f"{asked.parts['name']} does not exist")
    return {"name": asked.parts["name"], "done": False}


def cancel(world: World, asked: Asked) -> dict[str, Any]:
    """End an operation."""
    for job, operation in list(world.copies.items()):
        if operation == asked.parts["name"]:
            world.effect("cancel", operation)
            del world.copies[job]
    return {}


def certificate(world: World, asked: Asked) -> dict[str, Any]:
    """A certificate."""
    name = _known(world.certificates, asked)
    found = world.certificates[name]
    expires = {"expireTime": datetime.fromtimestamp(found.expires, UTC).isoformat()} if found.expires else {}
    return {"name": name, "managed": {"state": found.state}, **expires}


def _known(found: dict[str, Any], asked: Asked) -> str:
    if asked.parts["name"] not in found:
        raise Failure(404, f"{asked.parts['name']} does not exist")
    return asked.parts["name"]


_CONNECTOR = "/v1/(?P<name>projects/[^/]+/locations/[^/]+/connectClusters/[^/]+/connectors/[^/:]+)"
CONNECTORS: tuple[Route, ...] = (
    ("get", "GET", _CONNECTOR, connector),
    ("pause", "POST", f"{_CONNECTOR}:pause", pause),
    ("resume", "POST", f"{_CONNECTOR}:resume", resume),
)
_TRANSFER = "/v1/(?P<name>transferJobs/[^:]+)"
_COPYING = "/v1/(?P<name>transferOperations/[^:]+)"
TRANSFERS: tuple[Route, ...] = (
    ("get", "GET", _TRANSFER, transfer),
    ("patch", "PATCH", _TRANSFER, change_transfer),
    ("operation", "GET", _COPYING, copying),
    ("cancel", "POST", f"{_COPYING}:cancel", cancel),
)
CERTIFICATES: tuple[Route, ...] = (
    ("get", "GET", "/v1/(?P<name>projects/[^/]+/locations/[^/]+/certificates/[^/:]+)", certificate),
)
