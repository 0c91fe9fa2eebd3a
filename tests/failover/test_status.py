"""Readiness: each thing that would spoil a failover is found, silence is never taken for health."""

import json
from collections.abc import Mapping, Sequence
from io import StringIO
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from failover import render
from failover.cloud import Cloud, Refused, Unavailable
from failover.cloud.metrics import Point
from failover.names import FENCE, STANDBY_FENCE, SWITCH, LinkNames, StandbyNames
from failover.record import Holder, Kind, State, StepState, stamp
from failover.status import Check, Status, status
from failover.steps.rehearsal.measure import MISSED
from tests.failover.example import LINK, RECORDS, STANDBY
from tests.failover.example import SWITCH as BUCKET

NOW = 1_800_000_000.0
MINUTE, DAY = 60, 86_400
IMAGES = "replication/images.json"
SCHEMA = "results/standing/schema-1.json"


def a_run(
    kind: Kind,
    *,
    age: float,
    ended: bool = True,
    held: bool = False,
    step: str = "done",
    missed: Sequence[str] = (),
) -> bytes:
    until = NOW + 30 if held else NOW - 30
    return (
        State(
            id=f"{kind}/2027-01-01T00-00-00-1",
            kind=kind,
            began=NOW - age - 100,
            ended=NOW - age if ended else None,
            holder=None
            if ended
            else Holder(who="op@example.com", host="elsewhere", machine="", process=1, session="", until=until),
            steps={
                "fence": StepState(status="done"),
                "promote": StepState.model_validate({"status": step, "seen": "its minutes are over"}),
                "measure": StepState(status="done", noted={MISSED: list(missed)}),
            },
        )
        .model_dump_json()
        .encode()
    )


class Fake:
    """The attributes of `Cloud` that are asked, in a world where all is well until a test changes it."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], bytes] = {
            (RECORDS, "history/rehearse/2026-12-30T03-00-00-1.json"): a_run("rehearse", age=2 * DAY),
            ("logs", IMAGES): json.dumps(
                {
                    "time": stamp(NOW - 30 * MINUTE),
                    "repositories": {"host/p/r/core": {"held": [":1 sha256:0a"], "missing": []}},
                }
            ).encode(),
            (RECORDS, SCHEMA): self.compared(30),
        }
        self.series: dict[str, list[tuple[float, float]]] = {
            "rows": [(60, 12.0)],
            "orders": [(60, 0.0)],
            "beats": [(60, 58.0)],
            "assets": [(60, 1.0)],
            "tunnel 0": [(60, 1.0)],
            "tunnel 1": [(60, 1.0)],
        }
        self.rates_of: dict[str, float] = {"beats": 0.97, "assets": 0.02}
        self.certificate = ("ACTIVE", NOW + 60 * DAY)
        self.silent: dict[str, Exception] = {}

    @staticmethod
    def compared(minutes: float, *differing: str, error: str = "") -> bytes:
        rows = [{"problem": "is missing here", "object": each, "remedy": "migrate"} for each in differing]
        told: Mapping[str, Any] = {"at": stamp(NOW - minutes * MINUTE), "databases": {"platform": rows}, "error": error}
        return json.dumps(told).encode()

    def cloud(self) -> Cloud:
        made = SimpleNamespace(
            objects=SimpleNamespace(read=self._read, names=self._names),
            metrics=SimpleNamespace(newest=self._newest, rates=self._rates),
            certificates=SimpleNamespace(state=self._state),
        )
        return cast(Cloud, made)

    def _answers(self, service: str) -> None:
        if service in self.silent:
            raise self.silent[service]

    def _read(self, bucket: str, name: str) -> tuple[bytes, int]:
        self._answers("objects")
        content = self.stored.get((bucket, name), b"")
        return content, int((bucket, name) in self.stored)

    def _names(self, bucket: str, prefix: str) -> list[str]:
        self._answers("objects")
        return sorted(name for where, name in self.stored if where == bucket and name.startswith(prefix))

    def _newest(self, project: str, filter_: str, minutes: float, now: float) -> list[Point]:
        self._answers("metrics")
        return [Point((), now - age, value) for age, value in self.series[filter_] if age <= minutes * MINUTE]

    def _rates(self, project: str, filter_: str, minutes: float, now: float) -> list[Point]:
        self._answers("metrics")
        return [Point((), now, self.rates_of[filter_])]

    def _state(self, certificate: str) -> tuple[str, float]:
        self._answers("certificates")
        return self.certificate


@pytest.fixture
def fake() -> Fake:
    return Fake()


def looked(fake: Fake, standby: StandbyNames = STANDBY, link: LinkNames = LINK) -> Status:
    return status(standby, link, fake.cloud(), NOW)


def only_reason(fake: Fake, standby: StandbyNames = STANDBY, link: LinkNames = LINK) -> Check:
    found = looked(fake, standby, link)
    assert not found.ready
    [reason] = found.reasons
    assert reason.remedy
    return reason


def test_a_standby_in_order_is_ready(fake: Fake) -> None:
    found = looked(fake)
    assert found.ready, found.reasons


# --- Replication ---


@pytest.mark.parametrize(("seconds", "ready"), [(300, True), (301, False)])
def test_a_lag_over_the_rpo_is_found(fake: Fake, seconds: float, ready: bool) -> None:
    fake.series["rows"] = [(60, seconds)]
    assert looked(fake).ready is ready
    if not ready:
        assert (only_reason(fake).name, only_reason(fake).verdict) == ("replication rows", "failed")


def test_the_worst_of_several_series_counts(fake: Fake) -> None:
    fake.series["rows"] = [(60, 0.0), (120, 900.0)]
    assert only_reason(fake).verdict == "failed"


@pytest.mark.parametrize("series", [[], [(40 * MINUTE, 1.0)]])
def test_a_path_of_which_nothing_new_is_known_is_not_fine(fake: Fake, series: list[tuple[float, float]]) -> None:
    fake.series["rows"] = series
    reason = only_reason(fake)
    assert (reason.name, reason.verdict) == ("replication rows", "unknown")
    assert ("40 minutes ago" in reason.seen) is bool(series)


@pytest.mark.parametrize(("rate", "ready"), [(0.5, True), (0.49999, True), (0.49, False), (0.0, False)])
def test_beats_that_come_too_seldom_are_found(fake: Fake, rate: float, ready: bool) -> None:
    fake.rates_of["beats"] = rate
    assert looked(fake).ready is ready


@pytest.mark.parametrize("series", [[], [(40 * MINUTE, 58.0)]])
def test_beats_that_have_ended_are_found_though_nothing_counts_them(
    fake: Fake, series: list[tuple[float, float]]
) -> None:
    fake.series["beats"] = series
    assert (only_reason(fake).name, only_reason(fake).verdict) == ("replication beats", "failed")


def test_arrivals_that_end_are_found_even_where_no_rate_is_asked_for(fake: Fake) -> None:
    fake.series["assets"] = [(60, 0.0)]
    fake.rates_of["assets"] = 0.0
    assert (only_reason(fake).name, only_reason(fake).verdict) == ("replication assets", "failed")


@pytest.mark.parametrize("series", [[(60, 0.0)], [(60, 1.0), (60, 0.0)]])
def test_a_tunnel_down_is_found(fake: Fake, series: list[tuple[float, float]]) -> None:
    fake.series["tunnel 1"] = series
    assert (only_reason(fake).name, only_reason(fake).verdict) == ("tunnel tunnel-1", "failed")


def test_a_tunnel_that_nobody_measured_is_not_up(fake: Fake) -> None:
    fake.series["tunnel 1"] = [(3600, 1.0)]
    assert only_reason(fake).verdict == "unknown"


# --- Certificates ---


@pytest.mark.parametrize(
    ("state", "days", "ready"),
    [("ACTIVE", 30, True), ("ACTIVE", 29.9, False), ("PROVISIONING", 60, False), ("FAILED", 60, False)],
)
def test_a_certificate_near_its_end_or_not_active_is_found(fake: Fake, state: str, days: float, ready: bool) -> None:
    fake.certificate = (state, NOW + days * DAY)
    assert looked(fake).ready is ready
    if not ready:
        assert only_reason(fake).name == "certificate example.com"


def test_a_certificate_that_was_never_issued_is_found(fake: Fake) -> None:
    fake.certificate = ("PROVISIONING", 0)
    assert "never issued" in only_reason(fake).seen


# --- Parity ---


def images(fake: Fake, *, minutes: float, missing: list[str]) -> None:
    told = {"time": stamp(NOW - minutes * MINUTE), "repositories": {"host/p/r/core": {"held": [], "missing": missing}}}
    fake.stored["logs", IMAGES] = json.dumps(told).encode()


def test_an_image_that_the_standby_lacks_is_found(fake: Fake) -> None:
    images(fake, minutes=5, missing=[":2.0 sha256:0b"])
    reason = only_reason(fake)
    assert (reason.name, reason.verdict, reason.seen) == ("images", "failed", "the standby lacks core:2.0")


@pytest.mark.parametrize(("minutes", "ready"), [(90, True), (91, False)])
def test_an_old_comparison_of_images_says_nothing_of_today(fake: Fake, minutes: float, ready: bool) -> None:
    images(fake, minutes=minutes, missing=[])
    assert looked(fake).ready is ready


@pytest.mark.parametrize(
    "delivered", [{"workloads/core": "sha256:0b", "bundle": None}, {"workloads/core": "sha256:0a"}]
)
def test_another_revision_in_the_primary_is_found(fake: Fake, delivered: dict[str, str | None]) -> None:
    there = LINK.model_copy(update={"delivered": {**delivered, "chart": "sha256:0c"}})
    assert (only_reason(fake, link=there).name, only_reason(fake, link=there).verdict) == ("delivery", "failed")


def test_a_schema_change_that_was_not_applied_is_found(fake: Fake) -> None:
    fake.stored[RECORDS, SCHEMA] = fake.compared(5, "column public.orders.total")
    reason = only_reason(fake)
    assert (reason.name, reason.verdict) == ("schema", "failed")
    assert "column public.orders.total" in reason.seen


@pytest.mark.parametrize("report", [Fake.compared(61), Fake.compared(1, error="cannot log in"), b"{}", b"not JSON"])
def test_a_comparison_of_schemas_that_is_old_failed_or_garbled_says_nothing(fake: Fake, report: bytes) -> None:
    fake.stored[RECORDS, SCHEMA] = report
    assert (only_reason(fake).name, only_reason(fake).verdict) == ("schema", "unknown")


@pytest.mark.parametrize("report", ["images", "schema_report"])
def test_what_nobody_compares_is_not_fine(fake: Fake, report: str) -> None:
    assert only_reason(fake, link=LINK.model_copy(update={report: None})).verdict == "unknown"
    named = getattr(LINK, report)
    del fake.stored[named.bucket, named.object]
    assert only_reason(fake).verdict == "unknown"


# --- Rehearsals and runs ---


def rehearsed(fake: Fake, *runs: bytes) -> None:
    fake.stored = {key: value for key, value in fake.stored.items() if "rehearse" not in key[1]}
    for number, content in enumerate(runs):
        fake.stored[RECORDS, f"history/rehearse/2027-01-0{number + 1}T00-00-00-1.json"] = content


@pytest.mark.parametrize(("days", "ready"), [(7.9, True), (8.1, False)])
def test_a_stale_rehearsal_is_found(fake: Fake, days: float, ready: bool) -> None:
    rehearsed(fake, a_run("rehearse", age=days * DAY))
    assert looked(fake).ready is ready
    if not ready:
        assert (only_reason(fake).name, only_reason(fake).verdict) == ("rehearsal", "failed")


def test_a_rehearsal_that_failed_does_not_count(fake: Fake) -> None:
    old, failed = a_run("rehearse", age=20 * DAY), a_run("rehearse", age=DAY, step="stopped")
    rehearsed(fake, old, failed)
    assert "20.0 days ago" in only_reason(fake).seen
    rehearsed(fake, failed)
    assert only_reason(fake).seen == "none has ever succeeded"


def test_a_rehearsal_that_took_longer_than_was_promised_does_not_count(fake: Fake) -> None:
    rehearsed(fake, a_run("rehearse", age=DAY, missed=["a failover would take 41.0 minutes"]))
    assert only_reason(fake).seen == "none has ever succeeded"


@pytest.mark.parametrize("name", [SWITCH, FENCE, STANDBY_FENCE])
def test_an_object_left_behind_is_found(fake: Fake, name: str) -> None:
    fake.stored[BUCKET, name] = b"{}"
    reason = only_reason(fake)
    assert (reason.name, reason.verdict) == (f"object {name}", "failed")
    # A rehearsal moves nobody: the object is not its own.
    fake.stored[RECORDS, "run.json"] = a_run("rehearse", age=0, ended=False, held=True, step="running")
    assert [reason.name for reason in looked(fake).reasons] == ["run", f"object {name}"]


def test_objects_of_a_run_under_way_are_its_own_and_the_run_is_the_reason(fake: Fake) -> None:
    fake.stored[BUCKET, FENCE] = b"{}"
    fake.stored[RECORDS, "run.json"] = a_run("run", age=0, ended=False, held=True, step="running")
    reason = only_reason(fake)
    assert reason.name == "run"
    assert "under way at promote, held by op@example.com" in reason.seen


def test_a_run_that_stopped_half_way_is_found(fake: Fake) -> None:
    fake.stored[RECORDS, "run.json"] = a_run("run", age=0, ended=False, step="stopped")
    assert only_reason(fake).seen == "run/2027-01-01T00-00-00-1 stopped at promote: its minutes are over"


def test_a_standby_that_serves_is_not_ready_to_take_over(fake: Fake) -> None:
    fake.stored[BUCKET, SWITCH] = b"{}"
    fake.stored[RECORDS, "run.json"] = a_run("run", age=DAY)
    assert "which ended" in only_reason(fake).seen


# --- Silence ---


@pytest.mark.parametrize("error", [Unavailable("503"), Refused("403")])
@pytest.mark.parametrize(
    ("service", "checks"),
    [
        ("metrics", {"replication rows", "replication beats", "tunnel tunnel-0"}),
        ("certificates", {"certificate example.com"}),
        ("objects", {"run", "rehearsal", f"object {SWITCH}", "images", "schema"}),
    ],
)
def test_what_cannot_be_asked_is_a_reason(fake: Fake, service: str, checks: set[str], error: Exception) -> None:
    fake.silent[service] = error
    found = {check.name: check for check in looked(fake).reasons}
    assert checks <= found.keys()
    assert {check.verdict for check in found.values()} == {"unknown"}
    assert all(str(error) in check.seen for check in found.values())


def test_the_verdict_reads_at_80_columns_reasons_first(fake: Fake) -> None:
    fake.series["tunnel 1"] = [(60, 0.0)]
    out = StringIO()
    render.status(looked(fake), Console(file=out, width=80, color_system=None, highlight=False))
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("NOT READY: 1 reason ")
    assert lines[1].split()[:4] == ["failed", "tunnel", "tunnel-1", "down"]
    assert lines[2].strip().startswith("→")
    assert max(map(len, lines)) <= 80
