"""Experiments: none unless wanted, each in its time, on few pods, and ended when it costs more than was agreed."""

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from components.kubernetes import mesh_fault_job
from components.kubernetes.burn_probes import google_query
from components.kubernetes.slo import slos
from preview.graph import Graph, Node
from settings.kubernetes.chaos import ChaosSettings, ExperimentSettings
from settings.kubernetes.objectives import ObjectiveSettings

RELEASE = "kubernetes:helm.sh/v3:Release"
SCHEDULE = "kubernetes:chaos-mesh.org/v1alpha1:Schedule"

EXPERIMENT = {
    "hypothesis": "The other pods of core answer in time while a third of them restarts.",
    "slo": {"workload": "core", "promise": "availability"},
    "abort_burn_rate": 14.4,
    "target": "core",
    "fault": "pod-kill",
    "max_pods_percent": 34,
    "starts": "tue:10:05",
    "duration_minutes": 10,
}
EXPERIMENTS = {
    "core-pods": EXPERIMENT,
    "slow-auth": {**EXPERIMENT, "target": "auth", "fault": "network-delay", "starts": "tue:11:00"},
    "busy-core": {**EXPERIMENT, "fault": "cpu-stress", "starts": "tue:11:30"},
    "slow-core": {**EXPERIMENT, "fault": "http-delay", "starts": "tue:09:30"},
    "lossy-core": {**EXPERIMENT, "fault": "network-loss", "starts": "tue:09:00"},
}
WINDOW = "tue:09:00-tue:12:00"
CHAOS = {"enabled": True, "window": WINDOW, "experiments": EXPERIMENTS}

Change = Callable[[Mapping[str, object]], Path]


@pytest.fixture
def with_chaos(project_copy: Path) -> Change:
    """The program with settings of chaos."""

    def change(chaos: Mapping[str, object]) -> Path:
        file = project_copy / "Pulumi.yaml"
        project = yaml.safe_load(file.read_text())
        platform = project["config"].setdefault("platform", {"type": "object", "value": {}})
        platform["value"]["chaos"] = dict(chaos)
        file.write_text(yaml.safe_dump(project))
        return project_copy

    return change


@pytest.fixture
def faulty(with_chaos: Change, changed_stack: Callable[[str, Mapping[str, object]], Graph]) -> Graph:
    """The primary with experiments."""
    with_chaos(CHAOS)
    return changed_stack("prod", {})


@pytest.fixture
def faulty_standby(with_chaos: Change, changed_stack: Callable[[str, Mapping[str, object]], Graph]) -> Graph:
    """The standby with experiments, after it has taken over."""
    with_chaos(CHAOS)
    return changed_stack("dr", {"mode": "active"})


def templates(schedule: Node) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in schedule.inputs["spec"]["workflow"]["templates"]}


def test_nothing_makes_faults_unless_it_is_wanted(prod: Graph, dr: Graph) -> None:
    for graph in (prod, dr):
        assert not graph.of_type(SCHEDULE)
        assert "chaos-mesh" not in [node.inputs["name"] for node in graph.of_type(RELEASE)]


def test_a_standby_that_has_taken_over_takes_no_faults_by_itself(
    faulty_standby: Graph, faulty: Graph, changed_stack: Callable[[str, Mapping[str, object]], Graph]
) -> None:
    def suspended(graph: Graph) -> dict[str, bool]:
        return {
            node.inputs["metadata"]["name"]: node.inputs["spec"]["suspend"]
            for node in graph.of_type("kubernetes:batch/v1:CronJob")
            if node.inputs["metadata"]["namespace"] in ("litmus", "mesh-faults")
        }

    # What takes lost faults back goes on: one may stand at that moment.
    assert suspended(faulty_standby) == {"core-pods": True, "slow-core": True, "lost-faults": False}
    assert suspended(faulty) == {"core-pods": False, "slow-core": False, "lost-faults": False}
    assert suspended(changed_stack("dr", {"mode": "standby"})) == {"slow-core": False, "lost-faults": False}


def test_autopilot_has_no_chaos_mesh(faulty_standby: Graph) -> None:
    assert "chaos-mesh" not in [node.inputs["name"] for node in faulty_standby.of_type(RELEASE)]
    assert not faulty_standby.of_type(SCHEDULE)


