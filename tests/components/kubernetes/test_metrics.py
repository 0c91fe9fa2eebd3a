"""Metrics: who collects them of whom, and how long they are kept."""

import re

from components.kubernetes import scrapes
from preview.graph import Graph
from tests.components.kubernetes.observed import GOOGLE_MONITOR, MONITOR, POLICY, RULES, releases, stack_values


class TestMetrics:
    def test_two_servers_and_three_alertmanagers_keep_what_they_have_on_disks(self, prod: Graph) -> None:
        given = stack_values(prod)
        server, alertmanager = given["prometheus"]["prometheusSpec"], given["alertmanager"]["alertmanagerSpec"]
        assert (server["replicas"], alertmanager["replicas"]) == (2, 3)
        disk = server["storageSpec"]["volumeClaimTemplate"]["spec"]
        assert disk["resources"]["requests"]["storage"] == "100Gi"
        assert "storageClassName" not in disk, "the default class is the encrypted one"
        assert (server["retention"], server["retentionSize"]) == ("35d", "80GiB")
        assert given["prometheus"]["podDisruptionBudget"]["enabled"] is True

    def test_metrics_are_kept_for_thirteen_months_under_our_key(self, prod: Graph) -> None:
        [workspace] = prod.of_type("aws:amp/workspace:Workspace")
        [kept] = prod.of_type("aws:amp/workspaceConfiguration:WorkspaceConfiguration")
        assert kept.inputs["retentionPeriodInDays"] >= 13 * 30
        assert workspace.inputs["kmsKeyArn"].startswith("arn:aws:kms:")
        assert "/aws/vendedlogs/prometheus/" in workspace.inputs["loggingConfiguration"]["logGroupArn"]
        [written] = stack_values(prod)["prometheus"]["prometheusSpec"]["remoteWrite"]
        assert written["url"] == workspace.outputs["prometheusEndpoint"] + "api/v1/remote_write"
        assert written["sigv4"] == {"region": "us-west-2"}

    def test_the_workspace_knows_two_copies_of_a_series(self, prod: Graph) -> None:
        server = stack_values(prod)["prometheus"]["prometheusSpec"]
        assert server["externalLabels"].keys() == {"cluster"}
        assert server["replicaExternalLabelName"] == "__replica__"

    def test_rules_and_monitors_of_every_namespace_count(self, prod: Graph) -> None:
        server = stack_values(prod)["prometheus"]["prometheusSpec"]
        for kind in ("podMonitor", "rule", "serviceMonitor"):
            assert server[f"{kind}SelectorNilUsesHelmValues"] is False

    def test_nothing_of_the_charts_own_routes_is_left(self, prod: Graph) -> None:
        # The chart lays the given configuration over its own, whose Watchdog goes to a receiver named "null".
        config = stack_values(prod)["alertmanager"]["config"]
        receivers = {receiver["name"] for receiver in config["receivers"]}
        assert {"inhibit_rules", "receivers", "route"} <= config.keys()
        assert {config["route"]["receiver"], *(route["receiver"] for route in config["route"]["routes"])} <= receivers

    def test_one_word_decides_whom_an_alert_wakes(self, prod: Graph) -> None:
        relabelled = stack_values(prod)["prometheus"]["prometheusSpec"]["additionalAlertRelabelConfigs"]
        assert {rule["regex"]: rule["replacement"] for rule in relabelled} == {"critical": "page", "warning": "ticket"}

    def test_state_metrics_read_no_secrets(self, prod: Graph) -> None:
        assert not {"secrets", "configmaps"} & set(stack_values(prod)["kube-state-metrics"]["collectors"])

    def test_custom_resources_come_after_the_chart_that_defines_them(self, prod: Graph) -> None:
        release = releases(prod)["kube-prometheus-stack"]
        for node in [*prod.of_type(MONITOR), *prod.of_type(RULES)]:
            assert release.urn in node.state["dependencies"], node.urn

    def test_both_collectors_read_the_same_table(self, prod: Graph, dr: Graph) -> None:
        mine = [node for node in prod.of_type(MONITOR) if node.inputs["metadata"]["namespace"] == "observability"]
        monitors = {node.inputs["metadata"]["name"]: node.inputs["spec"] for node in mine}
        googles = {node.inputs["metadata"]["name"]: node.inputs["spec"] for node in dr.of_type(GOOGLE_MONITOR)}
        assert monitors.keys() == {scrape.name for scrape in scrapes.of("aws")}
        assert googles.keys() == {scrape.name for scrape in scrapes.of("gcp")}
        for name in monitors.keys() & googles.keys():
            assert monitors[name]["selector"] == googles[name]["selector"]
            [mine], [theirs] = monitors[name]["podMetricsEndpoints"], googles[name]["endpoints"]
            assert {key: value for key, value in mine.items() if key != "honorLabels"} == theirs

    def test_whose_certificate_or_secret_it_is_is_told_and_not_who_tells(self, prod: Graph, dr: Graph) -> None:
        """Else `namespace` of each alert about one would be the controller's."""
        about = {"argo-rollouts", "cert-manager", "external-secrets", "scanning"}
        for graph, kind in ((prod, MONITOR), (dr, GOOGLE_MONITOR)):
            specs = {
                node.inputs["metadata"]["name"]: node.inputs["spec"]
                for node in graph.of_type(kind)
                if node.inputs["metadata"]["name"] in about
            }
            assert specs
            for spec in specs.values():
                if kind == MONITOR:
                    assert spec["podMetricsEndpoints"][0]["honorLabels"] is True
                else:
                    assert spec["targetLabels"] == {"metadata": []}

    def test_whoever_is_open_to_the_collector_is_read_by_it(self, prod: Graph, dr: Graph) -> None:
        by_the_charts_monitors = {"observability-nodes"}
        for graph, cloud in ((prod, "aws"), (dr, "gcp")):
            opened = {
                node.inputs["metadata"]["namespace"]
                for node in graph.of_type(POLICY)
                if node.inputs["metadata"]["name"] == "allow-from-monitoring"
            }
            read = {scrape.namespace for scrape in scrapes.of(cloud)}
            in_the_mesh = {"api-gateway", "auth", "auxiliary", "core", "istio-ingress"}
            assert opened - in_the_mesh - by_the_charts_monitors <= read

    def test_workloads_metrics_are_read_from_their_proxies(self, prod: Graph, dr: Graph) -> None:
        """Strict mutual TLS closes every other port to a collector; 15020 is outside of it."""
        monitors = {node.inputs["metadata"]["name"]: node.inputs["spec"] for node in prod.of_type(MONITOR)}
        [endpoint] = monitors["mesh"]["podMetricsEndpoints"]
        assert monitors["mesh"]["namespaceSelector"] == {"any": True}
        [relabelling] = endpoint["relabelings"]
        assert (relabelling["targetLabel"], relabelling["replacement"]) == ("__address__", "$1:15020")
        [googles] = [node for node in dr.of_type(GOOGLE_MONITOR) if node.inputs["metadata"]["name"] == "workloads"]
        [theirs] = googles.inputs["spec"]["endpoints"]
        assert theirs["port"] == 15020
        assert theirs["path"] == endpoint["path"] == "/stats/prometheus"
        # What Google's mesh sends by itself is paid for once.
        [dropped] = theirs["metricRelabeling"]
        assert dropped["action"] == "drop"
        for metric, kept in {
            "istio_requests_total": False,
            "envoy_server_uptime": False,
            "http_requests": True,
        }.items():
            assert (re.fullmatch(dropped["regex"], metric) is None) is kept

    def test_proxies_metrics_are_open_to_collectors_in_every_workloads_namespace(self, prod: Graph, dr: Graph) -> None:
        for graph in (prod, dr):
            opened = {
                node.inputs["metadata"]["namespace"]: node.inputs["spec"]["ingress"][0]["ports"]
                for node in graph.of_type(POLICY)
                if node.inputs["metadata"]["name"] == "allow-from-monitoring"
            }
            for place in ("api-gateway", "auth", "auxiliary", "core", "istio-ingress"):
                assert opened[place] == [{"port": 15020, "protocol": "TCP"}]

    def test_metrics_are_open_to_each_clouds_collector(self, prod: Graph, dr: Graph) -> None:
        for graph, collector in ((prod, "observability"), (dr, "gke-gmp-system")):
            ways = [
                node.inputs["spec"]
                for node in graph.of_type(POLICY)
                if node.inputs["metadata"]["name"] == "allow-from-monitoring"
            ]
            assert ways
            for way in ways:
                [peer] = way["ingress"][0]["from"]
                assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": collector}

    def test_what_is_told_by_https_is_asked_by_it(self, dr: Graph) -> None:
        endpoints = {
            node.inputs["metadata"]["name"]: node.inputs["spec"]["endpoints"][0] for node in dr.of_type(GOOGLE_MONITOR)
        }
        assert endpoints["autoneg"]["scheme"] == "https"
        assert "scheme" not in endpoints["cert-manager"]
