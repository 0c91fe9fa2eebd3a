"""Objectives of workloads: what wakes people, what waits for a working day, and what no traffic means.

The rules are those of the previewed graph, and Prometheus' own promtool (Debian's package prometheus) runs them.
"""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.burn_rates import BURNS
from components.kubernetes.slo import all_slos, open_slo
from preview.graph import Graph
from settings.kubernetes.objectives import (
    AvailabilityObjective,
    LatencyObjective,
    ObjectiveSettings,
    ServiceObjectives,
)

RULE = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
WORKLOADS = ["api-gateway", "auth", "auxiliary", "core"]

HOUR, DAY = 60, 24 * 60
"""In minutes."""

CLEAN = (DAY, 0.0)
"""What came before the fault."""


def groups(graph: Graph, service: str) -> list[dict[str, Any]]:
    [rule] = [node for node in graph.of_type(RULE) if node.inputs["metadata"]["name"] == f"objectives-{service}"]
    return rule.inputs["spec"]["groups"]


def rules(graph: Graph, kind: str) -> list[dict[str, Any]]:
    return [
        rule for service in WORKLOADS for group in groups(graph, service) for rule in group["rules"] if kind in rule
    ]


class TestRules:
    def test_every_workload_of_the_primary_has_its_own(self, prod: Graph) -> None:
        names = [node.inputs["metadata"]["name"] for node in prod.of_type(RULE)]
        assert sorted(name for name in names if name.startswith("objectives-")) == [
            f"objectives-{workload}" for workload in WORKLOADS
        ]

    def test_the_standbys_are_cloud_monitorings(self, dr: Graph) -> None:
        assert not [node for node in dr.of_type(RULE) if node.inputs["metadata"]["name"].startswith("objectives-")]

    def test_prometheus_takes_them_by_its_release(self, prod: Graph) -> None:
        for node in [each for each in prod.of_type(RULE) if each.inputs["metadata"]["name"].startswith("objectives-")]:
            assert node.inputs["metadata"]["labels"]["release"] == "kube-prometheus-stack"
            assert node.inputs["metadata"]["namespace"] == "observability"

    def test_burns_are_those_of_the_workbook(self, prod: Graph) -> None:
        found = {
            (rule["labels"]["burn"], rule["labels"]["severity"], rule["expr"].count(">= "))
            for rule in rules(prod, "alert")
            if rule["alert"] == "ErrorBudgetBurn"
        }
        assert found == {("fast", "page", 2), ("slow", "page", 2), ("creeping", "ticket", 2), ("lasting", "ticket", 2)}
        assert [(burn.times, burn.long // 3600, burn.short // 60) for burn in BURNS] == [
            (14.4, 1, 5), (6, 6, 30), (3, 24, 120), (1, 72, 360),
        ]  # fmt: skip

    def test_an_alert_reads_nothing_that_is_not_recorded(self, prod: Graph) -> None:
        recorded = {rule["record"] for rule in rules(prod, "record")}
        for rule in [*rules(prod, "alert"), *rules(prod, "record")]:
            words = rule["expr"].replace("{", " ").replace("(", " ").split()
            assert {word for word in words if word.startswith("slo:")} <= recorded

    def test_every_alert_says_whose_it_is_and_what_to_do(self, prod: Graph) -> None:
        for rule in rules(prod, "alert"):
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert rule["labels"]["service"] in WORKLOADS
            assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}

    def test_every_runbook_is_there(self, prod: Graph, root: Path) -> None:
        text = (root / "docs/operations.md").read_text()
        headings = {line.lstrip("# ").lower().replace(" ", "-") for line in text.splitlines() if line.startswith("#")}
        assert {rule["annotations"]["runbook_url"].rpartition("#")[2] for rule in rules(prod, "alert")} <= headings


def test_a_service_that_is_asked_now_and_then_may_be_silent(
    changed_stack: Callable[[str, dict[str, object]], Graph], project_copy: Path
) -> None:
    file = project_copy / "Pulumi.yaml"
    project = yaml.safe_load(file.read_text())
    promise = {"expects_traffic": False, "availability": {"target_percent": 99.5}}
    project["config"]["platform"] = {"type": "object", "value": {"objectives": {"workloads": {"auxiliary": promise}}}}
    file.write_text(yaml.safe_dump(project))
    graph = changed_stack("prod", {})
    silences = [rule["labels"]["service"] for rule in rules(graph, "alert") if rule["alert"] == "NoTraffic"]
    assert sorted(silences) == ["api-gateway", "auth", "core"]
    fast = {
        rule["labels"]["service"]: rule["expr"].rpartition(" ")[2]
        for rule in rules(graph, "alert")
        if rule["labels"].get("burn") == "fast" and rule["labels"]["slo"] == "availability"
    }
    assert fast == {"api-gateway": "0.0144", "auth": "0.0144", "auxiliary": "0.072", "core": "0.0144"}


class TestOpenSlo:
    SETTINGS = ObjectiveSettings(
        workloads={"core": ServiceObjectives(latency=LatencyObjective(target_percent=99.5, threshold_milliseconds=250))}
    )

    def test_reviewers_read_the_same_promises(self) -> None:
        documents = {slo.name: open_slo(slo, "Occurrences") for slo in all_slos(["auth", "core"], self.SETTINGS)}
        assert {name: found["spec"]["objectives"][0]["target"] for name, found in documents.items()} == {
            "auth-availability": 0.999, "auth-latency": 0.99, "core-availability": 0.999, "core-latency": 0.995,
        }  # fmt: skip
        for found in documents.values():
            assert (found["apiVersion"], found["kind"]) == ("openslo/v1", "SLO")
            assert found["spec"]["timeWindow"] == [{"duration": "30d", "isRolling": True}]
            assert found["spec"]["budgetingMethod"] == "Occurrences"
        bad = documents["core-latency"]["spec"]["indicator"]["spec"]["ratioMetric"]["bad"]
        assert 'le=~"250(\\\\.0)?"' in bad["metricSource"]["spec"]["query"]

    def test_the_documents_are_those_of_the_settings(self, root: Path, pytestconfig: pytest.Config) -> None:
        project = yaml.safe_load((root / "Pulumi.yaml").read_text())["config"]
        platform = project.get("platform", {"value": {}})["value"]
        settings = ObjectiveSettings.model_validate(platform.get("objectives", {}))
        promises = all_slos(list(project["workloads"]["value"]), settings)
        documents = [open_slo(slo, settings.budgeting_method) for slo in promises]
        text = yaml.safe_dump_all(documents, sort_keys=False, width=110)
        file = root / "docs/openslo.yaml"
        if pytestconfig.getoption("--regenerate"):
            file.write_text(text)
        assert file.read_text() == text

    def test_an_objective_that_is_none_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"95 to 99\.99"):
            AvailabilityObjective(target_percent=100.0)


@dataclass(frozen=True)
class Requests:
    """What a service was asked and how it answered, in phases of minutes."""

    errors: Sequence[tuple[int, float]]
    """Shares of answers that are server errors."""

    slow: Sequence[tuple[int, float]] = ()
    """Shares of answers that are slow; of none by default."""

    asked: Sequence[tuple[int, float]] = ()
    """Shares of the usual requests; all by default."""

    host: str = "core"
    """The Service that was asked."""

    def series(self) -> list[dict[str, str]]:
        labels = (
            f'destination_service_name="{self.host}",destination_service_namespace="core",'
            'reporter="source",source_workload="api-gateway"'
        )
        everything = self.asked or [(sum(minutes for minutes, _ in self.errors), 1.0)]
        answered = everything if self.asked else rest(self.errors)
        return [
            counter(f'istio_requests_total{{{labels},response_code="200"}}', answered),
            counter(f'istio_requests_total{{{labels},response_code="503"}}', self.errors),
            counter(f"istio_request_duration_milliseconds_count{{{labels}}}", everything),
            counter(f'istio_request_duration_milliseconds_bucket{{{labels},le="500"}}', rest(self.slow) or everything),
        ]


