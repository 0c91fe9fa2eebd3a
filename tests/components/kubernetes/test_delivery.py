"""Delivery: both clusters run the same chart by the same digest from their own registry, and reach no further."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.kubernetes import argo_applications, argo_cd, flux
from preview.graph import Graph
from settings.kubernetes.delivery import DeliverySettings, SsoSettings, SyncWindow
from settings.vendor import CHARTS

APPLICATION = "kubernetes:argoproj.io/v1alpha1:Application"
PROJECT = "kubernetes:argoproj.io/v1alpha1:AppProject"
RELEASE = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"
SOURCE = "kubernetes:source.toolkit.fluxcd.io/v1:OCIRepository"
CLUSTER_ROLE = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
EXTERNAL_SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
PRIORITY = "kubernetes:scheduling.k8s.io/v1:PriorityClass"
CHART = "kubernetes:helm.sh/v3:Release"
WORKLOADS = {"api-gateway", "auth", "auxiliary", "core"}
DIGEST = "sha256:" + "0" * 64

# What a region has of its own; all else of a workload's values is the same on both sides.
OF_THE_REGION = {"environment", "image", "replicas", "rollout", "secrets", "serviceAccount"}


def named(graph: Graph, token: str) -> dict[str, Any]:
    """Inputs of the objects of a type, by the objects' names."""
    return {node.inputs["metadata"]["name"]: node.inputs for node in graph.of_type(token)}


def registry(graph: Graph) -> Mapping[str, str]:
    """Repositories by artifact."""
    [found] = [node for node in graph.nodes.values() if node.type.endswith(":Registry") and node.name == "registry"]
    return found.outputs["repositoryUrls"]


def values(graph: Graph, chart: str) -> Mapping[str, Any]:
    [found] = [node for node in graph.of_type(CHART) if node.inputs["chart"].endswith(f"/charts/{chart}")]
    return found.inputs["values"]


def delivered(prod: Graph, dr: Graph, workload: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """A workload's values on both sides."""
    ours = named(prod, APPLICATION)[workload]["spec"]["source"]["helm"]["valuesObject"]
    return ours, named(dr, RELEASE)[workload]["spec"]["values"]


class TestBothSides:
    def test_whom_users_wait_for_goes_before_other_workloads(self, prod: Graph, dr: Graph) -> None:
        classes = {
            workload: {side["priorityClassName"] for side in delivered(prod, dr, workload)} for workload in WORKLOADS
        }
        # The gateway's requests go to api-gateway, which calls auth and core; those call auxiliary for what can wait.
        high = {"api-gateway", "auth", "core"}
        assert classes == {name: {"service-high" if name in high else "service"} for name in WORKLOADS}
        for graph in (prod, dr):
            assert {name for found in classes.values() for name in found} <= named(graph, PRIORITY).keys()

    def test_every_workload_is_delivered_and_nothing_else(self, prod: Graph, dr: Graph) -> None:
        assert named(prod, APPLICATION).keys() == named(dr, RELEASE).keys() == WORKLOADS
        assert not prod.of_type(RELEASE)
        assert not dr.of_type(APPLICATION)

    @pytest.mark.parametrize("workload", sorted(WORKLOADS))
    def test_values_are_the_same_but_for_what_a_region_has_of_its_own(
        self, workload: str, prod: Graph, dr: Graph
    ) -> None:
        ours, theirs = delivered(prod, dr, workload)
        assert {key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)} <= OF_THE_REGION
        assert ours["image"]["digest"] == theirs["image"]["digest"]

    def test_both_apply_the_same_chart_by_its_digest_from_their_own_registry(self, prod: Graph, dr: Graph) -> None:
        for application in named(prod, APPLICATION).values():
            source = application["spec"]["source"]
            assert (source["repoURL"], source["targetRevision"], source["path"]) == (
                f"oci://{registry(prod)['charts/service']}",
                DIGEST,
                ".",
            )
        for release in named(dr, RELEASE).values():
            source = named(dr, SOURCE)[release["spec"]["chartRef"]["name"]]
            assert source["metadata"]["namespace"] == release["metadata"]["namespace"]
            assert source["spec"]["url"] == f"oci://{registry(dr)['charts/service']}"
            assert source["spec"]["ref"] == {"digest": DIGEST}
            assert source["spec"]["provider"] == "gcp"

    @pytest.mark.parametrize(("stack", "charts"), [("prod", ("argo-cd", "argo-rollouts")), ("dr", ("flux2",))])
    def test_the_deliverers_themselves_come_from_there_too(
        self, stack: str, charts: tuple[str, ...], graphs: dict[str, Graph]
    ) -> None:
        for chart in charts:
            [node] = [node for node in graphs[stack].of_type(CHART) if node.inputs["chart"].endswith(f"/{chart}")]
            assert node.inputs["version"] == CHARTS[chart].version
            assert node.inputs["chart"].startswith("oci://")

    def test_each_tells_what_it_delivers_so_that_drift_shows(self, prod: Graph, dr: Graph) -> None:
        told = [graph.document["outputs"]["delivered"] for graph in (prod, dr)]
        assert told[0] == told[1]
        assert told[0].keys() >= {"charts/service", *(f"workloads/{name}" for name in WORKLOADS)}

    def test_only_the_primary_leads_a_revision_in_by_a_canary(self, prod: Graph, dr: Graph) -> None:
        for workload in WORKLOADS:
            ours, theirs = delivered(prod, dr, workload)
            assert (ours["rollout"]["enabled"], theirs["rollout"]["enabled"]) == (True, False)
        assert [node for node in prod.of_type(CHART) if node.name == "argo-rollouts-release"]
        assert not [node for node in dr.of_type(CHART) if node.inputs["chart"].endswith("argo-rollouts")]

    @pytest.mark.parametrize(("stack", "token"), [("prod", APPLICATION), ("dr", RELEASE), ("dr", SOURCE)])
    def test_they_come_after_the_chart_that_defines_their_kinds(
        self, stack: str, token: str, graphs: dict[str, Graph]
    ) -> None:
        releases = {node.urn for node in graphs[stack].of_type(CHART)}
        for node in graphs[stack].of_type(token):
            assert releases & set(node.state["dependencies"])


