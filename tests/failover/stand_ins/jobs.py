"""Cloud Run's jobs. https://docs.cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs"""

import threading
from datetime import UTC, datetime
from typing import Any

from tests.failover.stand_ins.asked import Asked, Route, page
from tests.failover.stand_ins.world import LONG_SECONDS, Execution, Failure, World


def run(world: World, asked: Asked) -> dict[str, Any]:
    """Start an execution; one that takes long goes on after the answer."""
    job = _job(world, asked)
    overrides = asked.json.get("overrides", {}).get("containerOverrides", [{}])[0]
    environment = {each["name"]: each.get("value", "") for each in overrides.get("env", [])}
    name = f"{job}/executions/{job.rsplit('/', 1)[-1]}-{len(world.jobs[job]) + 1:05d}"
    execution = Execution(job, name, tuple(overrides.get("args", [])), environment)
    world.jobs[job].append(execution)
    world.effect("run", f"{job} {' '.join(execution.arguments)}")
    if world.lying or world.run is None:
        execution.ended = True
    else:
        work = threading.Thread(target=_work, args=(world, execution), daemon=True)
        work.start()
        # What the work changes is changed while this answer waits.
        world.lock.release()
        work.join(LONG_SECONDS)
        world.lock.acquire()
    return {"name": f"{job.rsplit('/', 2)[0]}/operations/{name.rsplit('/', 1)[-1]}", "done": False}


def _work(world: World, execution: Execution) -> None:
    assert world.run is not None
    try:
        world.run(execution)
    except Exception as error:  # noqa: BLE001
        execution.error = execution.error or str(error) or type(error).__name__
    execution.ended = True


def list_(world: World, asked: Asked) -> dict[str, Any]:
    """Executions, newest first."""
    found = [_resource(world, each) for each in reversed(world.jobs[_job(world, asked)])]
    return page(world, asked, "executions", found)


def cancel(world: World, asked: Asked) -> dict[str, Any]:
    """Stop an execution."""
    job, name = _job(world, asked), f"{asked.parts['job']}/executions/{asked.parts['execution']}"
    for each in world.jobs[job]:
        if each.name == name:
            if not each.ended:
                each.ended, each.error = True, "cancelled"
                world.effect("cancel", name)
            return {"name": f"{job.rsplit('/', 2)[0]}/operations/cancel", "done": False}
    raise Failure(404, f"{name} does not exist")


def _job(world: World, asked: Asked) -> str:
    if asked.parts["job"] not in world.jobs:
        raise Failure(404, f"{asked.parts['job']} does not exist")
    return asked.parts["job"]


def _resource(world: World, execution: Execution) -> dict[str, Any]:
    stamp = datetime.fromtimestamp(world.now(), UTC).isoformat()
    state = "CONDITION_FAILED" if execution.error else "CONDITION_SUCCEEDED"
    ended = {
        "completionTime": stamp,
        "succeededCount": int(not execution.error),
        "failedCount": int(bool(execution.error)),
        "conditions": [{"type": "Completed", "state": state, "message": execution.error}],
    }
    return {"name": execution.name, "job": execution.job, "createTime": stamp, **(ended if execution.ended else {})}


_JOB = "/v2/(?P<job>projects/[^/]+/locations/[^/]+/jobs/[^/:]+)"
ROUTES: tuple[Route, ...] = (
    ("run", "POST", f"{_JOB}:run", run),
    ("list", "GET", f"{_JOB}/executions", list_),
    ("cancel", "POST", f"{_JOB}/executions/(?P<execution>[^/:]+):cancel", cancel),
)
