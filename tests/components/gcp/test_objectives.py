"""Objectives: judged by the load balancer's own count, alarmed by how fast their margin is used up."""

import re

from components.gcp.objectives import BURNS, PERIOD_DAYS
from preview.graph import Graph
from tests.components.gcp.test_alarms import CATALOGUE, POLICY

SLO = "gcp:monitoring/slo:Slo"


def test_availability_and_latency_are_promised_over_four_weeks(waiting: Graph) -> None:
    found = {node.name.rsplit("-", 1)[1]: node.inputs for node in waiting.of_type(SLO)}
    [service] = waiting.of_type("gcp:monitoring/customService:CustomService")
    assert {name: slo["goal"] for name, slo in found.items()} == {"availability": 0.999, "latency": 0.95}
    for slo in found.values():
        assert slo["service"] == service.outputs["serviceId"]
        assert slo["rollingPeriodDays"] == 28
    ratio = found["availability"]["requestBasedSli"]["goodTotalRatio"]
    assert ratio["badServiceFilter"] == ratio["totalServiceFilter"] + ' metric.labels.response_code_class="500"'
    assert found["latency"]["requestBasedSli"]["distributionCut"]["range"] == {"max": 1000}


def test_they_are_of_metrics_that_exist(waiting: Graph) -> None:
    text = str([node.inputs["requestBasedSli"] for node in waiting.of_type(SLO)])
    metrics = CATALOGUE["https_lb_rule"]["metrics"]
    assert set(re.findall(r'metric\.type="([^"]+)"', text)) == set(metrics)
    assert set(re.findall(r'resource\.labels\.url_map_name="([^"]+)"', text)) == {"sample-url-map"}


def test_each_burn_must_have_lasted_and_still_last(serving: Graph) -> None:
    names = {node.outputs["name"] for node in serving.of_type(SLO)}
    policies = [node for node in serving.of_type(POLICY) if node.name.startswith("observability-objectives-")]
    assert len(policies) == len(names) * len(BURNS)
    for policy in policies:
        conditions = [condition["conditionThreshold"] for condition in policy.inputs["conditions"]]
        windows = [re.fullmatch(r'select_slo_burn_rate\("(.+)", "(\d+)s"\)', each["filter"]) for each in conditions]
        assert policy.inputs["combiner"] == "AND"
        assert {window[1] for window in windows if window} <= names
        long, short = (int(window[2]) for window in windows if window)
        assert long == 12 * short
        assert conditions[0]["thresholdValue"] == conditions[1]["thresholdValue"]


def test_what_burns_faster_wakes_people_earlier() -> None:
    spent = {name: round(burn.times * burn.long / (PERIOD_DAYS * 24 * 3600), 2) for name, burn in BURNS.items()}
    assert spent == {"fast": 0.02, "slow": 0.05, "creeping": 0.11}
    assert [burn.severity for burn in BURNS.values()] == ["page", "page", "ticket"]


def test_there_are_none_without_a_load_balancer(waiting: Graph, dr: Graph) -> None:
    balanced = bool(dr.of_type("gcp:compute/uRLMap:URLMap"))
    assert bool(dr.of_type(SLO)) == balanced
    assert waiting.of_type(SLO)
