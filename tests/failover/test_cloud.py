"""Each service's calls by Google's own libraries: what they bring back, what they change, how they fail."""

import threading
import time
from collections.abc import Callable

import pytest
from google.auth import compute_engine
from google.auth.exceptions import RefreshError
from google.oauth2 import credentials as oauth2

from failover import cli
from failover.cloud import Access, Cloud, Refused, Unavailable
from failover.cloud.calls import Missing, calling
from failover.record import Conflict
from tests.failover import sample
from tests.failover.sample import LINK, RECORDS_BUCKET, STANDBY, SWITCH_BUCKET
from tests.failover.stand_ins.server import StandIns
from tests.failover.stand_ins.world import Effect, Execution, Kind, Series, World

NOWHERE = f"{sample.REGION}/connectClusters/copy/connectors/none"
CERTIFICATE = STANDBY.certificates["www.example.com"]
SQL_JOB = STANDBY.database.sql_job
CLUSTER = f"{sample.INSTANCE}/clusters/one"
LAG = LINK.lags["orders"].filter

GRPC = ("iam", "datamigration", "monitoring")
CALLS: dict[str, tuple[str, Callable[[Cloud], object]]] = {
    "read": ("storage", lambda cloud: cloud.objects.read(RECORDS_BUCKET, "names/dr.json")),
    "delete": ("storage", lambda cloud: cloud.objects.delete(RECORDS_BUCKET, "names/dr.json")),
    "list": ("storage", lambda cloud: cloud.objects.names(RECORDS_BUCKET, "names/")),
    "start": ("run", lambda cloud: cloud.jobs.start(SQL_JOB, ["check"])),
    "executions": ("run", lambda cloud: cloud.jobs.executions(SQL_JOB)),
    "cancel": ("run", lambda cloud: cloud.jobs.cancel(f"{SQL_JOB}/executions/sql-00001")),
    "connector": ("managedkafka", lambda cloud: cloud.connectors.state(LINK.connectors[0])),
    "pause": ("managedkafka", lambda cloud: cloud.connectors.pause(LINK.connectors[0])),
    "resume": ("managedkafka", lambda cloud: cloud.connectors.resume(LINK.connectors[0])),
    "transfer": ("storagetransfer", lambda cloud: cloud.transfers.enabled(sample.PROJECT, LINK.transfers[0])),
    "enable": (
        "storagetransfer",
        lambda cloud: cloud.transfers.enable(sample.PROJECT, LINK.transfers[0], enabled=False),
    ),
    "copying": ("storagetransfer", lambda cloud: cloud.transfers.running(sample.PROJECT, LINK.transfers[0])),
    "end copying": ("storagetransfer", lambda cloud: cloud.transfers.cancel("transferOperations/one")),
    "certificate": ("certificatemanager", lambda cloud: cloud.certificates.state(CERTIFICATE)),
    "instance": ("sqladmin", lambda cloud: cloud.instances.get(sample.PROJECT, STANDBY.database.instance)),
    "patch": (
        "sqladmin",
        lambda cloud: cloud.instances.patch(sample.PROJECT, STANDBY.database.instance, {"settings": {}}),
    ),
    "tables": ("bigtableadmin", lambda cloud: cloud.tables.names(sample.INSTANCE)),
    "table": ("bigtableadmin", lambda cloud: cloud.tables.ready(sample.TABLE)),
    "backups": ("bigtableadmin", lambda cloud: cloud.tables.backups(sample.INSTANCE, "one")),
    "restore": (
        "bigtableadmin",
        lambda cloud: cloud.tables.restore(sample.INSTANCE, "copy", f"{CLUSTER}/backups/sessions-daily"),
    ),
    "deployment": ("cluster", lambda cloud: cloud.workloads.deployment(STANDBY.workloads.endpoint, "core", "core")),
    "account": ("iam", lambda cloud: cloud.accounts.disabled(sample.ACCOUNT)),
    "disable": ("iam", lambda cloud: cloud.accounts.disable(sample.ACCOUNT)),
    "migration": ("datamigration", lambda cloud: cloud.migration.state(LINK.migration_job)),
    "promote": ("datamigration", lambda cloud: cloud.migration.promote(LINK.migration_job)),
    "metrics": ("monitoring", lambda cloud: cloud.metrics.newest(sample.PROJECT, LAG, 10)),
    "resolver": ("resolver", lambda cloud: cloud.outside.addresses("www.example.com", "A")),
}
"""A call of each method, by what it does, and its service."""