def rest(phases: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    return [(minutes, 1 - share) for minutes, share in phases]


def counter(series: str, phases: Sequence[tuple[int, float]]) -> dict[str, str]:
    """A counter of a thousand requests a second, or of a share of them."""
    values, reached = ["0"], 0
    for minutes, share in phases:
        step = round(share * 60_000)
        values.append(f"{reached + step}+{step}x{minutes - 1}")
        reached += step * minutes
    return {"series": series, "values": " ".join(values)}


Firing = set[tuple[str, str]]
"""Severity and burn (or alert) of what fires."""

FAST, SLOW = ("page", "fast"), ("page", "slow")
CREEPING, LASTING = ("ticket", "creeping"), ("ticket", "lasting")
SILENT = ("page", "NoTraffic")


@pytest.fixture
def fires(promtool: str, prod: Graph, tmp_path: Path) -> Callable[..., None]:
    """Assert which alerts of core fire at some minutes, by the rules of the graph without their texts."""
    plain = [
        {
            **group,
            "rules": [{key: value for key, value in rule.items() if key != "annotations"} for rule in group["rules"]],
        }
        for group in groups(prod, "core")
    ]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": plain}))

    def expect(series: list[dict[str, str]], expected: dict[int, Firing], promise: str = "availability") -> None:
        checks = []
        for minute, firing in expected.items():
            burns = [
                {"exp_labels": {"service": "core", "slo": promise, "severity": severity, "burn": burn}}
                for severity, burn in firing
                if (severity, burn) != SILENT
            ]
            silent = [{"exp_labels": {"service": "core", "slo": "availability", "severity": "page"}}]
            checks += [
                {"eval_time": f"{minute}m", "alertname": "ErrorBudgetBurn", "exp_alerts": burns},
                {
                    "eval_time": f"{minute}m",
                    "alertname": "NoTraffic",
                    "exp_alerts": silent if SILENT in firing else [],
                },
            ]
        test = {"interval": "1m", "input_series": series, "alert_rule_test": checks}
        file = tmp_path / "test.yaml"
        file.write_text(
            yaml.safe_dump({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]}, width=10_000)
        )
        result = subprocess.run([promtool, "test", "rules", str(file)], capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr

    return expect


@pytest.mark.real
class TestPrometheus:
    def test_takes_every_rule(self, promtool: str, prod: Graph, tmp_path: Path) -> None:
        for node in prod.of_type(RULE):
            file = tmp_path / f"{node.name}.yaml"
            file.write_text(yaml.safe_dump({"groups": node.inputs["spec"]["groups"]}))
            result = subprocess.run(
                [promtool, "check", "rules", str(file)], capture_output=True, text=True, check=False
            )
            assert result.returncode == 0, result.stdout + result.stderr

    def test_two_percent_of_errors_for_an_hour_page_until_they_end(self, fires: Callable[..., None]) -> None:
        start = CLEAN[0]
        fires(
            Requests([CLEAN, (HOUR, 0.02), (2 * HOUR, 0.0)]).series(),
            {start: set(), start + 30: set(), start + HOUR: {FAST}, start + HOUR + 10: set()},
        )

    def test_a_third_of_a_percent_for_a_day_opens_tickets_until_it_ends(self, fires: Callable[..., None]) -> None:
        start = CLEAN[0]
        fires(
            Requests([CLEAN, (DAY, 0.0035), (8 * HOUR, 0.0)]).series(),
            {
                start + 6 * HOUR: set(),
                start + 18 * HOUR: {LASTING},
                start + DAY: {CREEPING, LASTING},
                start + DAY + HOUR: {LASTING},
                start + DAY + 7 * HOUR: set(),
            },
        )

    def test_what_just_reaches_a_threshold_is_enough(self, fires: Callable[..., None]) -> None:
        fires(Requests([(2 * HOUR, 0.0144)]).series(), {2 * HOUR: {FAST, SLOW, CREEPING, LASTING}})
        fires(Requests([(2 * HOUR, 0.0143)]).series(), {2 * HOUR: {SLOW, CREEPING, LASTING}})

    def test_one_bad_answer_in_a_thousand_is_as_promised_for_a_day(self, fires: Callable[..., None]) -> None:
        fires(Requests([CLEAN, (DAY, 0.001)]).series(), {CLEAN[0] + DAY: set()})

    def test_slow_answers_break_a_promise_of_their_own(self, fires: Callable[..., None]) -> None:
        slow = [CLEAN, (HOUR, 0.2), (HOUR, 0.0)]
        fires(
            Requests([(CLEAN[0] + 2 * HOUR, 0.0)], slow).series(),
            {CLEAN[0] + HOUR: {FAST}, CLEAN[0] + HOUR + 10: set()},
            promise="latency",
        )

    def test_no_request_at_all_raises_an_alert_of_its_own_until_there_is_one(self, fires: Callable[..., None]) -> None:
        stops = [(HOUR, 1.0), (HOUR, 0.0), (HOUR, 1.0)]
        fires(
            Requests([(3 * HOUR, 0.0)], asked=stops).series(),
            {HOUR: set(), HOUR + 10: set(), HOUR + 20: {SILENT}, 2 * HOUR: {SILENT}, 2 * HOUR + 10: set()},
        )

    def test_what_a_new_revision_breaks_counts_as_the_services(self, fires: Callable[..., None]) -> None:
        led_in = Requests([(HOUR, 0.0), (HOUR, 0.06)], asked=[(HOUR, 0.0), (HOUR, 1.0)], host="core-canary")
        fires(
            [*Requests([(2 * HOUR, 0.0)]).series(), *led_in.series()],
            {HOUR: set(), 2 * HOUR: {FAST, SLOW, CREEPING, LASTING}},
        )

    def test_a_service_that_a_new_revision_answers_alone_has_traffic(self, fires: Callable[..., None]) -> None:
        moves = Requests([(HOUR, 0.0)], asked=[(10, 1.0), (50, 0.0)])
        takes = Requests([(HOUR, 0.0)], asked=[(10, 0.0), (50, 1.0)], host="core-canary")
        fires([*moves.series(), *takes.series()], {HOUR: set()})

    def test_a_service_that_nobody_counts_has_no_traffic(self, fires: Callable[..., None]) -> None:
        fires([{"series": "up", "values": "1x30"}], {9: set(), 20: {SILENT}})
