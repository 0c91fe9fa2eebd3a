"""What the stack `dr` makes: the cluster's deployments, and an update that gives the standby the active role."""

from dataclasses import replace
from typing import Any

from failover.names import STANDBY_NAMES, StandbyNames
from tests.failover.stand_ins.asked import Asked, Route
from tests.failover.stand_ins.world import Deployment, Failure, World


def deployment(world: World, asked: Asked) -> dict[str, Any]:
    """A deployment as Kubernetes shows it."""
    name = f"{asked.parts['namespace']}/{asked.parts['name']}"
    if name not in world.deployments:
        raise Failure(404, f"deployment {name} does not exist")
    found = world.deployments[name]
    ready = found.pods if found.ready is None else found.ready
    told = [{"name": "REGION_MODE", "value": found.mode}]
    return {
        "metadata": {"name": asked.parts["name"], "generation": 2},
        "spec": {"replicas": found.pods, "template": {"spec": {"containers": [{"name": "service", "env": told}]}}},
        "status": {"observedGeneration": 2, "updatedReplicas": ready, "availableReplicas": ready},
    }


def up(world: World, asked: Asked | None = None) -> dict[str, Any]:
    """Bring about what the active mode is; a change of nothing is none."""
    bucket = next(bucket for bucket, found in world.buckets.items() if STANDBY_NAMES in found)
    names = StandbyNames.model_validate_json(world.buckets[bucket][STANDBY_NAMES].content)
    changed = False
    for name, pods in names.workloads.replicas.items():
        before = world.deployments.get(f"{name}/{name}", Deployment("", 0))
        after = replace(before, mode="active", pods=max(pods, before.pods))
        world.deployments[f"{name}/{name}"] = after
        changed |= after != before
    settings = world.instances[f"{names.project}/{names.database.instance}"]["settings"]
    changed |= settings["tier"] != names.database.active_tier
    settings["tier"] = names.database.active_tier
    if names.deployed_mode != "active":
        told = names.model_copy(update={"deployed_mode": "active"})
        world.put(bucket, STANDBY_NAMES, told.model_dump_json(by_alias=True).encode())
        changed = True
    if changed:
        world.effect("up", "dr")
    return {}


_DEPLOYMENT = "/apis/apps/v1/namespaces/(?P<namespace>[^/]+)/deployments/(?P<name>[^/]+)"
CLUSTER: tuple[Route, ...] = (("get", "GET", _DEPLOYMENT, deployment),)
PULUMI: tuple[Route, ...] = (("up", "POST", "/up", up),)
