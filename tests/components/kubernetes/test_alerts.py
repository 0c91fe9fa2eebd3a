"""Alerts of what runs in the clusters, which both clouds raise alike."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from components.gcp.watch.platform import of_cluster
from components.kubernetes import alerts
from preview.graph import Graph
from tests.components.kubernetes.observed import GOOGLE_MONITOR, RULES, values


@pytest.fixture(scope="module")
def digests(root: Path) -> dict[str, str]:
    """Digests of the workloads' images in the settings."""
    workloads = yaml.safe_load((root / "Pulumi.yaml").read_text())["config"]["workloads"]["value"]
    return {name: workload["digest"] for name, workload in workloads.items()}


class TestAlerts:
    def test_names_are_unique_and_say_what_to_do(self) -> None:
        names = [alert.name for alert in alerts.ALERTS]
        assert len(names) == len(set(names))
        for alert in alerts.ALERTS:
            assert all((alert.why, alert.remedy)), alert.name
            assert alert.minutes >= 5, alert.name

    def test_each_has_its_severity_and_the_way_to_the_runbook(
        self, prod: Graph, root: Path, digests: Mapping[str, str]
    ) -> None:
        [rules] = [node for node in prod.of_type(RULES) if node.inputs["metadata"]["name"] == "platform"]
        [group] = rules.inputs["spec"]["groups"]
        assert {rule["alert"] for rule in group["rules"]} == {alert.title for alert in alerts.of("aws", digests)}
        headings = re.findall(r"^## (.+)$", (root / "docs" / "operations.md").read_text(), re.MULTILINE)
        anchors = {heading.lower().replace(" ", "-") for heading in headings}
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert rule["annotations"]["runbook_url"].partition("#")[2] in anchors

    def test_the_standby_is_watched_for_the_same_faults(self, dr: Graph, digests: Mapping[str, str]) -> None:
        [cluster] = dr.of_type("gcp:container/cluster:Cluster")
        found = {
            condition["conditionPrometheusQueryLanguage"]["query"]
            for node in dr.of_type("gcp:monitoring/alertPolicy:AlertPolicy")
            for condition in node.inputs["conditions"]
            if "conditionPrometheusQueryLanguage" in condition
        }
        own = {of_cluster(alert.expression, cluster.outputs["name"]) for alert in alerts.of("gcp", digests)}
        assert own
        assert own <= found

    @pytest.mark.real
    def test_prometheus_accepts_the_rules(self, prod: Graph, promtool: str, tmp_path: Path) -> None:
        [rules] = [node for node in prod.of_type(RULES) if node.inputs["metadata"]["name"] == "platform"]
        path = tmp_path / "rules.yaml"
        path.write_text(yaml.safe_dump(rules.inputs["spec"]))
        checked = subprocess.run([promtool, "check", "rules", str(path)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr

    @pytest.mark.real
    @pytest.mark.parametrize("case", ["fires", "recovers"])
    def test_a_certificate_that_is_renewed_in_time_tells_nobody(
        self, case: str, prod: Graph, promtool: str, tmp_path: Path
    ) -> None:
        [rules] = [node for node in prod.of_type(RULES) if node.inputs["metadata"]["name"] == "platform"]
        (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules.inputs["spec"]))
        days = 86400
        labels = '{namespace="a",name="b"}'
        renewal = 0 if case == "fires" else 10 * days
        test = {
            "rule_files": ["rules.yaml"],
            "tests": [
                {
                    "interval": "1m",
                    "input_series": [
                        {
                            "series": f"certmanager_certificate_expiration_timestamp_seconds{labels}",
                            "values": f"{20 * days}x180",
                        },
                        {
                            "series": f"certmanager_certificate_renewal_timestamp_seconds{labels}",
                            "values": f"{renewal}x180",
                        },
                    ],
                    "promql_expr_test": [
                        {
                            "expr": 'count(ALERTS{alertname="CertificateExpires",alertstate="firing"})',
                            "eval_time": "2h",
                            "exp_samples": [{"labels": "{}", "value": 1}] if case == "fires" else [],
                        }
                    ],
                }
            ],
        }
        (tmp_path / "test.yaml").write_text(yaml.safe_dump(test))
        run = subprocess.run(
            [promtool, "test", "rules", "test.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr


class TestDrift:
    """Each cluster is compared with the settings that both share."""

    OTHER = f"sha256:{'1' * 64}"
    INFO = "kube_pod_container_info"

    def series(self, pod: str, digest: str, values: str, phase: str = "Running") -> list[dict[str, str]]:
        """A pod of core that runs an image in some minutes."""
        labels = f'namespace="core",pod="{pod}"'
        image = f'{self.INFO}{{{labels},container="core",image_spec="registry.example.com/core@{digest}"}}'
        proxy = f'{self.INFO}{{{labels},container="istio-proxy",image_spec="proxy@sha256:2"}}'
        states = (f'kube_pod_status_phase{{{labels},phase="{each}"}}' for each in ("Running", "Failed"))
        ended = values.replace("1x", "0x")
        found = [(image, values), (proxy, values)]
        found += [(state, values if phase in state else ended) for state in states]
        return [{"series": series, "values": values} for series, values in found]

    def test_both_clusters_look_for_the_image_of_the_settings(
        self, prod: Graph, dr: Graph, digests: Mapping[str, str]
    ) -> None:
        [rules] = [node for node in prod.of_type(RULES) if node.inputs["metadata"]["name"] == "platform"]
        queries = {
            "prod": [rule["expr"] for rule in rules.inputs["spec"]["groups"][0]["rules"]],
            "dr": [
                condition["conditionPrometheusQueryLanguage"]["query"]
                for node in dr.of_type("gcp:monitoring/alertPolicy:AlertPolicy")
                for condition in node.inputs["conditions"]
                if "conditionPrometheusQueryLanguage" in condition
            ],
        }
        for cluster, found in queries.items():
            for workload, digest in digests.items():
                [query] = [each for each in found if self.INFO in each and f'namespace="{workload}"' in each]
                assert query.count(f"@{digest}") == 2, cluster

    def test_gke_tells_what_pods_run_and_may_look_at_nothing_else(self, dr: Graph, digests: Mapping[str, str]) -> None:
        given = values(dr, "kube-state-metrics")
        assert given["collectors"] == ["pods"]
        assert given["rbac"] == {"useClusterRole": False}
        assert set(given["namespaces"].split(",")) == digests.keys()
        query = alerts.of("gcp", digests)[-1].expression
        assert set(given["metricAllowlist"]) == set(re.findall(r"kube_\w+", query))
        assert re.search(r"@sha256:[0-9a-f]{64}$", given["image"]["tag"])
        [monitor] = [node for node in dr.of_type(GOOGLE_MONITOR) if node.inputs["metadata"]["name"] == "revisions"]
        assert monitor.inputs["spec"]["targetLabels"] == {"metadata": []}, "pods' names would be the teller's"

    @pytest.mark.real
    @pytest.mark.parametrize(
        ("case", "fires"),
        [
            ("as the settings say", False),
            ("an old image", True),
            ("an old image beside the new", True),
            ("an old image in a pod that ended", False),
            ("a canary of half an hour", False),
            ("nobody tells", True),
        ],
    )
    def test_whoever_runs_another_image_for_an_hour_is_told_of(
        self, case: str, fires: bool, digests: Mapping[str, str], promtool: str, tmp_path: Path
    ) -> None:
        own = digests["core"]
        pods = {
            "as the settings say": self.series("a", own, "1x180"),
            "an old image": self.series("a", self.OTHER, "1x180"),
            "an old image beside the new": self.series("a", own, "1x180") + self.series("b", self.OTHER, "1x180"),
            "an old image in a pod that ended": self.series("a", own, "1x180")
            + self.series("b", self.OTHER, "1x180", "Failed"),
            "a canary of half an hour": self.series("a", own, "1x180") + self.series("b", self.OTHER, "1x30 stale"),
            "nobody tells": [],
        }
        found = [alert for alert in alerts.of("gcp", digests) if alert.name == "revision-drifts-core"]
        (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": alerts.groups(found, "https://example.com")}))
        firing = 'count(ALERTS{alertname="RevisionDriftsCore",severity="ticket",alertstate="firing"})'
        test = {
            "rule_files": ["rules.yaml"],
            "tests": [
                {
                    "interval": "1m",
                    "input_series": pods[case],
                    "promql_expr_test": [
                        {"expr": firing, "eval_time": "59m", "exp_samples": []},
                        {
                            "expr": firing,
                            "eval_time": "90m",
                            "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
                        },
                    ],
                }
            ],
        }
        (tmp_path / "test.yaml").write_text(yaml.safe_dump(test))
        run = subprocess.run(
            [promtool, "test", "rules", "test.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr
