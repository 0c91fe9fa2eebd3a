"""What anybody sees: the public resolver, and the platform's front door."""

from typing import Any

from tests.failover.stand_ins.asked import Answer, Asked, Route
from tests.failover.stand_ins.world import Failure, World

NUMBERS = {"A": 1, "AAAA": 28}


def resolve(world: World, asked: Asked) -> dict[str, Any]:
    """A name's addresses: the standby's once the switch object exists."""
    name, kind = asked.query["name"].rstrip("."), asked.query["type"]
    if name not in world.names:
        return {"Status": 3}
    found = world.names[name].standby if world.moved() else world.names[name].primary
    records = [{"name": f"{name}.", "type": NUMBERS[kind], "TTL": 60, "data": each} for each in found.get(kind, [])]
    return {"Status": 0, "Answer": records}


def door(world: World, asked: Asked) -> Answer:
    """What a host answers."""
    host = asked.headers["host"]
    if host not in world.doors:
        raise Failure(404, f"nobody serves {host}")
    return Answer(b"", world.doors[host])


RESOLVER: tuple[Route, ...] = (("resolve", "GET", "/resolve", resolve),)
FRONT_DOOR: tuple[Route, ...] = (("get", "GET", "/.*", door),)