def test_experiments_run_in_their_time_and_stop_when_they_cost_too_much(faulty: Graph) -> None:
    found = {node.inputs["metadata"]["name"]: node for node in faulty.of_type(SCHEDULE)}
    assert found.keys() == EXPERIMENTS.keys() - {"core-pods", "slow-core"}, "others make these two"
    spec = found["busy-core"].inputs["spec"]
    assert spec["schedule"] == "30 11 * * 2"
    assert (spec["concurrencyPolicy"], spec["startingDeadlineSeconds"], spec["type"]) == ("Forbid", 60, "Workflow")
    for schedule in found.values():
        parts = templates(schedule)
        assert parts["experiment"]["children"] == ["fault", "abort"]
        assert parts["experiment"]["templateType"] == "Parallel"
        assert {part["deadline"] for part in parts.values()} == {"10m"}
        assert parts["abort"]["abortWithStatusCheck"] is True
        check = parts["abort"]["statusCheck"]
        assert check["mode"] == "Continuous"
        assert check["intervalSeconds"] * check["failureThreshold"] <= 30
        assert check["http"]["criteria"] == {"statusCode": "200"}
        assert schedule.inputs["metadata"]["annotations"]["objective"] == "core-availability"


def test_a_check_reads_what_prometheus_records(faulty: Graph) -> None:
    rules = str([node.inputs for node in faulty.of_type("kubernetes:monitoring.coreos.com/v1:PrometheusRule")])
    for schedule in faulty.of_type(SCHEDULE):
        url = urlsplit(templates(schedule)["abort"]["statusCheck"]["http"]["url"])
        assert url.netloc == "kube-prometheus-stack-prometheus.observability:9090"
        [query] = parse_qs(url.query)["query"]
        [series] = set(re.findall(r"slo:[\w:]+", query))
        assert f"'record': '{series}'" in rules
        assert '{service="core",slo="availability"} >= 0.0144' in query
        assert "absent(" in query


def test_no_experiment_reaches_beyond_a_share_of_one_workloads_pods(faulty: Graph) -> None:
    for schedule in faulty.of_type(SCHEDULE):
        fault = templates(schedule)["fault"]
        [body] = [value for key, value in fault.items() if key.endswith("Chaos")]
        assert fault["templateType"].lower() == next(key for key in fault if key.endswith("Chaos")).lower()
        assert (body["mode"], body["value"]) == ("fixed-percent", "34")
        [namespace] = body["selector"]["namespaces"]
        assert body["selector"]["labelSelectors"] == {"app.kubernetes.io/name": namespace}


def test_only_namespaces_that_say_so_can_be_hit_and_nobody_clicks_faults(faulty: Graph) -> None:
    [release] = [node for node in faulty.of_type(RELEASE) if node.inputs["name"] == "chaos-mesh"]
    values = release.inputs["values"]
    assert values["controllerManager"]["enableFilterNamespace"] is True
    assert values["dashboard"] == values["dnsServer"] == {"create": False}
    assert values["chaosDaemon"]["privileged"] is False
    for part in ("controllerManager", "chaosDaemon"):
        assert re.search(r"@sha256:[0-9a-f]{64}$", values[part]["image"]["tag"])
    for schedule in faulty.of_type(SCHEDULE):
        assert release.urn in schedule.state["dependencies"]