WITH_CONTENT = {call for call, (service, _) in CALLS.items() if service not in GRPC} - {"delete"}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("kind", "error"),
    [(403, Refused), (429, Unavailable), (500, Unavailable), (503, Unavailable), ("hang", Unavailable)],
)
def test_failure_is_told_as_what_it_is_after_one_try(
    cloud: Cloud, world: World, call: str, kind: Kind, error: type[Exception]
) -> None:
    service, do = CALLS[call]
    world.jobs[SQL_JOB].append(Execution(SQL_JOB, f"{SQL_JOB}/executions/sql-00001", (), {}))
    world.break_(service, "*", kind)
    with pytest.raises(error):
        do(cloud)
    assert len(world.asked(service)) == 1
    assert not world.effects


@pytest.mark.parametrize("call", CALLS)
def test_lost_answer_is_unavailable(cloud: Cloud, world: World, call: str) -> None:
    service, do = CALLS[call]
    world.jobs[SQL_JOB].append(Execution(SQL_JOB, f"{SQL_JOB}/executions/sql-00001", (), {}))
    world.break_(service, "*", "lose", times=1)
    with pytest.raises(Unavailable):
        do(cloud)
    assert len(world.asked(service)) == 1
    do_again = call not in ("promote", "delete", "restore")
    if do_again:
        do(cloud)


@pytest.mark.parametrize("call", sorted(WITH_CONTENT))
def test_answer_that_is_cut_is_unavailable(cloud: Cloud, world: World, call: str) -> None:
    service, do = CALLS[call]
    world.jobs[SQL_JOB].append(Execution(SQL_JOB, f"{SQL_JOB}/executions/sql-00001", (), {}))
    world.break_(service, "*", "cut")
    with pytest.raises(Unavailable):
        do(cloud)
    assert len(world.asked(service)) == 1


def test_an_operation_that_copies_is_found_and_ended(cloud: Cloud, world: World) -> None:
    (job,) = LINK.transfers
    assert cloud.transfers.running(sample.PROJECT, job) == ""
    world.copies[job] = "transferOperations/one"
    assert cloud.transfers.running(sample.PROJECT, job) == "transferOperations/one"
    cloud.transfers.cancel("transferOperations/one")
    assert cloud.transfers.running(sample.PROJECT, job) == ""


def test_executions_of_weeks_cost_one_call(cloud: Cloud, world: World) -> None:
    world.jobs[SQL_JOB] = [Execution(SQL_JOB, f"{SQL_JOB}/executions/sql-{each:05}", (), {}) for each in range(700)]
    found = cloud.jobs.executions(SQL_JOB)
    assert found[0].name.endswith("sql-00699")
    assert len(world.asked("run", "list")) == 1


def test_an_instance_at_which_something_else_is_done_is_asked_again_later(cloud: Cloud, world: World) -> None:
    world.looks = 5
    name = STANDBY.database.instance
    cloud.instances.patch(sample.PROJECT, name, {"settings": {"tier": "db-custom-4-16384"}})
    with pytest.raises(Unavailable, match="already in progress"):
        cloud.instances.patch(sample.PROJECT, name, {"settings": {"tier": "db-custom-8-32768"}})