class TestArgoCd:
    def test_projects_reach_no_further_than_the_workloads(self, prod: Graph) -> None:
        projects = named(prod, PROJECT)
        assert projects.keys() == {"default", "workloads"}
        assert not projects["default"]["spec"]["sourceRepos"]
        assert not projects["default"]["spec"]["destinations"]
        spec = projects["workloads"]["spec"]
        assert spec["sourceRepos"] == [f"oci://{registry(prod)['charts/service']}"]
        assert {each["namespace"] for each in spec["destinations"]} == WORKLOADS
        assert {each["server"] for each in spec["destinations"]} == {"https://kubernetes.default.svc"}
        assert spec["clusterResourceWhitelist"] == []
        kinds = {each["kind"] for each in spec["namespaceResourceWhitelist"]}
        assert not kinds & {"*", "Namespace", "NetworkPolicy", "ResourceQuota", "Role", "RoleBinding", "Secret"}

    def test_each_application_stays_in_its_own_namespace_and_mends_itself(self, prod: Graph) -> None:
        for name, application in named(prod, APPLICATION).items():
            assert application["spec"]["project"] == "workloads"
            assert application["spec"]["destination"]["namespace"] == name
            policy = application["spec"]["syncPolicy"]
            assert policy["automated"] == {"prune": True, "selfHeal": True}
            assert policy["retry"]["limit"] > 0
            assert {"ServerSideApply=true", "RespectIgnoreDifferences=true"} <= set(policy["syncOptions"])
            # Else a removed workload would go on running.
            assert application["metadata"]["finalizers"] == ["resources-finalizer.argocd.argoproj.io"]

    def test_nobody_is_its_administrator_and_who_is_unknown_may_do_nothing(self, prod: Graph) -> None:
        configured = values(prod, "argo-cd")["configs"]
        assert configured["cm"]["admin.enabled"] == "false"
        assert "oidc.config" not in configured["cm"]
        assert configured["rbac"]["policy.default"] == ""
        assert "role:admin" not in configured["rbac"]["policy.csv"]

    def test_it_has_no_way_in_from_outside(self, prod: Graph) -> None:
        server = values(prod, "argo-cd")["server"]
        assert not {"ingress", "httproute", "service"} & server.keys()

    def test_its_rights_are_those_of_the_charts_kinds_and_reach_no_secret(self, prod: Graph) -> None:
        """The chart's own rights in the whole cluster let its notifications list every secret."""
        assert values(prod, "argo-cd")["createClusterRoles"] is False
        roles = {node.inputs["metadata"]["name"]: node for node in prod.of_type(CLUSTER_ROLE)}
        bound = {
            node.inputs["subjects"][0]["name"]: node.inputs["roleRef"]["name"]
            for node in prod.of_type(f"{CLUSTER_ROLE}Binding")
            if node.inputs["subjects"][0]["namespace"] == "argocd"
        }
        parts = {values(prod, "argo-cd")[part]["serviceAccount"]["name"] for part in ("controller", "server")}
        assert bound.keys() == parts
        for role in bound.values():
            for rule in roles[role].inputs["rules"]:
                assert "secrets" not in rule["resources"]
                assert "*" not in (*rule["resources"], *rule["apiGroups"], *rule["verbs"])

    def test_what_it_asks_outlives_a_node(self, prod: Graph) -> None:
        found = values(prod, "argo-cd")
        for part in ("server", "repoServer"):
            assert found[part]["replicas"] == 2
            assert found[part]["pdb"] == {"enabled": True, "minAvailable": 1}
        assert found["redis-ha"]["enabled"] is True
        assert found["redis-ha"]["haproxy"]["enabled"] is True

    def test_its_login_to_the_registry_is_renewed_before_it_expires(self, prod: Graph) -> None:
        logins = {
            secret["spec"]["target"]["template"]["data"]["url"]: secret
            for secret in named(prod, EXTERNAL_SECRET).values()
            if secret["metadata"]["namespace"] == "argocd"
        }
        assert logins.keys() == {f"oci://{registry(prod)[each]}" for each in ("charts/service", "bundles/shared")}
        for secret in logins.values():
            assert int(secret["spec"]["refreshInterval"].removesuffix("h")) < 12
            template = secret["spec"]["target"]["template"]
            assert template["metadata"]["labels"] == {"argocd.argoproj.io/secret-type": "repository"}
            assert template["data"]["type"] == "oci"

    def test_a_login_opens_just_the_two_repositories(self, prod: Graph) -> None:
        [policy] = [
            node
            for node in prod.of_type("aws:iam/rolePolicy:RolePolicy")
            if node.name.startswith("controllers-external-secrets")
        ]
        statements = {each["Sid"]: each for each in yaml.safe_load(policy.inputs["policy"])["Statement"]}
        arns = {arn.partition(":repository/")[2] for arn in statements["Pull"]["Resource"]}
        assert arns == {"platform-production/charts/service", "platform-production/bundles/shared"}
        assert not any("Put" in action or "Upload" in action for action in statements["Pull"]["Action"])

    def test_troubles_are_told_to_the_one_alertmanager(self, prod: Graph) -> None:
        told = values(prod, "argo-cd")["notifications"]
        assert "alertmanager" in told["notifiers"]["service.alertmanager"]
        [subscription] = told["subscriptions"]
        assert {f"trigger.{trigger}" for trigger in subscription["triggers"]} == told["triggers"].keys()
        sent = {name for text in told["triggers"].values() for name in yaml.safe_load(text)[0]["send"]}
        assert {f"template.{name}" for name in sent} == told["templates"].keys()


