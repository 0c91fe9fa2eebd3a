"""Alert policies: each watches what exists, says what it means, and is as loud as the region's role asks for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from preview.graph import Graph, Node

POLICY = "gcp:monitoring/alertPolicy:AlertPolicy"
CATALOGUE = yaml.safe_load(Path(__file__).with_name("metrics.yaml").read_text())

# https://docs.cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Aligner
ALIGNERS = {
    "bool": {"ALIGN_COUNT_TRUE", "ALIGN_NEXT_OLDER"},
    "count": {"ALIGN_DELTA", "ALIGN_RATE"},
    "distribution": {"ALIGN_PERCENTILE_05", "ALIGN_PERCENTILE_95", "ALIGN_PERCENTILE_99"},
    "gauge": {"ALIGN_MAX", "ALIGN_MEAN", "ALIGN_MIN", "ALIGN_NEXT_OLDER"},
}


@dataclass(frozen=True)
class Selection:
    """What a monitoring filter selects."""

    resource: str
    metric: str
    resource_labels: dict[str, str]
    metric_labels: dict[str, str]


def selection(text: str) -> Selection:
    """A filter, taken apart; one that does not read so fails."""
    read = [re.fullmatch(r'([\w.]+) = "([^"]+)"', term) for term in text.split(" AND ")]
    assert all(read), text
    terms = {term[1]: term[2] for term in read if term}
    return Selection(
        terms.pop("resource.type", ""),
        terms.pop("metric.type"),
        {key.removeprefix("resource.labels."): terms.pop(key) for key in list(terms) if key.startswith("resource.")},
        {key.removeprefix("metric.labels."): value for key, value in terms.items()},
    )


def assert_exists(text: str, aligner: str) -> None:
    """Google publishes the metric of that resource, with those labels, and the aligner fits its kind."""
    found = selection(text)
    if found.metric.startswith("logging.googleapis.com/user/"):
        return
    resource = CATALOGUE[found.resource]
    metric = resource["metrics"][found.metric]
    assert found.resource_labels.keys() <= set(resource["labels"]), text
    assert found.metric_labels.keys() <= set(metric.get("labels", [])), text
    assert aligner in ALIGNERS[metric["kind"]], (text, aligner)


def thresholds(policy: Node) -> Iterator[dict[str, Any]]:
    """The conditions of a policy that compare a metric with a limit, those of burn rates left out."""
    for condition in policy.inputs["conditions"]:
        found = condition.get("conditionThreshold")
        if found and not found["filter"].startswith("select_slo_burn_rate"):
            yield found


@pytest.fixture(params=["dr", "waiting", "serving"])
def policies(request: pytest.FixtureRequest) -> list[Node]:
    return request.getfixturevalue(request.param).of_type(POLICY)


class TestEachPolicy:
    def test_watches_metrics_that_exist(self, policies: list[Node]) -> None:
        for policy in policies:
            for condition in thresholds(policy):
                [aggregation] = condition["aggregations"]
                assert_exists(condition["filter"], aggregation["perSeriesAligner"])
                if "denominatorFilter" in condition:
                    assert_exists(condition["denominatorFilter"], aggregation["perSeriesAligner"])

    def test_reads_metrics_that_prometheus_collects_of_one_cluster(self, policies: list[Node]) -> None:
        for policy in policies:
            for condition in policy.inputs["conditions"]:
                if found := condition.get("conditionPrometheusQueryLanguage"):
                    assert found["disableMetricValidation"] is True
                    names = re.findall(r"([a-z_:]+)\{([^}]*)\}", found["query"])
                    if of_google := [name for name, _ in names if ":" in name]:
                        assert set(of_google) <= set(CATALOGUE["prometheus_of_google"])
                        continue
                    unselected = re.findall(r"\b[a-z]+_[a-z_]+\b(?!\{)", re.sub(r"\{[^}]*\}", "{", found["query"]))
                    assert names
                    assert not unselected
                    assert {name for name, _ in names} <= set(CATALOGUE["prometheus"])
                    assert all('cluster="' in labels for _, labels in names)

    def test_has_durations_that_cloud_monitoring_takes(self, policies: list[Node]) -> None:
        for policy in policies:
            for condition in thresholds(policy):
                seconds = int(condition["duration"].removesuffix("s"))
                [aggregation] = condition["aggregations"]
                period = int(aggregation["alignmentPeriod"].removesuffix("s"))
                assert seconds % 60 == 0
                assert period >= 60
                assert seconds + period <= 24 * 3600
                assert ("evaluationMissingData" in condition) == (seconds > 0)

    def test_divides_series_that_are_joined_alike(self, policies: list[Node]) -> None:
        for policy in policies:
            for condition in thresholds(policy):
                if "denominatorFilter" in condition:
                    assert condition["denominatorAggregations"] == condition["aggregations"]
                    assert 0 < condition["thresholdValue"] < 1

    def test_says_what_it_means_and_what_to_do_first(self, policies: list[Node]) -> None:
        for policy in policies:
            said = policy.inputs["documentation"]["content"]
            assert re.fullmatch(r"[A-Z][^\n]+\.\n\nFirst: \S[^\n]+\.\n\n\([A-Z][a-z ]+\)", said), said

    def test_has_a_title_of_its_own(self, policies: list[Node]) -> None:
        titles = [policy.inputs["displayName"] for policy in policies]
        assert len(titles) == len(set(titles))

    def test_of_log_entries_pauses_and_ends(self, policies: list[Node]) -> None:
        for policy in policies:
            logs = [condition for condition in policy.inputs["conditions"] if "conditionMatchedLog" in condition]
            assert bool(logs) == ("notificationRateLimit" in policy.inputs["alertStrategy"])
            if logs:
                assert len(policy.inputs["conditions"]) == 1
                assert int(policy.inputs["alertStrategy"]["autoClose"].removesuffix("s")) >= 1800


class TestRole:
    def test_becoming_active_changes_how_loud_alarms_are_and_nothing_else(self, waiting: Graph, serving: Graph) -> None:
        loudness = {"enabled", "severity", "notificationChannels", "documentation"}
        assert waiting.nodes.keys() == serving.nodes.keys()
        for urn, node in waiting.nodes.items():
            after = serving.nodes[urn].inputs
            changed = {key for key in {**node.inputs, **after} if node.inputs.get(key) != after.get(key)}
            assert changed <= (loudness if node.type == POLICY else set()), urn

    def test_a_region_that_waits_is_silent_about_users(self, waiting: Graph, serving: Graph) -> None:
        off = {policy.name for policy in waiting.of_type(POLICY) if not policy.inputs["enabled"]}
        assert {
            "observability-alarms-front-door-server-errors",
            "observability-objectives-front-door-availability-fast",
        } <= off
        assert not [policy.name for policy in off_of(serving)]

    def test_a_region_that_waits_wakes_people_for_what_keeps_it_from_taking_over(self, waiting: Graph) -> None:
        pages = {
            policy.name.removeprefix("observability-alarms-")
            for policy in waiting.of_type(POLICY)
            if policy.inputs["enabled"] and policy.inputs["severity"] == "CRITICAL"
        }
        vital = {name for name in pages if not name.startswith("project-")}
        assert vital == {
            "certificates-expiry",
            "cluster-server-errors",
            "database-disk",
            "database-up",
            "quotas-exceeded",
            "tables-storage",
            "uptime-api-unreachable",
        }

    def test_attacks_wake_people_in_either_role(self, waiting: Graph) -> None:
        loud = {"project-audit-configuration", "project-key-destruction", "project-project-ownership"}
        levels = {policy.name: policy.inputs["severity"] for policy in waiting.of_type(POLICY)}
        assert {levels[f"observability-alarms-{name}"] for name in loud} == {"CRITICAL"}

    def test_each_tells_the_receivers_of_its_severity(self, serving: Graph) -> None:
        channels = {
            node.name.removeprefix("observability-notifications-"): node.outputs["name"]
            for node in serving.of_type("gcp:monitoring/notificationChannel:NotificationChannel")
        }
        told = {"CRITICAL": [channels["pagerduty"], channels["opsgenie"]], "WARNING": [channels["opsgenie"]]}
        for policy in serving.of_type(POLICY):
            assert policy.inputs["notificationChannels"] == told[policy.inputs["severity"]]


def off_of(graph: Graph) -> list[Node]:
    return [policy for policy in graph.of_type(POLICY) if not policy.inputs["enabled"]]


class TestCoverage:
    @pytest.mark.parametrize(
        ("resources", "label", "output"),
        [
            ("gcp:bigtable/instance:Instance", "instance", "name"),
            ("gcp:compute/securityPolicy:SecurityPolicy", "policy_name", "name"),
            ("gcp:managedkafka/cluster:Cluster", "cluster_id", "clusterId"),
            ("gcp:memorystore/instance:Instance", "instance_id", "instanceId"),
            ("gcp:pubsub/subscription:Subscription", "subscription_id", "name"),
            ("gcp:sql/databaseInstance:DatabaseInstance", "database_id", "name"),
        ],
    )
    def test_each_resource_of_a_watched_kind_has_alarms(
        self, dr: Graph, resources: str, label: str, output: str
    ) -> None:
        seen = {
            selection(condition["filter"]).resource_labels.get(label, "").rsplit(":", 1)[-1]
            for policy in dr.of_type(POLICY)
            for condition in thresholds(policy)
        }
        # Content delivery's policy sees what the front door's has let pass.
        expected = {
            node.outputs[output] for node in dr.of_type(resources) if node.inputs.get("type") != "CLOUD_ARMOR_EDGE"
        }
        assert expected <= seen

    def test_what_the_project_runs_into_is_watched(self, dr: Graph) -> None:
        names = {policy.name.removeprefix("observability-alarms-") for policy in dr.of_type(POLICY)}
        assert {
            "backup-cluster-failed",
            "backup-store-failed",
            "certificates-expiry",
            "nat-addresses",
            "nat-ports",
            "quotas-exceeded",
            "resolver-failures",
            "sinks-undelivered",
        } <= names
