"""Grafana and its dashboards: who enters, and what they see."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from preview.graph import Graph
from tests.components.kubernetes.observed import stack_values

CATALOGUE = yaml.safe_load((Path(__file__).parents[1] / "aws" / "metrics.yaml").read_text())
"""What AWS publishes, by its documentation."""


class TestGrafana:
    def test_nobody_enters_unnamed_and_nothing_is_fetched(self, prod: Graph) -> None:
        grafana = stack_values(prod)["grafana"]
        ini = grafana["grafana.ini"]
        assert ini["auth.anonymous"]["enabled"] is False
        assert ini["users"]["allow_sign_up"] is False
        assert ini["plugins"]["preinstall_disabled"] is True
        assert ini["analytics"]["reporting_enabled"] is False
        assert grafana["rbac"] == {"namespaced": True}

    def test_its_password_comes_from_the_store(self, prod: Graph) -> None:
        grafana = stack_values(prod)["grafana"]
        [asked] = [
            node.inputs
            for node in prod.of_type("kubernetes:external-secrets.io/v1:ExternalSecret")
            if node.inputs["metadata"]["name"] == grafana["admin"]["existingSecret"]
        ]
        keys = {row["secretKey"]: row["remoteRef"]["key"] for row in asked["spec"]["data"]}
        assert keys.keys() == {"admin-password", "client-secret"}
        made = {node.state["id"] for node in prod.nodes.values() if node.name.startswith("console-secrets-")}
        assert set(keys.values()) <= made
        assert asked["spec"]["target"]["template"]["data"]["admin-user"] == "admin"
        assert "adminPassword" not in grafana

    def test_stored_metrics_are_asked_for_by_signed_requests(self, prod: Graph) -> None:
        grafana = stack_values(prod)["grafana"]
        [stored] = [source for source in grafana["additionalDataSources"] if source["uid"] == "stored"]
        [signer] = yaml.safe_load(grafana["extraContainers"])
        [workspace] = prod.of_type("aws:amp/workspace:Workspace")
        host, _, path = workspace.outputs["prometheusEndpoint"].removeprefix("https://").partition("/")
        assert stored["url"] == f"http://localhost:8005/{path.rstrip('/')}"
        assert f"--host={host}" in signer["args"]
        assert "--port=127.0.0.1:8005" in signer["args"], "none but the pod itself may use its identity"
        assert signer["securityContext"]["readOnlyRootFilesystem"] is True


class TestDashboards:
    @pytest.fixture
    def dashboards(self, prod: Graph) -> dict[str, Mapping[str, Any]]:
        maps = [
            node.inputs
            for node in prod.of_type("kubernetes:core/v1:ConfigMap")
            if node.inputs["metadata"].get("labels", {}).get("grafana_dashboard") == "1"
        ]
        return {name: json.loads(text) for found in maps for name, text in found["data"].items()}

    def test_each_concern_has_one(self, dashboards: dict[str, Mapping[str, Any]]) -> None:
        names = {name.removesuffix(".json") for name in dashboards}
        assert names == {"failover", "platform", "replication", "stores", "workloads"}

    @pytest.fixture
    def searches(self, dashboards: dict[str, Mapping[str, Any]]) -> set[str]:
        return {
            target["expression"]
            for dashboard in dashboards.values()
            for panel in dashboard["panels"]
            for target in panel.get("targets", [])
            if "expression" in target
        }

    def test_cloudwatch_has_what_they_ask_under_just_these_dimensions(self, searches: set[str]) -> None:
        known = {
            (namespace, frozenset(published["dimensions"]), metric)
            for namespace, rows in CATALOGUE.items()
            for published in rows
            for metric in published["metrics"]
        }
        assert searches
        for search in searches:
            [(schema, metric)] = re.findall(r"\{(.+)\} MetricName=\"(.+?)\"", search)
            namespace, *dimensions = (word.strip('"') for word in schema.split(","))
            assert (namespace, frozenset(dimensions), metric) in known, search

    def test_cloudwatch_reads_names_of_two_words_as_one(self, searches: set[str]) -> None:
        schemas = {re.findall(r"[^{]+(?=\})", query)[0] for query in searches}
        assert 'AWS/Kafka,"Broker ID","Cluster Name"' in schemas
        assert "AWS/DynamoDB,TableName" in schemas
        for schema in schemas:
            assert " " not in re.sub('"[^"]+"', "", schema), schema

    def test_ids_are_unique(self, dashboards: dict[str, Mapping[str, Any]]) -> None:
        uids = [dashboard["uid"] for dashboard in dashboards.values()]
        assert len(uids) == len(set(uids))
        for dashboard in dashboards.values():
            ids = [panel["id"] for panel in dashboard["panels"]]
            assert len(ids) == len(set(ids))

    def test_panels_keep_to_the_grid_and_hide_none(self, dashboards: dict[str, Mapping[str, Any]]) -> None:
        for dashboard in dashboards.values():
            cells: set[tuple[int, int]] = set()
            for panel in dashboard["panels"]:
                place = panel["gridPos"]
                covered = {
                    (column, line)
                    for column in range(place["x"], place["x"] + place["w"])
                    for line in range(place["y"], place["y"] + place["h"])
                }
                assert place["x"] + place["w"] <= 24, panel["title"]
                assert not covered & cells, panel["title"]
                cells |= covered

    def test_each_asks_a_source_that_grafana_has(self, prod: Graph, dashboards: dict[str, Mapping[str, Any]]) -> None:
        known = {source["uid"] for source in stack_values(prod)["grafana"]["additionalDataSources"]} | {"prometheus"}
        for dashboard in dashboards.values():
            for panel in dashboard["panels"]:
                for target in panel.get("targets", []):
                    assert target["datasource"]["uid"] in known
                    assert target["datasource"] == panel["datasource"]

    @pytest.mark.real
    def test_prometheus_understands_every_query(
        self, dashboards: dict[str, Mapping[str, Any]], promtool: str, tmp_path: Path
    ) -> None:
        queries = [
            target["expr"]
            for dashboard in dashboards.values()
            for panel in dashboard["panels"]
            for target in panel.get("targets", [])
            if "expr" in target
        ]
        assert queries
        rules = [{"record": f"dashboard:query{number}", "expr": query} for number, query in enumerate(queries)]
        path = tmp_path / "queries.yaml"
        path.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}))
        checked = subprocess.run([promtool, "check", "rules", str(path)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr
