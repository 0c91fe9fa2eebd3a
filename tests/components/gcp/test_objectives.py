"""Objectives: the primary's promises, judged by Cloud Monitoring, alarmed by how fast their margin is used up."""

import re
from typing import Any

from components.burn_rates import BURNS
from components.gcp.objectives import JUDGED
from preview.graph import Graph
from settings.kubernetes.objectives import ObjectiveSettings
from tests.components.gcp.test_alarms import CATALOGUE, POLICY

SLO = "gcp:monitoring/slo:Slo"
PROMISES = ("availability", "latency")


def objectives(graph: Graph) -> dict[str, dict[str, Any]]:
    return {node.name.removeprefix("observability-objectives-"): node.inputs for node in graph.of_type(SLO)}


def filters(text: str) -> list[tuple[str, str]]:
    found = re.findall(r'resource\.type = "([^"]+)" AND metric\.type = "([^"]+)"', text)
    return [(metric, resource) for resource, metric in found]


def test_front_door_and_workloads_promise_what_the_settings_say(waiting: Graph) -> None:
    services = {
        node.name: node.outputs["serviceId"] for node in waiting.of_type("gcp:monitoring/customService:CustomService")
    }
    assert {name: slo["goal"] for name, slo in objectives(waiting).items()} == {
        "auth-availability": 0.999,
        "auth-latency": 0.99,
        "core-availability": 0.999,
        "core-latency": 0.99,
        "front-door-availability": 0.999,
        "front-door-latency": 0.95,
    }
    for name, slo in objectives(waiting).items():
        assert slo["service"] == services[f"observability-objectives-{name.rpartition('-')[0]}"]
        assert slo["rollingPeriodDays"] == ObjectiveSettings(workloads={}).time_window_days


def test_errors_are_requests_that_failed(waiting: Graph) -> None:
    ends = {
        "front-door": ' AND metric.labels.response_code_class = "500"',
        "core": " AND metric.labels.response_code >= 500",
    }
    for service, end in ends.items():
        ratio = objectives(waiting)[f"{service}-availability"]["requestBasedSli"]["goodTotalRatio"]
        assert ratio["badServiceFilter"] == ratio["totalServiceFilter"] + end


def test_slow_answers_are_those_above_the_threshold(waiting: Graph) -> None:
    found = {
        service: objectives(waiting)[f"{service}-latency"]["requestBasedSli"]["distributionCut"]["range"]
        for service in ("front-door", "core")
    }
    assert found == {"front-door": {"max": 1000}, "core": {"max": 500}}


def test_they_are_of_metrics_that_exist_and_of_their_own_service(waiting: Graph) -> None:
    for name, slo in objectives(waiting).items():
        text, service = str(slo["requestBasedSli"]), name.rpartition("-")[0]
        assert filters(text)
        for metric, resource in filters(text):
            assert metric in CATALOGUE[resource]["metrics"]
        if service == "front-door":
            assert set(re.findall(r'url_map_name = "([^"]+)"', text)) == {"sample-url-map"}
        else:
            assert set(re.findall(r'cluster_name = "([^"]+)"', text)) == {"sample-cluster"}
            assert set(re.findall(r'destination_service_name(?:space)? = "([^"]+)"', text)) == {service}


def test_each_burn_must_have_lasted_and_still_last(serving: Graph) -> None:
    names = {node.outputs["name"] for node in serving.of_type(SLO)}
    policies = [
        node
        for node in serving.of_type(POLICY)
        if node.name.startswith("observability-objectives-") and not node.name.endswith("-no-traffic")
    ]
    assert len(policies) == len(names) * len(JUDGED)
    for policy in policies:
        conditions = [condition["conditionThreshold"] for condition in policy.inputs["conditions"]]
        windows = [re.fullmatch(r'select_slo_burn_rate\("(.+)", "(\d+)s"\)', each["filter"]) for each in conditions]
        assert policy.inputs["combiner"] == "AND"
        assert {window[1] for window in windows if window} <= names
        long, short = (int(window[2]) for window in windows if window)
        assert long == 12 * short
        assert long <= 24 * 3600
        assert conditions[0]["thresholdValue"] == conditions[1]["thresholdValue"]


def test_what_burns_faster_wakes_people_earlier() -> None:
    days = ObjectiveSettings(workloads={}).time_window_days
    spent = {burn.speed: round(burn.times * burn.long / (days * 24 * 3600), 2) for burn in BURNS}
    assert spent == {"fast": 0.02, "slow": 0.05, "creeping": 0.1, "lasting": 0.1}
    assert [burn.severity for burn in BURNS] == ["page", "page", "ticket", "ticket"]
    assert [burn.speed for burn in JUDGED] == ["fast", "slow", "creeping"]


def test_silence_wakes_people_where_there_are_no_series_either(serving: Graph) -> None:
    policies = [
        node
        for node in serving.of_type(POLICY)
        if node.name.startswith("observability-objectives-") and node.name.endswith("-no-traffic")
    ]
    assert len(policies) == len(serving.of_type("gcp:monitoring/customService:CustomService"))
    for policy in policies:
        [condition] = [each["conditionThreshold"] for each in policy.inputs["conditions"]]
        assert condition["comparison"] == "COMPARISON_LT"
        assert condition["evaluationMissingData"] == "EVALUATION_MISSING_DATA_ACTIVE"
        assert policy.inputs["severity"] == "CRITICAL"


def test_the_standby_promises_the_same_of_the_same_workloads_as_the_primary(prod: Graph, dr: Graph) -> None:
    ours = {
        node.inputs["metadata"]["name"].removeprefix("objectives-")
        for node in prod.of_type("kubernetes:monitoring.coreos.com/v1:PrometheusRule")
        if node.inputs["metadata"]["name"].startswith("objectives-")
    }
    theirs = {name.rpartition("-")[0] for name in objectives(dr)}
    assert ours == theirs - {"front-door"}
    assert {name.rpartition("-")[2] for name in objectives(dr)} == set(PROMISES)
