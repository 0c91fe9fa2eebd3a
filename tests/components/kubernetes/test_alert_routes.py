"""Alertmanager's routes: who is told of what, once, with the way to mend it, and by keys that no file of ours holds."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.kubernetes.alert_routes import CHILDREN, FOLDER, SECRET, alertmanager_config, secret_keys
from preview.graph import Graph
from settings.kubernetes.alerting import AlertingSettings
from settings.observability import Receivers, ReceiverSettings

ALL: Receivers = {
    "pagerduty": ReceiverSettings(severities=("page",)),
    "jira_service_management": ReceiverSettings(),
    "opsgenie": ReceiverSettings(severities=("ticket",)),
}
CONFIG = alertmanager_config(ALL, AlertingSettings(heartbeat=True), entrances=["api-gateway"])


def receiver(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    [found] = [each for each in config["receivers"] if each["name"] == name]
    return found


def strings(tree: object) -> list[tuple[str, str]]:
    """Every key with a text."""
    if isinstance(tree, Mapping):
        own = [(str(key), value) for key, value in tree.items() if isinstance(value, str)]
        return own + [pair for value in tree.values() for pair in strings(value)]
    return [pair for each in tree for pair in strings(each)] if isinstance(tree, list) else []


def test_each_product_is_told_of_its_severities() -> None:
    assert [each["routing_key_file"] for each in receiver(CONFIG, "page")["pagerduty_configs"]] == [
        f"{FOLDER}/pagerduty_routing_key"
    ]
    assert "pagerduty_configs" not in receiver(CONFIG, "ticket")
    urls = {
        name: [each["api_url"] for each in receiver(CONFIG, name)["opsgenie_configs"]] for name in ("page", "ticket")
    }
    assert urls == {
        "page": ["https://api.atlassian.com/jsm/ops/integration/"],
        "ticket": ["https://api.atlassian.com/jsm/ops/integration/", "https://api.opsgenie.com/"],
    }


def test_no_key_and_no_secret_address_stands_in_the_configuration() -> None:
    for key, _ in strings(CONFIG):
        assert not re.search(r"(key|token|password|secret|^url)$", key), key
    files = {value for key, value in strings(CONFIG) if key.endswith("_file")}
    assert files == {f"{FOLDER}/{key}" for key in secret_keys(ALL, AlertingSettings(heartbeat=True))}


def test_everybody_who_is_told_is_told_where_the_runbook_is() -> None:
    for name in ("page", "ticket"):
        found = receiver(CONFIG, name)
        for each in [*found.get("pagerduty_configs", []), *found.get("opsgenie_configs", [])]:
            assert "runbook_url" in each["details"]["runbook"]
            assert each["send_resolved"] is True


def test_a_heartbeat_is_due_again_when_its_group_is_looked_at() -> None:
    """At the same interval Alertmanager skips every second one, and the watcher who expects them would wake people."""
    [route] = [each for each in CONFIG["route"]["routes"] if each["receiver"] == "heartbeat"]
    assert (route["group_interval"], route["repeat_interval"]) == ("1m", "50s")


def test_a_page_is_no_ticket_too() -> None:
    assert receiver(CONFIG, "page")["opsgenie_configs"][0]["priority"] == "P1"
    assert receiver(CONFIG, "ticket")["opsgenie_configs"][0]["priority"] == "P3"
    [first, *_] = CONFIG["inhibit_rules"]
    assert first["equal"] == ["alertname", "namespace", "service", "slo"]


def test_what_users_notice_is_never_silenced_by_the_cluster() -> None:
    for alert in ("KubePodCrashLooping", "KubeDeploymentReplicasMismatch", "TargetDown"):
        assert re.fullmatch(CHILDREN, alert)
    for alert in ("ErrorBudgetBurn", "NoTraffic", "Watchdog", "KubeAPIDown"):
        assert not re.fullmatch(CHILDREN, alert)


def test_without_receivers_nobody_is_told_and_no_key_is_read() -> None:
    quiet = alertmanager_config({}, AlertingSettings(), entrances=["api-gateway"])
    assert quiet["receivers"] == [{"name": "nobody"}, {"name": "page"}, {"name": "ticket"}]
    assert secret_keys({}, AlertingSettings()) == []


class TestSecret:
    EXTERNAL = "kubernetes:external-secrets.io/v1:ExternalSecret"

    def test_keys_come_from_the_clouds_store(
        self, project_copy: Path, changed_stack: Callable[[str, Mapping[str, object]], Graph]
    ) -> None:
        file = project_copy / "Pulumi.yaml"
        project = yaml.safe_load(file.read_text())
        project["config"]["platform"] = {"type": "object", "value": {"alerting": {"heartbeat": True}}}
        file.write_text(yaml.safe_dump(project))
        made = changed_stack("prod", {}).of_type(self.EXTERNAL)
        [found] = [node for node in made if node.inputs["metadata"]["name"] == SECRET]
        assert found.inputs["spec"]["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": "platform"}
        assert [each["remoteRef"] for each in found.inputs["spec"]["data"]] == [
            {"key": "platform-production/alert-receivers", "property": "heartbeat_url"}
        ]

    def test_there_is_none_where_nobody_is_told(self, prod: Graph, dr: Graph) -> None:
        for graph in (prod, dr):
            assert not [node for node in graph.of_type(self.EXTERNAL) if node.inputs["metadata"]["name"] == SECRET]


@pytest.fixture(scope="session")
def amtool() -> str:
    found = shutil.which("amtool")
    if found is None:
        pytest.skip("amtool is not on PATH; Debian has it in the package prometheus-alertmanager")
    return found


@pytest.fixture
def routed(amtool: str, tmp_path: Path) -> Callable[..., str]:
    """The receiver that Alertmanager itself finds for labels, in the configuration that it takes."""
    file = tmp_path / "alertmanager.yaml"
    # Releases before 0.26, such as Debian 12's, know an address in the file alone.
    file.write_text(json.dumps(CONFIG).replace('"url_file": "', '"url": "https://example.com'))

    def run(*labels: str) -> str:
        routes = (
            ["config", "routes", "test", f"--config.file={file}", *labels] if labels else ["check-config", str(file)]
        )
        result = subprocess.run([amtool, *routes], capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout.strip()

    return run


@pytest.mark.real
class TestAlertmanager:
    def test_takes_the_configuration(self, routed: Callable[..., str]) -> None:
        assert "SUCCESS" in routed()

    @pytest.mark.parametrize(
        ("labels", "told"),
        [
            (["alertname=ErrorBudgetBurn", "severity=page", "service=core"], "page"),
            (["alertname=ErrorBudgetBurn", "severity=ticket", "service=core"], "ticket"),
            (["alertname=KubePodCrashLooping", "severity=warning"], "ticket"),
            (["alertname=etcdMembersDown", "severity=critical"], "page"),
            (["alertname=Watchdog", "severity=none"], "heartbeat"),
            (["alertname=InfoInhibitor", "severity=none"], "nobody"),
            (["alertname=CPUThrottlingHigh", "severity=info"], "nobody"),
        ],
    )
    def test_routes_by_severity(self, routed: Callable[..., str], labels: list[str], told: str) -> None:
        assert routed(*labels) == told