class TestFlux:
    def test_it_does_nothing_as_itself(self, dr: Graph) -> None:
        assert values(dr, "flux2")["multitenancy"] == {
            "enabled": True,
            "privileged": False,
            "defaultServiceAccount": "flux",
        }

    def test_it_is_a_service_account_of_each_namespace_with_rights_there_alone(self, dr: Graph) -> None:
        roles = {
            node.inputs["metadata"]["namespace"]: node.inputs
            for node in dr.of_type("kubernetes:rbac.authorization.k8s.io/v1:Role")
            if node.inputs["metadata"]["name"] == "flux"
        }
        assert roles.keys() == WORKLOADS
        for name, release in named(dr, RELEASE).items():
            assert release["metadata"]["namespace"] == name
            assert release["spec"]["serviceAccountName"] == "flux"
            assert "targetNamespace" not in release["spec"]
        for role in roles.values():
            for rule in role["rules"]:
                assert "*" not in (*rule["resources"], *rule["apiGroups"], *rule["verbs"])

    def test_drift_is_put_back_and_a_bad_revision_taken_back(self, dr: Graph) -> None:
        for release in named(dr, RELEASE).values():
            spec = release["spec"]
            assert spec["driftDetection"] == {"mode": "enabled"}
            assert spec["upgrade"]["remediation"]["strategy"] == "rollback"
            assert spec["upgrade"]["remediation"]["retries"] > 0
            assert not spec.get("suspend")

    def test_nothing_looks_for_new_images_or_applies_plain_manifests(self, dr: Graph) -> None:
        found = values(dr, "flux2")
        for controller in ("imageAutomationController", "imageReflectionController", "kustomizeController"):
            assert found[controller] == {"create": False}
        for controller in flux.CONTROLLERS:
            assert found[controller]["resources"]["requests"].keys() >= {"cpu", "memory"}
            assert found[controller]["tag"].endswith(f"@{DIGEST}")

    def test_google_knows_the_one_controller_that_asks_the_registry(self, dr: Graph) -> None:
        readers = {
            node.inputs["member"].rpartition("/subject/")[2]
            for node in dr.of_type("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember")
            if node.name in ("controllers-flux-bundles", "controllers-flux-charts")
        }
        assert readers == {"ns/flux-system/sa/source-controller"}
        repositories = {
            node.name
            for node in dr.of_type("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember")
            if node.name.startswith("controllers-flux-")
        }
        assert repositories == {"controllers-flux-charts"}


