"""Metrics, traces and logs: what each cluster runs, who may speak to it, and what it may do in its cloud."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.gcp.watch.platform import of_cluster
from components.kubernetes import alerts, scrapes
from preview.graph import Graph, Node
from settings.vendor import CHARTS, IMAGES

RELEASE = "kubernetes:helm.sh/v3:Release"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
RULES = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
GOOGLE_MONITOR = "kubernetes:monitoring.googleapis.com/v1:ClusterPodMonitoring"
OURS = ("observability", "observability-nodes")
BOTH = pytest.mark.parametrize("stack", ["prod", "dr"])


def releases(graph: Graph) -> dict[str, Node]:
    """Releases of this part by name."""
    return {node.inputs["name"]: node for node in graph.of_type(RELEASE) if node.inputs["namespace"] in OURS}


def values(graph: Graph, release: str) -> Mapping[str, Any]:
    return releases(graph)[release].inputs["values"]


def stack_values(prod: Graph) -> Mapping[str, Any]:
    return values(prod, "kube-prometheus-stack")


def policies(graph: Graph, namespace: str = "observability") -> dict[str, Mapping[str, Any]]:
    found = [node.inputs for node in graph.of_type(POLICY) if node.inputs["metadata"]["namespace"] == namespace]
    return {inputs["metadata"]["name"]: inputs["spec"] for inputs in found}


def texts(tree: object) -> Iterator[str]:
    if isinstance(tree, Mapping):
        for value in tree.values():
            yield from texts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from texts(value)
    elif isinstance(tree, str):
        yield tree


def statements(prod: Graph, controller: str) -> list[Mapping[str, Any]]:
    [policy] = [
        node
        for node in prod.of_type("aws:iam/rolePolicy:RolePolicy")
        if node.name == f"controllers-{controller}-rights"
    ]
    return json.loads(policy.inputs["policy"])["Statement"]


class TestEachCluster:
    def test_eks_runs_everything_and_gke_what_google_does_not(self, prod: Graph, dr: Graph) -> None:
        collectors = {"opentelemetry-collector", "opentelemetry-sampler"}
        assert set(releases(dr)) == collectors | {"kube-state-metrics"}
        assert set(releases(prod)) == collectors | {
            "aws-for-fluent-bit",
            "jaeger",
            "kiali-server",
            "kube-prometheus-stack",
        }

    @BOTH
    def test_charts_are_pinned_copies(self, stack: str, graphs: dict[str, Graph]) -> None:
        for node in releases(graphs[stack]).values():
            chart = node.inputs["chart"].rpartition("/charts/")[2]
            assert node.inputs["chart"].startswith("oci://"), node.urn
            assert node.inputs["version"] == CHARTS[chart].version

    @BOTH
    def test_no_image_comes_from_a_public_registry(self, stack: str, graphs: dict[str, Graph]) -> None:
        public = {source.partition("/")[0] for source in IMAGES.values()}
        for name, node in releases(graphs[stack]).items():
            assert not [text for text in texts(node.inputs["values"]) if text.partition("/")[0] in public], name

    def test_only_the_agents_of_nodes_leave_the_restricted_standard(self, prod: Graph, dr: Graph) -> None:
        def standard(graph: Graph) -> dict[str, str]:
            found = [node.inputs["metadata"] for node in graph.of_type("kubernetes:core/v1:Namespace")]
            enforce = "pod-security.kubernetes.io/enforce"
            return {each["name"]: each["labels"][enforce] for each in found if each["name"] in OURS}

        assert standard(prod) == {"observability": "restricted", "observability-nodes": "privileged"}
        assert standard(dr) == {"observability": "restricted"}
        assert releases(prod)["aws-for-fluent-bit"].inputs["namespace"] == "observability-nodes"
        assert stack_values(prod)["prometheus-node-exporter"]["namespaceOverride"] == "observability-nodes"

    def test_autopilot_is_asked_for_nothing_of_the_host(self, dr: Graph) -> None:
        for name, node in releases(dr).items():
            given = json.dumps(node.inputs["values"])
            assert not re.search("hostPath|hostNetwork|hostPID|privileged", given), name
            assert node.inputs["values"].get("mode", "deployment") == "deployment"

    @BOTH
    def test_collectors_are_restricted_and_outlive_a_zone(self, stack: str, graphs: dict[str, Graph]) -> None:
        for name in ("opentelemetry-collector", "opentelemetry-sampler"):
            given = values(graphs[stack], name)
            assert given["replicaCount"] >= 2
            assert given["podDisruptionBudget"] == {"enabled": True, "minAvailable": 1}
            assert given["topologySpreadConstraints"][0]["topologyKey"] == "topology.kubernetes.io/zone"
            assert given["podSecurityContext"]["runAsNonRoot"] is True
            assert given["securityContext"]["readOnlyRootFilesystem"] is True
            assert given["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert given["resources"]["requests"].keys() == {"cpu", "memory"}


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


class TestTraces:
    @BOTH
    def test_whole_traces_meet_in_one_sampler(self, stack: str, graphs: dict[str, Graph]) -> None:
        graph = graphs[stack]
        balancing = values(graph, "opentelemetry-collector")["config"]["exporters"]["loadbalancing"]
        assert balancing["routing_key"] == "traceID"
        host = balancing["resolver"]["dns"]["hostname"]
        assert host.split(".")[:2] == ["opentelemetry-sampler", "observability"]
        assert values(graph, "opentelemetry-sampler")["service"] == {"clusterIP": "None"}

    @BOTH
    def test_errors_and_slow_ones_are_all_kept(self, stack: str, graphs: dict[str, Graph]) -> None:
        config = values(graphs[stack], "opentelemetry-sampler")["config"]
        kinds = [policy["type"] for policy in config["processors"]["tail_sampling"]["policies"]]
        assert kinds == ["status_code", "latency", "probabilistic"]
        # The limiter first, or memory ends before it is asked; batches last, or they would be decided on.
        order = config["service"]["pipelines"]["traces"]["processors"]
        assert order == ["memory_limiter", "tail_sampling", "batch"]

    def test_each_cloud_has_its_own_stores(self, prod: Graph, dr: Graph) -> None:
        def stores(graph: Graph) -> set[str]:
            return set(values(graph, "opentelemetry-sampler")["config"]["service"]["pipelines"]["traces"]["exporters"])

        assert stores(prod) == {"awsxray", "otlp/jaeger"}
        assert stores(dr) == {"googlecloud"}

    def test_jaeger_keeps_traces_in_the_search_domain_by_its_own_role(self, prod: Graph) -> None:
        config = values(prod, "jaeger")["userconfig"]
        store = config["extensions"]["jaeger_storage"]["backends"]["search"]["opensearch"]
        [domain] = prod.of_type("aws:opensearch/domain:Domain")
        assert store["server_urls"] == [f"https://{domain.outputs['endpoint']}"]
        assert store["auth"] == {"authenticator": "sigv4auth"}
        assert config["extensions"]["sigv4auth"]["service"] == "es"
        assert set(config["service"]["extensions"]) == config["extensions"].keys()


class TestLogs:
    def test_lines_go_to_search_and_not_to_cloudwatch_twice(self, prod: Graph) -> None:
        given = values(prod, "aws-for-fluent-bit")
        assert given["cloudWatchLogs"] == {"enabled": False}
        [domain] = prod.of_type("aws:opensearch/domain:Domain")
        assert given["opensearch"]["host"] == domain.outputs["endpoint"]

    def test_the_agent_can_only_read_the_nodes_logs(self, prod: Graph) -> None:
        given = values(prod, "aws-for-fluent-bit")
        assert {volume["hostPath"]["path"] for volume in given["volumes"]} == {"/var/log", "/var/lib/fluent-bit"}
        [logs] = [mount for mount in given["volumeMounts"] if mount["mountPath"] == "/var/log"]
        assert logs["readOnly"] is True
        assert given["containerSecurityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert given["containerSecurityContext"]["allowPrivilegeEscalation"] is False


class TestKiali:
    def test_it_only_shows(self, prod: Graph) -> None:
        given = values(prod, "kiali-server")
        assert given["deployment"]["view_only_mode"] is True
        assert given["auth"]["strategy"] in ("openid", "token")

    def test_its_client_secret_comes_from_the_store(self, prod: Graph) -> None:
        assert values(prod, "kiali-server")["deployment"]["secret_name"] == "kiali"


class TestWaysThroughTheNetwork:
    def test_pods_reach_the_collectors_and_nothing_behind_them(self, prod: Graph, dr: Graph) -> None:
        for graph in (prod, dr):
            open_to_all = {
                name
                for name, spec in policies(graph).items()
                for rule in spec["ingress"]
                if {"namespaceSelector": {}} in rule["from"]
            }
            assert open_to_all == {"allow-collector-from-pods"}

    def test_each_way_within_the_namespace_is_open_at_both_ends(self, prod: Graph) -> None:
        found = policies(prod)
        outward = {name.removeprefix("allow-") for name in found if re.fullmatch(r"allow-\w+-to-\w+", name)}
        inward = {name.removeprefix("allow-") for name in found if re.fullmatch(r"allow-\w+-from-\w+", name)}
        parts = {"alertmanager", "collector", "grafana", "jaeger", "kiali", "prometheus", "sampler"}
        joined = {tuple(way.split("-to-")) for way in outward if set(way.split("-to-")) <= parts}
        assert joined == {tuple(reversed(way.split("-from-"))) for way in inward if set(way.split("-from-")) <= parts}

    def test_nothing_leaves_for_anywhere_but_by_https(self, prod: Graph, dr: Graph) -> None:
        for graph in (prod, dr):
            for name, spec in policies(graph).items():
                for rule in spec["egress"]:
                    if any(peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0" for peer in rule["to"]):
                        assert [port["port"] for port in rule["ports"]] == [443], name


class TestRights:
    @pytest.mark.parametrize(
        ("controller", "actions"),
        [
            ("prometheus", {"aps:RemoteWrite"}),
            (
                "grafana",
                {
                    "aps:GetLabels",
                    "aps:GetMetricMetadata",
                    "aps:GetSeries",
                    "aps:QueryMetrics",
                    "cloudwatch:GetMetricData",
                    "cloudwatch:ListMetrics",
                },
            ),
            ("traces", {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}),
            ("jaeger", {"es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"}),
            ("logs", {"es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"}),
        ],
    )
    def test_each_pod_may_do_its_work_alone(self, controller: str, actions: set[str], prod: Graph) -> None:
        given = statements(prod, controller)
        assert {action for statement in given for action in statement["Action"]} == actions
        for statement in given:
            if statement["Resource"] == "*":
                assert "Condition" in statement, statement

    def test_logs_may_be_written_and_not_read(self, prod: Graph) -> None:
        [statement] = statements(prod, "logs")
        assert [resource.rpartition("/")[2] for resource in statement["Resource"]] == ["_bulk"]

    def test_service_accounts_are_those_that_get_the_rights(self, prod: Graph, dr: Graph) -> None:
        associated = {
            (node.inputs["namespace"], node.inputs["serviceAccount"])
            for node in prod.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        }
        given = stack_values(prod)
        used = {
            ("observability", given["prometheus"]["serviceAccount"]["name"]),
            ("observability", given["grafana"]["serviceAccount"]["name"]),
            ("observability", values(prod, "opentelemetry-sampler")["serviceAccount"]["name"]),
            ("observability", values(prod, "jaeger")["fullnameOverride"]),
            ("observability-nodes", values(prod, "aws-for-fluent-bit")["serviceAccount"]["name"]),
        }
        assert used <= associated
        sampler = values(dr, "opentelemetry-sampler")["serviceAccount"]["name"]
        members = {node.inputs["member"] for node in dr.of_type("gcp:projects/iAMMember:IAMMember")}
        assert any(member.endswith(f"/ns/observability/sa/{sampler}") for member in members)


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

    def test_cloudwatch_reads_names_of_two_words_as_one(self, dashboards: dict[str, Mapping[str, Any]]) -> None:
        asked = {
            target["expression"]
            for dashboard in dashboards.values()
            for panel in dashboard["panels"]
            for target in panel.get("targets", [])
            if "expression" in target
        }
        schemas = {re.findall(r"[^{]+(?=\})", query)[0] for query in asked}
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


SIGN_ON = {
    "issuer": "https://login.example.com",
    "authorize_url": "https://login.example.com/authorize",
    "token_url": "https://login.example.com/token",
    "userinfo_url": "https://login.example.com/userinfo",
    "grafana_client_id": "grafana",
    "grafana_url": "https://grafana.example.com",
    "kiali_client_id": "kiali",
    "kiali_url": "https://kiali.example.com",
    "administrators": "operators",
}


def test_people_sign_on_by_one_provider_and_one_group_administers(
    project_copy: Path, preview: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    shared = project_copy / "Pulumi.yaml"
    project = yaml.safe_load(shared.read_text())
    project["config"]["platform"] = {"type": "object", "value": {"observability": {"sign_on": SIGN_ON}}}
    shared.write_text(yaml.safe_dump(project))
    result = preview("prod", "--json", "--pass", "update", "--project", str(project_copy))
    assert result.returncode == 0, result.stdout
    prod = Graph(json.loads(result.stdout))
    grafana = stack_values(prod)["grafana"]
    login = grafana["grafana.ini"]["auth.generic_oauth"]
    assert login["role_attribute_path"] == "contains(groups[*], 'operators') && 'Admin' || 'Viewer'"
    assert login["use_pkce"] is True
    assert grafana["grafana.ini"]["security"]["cookie_secure"] is True
    assert "client_secret" not in login, "it is in the store, not in the values"
    secret = grafana["envValueFrom"]["GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET"]["secretKeyRef"]
    assert secret == {"name": "grafana", "key": "client-secret"}
    kiali = values(prod, "kiali-server")
    assert kiali["auth"]["strategy"] == "openid"
    assert kiali["auth"]["openid"]["issuer_uri"] == SIGN_ON["issuer"]
    assert kiali["server"]["web_fqdn"] == "kiali.example.com"
