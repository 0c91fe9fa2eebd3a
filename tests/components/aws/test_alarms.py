"""Alarms: each watches a metric that exists, of a resource that is there, and tells somebody in its region."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.aws.alarms import metrics
from components.aws.watch import data, edge
from components.aws.watch.rows import Watched
from preview.graph import Graph, Node

CATALOGUE = yaml.safe_load(Path(__file__).with_name("metrics.yaml").read_text())

# Dimensions whose values are words of AWS's, not names of resources.
WORDS = {
    "ClientId": {"111122223333"},
    "Operation": set(data.OPERATIONS),
    "Region": {"Global"},
    "Role": {"WRITER", "READER"},
    "Rule": {"ALL"},
}


def exists(namespace: str, metric: str, dimensions: Mapping[str, Any]) -> bool:
    """Whether AWS publishes a metric under just these dimensions; what we count ourselves is not AWS's."""
    if namespace not in CATALOGUE:
        return (namespace, metric, dimensions) == ("platform-production/audit", "RootUse", {})
    return any(
        metric in published["metrics"] and sorted(dimensions) == sorted(published["dimensions"])
        for published in CATALOGUE[namespace]
    )


def watched_by(alarm: Node) -> Iterator[Mapping[str, Any]]:
    """Each metric of an alarm: namespace, metricName, dimensions."""
    found = [alarm.inputs] if "metricName" in alarm.inputs else []
    for metric in [*found, *(query["metric"] for query in alarm.inputs.get("metricQueries", []) if "metric" in query)]:
        yield {"dimensions": {}, **metric}


@pytest.fixture
def alarms(prod: Graph) -> list[Node]:
    return prod.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")


@pytest.fixture
def identifiers(prod: Graph) -> set[str]:
    """Ids and names of all resources, and what is chosen beside them: regions of replicas, names of indexes."""
    found = {str(node.outputs[key]) for node in prod.nodes.values() for key in ("id", "name") if key in node.outputs}
    found |= {node.state["id"] for node in prod.nodes.values() if "id" in node.state}
    for table in prod.of_type("aws:dynamodb/table:Table"):
        found |= {replica["regionName"] for replica in table.inputs.get("replicas", [])}
        found |= {index["name"] for index in table.inputs.get("globalSecondaryIndexes", [])}
    for balancer in prod.of_type("aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"):
        found.add(balancer.outputs["arnSuffix"])
    found |= {acl.inputs["visibilityConfig"]["metricName"] for acl in prod.of_type("aws:wafv2/webAcl:WebAcl")}
    for cache in prod.of_type("aws:elasticache/replicationGroup:ReplicationGroup"):
        shards, members = cache.inputs["numNodeGroups"], cache.inputs["replicasPerNodeGroup"] + 1
        found |= {
            f"{cache.outputs['replicationGroupId']}-{shard:04d}-{member:03d}"
            for shard in range(1, shards + 1)
            for member in range(1, members + 1)
        }
    for cluster in prod.of_type("aws:msk/cluster:Cluster"):
        found.add(cluster.outputs["clusterName"])
        found |= {str(broker) for broker in range(1, cluster.inputs["numberOfBrokerNodes"] + 1)}
    return found