def with_delivery(project: Path, preview: Callable[..., Any], **delivery: object) -> dict[str, Graph]:
    """The simulated updates of prod and dr with other settings of delivery."""
    file = project / "Pulumi.yaml"
    tree = yaml.safe_load(file.read_text())
    tree["config"]["platform"] = {"type": "object", "value": {"delivery": delivery}}
    file.write_text(yaml.safe_dump(tree))
    result = preview("prod", "dr", "--json", "--pass", "update", "--project", str(project))
    assert result.returncode == 0, result.stderr
    return dict(zip(("prod", "dr"), [Graph(json.loads(line)) for line in result.stdout.splitlines()], strict=True))


class TestBundle:
    def test_both_read_the_same_one_by_its_digest(self, project_copy: Path, preview: Callable[..., Any]) -> None:
        graphs = with_delivery(project_copy, preview, bundle_digest=DIGEST)
        shared = named(graphs["prod"], APPLICATION)["shared"]["spec"]
        assert shared["source"] == {
            "repoURL": f"oci://{registry(graphs['prod'])['bundles/shared']}",
            "targetRevision": DIGEST,
            "path": ".",
        }
        project = named(graphs["prod"], PROJECT)[shared["project"]]["spec"]
        assert project["sourceRepos"] == [shared["source"]["repoURL"]]
        assert [each["namespace"] for each in project["destinations"]] == [argo_applications.SHARED_NAMESPACE]
        assert project["clusterResourceWhitelist"] == []

        [sync] = [
            node
            for node in graphs["dr"].of_type("gcp:gkehub/featureMembership:FeatureMembership")
            if node.inputs["feature"] == "configmanagement"
        ]
        assert sync.inputs["configmanagement"]["configSync"]["oci"] == {
            "syncRepo": f"{registry(graphs['dr'])['bundles/shared']}@{DIGEST}",
            "secretType": "gcpserviceaccount",
            "gcpServiceAccountEmail": "config-sync@example-standby.iam.gserviceaccount.com",
        }
        grants = {
            node.urn
            for node in graphs["dr"].nodes.values()
            if node.name in ("fleet-bundles-act-as", "fleet-bundles-read")
        }
        assert len(grants) == 2
        assert grants <= set(sync.state["propertyDependencies"]["configmanagement"])

    @pytest.fixture
    def objects(self, root: Path) -> list[Mapping[str, Any]]:
        found = [
            each for file in (root / "bundles/shared").glob("*.yaml") for each in yaml.safe_load_all(file.read_text())
        ]
        assert found
        return found

    def test_flux_and_config_sync_own_different_namespaces(self, objects: list[Mapping[str, Any]], dr: Graph) -> None:
        owned = {each["metadata"].get("namespace") for each in objects}
        assert owned == {argo_applications.SHARED_NAMESPACE}
        assert not owned & {release["metadata"]["namespace"] for release in named(dr, RELEASE).values()}
        assert flux.NAMESPACE not in owned

    def test_argo_cd_may_apply_every_kind_in_it(self, objects: list[Mapping[str, Any]]) -> None:
        kinds = {(group_of(each["apiVersion"]), each["kind"]) for each in objects}
        assert kinds == set(argo_applications.SHARED_KINDS)
        assert kinds <= writable(argo_cd.WRITTEN)


