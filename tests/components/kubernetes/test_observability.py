"""What observes each cluster: what runs, who may speak to it, and what it may do in its cloud."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from preview.graph import Graph
from settings.vendor import CHARTS, IMAGES
from tests.components.kubernetes.observed import BOTH, OURS, POLICY, releases, stack_values, values


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

    def test_an_agent_whose_lines_nobody_takes_is_not_restarted(self, prod: Graph) -> None:
        """/api/v1/health counts errors of the outputs. https://docs.fluentbit.io/manual/administration/monitoring"""
        given = values(prod, "aws-for-fluent-bit")
        assert given["livenessProbe"]["httpGet"]["path"] == "/api/v1/uptime"
        assert "readinessProbe" not in given, "the release would fail with the domain, and be taken back"


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
