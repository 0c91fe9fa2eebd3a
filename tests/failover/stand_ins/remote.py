"""The services whose libraries speak gRPC alone: IAM, Database Migration Service, Cloud Monitoring."""

from collections.abc import Callable, Mapping
from typing import Any

from google.cloud import clouddms_v1, iam_admin_v1, monitoring_v3
from google.longrunning import operations_pb2

from tests.failover.stand_ins.world import Failure, Migration, Series, World


def account(world: World, asked: Any) -> Any:
    """A service account."""
    email = _email(world, asked)
    made = iam_admin_v1.ServiceAccount(name=asked.name, email=email, disabled=not world.accounts[email])
    return iam_admin_v1.ServiceAccount.pb(made)


def disable(world: World, asked: Any) -> Any:
    """Disable a service account."""
    return _let(world, asked, enabled=False)


def enable(world: World, asked: Any) -> Any:
    """Enable a service account."""
    return _let(world, asked, enabled=True)


def _let(world: World, asked: Any, *, enabled: bool) -> Any:
    email = _email(world, asked)
    if world.accounts[email] != enabled:
        world.effect("enable" if enabled else "disable", email)
    world.accounts[email] = enabled
    # As an empty message is written.
    return b""


def _email(world: World, asked: Any) -> str:
    email = asked.name.rsplit("/", 1)[-1]
    if email not in world.accounts:
        raise Failure(404, f"{email} does not exist")
    return email


def migration(world: World, asked: Any) -> Any:
    """A migration job."""
    name = _migration(world, asked)
    world.look(name)
    found = world.migrations[name]
    return clouddms_v1.MigrationJob.pb(clouddms_v1.MigrationJob(name=name, state=found.state, phase=found.phase))


def promote(world: World, asked: Any) -> Any:
    """Promote a migration job, which must be copying."""
    name = _migration(world, asked)
    found = world.migrations[name]
    if found.state != "RUNNING" or found.phase != "CDC" or name in world.begun:
        raise Failure(412, f"a job that is {found.state} in {found.phase} cannot be promoted")

    def then() -> None:
        world.migrations[name] = Migration("COMPLETED", "PHASE_UNSPECIFIED")

    world.effect("promote", name)
    world.begin(name, then)
    return operations_pb2.Operation(name=f"{name}/operations/promote")


def _migration(world: World, asked: Any) -> str:
    if asked.name not in world.migrations:
        raise Failure(404, f"{asked.name} does not exist")
    return asked.name


def time_series(world: World, asked: Any) -> Any:
    """Series of that filter, with the points within the interval, a page at a time."""
    begin, end = asked.interval.start_time.seconds, asked.interval.end_time.seconds
    found = [_series(each, begin, end) for each in world.series if each.filter == asked.filter]
    found = [each for each in found if each.points]
    first = int(asked.page_token or 0)
    last = first + world.page
    token = str(last) if last < len(found) else ""
    made = monitoring_v3.ListTimeSeriesResponse(time_series=found[first:last], next_page_token=token)
    return monitoring_v3.ListTimeSeriesResponse.pb(made)


def _series(series: Series, begin: float, end: float) -> monitoring_v3.TimeSeries:
    points = [
        monitoring_v3.Point(
            interval={"end_time": {"seconds": int(at)}},
            value={"int64_value" if isinstance(value, int) else "double_value": value},
        )
        for at, value in sorted(series.points, reverse=True)
        if begin < at <= end
    ]
    return monitoring_v3.TimeSeries(metric={"type": "custom", "labels": series.labels}, points=points)


_IAM = "/google.iam.admin.v1.IAM/"
_MIGRATION = "/google.cloud.clouddms.v1.DataMigrationService/"
METHODS: Mapping[str, tuple[str, str, Any, Callable[[World, Any], Any]]] = {
    f"{_IAM}GetServiceAccount": ("iam", "get", iam_admin_v1.GetServiceAccountRequest, account),
    f"{_IAM}DisableServiceAccount": ("iam", "disable", iam_admin_v1.DisableServiceAccountRequest, disable),
    f"{_IAM}EnableServiceAccount": ("iam", "enable", iam_admin_v1.EnableServiceAccountRequest, enable),
    f"{_MIGRATION}GetMigrationJob": ("datamigration", "get", clouddms_v1.GetMigrationJobRequest, migration),
    f"{_MIGRATION}PromoteMigrationJob": ("datamigration", "promote", clouddms_v1.PromoteMigrationJobRequest, promote),
    "/google.monitoring.v3.MetricService/ListTimeSeries": (
        "monitoring",
        "list",
        monitoring_v3.ListTimeSeriesRequest,
        time_series,
    ),
}
"""Service, method, request and what it does, by the path of the call."""
