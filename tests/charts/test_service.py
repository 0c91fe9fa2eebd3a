"""The chart of the workloads, rendered by Helm for each of them and each role of a region."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import kubernetes_validate
import pytest
import yaml
from pydantic import TypeAdapter

from components.kubernetes import scrapes
from components.kubernetes.workload_values import Identity, Region, values
from settings.aws import ClusterSettings
from settings.types import Mode
from settings.workloads import Workloads, WorkloadSettings

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "service"
HELM = shutil.which("helm") or shutil.which("/opt/gobin/helm")
SHARED = {key: entry["value"] for key, entry in yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"].items()}
WORKLOADS: Mapping[str, WorkloadSettings] = TypeAdapter(Workloads).validate_json(json.dumps(SHARED["workloads"]))
VERSION: str = ClusterSettings.model_fields["version"].default
DIGEST = f"sha256:{'1' * 64}"

# Of the charts that the platform installs; Kubernetes itself has no schema for them.
CUSTOM = {"AnalysisTemplate", "ExternalSecret", "Rollout"}

Object = dict[str, Any]
Change = Callable[[Object], object]

needs_helm = pytest.mark.skipif(HELM is None, reason="needs helm on the PATH")
pytestmark = [pytest.mark.real, needs_helm]


def region(mode: Mode, *, rollouts: bool) -> Region:
    names = {kind: {name: f"sample-{name}" for name in SHARED[kind]} for kind in ("app_secrets", "tables", "buckets")}
    return Region(
        role="primary",
        mode=mode,
        name="us-west-2",
        environment={"CLOUD": "aws"},
        repositories={artifact: f"registry.example.com/platform/{artifact}" for artifact in SHARED["artifacts"]},
        secrets=names["app_secrets"],
        database={"DATABASE_HOST": "database.example.com"},
        cache={"CACHE_ENDPOINT": "cache.example.com:6379"},
        stream={"KAFKA_BOOTSTRAP": "kafka.example.com:9098"},
        key_value={},
        tables=names["tables"],
        buckets=names["buckets"],
        fence_url="https://storage.googleapis.com/switch/fence",
        fence_lease_seconds=300,
        rollouts=rollouts,
    )


def helm(*arguments: str, given: Object, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "values.json"
    file.write_text(json.dumps(given))
    assert HELM is not None
    return subprocess.run(
        [HELM, *arguments, str(CHART), "--values", str(file), "--kube-version", f"{VERSION}.0"],
        capture_output=True,
        text=True,
        check=False,
    )


def render(name: str, given: Object, tmp_path: Path) -> list[Object]:
    result = helm("template", name, "--namespace", name, given=given, tmp_path=tmp_path)
    assert result.returncode == 0, result.stderr
    return [found for found in yaml.safe_load_all(result.stdout) if found]


def of(objects: list[Object], kind: str) -> Object:
    [found] = [found for found in objects if found["kind"] == kind]
    return found


def pods(objects: list[Object]) -> Iterator[Object]:
    for found in objects:
        if found["kind"] == "Pod":
            yield found["spec"]
        elif found["kind"] in ("Deployment", "Rollout"):
            yield found["spec"]["template"]["spec"]


@pytest.fixture(params=[(name, mode, rollouts) for name in WORKLOADS for mode in get_args(Mode) for rollouts in (0, 1)])
def case(request: pytest.FixtureRequest) -> tuple[str, Object]:
    """A workload's name, and its values in a region's role."""
    name, mode, rollouts = request.param
    return name, values(name, WORKLOADS[name], region(mode, rollouts=bool(rollouts)), Identity(name, name))


@pytest.fixture
def given() -> Object:
    """Values of one workload, to change."""
    return values(
        "core", WORKLOADS["core"], region("active", rollouts=True), Identity("core", "core", {"example.com/as": "a"})
    )


def test_it_passes_the_linter(case: tuple[str, Object], tmp_path: Path) -> None:
    result = helm("lint", "--strict", given=case[1], tmp_path=tmp_path)

    assert result.returncode == 0, result.stdout


def test_every_object_is_what_the_clusters_version_takes(case: tuple[str, Object], tmp_path: Path) -> None:
    for found in render(*case, tmp_path):
        if found["kind"] not in CUSTOM:
            kubernetes_validate.validate(found, VERSION, strict=True)


def test_every_object_is_in_the_workloads_namespace_under_its_name(case: tuple[str, Object], tmp_path: Path) -> None:
    for found in render(*case, tmp_path):
        assert found["metadata"]["namespace"] == case[0]
        assert found["metadata"]["name"] in (case[0], f"{case[0]}-canary")


def test_pods_keep_to_the_restricted_profile_and_to_more(case: tuple[str, Object], tmp_path: Path) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted."""
    given = {**case[1], "test": {"image": {"repository": "registry.example.com/test", "digest": DIGEST}}}
    found = list(pods(render(case[0], given, tmp_path)))

    assert len(found) == 2
    for pod in found:
        assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & pod.keys()
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] >= 1000
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert all(volume.keys() & {"emptyDir", "secret"} for volume in pod.get("volumes", ()))
        for container in pod["containers"]:
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False
            assert security["privileged"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert security["readOnlyRootFilesystem"] is True
            assert container["resources"]["requests"].keys() >= {"cpu", "memory"}
            assert container["resources"]["limits"]["memory"] == container["resources"]["requests"]["memory"]
            assert "@sha256:" in container["image"]


def test_replicas_follow_the_regions_role(case: tuple[str, Object], tmp_path: Path) -> None:
    objects = render(*case, tmp_path)
    scaler, wanted = of(objects, "HorizontalPodAutoscaler")["spec"], case[1]["replicas"]

    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (wanted["minimum"], wanted["maximum"])
    target = of(objects, scaler["scaleTargetRef"]["kind"])
    assert target["apiVersion"] == scaler["scaleTargetRef"]["apiVersion"]
    assert "replicas" not in target["spec"]


def test_selectors_find_the_pods(case: tuple[str, Object], tmp_path: Path) -> None:
    objects = render(*case, tmp_path)
    runs = next(found for found in objects if found["kind"] in ("Deployment", "Rollout"))
    labels = runs["spec"]["template"]["metadata"]["labels"].items()
    selectors = [found["spec"]["selector"] for found in objects if found["kind"] == "Service"]
    selectors += [runs["spec"]["selector"]["matchLabels"]]
    selectors += [of(objects, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"]]
    spread = runs["spec"]["template"]["spec"]["topologySpreadConstraints"]
    selectors += [constraint["labelSelector"]["matchLabels"] for constraint in spread]

    assert all(selector.items() <= labels for selector in selectors)
    assert {constraint["topologyKey"] for constraint in spread} == {
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
    }


@pytest.mark.parametrize(("metrics_port", "asked"), [(9797, "9797"), (8080, "8080"), (None, "8080")])
def test_the_proxy_is_told_where_the_pods_metrics_are(
    metrics_port: int | None, asked: str, given: Object, tmp_path: Path
) -> None:
    objects = render("core", {**given, "port": 8080, "metricsPort": metrics_port}, tmp_path)
    template = of(objects, "Rollout")["spec"]["template"]
    [container] = template["spec"]["containers"]

    assert template["metadata"]["annotations"] == {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": asked,
        "prometheus.io/path": "/metrics",
    }
    assert int(asked) in [port["containerPort"] for port in container["ports"]]
    # Nobody else asks for them: a collector's own way to the pod ends at strict mutual TLS.
    for service in (found for found in objects if found["kind"] == "Service"):
        assert [port["name"] for port in service["spec"]["ports"]] == ["http"]


def test_googles_collectors_find_every_pod_and_no_monitor_is_made(case: tuple[str, Object], tmp_path: Path) -> None:
    [row] = [scrape for scrape in scrapes.of("gcp") if scrape.name == "workloads"]
    objects = render(*case, tmp_path)
    [labels] = [
        found["spec"]["template"]["metadata"]["labels"]
        for found in objects
        if found["kind"] in ("Deployment", "Rollout")
    ]

    assert row.pods.items() <= labels.items()
    assert not {found["kind"] for found in objects} & {"PodMonitor", "ServiceMonitor"}


def test_secrets_are_mounted_and_in_no_variable(given: Object, tmp_path: Path) -> None:
    objects = render("core", given, tmp_path)
    external = of(objects, "ExternalSecret")["spec"]
    [pod] = pods(objects)
    [container] = pod["containers"]

    assert external["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": "platform"}
    assert external["data"] == [{"secretKey": "payment-gateway", "remoteRef": {"key": "sample-payment-gateway"}}]
    [volume] = [volume for volume in pod["volumes"] if volume["name"] == "secrets"]
    assert volume["secret"]["secretName"] == external["target"]["name"]
    [mount] = [mount for mount in container["volumeMounts"] if mount["name"] == "secrets"]
    assert mount["mountPath"] == given["secrets"]["folder"]
    assert mount["readOnly"] is True
    assert not any("secretKeyRef" in variable.get("valueFrom", ()) for variable in container["env"])


@pytest.mark.parametrize("files", [{}, {"payment-gateway": "sample-payment-gateway"}], ids=["alone", "beside"])
def test_secrets_of_vault_come_by_their_own_store_into_the_same_folder(
    files: Object, given: Object, tmp_path: Path
) -> None:
    given["secrets"] |= {"files": files, "vault": {"store": "vault-core", "files": {"token": "core/token"}}}
    objects = render("core", given, tmp_path)
    external = of(objects, "ExternalSecret")["spec"]
    [pod] = pods(objects)

    assert [row["secretKey"] for row in external["data"]] == [*files, "token"]
    assert external["data"][-1] == {
        "secretKey": "token",
        "remoteRef": {"key": "core/token", "property": "value"},
        "sourceRef": {"storeRef": {"kind": "ClusterSecretStore", "name": "vault-core"}},
    }
    assert [volume["name"] for volume in pod["volumes"]] == ["tmp", "secrets"]
    assert [mount["name"] for mount in pod["containers"][0]["volumeMounts"]] == ["tmp", "secrets"]


def test_a_workload_without_secrets_asks_for_none(tmp_path: Path) -> None:
    given = values(
        "api-gateway", WORKLOADS["api-gateway"], region("active", rollouts=True), Identity("api-gateway", "api-gateway")
    )
    objects = render("api-gateway", given, tmp_path)

    assert "ExternalSecret" not in {found["kind"] for found in objects}
    assert [volume["name"] for pod in pods(objects) for volume in pod["volumes"]] == ["tmp"]


def test_a_pod_stops_only_once_nobody_asks_it(given: Object, tmp_path: Path) -> None:
    [pod] = pods(render("core", given, tmp_path))
    [container] = pod["containers"]

    assert container["lifecycle"]["preStop"]["sleep"]["seconds"] < pod["terminationGracePeriodSeconds"]


def test_a_canary_is_judged_by_its_own_answers_after_each_step(given: Object, tmp_path: Path) -> None:
    objects = render("core", given, tmp_path)
    canary = of(objects, "Rollout")["spec"]["strategy"]["canary"]
    metrics = of(objects, "AnalysisTemplate")["spec"]["metrics"]

    assert [next(iter(step)) for step in canary["steps"]] == ["setWeight", "pause", "analysis"] * 3
    services = {found["metadata"]["name"] for found in objects if found["kind"] == "Service"}
    assert services == {canary["stableService"], canary["canaryService"]}
    for metric in metrics:
        query = metric["provider"]["prometheus"]["query"]
        assert query.count('destination_service_name="core-canary"') == query.count("[5m]")


def test_a_canary_gets_its_share_of_what_comes_by_the_gateway_too(tmp_path: Path) -> None:
    ways = {}
    for name, workload in WORKLOADS.items():
        given = values(name, workload, region("active", rollouts=True), Identity(name, name))
        routing = of(render(name, given, tmp_path), "Rollout")["spec"]["strategy"]["canary"]["trafficRouting"]["istio"]
        assert routing.keys() == {"virtualServices"}
        ways[name] = {service["name"]: service["routes"] for service in routing["virtualServices"]}

    public = {name for name, workload in WORKLOADS.items() if workload.public}
    assert public
    for name, found in ways.items():
        assert found == {name: ["primary"], **({"public.istio-ingress": [name]} if name in public else {})}


def test_its_service_account_carries_the_clouds_annotations(given: Object, tmp_path: Path) -> None:
    account = of(render("core", given, tmp_path), "ServiceAccount")

    assert account["metadata"]["annotations"] == {"example.com/as": "a"}
    assert account["automountServiceAccountToken"] is False


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda v: v["image"].update(tag="latest"), "tag"),
        (lambda v: v["image"].update(digest="latest"), "digest"),
        (lambda v: v["image"].update(repository="registry.example.com/core:latest"), "repository"),
        (lambda v: v.update(port=80), "port"),
        (lambda v: v.update(user=0), "user"),
        (lambda v: v.update(user=1337), "user"),
        (lambda v: v["environment"].update(PORT="1"), "PORT"),
        (lambda v: v["environment"].update(NUMBER=1), "NUMBER"),
        (lambda v: v["rollout"].update(prometheus=""), "rollout"),
        # Of the release's own namespace it has one already.
        (lambda v: v["rollout"].update(virtualServices=[{"name": "public", "routes": ["core"]}]), "virtualServices"),
        (lambda v: v["rollout"].update(virtualServices=[{"name": "public.gateway", "routes": []}]), "virtualServices"),
        (lambda v: v["secrets"].update(vault={"store": "", "files": {"token": "core/token"}}), "store"),
        (lambda v: v["replicas"].update(minimum=20), "replicas.maximum"),
        (lambda v: v.update(shutdown={"drainSeconds": 60}), "shutdown.graceSeconds"),
        (lambda v: v["probes"].update(live="healthz"), "live"),
        (lambda v: v.update(securityContext={}), "securityContext"),
    ],
    ids=lambda found: found if isinstance(found, str) else "",
)
def test_wrong_values_are_refused(change: Change, named: str, given: Object, tmp_path: Path) -> None:
    change(given)
    result = helm("template", "core", given=given, tmp_path=tmp_path)

    assert result.returncode != 0
    assert named.split(".")[-1] in result.stderr