class TestLitmus:
    ENGINE = "kubernetes:litmuschaos.io/v1alpha1:ChaosEngine"
    CRON_JOB = "kubernetes:batch/v1:CronJob"

    def probes(self, graph: Graph) -> dict[str, dict[str, Any]]:
        [engine] = graph.of_type(self.ENGINE)
        [experiment] = engine.inputs["spec"]["experiments"]
        return {probe["type"]: probe for probe in experiment["spec"]["probe"]}

    def start(self, graph: Graph) -> Node:
        [job] = [node for node in graph.of_type(self.CRON_JOB) if node.name.startswith("litmus-")]
        return job

    def test_deletes_pods_only_and_rests_until_it_is_started(self, faulty: Graph, faulty_standby: Graph) -> None:
        # Litmus passes over pods whose keeper is of another kind.
        for graph, kind in ((faulty, "rollout"), (faulty_standby, "deployment")):
            [engine] = graph.of_type(self.ENGINE)
            spec = engine.inputs["spec"]
            assert (engine.inputs["metadata"]["name"], spec["engineState"]) == ("core-pods", "stop")
            assert (spec["appinfo"]["appns"], spec["appinfo"]["appkind"]) == ("core", kind)
            [experiment] = spec["experiments"]
            environment = {each["name"]: each["value"] for each in experiment["spec"]["components"]["env"]}
            assert environment == {"TOTAL_CHAOS_DURATION": "600", "PODS_AFFECTED_PERC": "34"}

    def test_is_started_in_its_minute_or_not_at_all(self, faulty: Graph, faulty_standby: Graph) -> None:
        for graph in (faulty, faulty_standby):
            spec = self.start(graph).inputs["spec"]
            assert (spec["schedule"], spec["timeZone"]) == ("5 10 * * 2", "Etc/UTC")
            assert (spec["concurrencyPolicy"], spec["startingDeadlineSeconds"]) == ("Forbid", 60)
            job = spec["jobTemplate"]["spec"]
            assert job["activeDeadlineSeconds"] <= 120
            [container] = job["template"]["spec"]["containers"]
            assert container["command"] == ["kubectl", "patch", "chaosengines.litmuschaos.io", "core-pods"]
            assert container["args"] == [
                "--namespace=litmus",
                "--type=merge",
                '--patch={"spec": {"engineState": "active"}}',
            ]

    def test_what_starts_experiments_may_change_them_and_nothing_else(
        self, faulty: Graph, faulty_standby: Graph
    ) -> None:
        for graph in (faulty, faulty_standby):
            account = self.start(graph).inputs["spec"]["jobTemplate"]["spec"]["template"]["spec"]["serviceAccountName"]
            bindings = [
                node
                for kind in ("RoleBinding", "ClusterRoleBinding")
                for node in graph.of_type(f"kubernetes:rbac.authorization.k8s.io/v1:{kind}")
                if {"litmus", account}
                <= {subject.get(key) for subject in node.inputs["subjects"] for key in ("namespace", "name")}
            ]
            [binding] = bindings
            [role] = [
                node
                for node in graph.of_type("kubernetes:rbac.authorization.k8s.io/v1:Role")
                if node.inputs["metadata"] == binding.inputs["metadata"]
            ]
            assert role.inputs["rules"] == [
                {
                    "apiGroups": ["litmuschaos.io"],
                    "resources": ["chaosengines"],
                    "resourceNames": ["core-pods"],
                    "verbs": ["get", "patch"],
                }
            ]

    def test_spares_a_region_that_waits_with_fewer_pods_than_it_may_hit(
        self, with_chaos: Change, changed_stack: Callable[[str, Mapping[str, object]], Graph]
    ) -> None:
        with_chaos(CHAOS)
        waiting = changed_stack("dr", {})
        assert not waiting.of_type(self.ENGINE)
        assert not [node for node in waiting.of_type(self.CRON_JOB) if node.name.startswith("litmus-")]

    def test_a_failing_probe_ends_it(self, faulty: Graph, faulty_standby: Graph) -> None:
        assert self.probes(faulty).keys() == {"promProbe"}
        assert self.probes(faulty_standby).keys() == {"cmdProbe", "httpProbe"}
        for graph in (faulty, faulty_standby):
            for probe in self.probes(graph).values():
                assert probe["mode"] == "Continuous"
                assert probe["runProperties"]["stopOnFailure"] is True
        inputs = self.probes(faulty)["promProbe"]["promProbe/inputs"]
        assert inputs["query"].startswith(
            "max((slo:sli_error:ratio_rate5m{service='core',slo='availability'} >= bool 0.0144)"
        )
        assert inputs["comparator"] == {"criteria": "==", "value": "0"}
        url = self.probes(faulty_standby)["httpProbe"]["httpProbe/inputs"]["url"]
        assert url == "https://gcp.example.com/healthz"

    def test_a_query_survives_the_shell_that_litmus_puts_it_in(self, faulty: Graph) -> None:
        query = self.probes(faulty)["promProbe"]["promProbe/inputs"]["query"]
        said = subprocess.run(["sh", "-c", f'printf %s "{query}"'], capture_output=True, text=True, check=True)
        assert said.stdout == query

    def test_the_standby_is_judged_by_the_same_limit(self, faulty_standby: Graph) -> None:
        inputs = self.probes(faulty_standby)["cmdProbe"]["cmdProbe/inputs"]
        assert inputs["comparator"] == {"type": "float", "criteria": "==", "value": "0"}
        [query] = re.findall(r"'query=([^']*)'", inputs["command"])
        assert ">= bool 0.0144) or absent(" in query
        assert 'destination_service_name="core"' in query
        assert "monitoring.googleapis.com/v1/projects/" in inputs["command"]

    @pytest.mark.parametrize(
        ("answer", "number"),
        [
            ('{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1.5,"0"]}]}}', "0"),
            ('{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}}', "1"),
            ('{"status":"success","data":{"resultType":"vector","result":[]}}', ""),
        ],
    )
    def test_googles_answer_becomes_a_number_or_nothing(
        self, answer: str, number: str, faulty_standby: Graph, tmp_path: Path
    ) -> None:
        (tmp_path / "curl").write_text(
            f"""#!/bin/sh
case "$*" in
*computeMetadata*) echo '{{"access_token":"t0ken","expires_in":3599,"token_type":"Bearer"}}' ;;
*"Authorization: Bearer t0ken"*) echo '{answer}' ;;
esac
"""
        )
        (tmp_path / "curl").chmod(0o755)
        command = self.probes(faulty_standby)["cmdProbe"]["cmdProbe/inputs"]["command"]
        said = subprocess.run(
            ["sh", "-c", command],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout.strip() == number

    @pytest.mark.real
    @pytest.mark.parametrize("promise", ["availability", "latency"])
    def test_prometheus_understands_what_google_is_asked(self, promise: str, promtool: str, tmp_path: Path) -> None:
        settings = ObjectiveSettings().of("core")
        [slo] = [each for each in slos("core", settings, 30) if each.promise == promise]
        query = google_query(ExperimentSettings.model_validate(EXPERIMENT), slo, settings, "standby")
        rules = {"groups": [{"name": "probe", "rules": [{"record": "probe", "expr": query}]}]}
        path = tmp_path / "rules.yaml"
        path.write_text(yaml.safe_dump(rules))
        checked = subprocess.run([promtool, "check", "rules", str(path)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr

    def test_may_delete_pods_of_its_target_and_nothing_else_there(self, faulty: Graph, faulty_standby: Graph) -> None:
        changes = {"create", "delete", "deletecollection", "patch", "update"}
        for graph in (faulty, faulty_standby):
            roles = {
                node.inputs["metadata"]["namespace"]: node.inputs["rules"]
                for node in graph.of_type("kubernetes:rbac.authorization.k8s.io/v1:Role")
                if node.name.startswith("litmus-") and node.inputs["metadata"]["name"] == "litmus-pod-delete"
            }
            assert roles.keys() == {"litmus", "core"}
            found = {
                (resource, verb) for rule in roles["core"] for resource in rule["resources"] for verb in rule["verbs"]
            }
            assert {(resource, verb) for resource, verb in found if verb in changes} == {("pods", "delete")}
            bindings = graph.of_type("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding")
            assert not [node for node in bindings if node.name.startswith("litmus-")]

    def test_the_operator_sees_its_own_namespace_alone(self, faulty: Graph, faulty_standby: Graph) -> None:
        for graph in (faulty, faulty_standby):
            [release] = [node for node in graph.of_type(RELEASE) if node.inputs["name"] == "litmus-core"]
            values = release.inputs["values"]
            assert values["operatorMode"] == "namespaced"
            assert values["policies"] == {"monitoring": {"disabled": True}}
            for part in ("operator", "runner"):
                assert re.search(r"@sha256:[0-9a-f]{64}$", values[part]["image"]["tag"])


class TestMeshFaults:
    CRON_JOB = "kubernetes:batch/v1:CronJob"

    def jobs(self, graph: Graph) -> dict[str, Mapping[str, Any]]:
        found = [node.inputs for node in graph.of_type(self.CRON_JOB) if node.name.startswith("mesh-faults-")]
        return {inputs["metadata"]["name"]: inputs for inputs in found}

    def told(self, graph: Graph, name: str) -> dict[str, Any]:
        [settings] = [
            node.inputs["data"]["settings.json"]
            for node in graph.of_type("kubernetes:core/v1:ConfigMap")
            if node.name == f"mesh-faults-{name}-settings"
        ]
        return json.loads(settings)

    def test_run_in_their_time_on_a_share_of_requests(self, faulty: Graph, faulty_standby: Graph) -> None:
        for graph in (faulty, faulty_standby):
            spec = self.jobs(graph)["slow-core"]["spec"]
            assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == (
                "30 9 * * 2",
                "Etc/UTC",
                "Forbid",
            )
            job = spec["jobTemplate"]["spec"]
            assert job["backoffLimit"] == 0
            assert 600 < job["activeDeadlineSeconds"] <= 720
            told = self.told(graph, "slow-core")
            assert (told["target"], told["seconds"]) == ("core", 600)
            assert told["fault"] == {"delay": {"percentage": {"value": 34}, "fixedDelay": "0.5s"}}

    def test_are_judged_by_their_objective(self, faulty: Graph, faulty_standby: Graph) -> None:
        judge = self.told(faulty, "slow-core")["judge"]
        assert judge["prometheus"] == "http://kube-prometheus-stack-prometheus.observability:9090"
        assert '{service="core",slo="availability"} >= bool 0.0144' in judge["query"]
        judge = self.told(faulty_standby, "slow-core")["judge"]
        assert judge["google"] is True
        assert judge["prometheus"].startswith("https://monitoring.googleapis.com/v1/projects/")
        assert ">= bool 0.0144) or absent(" in judge["query"]
        assert judge["addresses"] == ["https://gcp.example.com/healthz"]

    def test_lost_ones_are_looked_for_every_minute_for_as_long_as_there_can_be_any(
        self, faulty: Graph, faulty_standby: Graph
    ) -> None:
        for graph in (faulty, faulty_standby):
            jobs = self.jobs(graph)
            assert jobs["lost-faults"]["spec"]["schedule"] == "* * * * *"
            assert self.told(graph, "lost-faults") == {"targets": ["core"]}
            made = {node.name: node for node in graph.of_type(self.CRON_JOB)}
            experiment = made["mesh-faults-slow-core"]
            assert made["mesh-faults-lost-faults"].urn in experiment.state["dependencies"]
            annotations = experiment.inputs["metadata"]["annotations"]
            assert annotations == {"pulumi.com/deletionPropagationPolicy": "foreground"}

    def test_may_change_their_targets_route_and_nothing_else(self, faulty: Graph, faulty_standby: Graph) -> None:
        for graph in (faulty, faulty_standby):
            for kind in ("Role", "ClusterRole"):
                roles = [
                    node.inputs
                    for node in graph.of_type(f"kubernetes:rbac.authorization.k8s.io/v1:{kind}")
                    if node.name.startswith("mesh-faults-")
                ]
                found = [(role["metadata"]["namespace"], role["rules"]) for role in roles]
                rule = {
                    "apiGroups": ["networking.istio.io"],
                    "resources": ["virtualservices"],
                    "resourceNames": ["core"],
                    "verbs": ["get", "patch"],
                }
                assert found == ([("core", [rule])] if kind == "Role" else [])

    def test_meet_the_route_that_the_program_expects(self, faulty: Graph, faulty_standby: Graph) -> None:
        for graph in (faulty, faulty_standby):
            [route] = [
                node.inputs
                for node in graph.of_type("kubernetes:networking.istio.io/v1:VirtualService")
                if node.inputs["metadata"]["namespace"] == "core"
            ]
            assert route["metadata"]["name"] == "core"
            assert [each["name"] for each in route["spec"]["http"]] == [mesh_fault_job.ROUTE]
            # Whoever changed a list last holds it, and an update would be refused.
            assert route["metadata"]["annotations"]["pulumi.com/patchForce"] == "true"


class TestRefused:
    @pytest.mark.parametrize(
        "missing", ["hypothesis", "slo", "abort_burn_rate", "max_pods_percent", "duration_minutes"]
    )
    def test_without_what_makes_it_an_experiment(self, missing: str) -> None:
        with pytest.raises(ValueError, match=missing):
            ExperimentSettings.model_validate({key: value for key, value in EXPERIMENT.items() if key != missing})

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"max_pods_percent": 51}, "more than half"),
            ({"abort_burn_rate": 0}, "1 to 50"),
            ({"duration_minutes": 61}, "an hour is an outage"),
        ],
    )
    def test_that_reaches_too_far(self, change: Mapping[str, object], why: str) -> None:
        with pytest.raises(ValueError, match=why):
            ExperimentSettings.model_validate({**EXPERIMENT, **change})

    @pytest.mark.parametrize(
        ("experiments", "why"),
        [
            ({"late": {**EXPERIMENT, "starts": "tue:11:55"}}, "outside of the window"),
            ({"other-day": {**EXPERIMENT, "starts": "wed:10:00"}}, "outside of the window"),
            ({"one": EXPERIMENT, "two": {**EXPERIMENT, "starts": "tue:10:14"}}, "runs then"),
        ],
    )
    def test_at_another_time(self, experiments: Mapping[str, object], why: str) -> None:
        with pytest.raises(ValueError, match=why):
            ChaosSettings.model_validate({"window": WINDOW, "experiments": experiments})