class TestEachAlarm:
    def test_watches_metrics_that_exist(self, alarms: list[Node]) -> None:
        for alarm in alarms:
            found = list(watched_by(alarm))
            assert found, alarm.urn
            for metric in found:
                assert exists(metric["namespace"], metric["metricName"], metric["dimensions"]), (alarm.urn, metric)

    def test_watches_resources_that_are_there(self, alarms: list[Node], identifiers: set[str]) -> None:
        for alarm in alarms:
            for metric in watched_by(alarm):
                for dimension, value in metric["dimensions"].items():
                    assert value in WORDS.get(dimension, identifiers), (alarm.urn, dimension, value)

    def test_tells_a_topic_of_its_region_when_it_is_raised_and_when_it_is_over(
        self, prod: Graph, alarms: list[Node]
    ) -> None:
        topics = {topic.outputs["arn"] for topic in prod.of_type("aws:sns/topic:Topic")}
        for alarm in [*alarms, *prod.of_type("aws:cloudwatch/compositeAlarm:CompositeAlarm")]:
            [topic] = alarm.inputs["alarmActions"]
            assert alarm.inputs["okActions"] == [topic]
            assert topic in topics
            assert f":{alarm.outputs['region']}:" in topic, alarm.urn
            assert alarm.inputs.get("actionsEnabled", True)

    def test_says_what_it_means(self, alarms: list[Node]) -> None:
        for alarm in alarms:
            assert re.fullmatch(r"[A-Z].*\. \([A-Z][a-z ]+\)", alarm.inputs["alarmDescription"])

    def test_looks_back_no_further_than_cloudwatch_does(self, alarms: list[Node]) -> None:
        for alarm in alarms:
            period = max([alarm.inputs.get("period", 0), *(metric.get("period", 0) for metric in watched_by(alarm))])
            assert period * alarm.inputs["evaluationPeriods"] <= 24 * 3600

    def test_adds_up_no_more_metrics_than_cloudwatch_does(self, alarms: list[Node]) -> None:
        assert all(len(list(watched_by(alarm))) <= 10 for alarm in alarms)

    def test_gives_one_value_to_judge(self, alarms: list[Node]) -> None:
        for alarm in alarms:
            queries = alarm.inputs.get("metricQueries", [])
            returned = [query["id"] for query in queries if query.get("returnData")]
            expected = {"thresholdMetricId": ["m0", "band"]} if "thresholdMetricId" in alarm.inputs else {}
            assert returned == expected.get("thresholdMetricId", ["value"] if queries else [])


class TestCoverage:
    @pytest.mark.parametrize(
        ("resources", "dimension"),
        [
            ("aws:rds/cluster:Cluster", "DBClusterIdentifier"),
            ("aws:msk/cluster:Cluster", "Cluster Name"),
            ("aws:dynamodb/table:Table", "TableName"),
            ("aws:eks/cluster:Cluster", "ClusterName"),
            ("aws:ec2/natGateway:NatGateway", "NatGatewayId"),
            ("aws:ec2transitgateway/transitGateway:TransitGateway", "TransitGateway"),
            ("aws:sqs/queue:Queue", "QueueName"),
            ("aws:cloudwatch/eventRule:EventRule", "RuleName"),
            ("aws:opensearch/domain:Domain", "DomainName"),
            ("aws:cloudfront/distribution:Distribution", "DistributionId"),
            ("aws:lb/loadBalancer:LoadBalancer", "LoadBalancer"),
            ("aws:route53/zone:Zone", "HostedZoneId"),
            ("aws:route53/healthCheck:HealthCheck", "HealthCheckId"),
        ],
    )
    def test_each_resource_of_a_watched_kind_has_alarms(
        self, prod: Graph, alarms: list[Node], resources: str, dimension: str
    ) -> None:
        seen = {metric["dimensions"].get(dimension) for alarm in alarms for metric in watched_by(alarm)} - {None}
        # The controllers' queue and rules serve one consumer in the cluster, which says itself how it fares.
        expected = [node for node in prod.of_type(resources) if not node.name.startswith("controllers-")]
        assert len(seen) == len(expected) > 0

    def test_each_broker_is_watched(self, prod: Graph, alarms: list[Node]) -> None:
        [cluster] = prod.of_type("aws:msk/cluster:Cluster")
        seen = {metric["dimensions"].get("Broker ID") for alarm in alarms for metric in watched_by(alarm)} - {None}
        assert seen == {str(broker) for broker in range(1, cluster.inputs["numberOfBrokerNodes"] + 1)}

    def test_the_loss_of_any_search_node_is_seen_masters_included(self, prod: Graph, alarms: list[Node]) -> None:
        [domain] = prod.of_type("aws:opensearch/domain:Domain")
        cluster = domain.inputs["clusterConfig"]
        [alarm] = [alarm for alarm in alarms if alarm.name == "observability-alarms-search-nodes"]
        assert alarm.inputs["threshold"] == cluster["instanceCount"] + cluster["dedicatedMasterCount"]

    def test_the_golden_signals_are_learned(self, alarms: list[Node]) -> None:
        learned = {alarm.name.rsplit("-", 1)[1] for alarm in alarms if "thresholdMetricId" in alarm.inputs}
        assert learned == {"traffic", "errors", "latency", "saturation"}

    def test_logical_replication_is_watched_at_its_source(self, alarms: list[Node]) -> None:
        seen = {metric["metricName"] for alarm in alarms for metric in watched_by(alarm)}
        assert {"OldestReplicationSlotLag", "TransactionLogsDiskUsage", "ReplicationLatency"} <= seen