class TestQuota:
    def test_calls_of_a_person_are_counted_in_the_standby_s_project(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("GOOGLE_CLOUD_QUOTA_PROJECT", raising=False)
        person = oauth2.Credentials("token")
        headers: dict[str, str] = {}
        Access(person).counted(sample.PROJECT).credentials.apply(headers)
        assert headers["x-goog-user-project"] == sample.PROJECT
        monkeypatch.setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "another")
        assert Access(person).counted(sample.PROJECT).credentials is person

    def test_calls_of_an_account_are_counted_where_it_belongs(self) -> None:
        account = compute_engine.Credentials()
        assert Access(account).counted(sample.PROJECT).credentials is account

    def test_commands_name_the_project(
        self, servers: StandIns, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name, value in servers.environment.items():
            monkeypatch.setenv(name, value)
        asked: list[str] = []
        monkeypatch.setattr(Access, "counted", lambda self, project: asked.append(project) or self)
        cli.main(["--records", RECORDS_BUCKET, "status", "--json"])
        assert asked == [sample.PROJECT]
        assert capsys.readouterr().out


@pytest.mark.parametrize(("retryable", "error"), [(True, Unavailable), (False, Refused)])
def test_tokens_that_cannot_be_had_now_are_asked_for_again(retryable: bool, error: type[Exception]) -> None:
    with pytest.raises(error, match="no token"), calling("read it"):
        raise RefreshError("no token", retryable=retryable)


def test_stand_in_that_lies_changes_nothing(cloud: Cloud, world: World) -> None:
    ran: list[Execution] = []
    world.run = ran.append
    world.break_("*", "*", "lie")
    cloud.connectors.pause(LINK.connectors[0])
    cloud.accounts.disable(sample.ACCOUNT)
    cloud.migration.promote(LINK.migration_job)
    cloud.objects.write(SWITCH_BUCKET, "active", b"{}", 0, public=True)
    cloud.jobs.start(SQL_JOB, ["promote"])
    world.mend()
    assert cloud.connectors.state(LINK.connectors[0]) == "RUNNING"
    assert not cloud.accounts.disabled(sample.ACCOUNT)
    assert cloud.migration.state(LINK.migration_job) == ("RUNNING", "CDC")
    assert not cloud.outside.exists(SWITCH_BUCKET, "active")
    assert [each.succeeded for each in cloud.jobs.executions(SQL_JOB)] == [True]
    assert not ran
    assert not world.effects


# objects


def test_object_is_read_as_it_was_written(cloud: Cloud, world: World) -> None:
    content = b'{"lines": "one\\r\\n--two"}\r\n\r\n\x00'
    generation = cloud.objects.write(RECORDS_BUCKET, "a b/ü.json", content, 0)
    assert cloud.objects.read(RECORDS_BUCKET, "a b/ü.json") == (content, generation)
    assert world.buckets[RECORDS_BUCKET]["a b/ü.json"].content == content


def test_object_that_is_missing_has_generation_0(cloud: Cloud) -> None:
    assert cloud.objects.read(RECORDS_BUCKET, "none") == (b"", 0)


def test_write_names_the_generation_that_it_replaces(cloud: Cloud) -> None:
    first = cloud.objects.write(RECORDS_BUCKET, "one", b"1", 0)
    second = cloud.objects.write(RECORDS_BUCKET, "one", b"2", first)
    for stale in (0, first):
        with pytest.raises(Conflict):
            cloud.objects.write(RECORDS_BUCKET, "one", b"3", stale)
    assert cloud.objects.read(RECORDS_BUCKET, "one") == (b"2", second)


def test_write_whose_answer_was_lost_happens_once(cloud: Cloud, world: World) -> None:
    world.break_("storage", "upload", "lose", times=1)
    generation = cloud.objects.write(RECORDS_BUCKET, "one", b"1", 0)
    assert cloud.objects.read(RECORDS_BUCKET, "one") == (b"1", generation)
    assert world.effects == [Effect("create", f"gs://{RECORDS_BUCKET}/one")]


def test_write_that_somebody_else_overtook_is_a_conflict(cloud: Cloud, world: World) -> None:
    def overtake(call: object, moment: str) -> bool:
        if world.asked("storage", "upload") and moment == "before":
            world.interrupt = None
            world.put(RECORDS_BUCKET, "one", b"theirs")
            return True
        return False

    world.interrupt = overtake
    with pytest.raises(Conflict):
        cloud.objects.write(RECORDS_BUCKET, "one", b"mine", 0)
    assert cloud.objects.read(RECORDS_BUCKET, "one")[0] == b"theirs"


def test_write_is_tried_again_while_storage_does_not_answer(cloud: Cloud, world: World) -> None:
    world.break_("storage", "upload", 503, times=2)
    cloud.objects.write(RECORDS_BUCKET, "one", b"1", 0)
    assert cloud.objects.read(RECORDS_BUCKET, "one")[0] == b"1"


def test_write_gives_up_in_the_end(cloud: Cloud, world: World) -> None:
    world.break_("storage", "upload", 503)
    with pytest.raises(Unavailable):
        cloud.objects.write(RECORDS_BUCKET, "one", b"1", 0)


def test_write_that_is_refused_is_not_tried_again(cloud: Cloud, world: World) -> None:
    world.break_("storage", "upload", 403)
    with pytest.raises(Refused):
        cloud.objects.write(RECORDS_BUCKET, "one", b"1", 0)
    assert len(world.calls) == 1


def test_bucket_that_does_not_exist_is_not_written_to(cloud: Cloud) -> None:
    with pytest.raises(Missing):
        cloud.objects.write("example-none", "one", b"1", 0)


def test_objects_are_listed_over_all_pages_and_deleted_once(cloud: Cloud, world: World) -> None:
    world.page = 1
    assert cloud.objects.names(RECORDS_BUCKET, "names/") == ["names/dr.json", "names/interconnect.json"]
    for _ in range(2):
        cloud.objects.delete(RECORDS_BUCKET, "names/dr.json")
    assert cloud.objects.names(RECORDS_BUCKET, "names/") == ["names/interconnect.json"]


def test_public_object_comes_and_goes_for_everybody_at_once(cloud: Cloud) -> None:
    assert not cloud.outside.exists(SWITCH_BUCKET, "active")
    cloud.objects.write(SWITCH_BUCKET, "active", b"{}", 0, public=True)
    assert cloud.outside.exists(SWITCH_BUCKET, "active")
    cloud.objects.delete(SWITCH_BUCKET, "active")
    assert not cloud.outside.exists(SWITCH_BUCKET, "active")


@pytest.mark.parametrize("kind", [429, 500, "hang", "lose"])
def test_public_object_that_cannot_be_seen_now_is_not_taken_for_absent(cloud: Cloud, world: World, kind: Kind) -> None:
    world.break_("storage", "read", kind)
    with pytest.raises(Unavailable):
        cloud.outside.exists(SWITCH_BUCKET, "active")


# the other services


def test_job_runs_with_its_arguments_and_its_end_is_seen(cloud: Cloud, world: World) -> None:
    ran: list[Execution] = []
    world.run = ran.append
    cloud.jobs.start(SQL_JOB, ["promote", "--run", "run/1"], {"NAME": "value"})
    assert [(each.arguments, each.environment) for each in ran] == [(("promote", "--run", "run/1"), {"NAME": "value"})]
    assert [(each.ended, each.succeeded, each.message) for each in cloud.jobs.executions(SQL_JOB)] == [(True, True, "")]


def test_failed_job_says_why_and_the_newest_comes_first(cloud: Cloud, world: World) -> None:
    def fail(execution: Execution) -> None:
        raise RuntimeError(f"{execution.arguments[0]} failed")

    world.page, world.run = 1, fail
    cloud.jobs.start(SQL_JOB, ["first"])
    cloud.jobs.start(SQL_JOB, ["second"])
    found = cloud.jobs.executions(SQL_JOB)
    assert [(each.ended, each.succeeded, each.message) for each in found] == [
        (True, False, "second failed"),
        (True, False, "first failed"),
    ]


def test_job_that_goes_on_is_cancelled(cloud: Cloud, world: World) -> None:
    end = threading.Event()
    execution = Execution(SQL_JOB, f"{SQL_JOB}/executions/sql-00001", (), {})
    world.jobs[SQL_JOB].append(execution)
    (found,) = cloud.jobs.executions(SQL_JOB)
    assert not found.ended
    cloud.jobs.cancel(found.name)
    end.set()
    (found,) = cloud.jobs.executions(SQL_JOB)
    assert (found.ended, found.succeeded) == (True, False)


def test_connector_pauses_and_goes_on(cloud: Cloud, world: World) -> None:
    world.looks = 1
    (name,) = LINK.connectors
    cloud.connectors.pause(name)
    assert [cloud.connectors.state(name) for _ in range(2)] == ["RUNNING", "PAUSED"]
    cloud.connectors.resume(name)
    assert [cloud.connectors.state(name) for _ in range(2)] == ["PAUSED", "RUNNING"]
    with pytest.raises(Missing):
        cloud.connectors.state(NOWHERE)


def test_transfer_is_disabled_and_enabled(cloud: Cloud) -> None:
    (job,) = LINK.transfers
    assert cloud.transfers.enabled(sample.PROJECT, job)
    cloud.transfers.enable(sample.PROJECT, job, enabled=False)
    assert not cloud.transfers.enabled(sample.PROJECT, job)
    cloud.transfers.enable(sample.PROJECT, job, enabled=True)
    assert cloud.transfers.enabled(sample.PROJECT, job)


def test_service_account_is_disabled_and_enabled(cloud: Cloud, world: World) -> None:
    for _ in range(2):
        cloud.accounts.disable(sample.ACCOUNT)
        assert cloud.accounts.disabled(sample.ACCOUNT)
    cloud.accounts.enable(sample.ACCOUNT)
    assert not cloud.accounts.disabled(sample.ACCOUNT)
    assert world.effects == [Effect("disable", sample.ACCOUNT), Effect("enable", sample.ACCOUNT)]
    with pytest.raises(Missing):
        cloud.accounts.disabled("none@example-standby.iam.gserviceaccount.com")


def test_migration_job_is_promoted_once(cloud: Cloud, world: World) -> None:
    world.looks = 1
    job = LINK.migration_job
    cloud.migration.promote(job)
    assert [cloud.migration.state(job)[0] for _ in range(2)] == ["RUNNING", "COMPLETED"]
    with pytest.raises(Refused):
        cloud.migration.promote(job)


def test_newest_point_of_every_series_is_read_over_all_pages(cloud: Cloud, world: World) -> None:
    world.page, now = 1, 1_000_000.0
    world.series = [
        Series(LAG, [(now - 60, 1), (now - 30, 2), (now - 9000, 9)], {"path": "a"}),
        Series(LAG, [(now - 90, 0.5)], {"path": "b"}),
        Series(LAG, [(now - 9000, 7)], {"path": "old"}),
        Series("other", [(now - 30, 7)]),
    ]
    found = cloud.metrics.newest(sample.PROJECT, LAG, 10, now)
    assert [(dict(each.labels), each.at, each.value) for each in found] == [
        ({"path": "a"}, now - 30, 2),
        ({"path": "b"}, now - 90, 0.5),
    ]


def test_certificate_tells_its_state_and_end(cloud: Cloud, world: World) -> None:
    world.certificates[CERTIFICATE].expires = 1_800_000_000
    assert cloud.certificates.state(CERTIFICATE) == ("ACTIVE", 1_800_000_000)
    world.certificates[CERTIFICATE].state, world.certificates[CERTIFICATE].expires = "PROVISIONING", 0
    assert cloud.certificates.state(CERTIFICATE) == ("PROVISIONING", 0)


def test_instance_is_made_changed_and_deleted(cloud: Cloud, world: World) -> None:
    world.looks = 1
    assert cloud.instances.get(sample.PROJECT, "copy") is None
    made = cloud.instances.insert(sample.PROJECT, {"name": "copy", "settings": {"tier": "small", "disk": 1}})
    assert cloud.instances.operation(sample.PROJECT, made) == (False, "")
    assert cloud.instances.operation(sample.PROJECT, made) == (True, "")
    world.looks = 0
    cloud.instances.patch(sample.PROJECT, "copy", {"settings": {"tier": "large"}})
    found = cloud.instances.get(sample.PROJECT, "copy")
    assert found is not None
    assert (found["state"], found["settings"]) == ("RUNNABLE", {"tier": "large", "disk": 1})
    for _ in range(2):
        cloud.instances.delete(sample.PROJECT, "copy")
    assert cloud.instances.get(sample.PROJECT, "copy") is None


def test_failed_operation_says_why(cloud: Cloud, world: World) -> None:
    world.operations["one"] = {"status": "DONE", "error": {"errors": [{"code": "INTERNAL", "message": "no room"}]}}
    assert cloud.instances.operation(sample.PROJECT, "one") == (True, "no room")


def test_table_is_restored_of_a_backup(cloud: Cloud, world: World) -> None:
    world.looks, world.page = 1, 1
    ((backup, source, end),) = cloud.tables.backups(sample.INSTANCE, "one")
    assert source == sample.TABLE
    assert end == pytest.approx(time.time() - 3600, abs=600)
    cloud.tables.restore(sample.INSTANCE, "copy", backup)
    copy = f"{sample.INSTANCE}/tables/copy"
    assert cloud.tables.names(sample.INSTANCE) == [copy, sample.TABLE]
    assert [cloud.tables.ready(copy) for _ in range(2)] == [False, True]
    for _ in range(2):
        cloud.tables.delete(copy)
    assert cloud.tables.names(sample.INSTANCE) == [sample.TABLE]


def test_names_and_front_door_are_seen_as_users_see_them(cloud: Cloud, world: World) -> None:
    assert cloud.outside.addresses("www.example.com", "A") == ["198.51.100.1"]
    world.put(SWITCH_BUCKET, "active", b"{}")
    assert cloud.outside.addresses("www.example.com", "A") == ["203.0.113.10"]
    assert cloud.outside.addresses("www.example.com", "AAAA") == ["2001:db8::10"]
    assert cloud.outside.addresses("none.example.com", "A") == []
    world.doors["api.example.com"] = 503
    assert cloud.outside.status("www.example.com", "/healthz") == 200
    assert cloud.outside.status("api.example.com", "/healthz") == 503