def group_of(api_version: str) -> str:
    return api_version.rpartition("/")[0]


def writable(rights: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Kinds that rules on resources allow, by their plural."""
    kinds = {*argo_applications.WORKLOAD_KINDS, *argo_applications.SHARED_KINDS}
    return {(group, kind) for group, kind in kinds if re.sub(r"y$", "ie", kind.lower()) + "s" in rights.get(group, ())}


def chart_kinds(root: Path) -> set[tuple[str, str]]:
    """Kinds that charts/service can render, without the pods of its tests."""
    texts = [file.read_text() for file in (root / "charts/service/templates").glob("*.yaml")]
    return {
        (group_of(version), kind)
        for text in texts
        for version, kind in re.findall(r"^apiVersion: (\S+)\nkind: (\S+)$", text, re.MULTILINE)
    }


def test_both_may_apply_every_kind_that_the_chart_makes(root: Path) -> None:
    kinds = chart_kinds(root)
    assert kinds == set(argo_applications.WORKLOAD_KINDS)
    assert kinds <= writable(argo_cd.WRITTEN)
    # The standby runs no canary, and so has no kinds of Argo Rollouts.
    assert {each for each in kinds if each[0] != "argoproj.io"} <= writable(flux.WRITTEN)


class TestSettings:
    SSO = SsoSettings(
        issuer="https://login.example.com",
        client_id="argocd",
        client_secret="argocd-sso",
        operators=("platform",),
        viewers=("developers",),
    )

    def test_groups_of_the_identity_provider_get_the_roles_that_they_are_named_for(self) -> None:
        policy = argo_cd._policy(self.SSO).splitlines()
        assert 'g, "platform", role:operator' in policy
        assert 'g, "developers", role:readonly' in policy
        assert not [line for line in policy if re.search(r"create|delete|role:admin|exec", line)]

    def test_the_identity_providers_secret_is_named_and_never_written(self) -> None:
        assert yaml.safe_load(argo_cd._oidc(self.SSO))["clientSecret"] == "$argocd-sso:clientSecret"

    def test_a_window_is_argo_cds(self) -> None:
        window = SyncWindow(schedule="0 18 * * fri", hours=60, time_zone="Europe/Berlin")
        assert argo_applications._window(window) == {
            "kind": "deny",
            "schedule": "0 18 * * fri",
            "duration": "60h",
            "timeZone": "Europe/Berlin",
            "applications": ["*"],
            "manualSync": True,
        }

    def test_windows_and_logins_reach_argo_cd(self, project_copy: Path, preview: Callable[..., Any]) -> None:
        sso = {"issuer": "https://login.example.com", "client_id": "argocd", "client_secret": "session-signing"}
        window = {"schedule": "0 18 * * fri", "hours": 60}
        prod = with_delivery(project_copy, preview, sso=sso, sync_windows=[window])["prod"]
        assert [each["schedule"] for each in named(prod, PROJECT)["workloads"]["spec"]["syncWindows"]] == [
            window["schedule"]
        ]
        secret = named(prod, EXTERNAL_SECRET)["argocd-sso"]["spec"]
        assert secret["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": "platform"}
        assert secret["data"][0]["remoteRef"] == {"key": "platform-production/session-signing"}
        assert named(prod, "kubernetes:core/v1:Namespace")["argocd"]["metadata"]["labels"]["secret-store"] == "platform"

    def test_defaults_wait_for_the_first_bundle(self) -> None:
        assert DeliverySettings().bundle_digest is None