class TestDegraded:
    def test_one_alarm_says_whether_the_region_does_its_work(self, prod: Graph, alarms: list[Node]) -> None:
        vital = {}
        for composite in prod.of_type("aws:cloudwatch/compositeAlarm:CompositeAlarm"):
            named = set(re.findall(r'ALARM\("([^"]+)"\)', composite.inputs["alarmRule"]))
            found = {alarm.name for alarm in alarms if alarm.outputs["name"] in named}
            assert len(named) == len(found)
            assert "-page-" in composite.inputs["alarmActions"][0]
            vital[composite.outputs["region"]] = {name.removeprefix("observability-alarms-") for name in found}
        assert vital == {
            "us-west-2": {
                "cluster-server-errors",
                "database-writer-heartbeat",
                "gateway-targets-no-target",
                "search-red",
                "search-writes-blocked",
                "stream-controller",
                "stream-offline-partitions",
            },
            "us-east-1": {"distribution-server-errors", "primary-health"},
        }


UNUSED: list[Watched] = [
    *edge.canary("sample", interval_minutes=5),
]


class TestRows:
    def test_those_that_no_stack_uses_yet_name_metrics_that_exist(self) -> None:
        for each in UNUSED:
            for row in each.alarms:
                for metric, dimensions in metrics(each, row):
                    assert exists(each.namespace, metric, dimensions), (each.name, metric)
            for signal in each.signals:
                assert exists(each.namespace, signal.metric, each.dimensions), (each.name, signal.metric)

    def test_what_lives_in_us_east_1_is_watched_there(self) -> None:
        for each in UNUSED:
            there = each.namespace in {"AWS/CloudFront", "AWS/Route53", "AWS/WAFV2"}
            assert (each.region == "us-east-1") == there, each.name

    @pytest.mark.parametrize(
        ("instance_class", "gib"),
        [
            ("db.r8g.large", 16),
            ("db.r8g.xlarge", 32),
            ("db.r8g.16xlarge", 512),
            ("db.x2g.large", 32),
            ("db.t4g.medium", 4),
        ],
    )
    def test_limits_follow_the_instances_memory(self, instance_class: str, gib: int) -> None:
        assert data.memory_gib(instance_class) == gib


class TestEvents:
    @staticmethod
    def is_ours(node: Node) -> bool:
        """Whether the rule or target is observability's; the cluster's controllers have rules that fill their queue."""
        return node.name.startswith("observability-")

    def test_each_rule_writes_to_an_encrypted_log_that_admits_it_first(self, prod: Graph) -> None:
        [group] = [
            node
            for node in prod.of_type("aws:cloudwatch/logGroup:LogGroup")
            if node.inputs.get("name", "").startswith("/aws/events/")
        ]
        [admitted] = [
            node
            for node in prod.of_type("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
            if node.name.startswith("observability-")
        ]
        targets = [node for node in prod.of_type("aws:cloudwatch/eventTarget:EventTarget") if self.is_ours(node)]
        assert {target.inputs["rule"] for target in targets} == {
            rule.outputs["name"] for rule in prod.of_type("aws:cloudwatch/eventRule:EventRule") if self.is_ours(rule)
        }
        for target in targets:
            assert target.inputs["arn"] == group.outputs["arn"]
            assert admitted.urn in target.state["dependencies"]

    def test_attacks_on_keys_and_on_the_trail_threats_and_failures_are_seen(self, prod: Graph) -> None:
        patterns = {
            node.name.removeprefix("observability-events-"): json.loads(node.inputs["eventPattern"])["detail"]
            for node in prod.of_type("aws:cloudwatch/eventRule:EventRule")
            if self.is_ours(node)
        }
        assert "ScheduleKeyDeletion" in patterns["key-deletion"]["eventName"]
        assert "StopLogging" in patterns["audit-trail"]["eventName"]
        assert patterns["threat"]["severity"] == [{"numeric": [">=", 7]}]
        assert patterns["failed-control"]["findings"]["Severity"] == {"Label": ["CRITICAL"]}
        assert "FAILED" in patterns["backup"]["$or"][0]["state"]
